/* Implements quantity.h. */
#include <math.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"

#include "report/quantity.h"

#define DIGITS_BYTES 40
#define PERCENT 100.0
#define HOUR_MINUTES 60
#define NARROW "\u202f"		/* no line is broken there */
#define WIDE "\u00a0"

static const struct {
	const char *thousand;
	const char *decimal;
	const char *percent;
	const char *day;
	const char *days;
	const char *point;
} words[LANG_COUNT] = {
	[LANG_FR] = { NARROW, ",", WIDE "%", "jour", "jours", "pt" },
	[LANG_EN] = { ",", ".", "%", "day", "days", "pp" },
};

static const struct {
	const char *code;
	const char *sign;
} signs[] = { { "EUR", "€" }, { "GBP", "£" }, { "USD", "$" } };

static bool
is_known(double value)
{
	return isfinite(value) && fabs(value) <= QUANTITY_MAX;
}

/* Digits in groups of three, with so many decimals; no minus before zero. */
static void
add_number(struct buf *b, enum lang l, double value, int decimals)
{
	char digits[DIGITS_BYTES];
	struct str whole, part;
	int n = snprintf(digits, sizeof digits, "%.*f", decimals,
	    fabs(value));

	str_cut((struct str){ digits, (size_t)n }, '.', &whole, &part);
	if (value < 0 && -value * pow(10, decimals) >= .5)
		buf_add(b, STR("\u2212"));
	for (size_t i = 0; i < whole.n; i++) {
		if (i && (whole.n - i) % 3 == 0)
			buf_add(b, str_of(words[l].thousand));
		buf_byte(b, whole.p[i]);
	}
	if (part.n)
		buf_add(b, str_of(words[l].decimal));
	buf_add(b, part);
}

static struct str
sign_of(struct str currency)
{
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (str_eq(currency, str_of(signs[i].code)))
			return str_of(signs[i].sign);
	return currency;
}

/* French has the sign behind, English before it. */
static void
add_money(struct buf *b, const struct quantity_style *s, double value,
    int decimals)
{
	struct str sign = sign_of(s->currency);
	bool is_code = sign.p == s->currency.p;

	if (s->lang == LANG_EN) {
		if (value < 0 && -value * pow(10, decimals) >= .5)
			buf_add(b, STR("\u2212"));
		buf_add(b, sign);
		if (is_code && sign.n)
			buf_add(b, STR(WIDE));
		add_number(b, s->lang, fabs(value), decimals);
		return;
	}
	add_number(b, s->lang, value, decimals);
	if (sign.n)
		buf_add(b, STR(WIDE));
	buf_add(b, sign);
}

static void
add_days(struct buf *b, enum lang l, double value)
{
	add_number(b, l, value, value == floor(value) ? 0 : 1);
	buf_add(b, STR(WIDE));
	buf_add(b, str_of((l == LANG_FR ? fabs(value) < 2 : value == 1) ?
	    words[l].day : words[l].days));
}

static void
add_minutes(struct buf *b, enum lang l, double value)
{
	bool is_hours = fabs(value) >= HOUR_MINUTES;

	add_number(b, l, is_hours ? value / HOUR_MINUTES : value, is_hours);
	buf_add(b, is_hours ? STR(WIDE "h") : STR(WIDE "min"));
}

struct str
quantity_text(struct arena *a, const struct quantity_style *s,
    enum kpi_unit u, double value)
{
	struct buf b;

	if (!is_known(value))
		return STR("n/a");
	buf_init(&b, a, QUANTITY_BYTES_MAX);
	switch (u) {
	case KPI_COUNT:
		add_number(&b, s->lang, value, 0);
		break;
	case KPI_SHARE:
		add_number(&b, s->lang, value * PERCENT, 1);
		buf_add(&b, str_of(words[s->lang].percent));
		break;
	case KPI_MONEY:
		add_money(&b, s, value, 2);
		break;
	case KPI_MINUTES:
		add_minutes(&b, s->lang, value);
		break;
	case KPI_DAYS:
		add_days(&b, s->lang, value);
		break;
	}
	return buf_str(&b);
}

/* The fewest decimals that tell it from its neighbours: ticks are round. */
static int
decimals_of(double value)
{
	int decimals = 0;

	while (decimals < 2 && fabs(value - round(value)) > 1e-9) {
		value *= 10;
		decimals++;
	}
	return decimals;
}

struct str
quantity_tick(struct arena *a, const struct quantity_style *s,
    enum kpi_unit u, double value)
{
	double shown = u == KPI_SHARE ? value * PERCENT : value;
	struct buf b;

	if (!is_known(value))
		return STR("n/a");
	buf_init(&b, a, QUANTITY_BYTES_MAX);
	if (u == KPI_MONEY)
		add_money(&b, s, shown, decimals_of(shown));
	else
		add_number(&b, s->lang, shown, decimals_of(shown));
	if (u == KPI_SHARE)
		buf_add(&b, str_of(words[s->lang].percent));
	return buf_str(&b);
}

struct str
quantity_change(struct arena *a, const struct quantity_style *s,
    enum kpi_unit u, double now, double before)
{
	bool is_rate = u == KPI_SHARE;
	double change;
	struct buf b;

	if (!is_known(now) || !is_known(before) || (!is_rate && before <= 0))
		return STR("n/a");
	change = (is_rate ? now - before : now / before - 1) * PERCENT;
	buf_init(&b, a, QUANTITY_BYTES_MAX);
	if (change >= (is_rate ? .05 : .5))
		buf_byte(&b, '+');
	add_number(&b, s->lang, change, is_rate);
	if (is_rate)
		buf_addf(&b, WIDE "%s", words[s->lang].point);
	else
		buf_add(&b, str_of(words[s->lang].percent));
	return buf_str(&b);
}
