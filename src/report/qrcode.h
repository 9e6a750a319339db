/*
 * Knows how an address becomes a QR code (ISO/IEC 18004), to be printed.  The
 * only door to libqrencode.  Pure.
 */
#ifndef PISTE_REPORT_QRCODE_H
#define PISTE_REPORT_QRCODE_H

#include "base/str.h"

struct arena;

#define QRCODE_TEXT_BYTES_MAX 500
#define QRCODE_QUIET 4		/* light modules around, as the standard asks */
#define QRCODE_SVG_BYTES_MAX (256 << 10)

/*
 * text as an SVG drawing in the arena, black on white, each module one unit;
 * *side is how many there are in a row, those around included.  A quarter of
 * the code may be unreadable (level Q).  ERR_LIMIT: the text is longer than
 * QRCODE_TEXT_BYTES_MAX; ERR_INPUT: it is empty.
 */
MUST_USE enum err qrcode_svg(struct arena *a, struct str text, unsigned *side,
    struct str *out);

#endif
