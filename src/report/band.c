/* Implements band.h. */
#include <math.h>

#include "base/arena.h"
#include "base/buf.h"
#include "report/scale.h"

#include "report/band.h"

#define LEFT 56.0
#define RIGHT 10.0
#define TOP 10.0
#define BOTTOM 26.0
#define FONT "system-ui, 'Liberation Sans', 'DejaVu Sans', Arial, sans-serif"

#define SOFT "class=\"chart-soft\" fill=\"#4c5d55\""
#define RULE "class=\"chart-rule\" stroke=\"#d5e0da\" fill=\"none\""
#define ZERO "class=\"chart-before\" stroke=\"#74857c\" fill=\"none\""
#define AREA "class=\"chart-area\" fill=\"#0b6b4f\" fill-opacity=\".18\""
#define LINE "class=\"chart-now\" fill=\"none\" stroke=\"#0b6b4f\"" \
	" stroke-width=\"2.5\" stroke-linejoin=\"round\""

struct frame {
	const struct band *c;
	struct arena *a;
	struct buf b;
	struct scale scale;
	size_t points;
};

/* Has it a band to be drawn? */
static bool
is_wide(const struct band_point *p)
{
	return !isnan(p->low) && !isnan(p->high);
}

static struct scale
scale_points(const struct band *c, size_t points)
{
	double low = 0, high = 0, reach = INFINITY, middle = 0;

	for (size_t i = points; i-- > 0 && isinf(reach);)
		if (isfinite(c->point[i].low) && isfinite(c->point[i].high)) {
			reach = (c->point[i].high - c->point[i].low) *
			    BAND_REACH;
			middle = (c->point[i].high + c->point[i].low) / 2;
		}
	for (size_t i = 0; i < points; i++) {
		const double v[] = { c->point[i].at, c->point[i].low,
			c->point[i].high };

		for (size_t k = 0; k < sizeof v / sizeof *v; k++)
			if (isfinite(v[k]) && fabs(v[k] - middle) <= reach) {
				low = fmin(low, v[k]);
				high = fmax(high, v[k]);
			}
	}
	return scale_of(low, high);
}

static double
x_of(const struct frame *f, size_t i)
{
	double room = BAND_WIDTH - LEFT - RIGHT;

	return f->points < 2 ? LEFT + room / 2 :
	    LEFT + room * (double)i / (double)(f->points - 1);
}

static double
y_of(const struct frame *f, double v)
{
	return TOP + (BAND_HEIGHT - TOP - BOTTOM) *
	    (1 - scale_at(&f->scale, v));
}

static void
add_head(struct frame *f)
{
	const struct band *c = f->c;

	buf_addf(&f->b, "<svg xmlns=\"http://www.w3.org/2000/svg\""
	    " role=\"img\" class=\"chart\" width=\"%d\" height=\"%d\""
	    " viewBox=\"0 0 %d %d\""
	    " aria-labelledby=\"%.*s-title %.*s-text\" font-family=\"" FONT
	    "\" font-size=\"12\">\n<title id=\"%.*s-title\">", BAND_WIDTH,
	    BAND_HEIGHT, BAND_WIDTH, BAND_HEIGHT, STR_ARG(c->id),
	    STR_ARG(c->id), STR_ARG(c->id));
	scale_escape(&f->b, c->title);
	buf_addf(&f->b, "</title>\n<desc id=\"%.*s-text\">", STR_ARG(c->id));
	scale_escape(&f->b, c->text);
	buf_add(&f->b, STR("</desc>\n"));
}

static void
add_axes(struct frame *f)
{
	const struct scale_style style = { f->c->lang, true, false };

	for (size_t i = 0; i < scale_ticks(&f->scale); i++) {
		double v = scale_tick(&f->scale, i), y = y_of(f, v);

		buf_addf(&f->b, "<path d=\"M%.1f %.1fH%.1f\" %s/>\n", LEFT, y,
		    BAND_WIDTH - RIGHT, v == 0 ? ZERO : RULE);
		scale_label(&f->b, LEFT - 6, y + 4, SOFT " text-anchor=\"end\"",
		    scale_text(f->a, &f->scale, &style, v));
	}
	scale_label(&f->b, LEFT, BAND_HEIGHT - 8, SOFT, f->c->first);
	scale_label(&f->b, BAND_WIDTH - RIGHT, BAND_HEIGHT - 8, SOFT
	    " text-anchor=\"end\"", f->c->last);
}

/* From one point that has a band on to before the next that has none. */
static size_t
add_area(struct frame *f, size_t from)
{
	const struct band_point *p = f->c->point;
	size_t to = from;

	while (to < f->points && is_wide(&p[to]))
		to++;
	buf_add(&f->b, STR("<path d=\""));
	for (size_t i = from; i < to; i++)
		buf_addf(&f->b, "%c%.1f %.1f", i == from ? 'M' : 'L',
		    x_of(f, i), y_of(f, p[i].high));
	for (size_t i = to; i-- > from;)
		buf_addf(&f->b, "L%.1f %.1f", x_of(f, i), y_of(f, p[i].low));
	buf_add(&f->b, STR("Z\" " AREA "/>\n"));
	return to;
}

static void
add_line(struct frame *f)
{
	bool is_drawn = false;

	buf_add(&f->b, STR("<path d=\""));
	for (size_t i = 0; i < f->points; i++) {
		double v = f->c->point[i].at;
		bool is_seen = isfinite(v) && v >= f->scale.low &&
		    v <= f->scale.high;

		if (is_seen)
			buf_addf(&f->b, "%c%.1f %.1f", is_drawn ? 'L' : 'M',
			    x_of(f, i), y_of(f, v));
		is_drawn = is_seen;
	}
	buf_add(&f->b, STR("\" " LINE "/>\n"));
}

struct str
band_svg(struct arena *a, const struct band *c)
{
	struct frame f = { .c = c, .a = a, .points = c->points <
		BAND_POINTS_MAX ? c->points : BAND_POINTS_MAX };

	buf_init(&f.b, a, BAND_BYTES_MAX);
	f.scale = scale_points(c, f.points);
	add_head(&f);
	add_axes(&f);
	for (size_t i = 0; i < f.points;)
		i = is_wide(&c->point[i]) ? add_area(&f, i) : i + 1;
	add_line(&f);
	buf_add(&f.b, STR("</svg>\n"));
	return buf_str(&f.b);
}
