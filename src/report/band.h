/*
 * Knows how an estimate that is looked at day after day becomes a picture:
 * a line with the band it lies in.  Pure; as report/chart.h says of its
 * pictures.
 */
#ifndef PISTE_REPORT_BAND_H
#define PISTE_REPORT_BAND_H

#include <stddef.h>

#include "base/lang.h"
#include "base/str.h"

struct arena;

#define BAND_POINTS_MAX 1200
#define BAND_BYTES_MAX (256 << 10)
#define BAND_WIDTH 400		/* units; text is 12 of them high */
#define BAND_HEIGHT 220
/*
 * A band of early looks is as wide as the world: what is shown reaches no
 * farther than so many times the last one's width around it.
 */
#define BAND_REACH 1.0

/* NAN: nobody knows; what is infinite ends at the picture's edge. */
struct band_point {
	double at;
	double low;
	double high;
};

struct band {
	struct str id;		/* letters, digits, hyphens; one in a page */
	struct str title;
	struct str text;	/* what there is to see, in words */
	enum lang lang;
	struct str first;	/* what the first point is called; the last */
	struct str last;
	const struct band_point *point;	/* beyond BAND_POINTS_MAX not shown */
	size_t points;
};

/* In the arena.  A rule stands at 0. */
struct str band_svg(struct arena *a, const struct band *b);

#endif
