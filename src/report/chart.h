/*
 * Knows how figures become a picture: bars or a line, as SVG that stands in
 * a page or by itself.  Pure; the same figures make the same bytes.
 *
 * It has a title and a description for who does not see it, and neither
 * script nor style: colours are attributes, which any style sheet outranks,
 * so a page sets its own, also dark ones, by the classes chart-ink,
 * chart-soft, chart-rule, chart-now and chart-before.  What differs in colour
 * differs in shape: what was before is hollow or dashed.
 */
#ifndef PISTE_REPORT_CHART_H
#define PISTE_REPORT_CHART_H

#include <stdbool.h>
#include <stddef.h>

#include "base/lang.h"
#include "base/str.h"
#include "report/quantity.h"

struct arena;

#define CHART_POINTS_MAX 62
#define CHART_BYTES_MAX (128 << 10)
#define CHART_WIDTH 400		/* units; text is 12 of them high */
#define CHART_HEIGHT 230
#define CHART_BARS_MAX 14	/* of more points a line is made */
#define CHART_VALUES_MAX 8	/* of more points no values are written */

/* One value for each point; NAN: nobody knows. */
struct chart_series {
	struct str name;
	const double *value;
};

struct chart {
	struct quantity_style style;
	enum kpi_unit unit;
	struct str id;		/* letters, digits, hyphens; one in a page */
	struct str title;
	struct str text;	/* what there is to see, in words */
	size_t points;		/* beyond CHART_POINTS_MAX none are shown */
	const struct str *label;
	struct chart_series now;
	struct chart_series before;	/* value NULL: none */
	size_t ripe;		/* points from there on are not complete */
	struct str unripe;	/* and what that is called */
	bool is_alone;		/* with a ground of its own and a size */
};

/* In the arena. */
struct str chart_svg(struct arena *a, const struct chart *c);

#endif
