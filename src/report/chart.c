/* Implements chart.h. */
#include <math.h>

#include "base/arena.h"
#include "base/buf.h"
#include "report/scale.h"

#include "report/chart.h"

#define LEFT_MIN 24.0
#define GLYPH 6.6		/* a digit's width, about */
#define RIGHT 8.0
#define TOP 44.0
#define BOTTOM 34.0
#define TICKS_MAX 5
#define VALUE_ROOM 1.09
#define LABELS_MAX 8
#define LEGEND_GLYPH 6.9
#define FONT "system-ui, 'Liberation Sans', 'DejaVu Sans', Arial, sans-serif"

/* How things look where no style sheet says otherwise. */
#define INK "class=\"chart-ink\" fill=\"#14231d\""
#define SOFT "class=\"chart-soft\" fill=\"#4c5d55\""
#define RULE "class=\"chart-rule\" stroke=\"#d5e0da\" fill=\"none\""
#define NOW_FILL "class=\"chart-now\" fill=\"#0b6b4f\" stroke=\"#0b6b4f\""
#define UNRIPE_FILL NOW_FILL " fill-opacity=\".25\" stroke-dasharray=\"3 2\""
#define NOW_LINE "class=\"chart-now\" fill=\"none\" stroke=\"#0b6b4f\"" \
	" stroke-width=\"2.5\" stroke-linejoin=\"round\""
#define BEFORE_FILL "class=\"chart-before\" fill=\"none\" stroke=\"#74857c\""
#define BEFORE_LINE BEFORE_FILL " stroke-width=\"1.5\"" \
	" stroke-dasharray=\"5 4\""

/* Where things are: x from left on, y downwards. */
struct frame {
	const struct chart *c;
	struct arena *a;
	struct buf b;
	size_t points;
	double left;
	double slot;		/* a point's width */
	double step;		/* between two ticks */
	double top;		/* the highest tick */
};

static bool
is_shown(double v)
{
	return isfinite(v) && v >= 0;
}

static double
highest(const struct frame *f)
{
	double top = 0;

	for (size_t i = 0; i < f->points; i++) {
		double now = f->c->now.value[i];
		double before = f->c->before.value ? f->c->before.value[i] : 0;

		top = is_shown(now) ? fmax(top, now) : top;
		top = is_shown(before) ? fmax(top, before) : top;
	}
	return top;
}

/* The smallest of 1, 2 or 5 times a power of ten that leaves few ticks. */
static double
step_of(double top, enum kpi_unit unit)
{
	static const double round_ones[] = { 1, 2, 5, 10 };
	double power = pow(10, floor(log10(top / TICKS_MAX)));
	double step = power * 10;

	for (size_t i = 4; i-- > 0;)
		if (top <= power * round_ones[i] * TICKS_MAX)
			step = power * round_ones[i];
	return unit == KPI_COUNT && step < 1 ? 1 : step;
}

static void
lay_out(struct frame *f)
{
	double top = highest(f);
	struct str widest;

	/* A value is written above its bar. */
	if (f->points <= CHART_VALUES_MAX)
		top *= VALUE_ROOM;
	if (top <= 0)
		top = f->c->unit == KPI_SHARE ? .01 : 1;
	f->step = step_of(top, f->c->unit);
	f->top = ceil(top / f->step - 1e-9) * f->step;
	widest = quantity_tick(f->a, &f->c->style, f->c->unit, f->top);
	f->left = fmax(LEFT_MIN, (double)str_chars(widest) * GLYPH + 8);
	f->slot = (CHART_WIDTH - f->left - RIGHT) /
	    (double)(f->points ? f->points : 1);
}

static double
y_of(const struct frame *f, double v)
{
	return TOP + (CHART_HEIGHT - TOP - BOTTOM) *
	    (1 - fmin(v, f->top) / f->top);
}

static double
middle_of(const struct frame *f, size_t i)
{
	return f->left + f->slot * ((double)i + .5);
}

static void
add_head(struct frame *f)
{
	const struct chart *c = f->c;
	struct buf *b = &f->b;

	buf_add(b, STR("<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\""
	    " class=\"chart\""));
	if (c->is_alone)
		buf_addf(b, " width=\"%d\" height=\"%d\"", CHART_WIDTH,
		    CHART_HEIGHT);
	buf_addf(b, " viewBox=\"0 0 %d %d\" aria-labelledby=\"%.*s-title"
	    " %.*s-text\" font-family=\"" FONT "\" font-size=\"12\">\n"
	    "<title id=\"%.*s-title\">", CHART_WIDTH, CHART_HEIGHT,
	    STR_ARG(c->id), STR_ARG(c->id), STR_ARG(c->id));
	scale_escape(b, c->title);
	buf_addf(b, "</title>\n<desc id=\"%.*s-text\">", STR_ARG(c->id));
	scale_escape(b, c->text);
	buf_add(b, STR("</desc>\n"));
	if (c->is_alone)
		buf_add(b, STR("<rect width=\"100%\" height=\"100%\""
		    " fill=\"#ffffff\"/>\n"));
	buf_add(b, STR("<text x=\"0\" y=\"14\" font-size=\"14\""
	    " font-weight=\"700\" " INK ">"));
	scale_escape(b, c->title);
	buf_add(b, STR("</text>\n"));
}

static void
add_key(struct frame *f, double *x, const char *look, struct str name)
{
	if (!name.n)
		return;
	buf_addf(&f->b, "<rect x=\"%.1f\" y=\"23.5\" width=\"11\""
	    " height=\"9\" %s/>\n<text x=\"%.1f\" y=\"32\" " SOFT ">", *x,
	    look, *x + 16);
	scale_escape(&f->b, name);
	buf_add(&f->b, STR("</text>\n"));
	*x += 16 + (double)str_chars(name) * LEGEND_GLYPH + 14;
}

/* With one series alone the title says what it is. */
static void
add_legend(struct frame *f)
{
	const struct chart *c = f->c;
	double x = .5;

	if (c->before.value) {
		add_key(f, &x, NOW_FILL, c->now.name);
		add_key(f, &x, BEFORE_FILL, c->before.name);
	}
	if (c->ripe < f->points)
		add_key(f, &x, UNRIPE_FILL, c->unripe);
}

static void
add_ticks(struct frame *f)
{
	size_t ticks = (size_t)lround(f->top / f->step);

	for (size_t i = 0; i <= ticks; i++) {
		double v = f->step * (double)i, y = y_of(f, v);

		buf_addf(&f->b, "<path d=\"M%.1f %.1fH%d\" " RULE "/>\n"
		    "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\" " SOFT
		    ">", f->left, y, CHART_WIDTH - (int)RIGHT, f->left - 6,
		    y + 4);
		scale_escape(&f->b, quantity_tick(f->a, &f->c->style,
		    f->c->unit, v));
		buf_add(&f->b, STR("</text>\n"));
	}
}

/* As many as there is room for, from the last one back. */
static void
add_labels(struct frame *f)
{
	size_t every = (f->points + LABELS_MAX - 1) / LABELS_MAX;

	for (size_t i = 0; i < f->points; i++) {
		if ((f->points - 1 - i) % every)
			continue;
		buf_addf(&f->b, "<text x=\"%.1f\" y=\"%.1f\""
		    " text-anchor=\"middle\" " SOFT ">", middle_of(f, i),
		    CHART_HEIGHT - BOTTOM + 18);
		scale_escape(&f->b, f->c->label[i]);
		buf_add(&f->b, STR("</text>\n"));
	}
}

static void
add_bar(struct frame *f, double x, double width, double v, const char *look)
{
	double y = y_of(f, v);

	buf_addf(&f->b, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\""
	    " height=\"%.1f\" %s/>\n", x, y, width,
	    CHART_HEIGHT - BOTTOM - y, look);
}

static void
add_value(struct frame *f, double x, double v)
{
	buf_addf(&f->b, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\""
	    " font-size=\"11\" " INK ">", x, y_of(f, v) - 4);
	scale_escape(&f->b, quantity_tick(f->a, &f->c->style, f->c->unit, v));
	buf_add(&f->b, STR("</text>\n"));
}

/* What was before stands behind it, to the left. */
static void
add_bars(struct frame *f)
{
	const struct chart *c = f->c;
	double room = f->slot * .76;
	double width = c->before.value ? room / 2 : room;

	for (size_t i = 0; i < f->points; i++) {
		double x = middle_of(f, i) - room / 2, v = c->now.value[i];

		if (c->before.value && is_shown(c->before.value[i]))
			add_bar(f, x, width - 1, c->before.value[i],
			    BEFORE_FILL);
		x += room - width;
		if (!is_shown(v))
			continue;
		add_bar(f, x, width, v, i < c->ripe ? NOW_FILL : UNRIPE_FILL);
		if (f->points <= CHART_VALUES_MAX)
			add_value(f, x + width / 2, v);
	}
}

static void
add_line(struct frame *f, const double *value, const char *look)
{
	bool is_drawn = false;

	buf_add(&f->b, STR("<path d=\""));
	for (size_t i = 0; i < f->points; i++) {
		if (is_shown(value[i]))
			buf_addf(&f->b, "%c%.1f %.1f", is_drawn ? 'L' : 'M',
			    middle_of(f, i), y_of(f, value[i]));
		is_drawn = is_shown(value[i]);
	}
	buf_addf(&f->b, "\" %s/>\n", look);
}

/* One between two that nobody knows would not be seen on a line alone. */
static void
add_lines(struct frame *f)
{
	const struct chart *c = f->c;

	if (c->before.value)
		add_line(f, c->before.value, BEFORE_LINE);
	add_line(f, c->now.value, NOW_LINE);
	for (size_t i = 0; i < f->points; i++)
		if (is_shown(c->now.value[i]))
			buf_addf(&f->b, "<circle cx=\"%.1f\" cy=\"%.1f\""
			    " r=\"2.5\" %s/>\n", middle_of(f, i),
			    y_of(f, c->now.value[i]), i < c->ripe ?
			    NOW_FILL : UNRIPE_FILL);
}

struct str
chart_svg(struct arena *a, const struct chart *c)
{
	struct frame f = { .c = c, .a = a, .points = c->points <
		CHART_POINTS_MAX ? c->points : CHART_POINTS_MAX };

	buf_init(&f.b, a, CHART_BYTES_MAX);
	lay_out(&f);
	add_head(&f);
	add_legend(&f);
	add_ticks(&f);
	add_labels(&f);
	if (f.points <= CHART_BARS_MAX)
		add_bars(&f);
	else
		add_lines(&f);
	buf_add(&f.b, STR("</svg>\n"));
	return buf_str(&f.b);
}
