/* Implements whisker.h. */
#include <math.h>

#include "base/arena.h"
#include "base/buf.h"
#include "report/scale.h"

#include "report/whisker.h"

#define GLYPH 6.8		/* a letter's width, about */
#define NAME_CHARS_MAX 16	/* of a name: others are cut */
#define GAP 12.0
#define ROW_HIGH 26.0
#define TOP 8.0
#define BOTTOM 24.0
#define END_ROOM 24.0		/* half a tick's text, at the right */
#define CAP 5.0			/* half the height of an interval's ends */
#define FONT "system-ui, 'Liberation Sans', 'DejaVu Sans', Arial, sans-serif"

#define INK "class=\"chart-ink\" fill=\"#14231d\""
#define SOFT "class=\"chart-soft\" fill=\"#4c5d55\""
#define RULE "class=\"chart-rule\" stroke=\"#d5e0da\" fill=\"none\""
#define ZERO "class=\"chart-before\" stroke=\"#74857c\" fill=\"none\""
#define NOW "class=\"chart-now\" stroke=\"#0b6b4f\" fill=\"#0b6b4f\""
#define FAINT "class=\"chart-before\" stroke=\"#74857c\" fill=\"none\"" \
	" stroke-dasharray=\"4 3\""

struct frame {
	const struct whisker *w;
	struct arena *a;
	struct buf b;
	struct scale scale;
	size_t rows;
	double left, right, high;
};

/* What is seen: every estimate, and what of intervals is no farther off. */
static struct scale
scale_rows(const struct whisker *w, size_t rows)
{
	double low = INFINITY, high = -INFINITY;

	if (isfinite(w->zero))
		low = high = w->zero;
	for (size_t i = 0; i < rows; i++) {
		const double v[] = { w->row[i].at, w->row[i].low,
			w->row[i].high };

		for (size_t k = 0; k < sizeof v / sizeof *v; k++)
			if (isfinite(v[k])) {
				low = fmin(low, v[k]);
				high = fmax(high, v[k]);
			}
	}
	return low <= high ? scale_of(low, high) : scale_of(0, .01);
}

static double
widest(const struct frame *f, bool is_value)
{
	size_t most = 0;

	for (size_t i = 0; i < f->rows; i++) {
		size_t n = str_chars(is_value ? f->w->row[i].value :
		    f->w->row[i].name);

		if (!is_value && n > NAME_CHARS_MAX)
			n = NAME_CHARS_MAX;
		most = n > most ? n : most;
	}
	return (double)most * GLYPH + GAP;
}

static double
x_of(const struct frame *f, double v)
{
	return f->left + (f->right - f->left) * scale_at(&f->scale, v);
}

static void
add_head(struct frame *f)
{
	const struct whisker *w = f->w;

	buf_addf(&f->b, "<svg xmlns=\"http://www.w3.org/2000/svg\""
	    " role=\"img\" class=\"chart\" width=\"%d\" height=\"%.0f\""
	    " viewBox=\"0 0 %d %.0f\""
	    " aria-labelledby=\"%.*s-title %.*s-text\" font-family=\"" FONT
	    "\" font-size=\"12\">\n<title id=\"%.*s-title\">", WHISKER_WIDTH,
	    f->high, WHISKER_WIDTH, f->high, STR_ARG(w->id),
	    STR_ARG(w->id), STR_ARG(w->id));
	scale_escape(&f->b, w->title);
	buf_addf(&f->b, "</title>\n<desc id=\"%.*s-text\">", STR_ARG(w->id));
	scale_escape(&f->b, w->text);
	buf_add(&f->b, STR("</desc>\n"));
}

static void
add_line(struct frame *f, double x, const char *look)
{
	buf_addf(&f->b, "<path d=\"M%.1f %.1fV%.1f\" %s/>\n", x, TOP,
	    f->high - BOTTOM + 4, look);
}

static void
add_ticks(struct frame *f)
{
	const struct scale_style style = { f->w->lang, f->w->is_signed,
		f->w->is_number };

	for (size_t i = 0; i < scale_ticks(&f->scale); i++) {
		double v = scale_tick(&f->scale, i);

		add_line(f, x_of(f, v), RULE);
		scale_label(&f->b, x_of(f, v), f->high - 6, SOFT
		    " text-anchor=\"middle\"", scale_text(f->a, &f->scale,
		    &style, v));
	}
	if (isfinite(f->w->zero))
		add_line(f, x_of(f, f->w->zero), ZERO);
}

/* An end that is out of the picture has no cap. */
static void
add_cap(struct frame *f, double v, double y, const char *look)
{
	if (isfinite(v))
		buf_addf(&f->b, "<path d=\"M%.1f %.1fv%.1f\" %s/>\n",
		    x_of(f, v), y - CAP, 2 * CAP, look);
}

static struct str
cut(const struct frame *f, struct str name)
{
	size_t n = 0;

	if (str_chars(name) <= NAME_CHARS_MAX)
		return name;
	for (size_t i = 0; i + 1 < NAME_CHARS_MAX; i++) {
		size_t step = str_utf8_step(str_slice(name, n, name.n));

		n += step ? step : 1;
	}
	return buf_join(f->a, str_slice(name, 0, n), STR("…"));
}

static void
add_row(struct frame *f, size_t i)
{
	const struct whisker_row *r = &f->w->row[i];
	const char *look = r->is_faint ? FAINT : NOW;
	double y = TOP + ROW_HIGH * ((double)i + .5);

	scale_label(&f->b, 0, y + 4, r->is_faint ? SOFT : INK, cut(f, r->name));
	scale_label(&f->b, WHISKER_WIDTH, y + 4, r->is_faint ? SOFT
	    " text-anchor=\"end\"" : INK " text-anchor=\"end\"", r->value);
	if (!isnan(r->low) && !isnan(r->high)) {
		buf_addf(&f->b, "<path d=\"M%.1f %.1fH%.1f\""
		    " stroke-width=\"2\" %s/>\n", x_of(f, r->low), y,
		    x_of(f, r->high), look);
		add_cap(f, r->low, y, look);
		add_cap(f, r->high, y, look);
	}
	if (isfinite(r->at))
		buf_addf(&f->b, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4.5\""
		    " %s/>\n", x_of(f, r->at), y, look);
}

struct str
whisker_svg(struct arena *a, const struct whisker *w)
{
	struct frame f = { .w = w, .a = a, .rows = w->rows <
		WHISKER_ROWS_MAX ? w->rows : WHISKER_ROWS_MAX };

	buf_init(&f.b, a, WHISKER_BYTES_MAX);
	f.scale = scale_rows(w, f.rows);
	f.left = widest(&f, false) + END_ROOM / 2;
	f.right = WHISKER_WIDTH - widest(&f, true) - END_ROOM;
	f.high = TOP + ROW_HIGH * (double)f.rows + BOTTOM;
	add_head(&f);
	add_ticks(&f);
	for (size_t i = 0; i < f.rows; i++)
		add_row(&f, i);
	buf_add(&f.b, STR("</svg>\n"));
	return buf_str(&f.b);
}
