/* Knows a second factor's secret as a QR code (ISO 18004, by libqrencode). */
#ifndef PISTE_ACCOUNT_TOTPQR_H
#define PISTE_ACCOUNT_TOTPQR_H

#include "base/str.h"

struct arena;

#define TOTPQR_QUIET 4		/* modules of white around it */

/*
 * The dark modules of text's code as the path of an SVG whose sides are *size
 * modules, white ones around it among them; empty when text is too long.
 */
struct str totpqr_path(struct arena *a, struct str text, int *size);

#endif
