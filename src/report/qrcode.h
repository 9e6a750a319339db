/*
 * Knows how a text becomes a QR code (ISO/IEC 18004).  The only door to
 * libqrencode.  Pure.
 */
#ifndef PISTE_REPORT_QRCODE_H
#define PISTE_REPORT_QRCODE_H

#include "base/str.h"

struct arena;

#define QRCODE_TEXT_BYTES_MAX 500	/* to be printed */
#define QRCODE_QUIET 4		/* light modules around, as the standard asks */
#define QRCODE_SVG_BYTES_MAX (256 << 10)

/* How much of it may be unreadable: 15 % (level M) or a quarter (level Q). */
enum qrcode_use { QRCODE_SHOWN, QRCODE_PRINTED };
/*
 * The dark modules of text's code as an SVG's path, in the arena; *side as
 * below.  ERR_INPUT: text is empty; ERR_LIMIT: it does not fit into a code.
 */
MUST_USE enum err qrcode_path(struct arena *a, struct str text,
    enum qrcode_use use, unsigned *side, struct str *out);

/*
 * text as an SVG drawing in the arena, black on white, each module one unit;
 * *side is how many there are in a row, those around included, to
 * be printed.  ERR_LIMIT: the text is longer than
 * QRCODE_TEXT_BYTES_MAX; ERR_INPUT: it is empty.
 */
MUST_USE enum err qrcode_svg(struct arena *a, struct str text, unsigned *side,
    struct str *out);

#endif
