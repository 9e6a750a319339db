/*
 * Knows how estimates with their intervals become a picture: a row each, a
 * dot on a bar.  Pure; as report/chart.h says of its pictures.
 */
#ifndef PISTE_REPORT_WHISKER_H
#define PISTE_REPORT_WHISKER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/lang.h"
#include "base/str.h"

struct arena;

#define WHISKER_ROWS_MAX 24	/* beyond them none are shown */
#define WHISKER_BYTES_MAX (64 << 10)
#define WHISKER_WIDTH 400	/* units; text is 12 of them high */

struct whisker_row {
	struct str name;
	struct str value;	/* as it is written beside it */
	double at;		/* NAN: nobody knows */
	double low;		/* likewise; infinite: beyond the picture */
	double high;
	bool is_faint;		/* may not be claimed */
};

struct whisker {
	struct str id;		/* letters, digits, hyphens; one in a page */
	struct str title;
	struct str text;	/* what there is to see, in words */
	enum lang lang;
	/* A rule that everything is beside, such as 0 of a change; or NAN. */
	double zero;
	bool is_signed;		/* ticks are "+10 %" */
	bool is_number;		/* ticks are no shares */
	const struct whisker_row *row;
	size_t rows;
};

/* In the arena. */
struct str whisker_svg(struct arena *a, const struct whisker *w);

#endif
