/* Implements qrcode.h. */
#include <limits.h>
#include <qrencode.h>

#include "base/buf.h"

#include "report/qrcode.h"

#define DARK 1	/* the lowest bit of a module */

/* A run of dark modules in a row is one piece of the path. */
static void
add_row(struct buf *b, const unsigned char *row, unsigned width, unsigned y)
{
	for (unsigned x = 0; x < width; x++) {
		unsigned from = x;

		while (x < width && row[x] & DARK)
			x++;
		if (x > from)
			buf_addf(b, "M%u %uh%uv1h-%uz", from + QRCODE_QUIET,
			    y + QRCODE_QUIET, x - from, x - from);
	}
}

enum err
qrcode_path(struct arena *a, struct str text, enum qrcode_use use,
    unsigned *side, struct str *out)
{
	QRcode *code;
	struct buf b;
	unsigned width;

	if (!text.n)
		return ERR_INPUT;
	code = text.n > INT_MAX ? NULL : QRcode_encodeData((int)text.n,
	    (const unsigned char *)text.p, 0, use == QRCODE_PRINTED ?
	    QR_ECLEVEL_Q : QR_ECLEVEL_M);
	if (!code)
		return ERR_LIMIT;
	width = (unsigned)code->width;
	*side = width + 2 * QRCODE_QUIET;
	buf_init(&b, a, QRCODE_SVG_BYTES_MAX);
	for (unsigned y = 0; y < width; y++)
		add_row(&b, code->data + (size_t)y * width, width, y);
	QRcode_free(code);
	*out = buf_str(&b);
	return b.full ? ERR_LIMIT : OK;
}

enum err
qrcode_svg(struct arena *a, struct str text, unsigned *side, struct str *out)
{
	struct str path;
	struct buf b;
	enum err e = text.n > QRCODE_TEXT_BYTES_MAX ? ERR_LIMIT :
	    qrcode_path(a, text, QRCODE_PRINTED, side, &path);

	if (e)
		return e;
	buf_init(&b, a, QRCODE_SVG_BYTES_MAX);
	buf_addf(&b, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\""
	    " height=\"%u\" viewBox=\"0 0 %u %u\""
	    " shape-rendering=\"crispEdges\"><rect width=\"%u\" height=\"%u\""
	    " fill=\"#fff\"/><path d=\"", *side, *side, *side, *side, *side,
	    *side);
	buf_add(&b, path);
	buf_add(&b, STR("\"/></svg>\n"));
	*out = buf_str(&b);
	return b.full ? ERR_LIMIT : OK;
}
