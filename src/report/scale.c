/* Implements scale.h. */
#include <math.h>

#include "base/arena.h"
#include "base/buf.h"

#include "report/scale.h"

#define TEXT_BYTES_MAX 80
#define NEAR 1e-9	/* of a step: a sum of tenths is seldom round */
#define DIGITS_MAX 9

struct scale
scale_of(double low, double high)
{
	static const double round_ones[] = { 1, 2, 5, 10 };
	double width = high - low, power;
	struct scale s = { .step = 1 };

	if (!(width > 0)) {
		width = fmax(fabs(high), .01);
		low -= width / 2;
		high += width / 2;
	}
	power = pow(10, floor(log10(width / SCALE_TICKS_MAX)));
	s.step = power * 10;
	for (size_t i = 4; i-- > 0;)
		if (width <= power * round_ones[i] * SCALE_TICKS_MAX)
			s.step = power * round_ones[i];
	s.low = floor(low / s.step + NEAR) * s.step;
	s.high = ceil(high / s.step - NEAR) * s.step;
	return s;
}

double
scale_at(const struct scale *s, double v)
{
	return fmin(1, fmax(0, (v - s->low) / (s->high - s->low)));
}

size_t
scale_ticks(const struct scale *s)
{
	return (size_t)lround((s->high - s->low) / s->step) + 1;
}

double
scale_tick(const struct scale *s, size_t i)
{
	double v = s->low + s->step * (double)i;

	return fabs(v) < s->step * NEAR ? 0 : v;
}

struct str
scale_text(struct arena *a, const struct scale *s,
    const struct scale_style *style, double v)
{
	double times = style->is_number ? 1 : 100;
	int digits = (int)fmin(DIGITS_MAX, fmax(0,
	    -floor(log10(s->step * times) + NEAR)));
	struct str text = buf_fmt(a, TEXT_BYTES_MAX, style->is_signed &&
	    v != 0 ? "%+.*f" : "%.*f", digits, v * times);
	struct str head, tail;

	if (style->lang == LANG_FR && str_cut(text, '.', &head, &tail))
		text = buf_fmt(a, TEXT_BYTES_MAX, "%.*s,%.*s", STR_ARG(head),
		    STR_ARG(tail));
	return style->is_number ? text : buf_join(a, text, style->lang ==
	    LANG_FR ? STR("\u00a0%") : STR("%"));
}

void
scale_escape(struct buf *b, struct str s)
{
	while (s.n) {
		size_t n = str_utf8_step(s);
		char c = s.p[0];

		if (!n || (n == 1 && ((unsigned char)c < ' ' || c == 0x7f)))
			buf_add(b, STR("\ufffd"));
		else if (c == '&')
			buf_add(b, STR("&amp;"));
		else if (c == '<')
			buf_add(b, STR("&lt;"));
		else if (c == '>')
			buf_add(b, STR("&gt;"));
		else
			buf_add(b, str_slice(s, 0, n));
		s = str_slice(s, n ? n : 1, s.n);
	}
}

void
scale_label(struct buf *b, double x, double y, const char *look,
    struct str text)
{
	buf_addf(b, "<text x=\"%.1f\" y=\"%.1f\" %s>", x, y, look);
	scale_escape(b, text);
	buf_add(b, STR("</text>\n"));
}
