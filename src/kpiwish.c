/* Implements kpiwish.h. */
#include "base/conf.h"
#include "base/currency.h"
#include "dayword.h"

#include "kpiwish.h"

void
kpiwish_usual(const struct conf *c, struct arena *a, struct kpi_wish *w)
{
	*w = (struct kpi_wish){ .split = STR("campaign"),
		.currency = c->currency, .zone = c->time_zone,
		.from = dayword_ago(a, KPIWISH_DAYS),
		.to = dayword_ago(a, 0) };
}

enum kpiwish_fault
kpiwish_judge(struct arena *a, struct kpi_wish *w)
{
	if (w->split.n && !str_is_one_of(w->split, kpi_split))
		return KPIWISH_SPLIT;
	if (!currency_is_code(w->currency))
		return KPIWISH_CURRENCY;
	if (!dayword_read(a, &w->from))
		return KPIWISH_FROM;
	return dayword_read(a, &w->to) ? KPIWISH_FINE : KPIWISH_TO;
}
