/* Implements totpqr.h. */
#include <qrencode.h>

#include "base/arena.h"
#include "base/buf.h"

#include "account/totpqr.h"

#define TEXT_BYTES_MAX 1024
#define PATH_BYTES_MAX (256 << 10)
#define DARK 1

struct str
totpqr_path(struct arena *a, struct str text, int *size)
{
	char z[TEXT_BYTES_MAX];
	struct buf b;
	QRcode *code;

	if (str_z(text, z, sizeof z))
		return STR_EMPTY;
	code = QRcode_encodeString8bit(z, 0, QR_ECLEVEL_M);
	if (!code)
		return STR_EMPTY;
	*size = code->width + 2 * TOTPQR_QUIET;
	buf_init(&b, a, PATH_BYTES_MAX);
	for (int i = 0; i < code->width * code->width; i++)
		if (code->data[i] & DARK)
			buf_addf(&b, "M%d %dh1v1h-1z",
			    i % code->width + TOTPQR_QUIET,
			    i / code->width + TOTPQR_QUIET);
	QRcode_free(code);
	return buf_str(&b);
}
