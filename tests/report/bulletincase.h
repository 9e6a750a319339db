/* A report with something in all of its parts. */
#ifndef PISTE_TESTS_REPORT_BULLETINCASE_H
#define PISTE_TESTS_REPORT_BULLETINCASE_H

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "report/bulletin.h"
#include "report/calendar.h"
#include "support/suite.h"

#define BULLETINCASE_TEXT 40

static inline struct kpi_value
bulletincase_value(double number, int decimals)
{
	return (struct kpi_value){ .is_known = true, .number = number,
		.part = KPI_UNKNOWN, .of = KPI_UNKNOWN, .text =
		buf_fmt(suite_arena(), BULLETINCASE_TEXT, "%.*f", decimals,
		number) };
}

static inline void
bulletincase_values(struct kpi_value *v, double size)
{
	v[KPI_VISITORS] = bulletincase_value(2150 * size, 0);
	v[KPI_VIEWS] = bulletincase_value(3020 * size, 0);
	v[KPI_LEADS] = bulletincase_value(78 * size, 0);
	v[KPI_CONVERSION] = bulletincase_value(.0363, 4);
	v[KPI_CONVERSION].has_interval = true;
	v[KPI_CONVERSION].low = .0292;
	v[KPI_CONVERSION].high = .045;
	v[KPI_COST] = bulletincase_value(1940.5 * size, 2);
	v[KPI_COST_LEAD] = bulletincase_value(24.88, 2);
	v[KPI_MQLS] = bulletincase_value(21 * size, 0);
	v[KPI_MQLS].is_immature = true;
	v[KPI_CUSTOMERS] = bulletincase_value(2, 0);
	v[KPI_COST_CUSTOMER] = bulletincase_value(970.25, 2);
	v[KPI_COST_CUSTOMER].has_interval = true;
	v[KPI_COST_CUSTOMER].low = 268.5;
	v[KPI_COST_CUSTOMER].high = INFINITY;
	v[KPI_CUSTOMERS].is_immature = true;
	v[KPI_ROI].is_immature = true;
}

static inline void
bulletincase_fill(struct bulletin *b, enum bulletin_period period)
{
	static const char *const names[] = { "printemps", "=2+5\"x\"",
		"salon-lyon-2026-avec-un-nom-bien-trop-long-pour-la-colonne-du"
	};
	int64_t from = 0;

	memset(b, 0, sizeof *b);
	b->period = period;
	b->from = period == BULLETIN_WEEK ? STR("2026-11-16") :
	    STR("2026-11-01");
	b->to = period == BULLETIN_WEEK ? STR("2026-11-22") :
	    STR("2026-11-30");
	b->before_from = period == BULLETIN_WEEK ? STR("2026-11-09") :
	    STR("2026-10-01");
	b->before_to = period == BULLETIN_WEEK ? STR("2026-11-15") :
	    STR("2026-10-31");
	b->currency = STR("EUR");
	b->mature_days = 90;
	b->quarantined = 3;
	b->total.kind = KPI_TOTAL;
	bulletincase_values(b->total.now, 1);
	bulletincase_values(b->total.before, .8);
	for (size_t i = 0; i < COUNT(names); i++) {
		b->cell[i].kind = KPI_CELL;
		b->cell[i].name = str_of(names[i]);
		bulletincase_values(b->cell[i].now, .5 / (double)(i + 1));
	}
	b->cell[COUNT(names)].kind = KPI_NAMELESS;
	bulletincase_values(b->cell[COUNT(names)].now, .1);
	b->cells = COUNT(names) + 1;
	(void)!calendar_parse(b->from, &from);
	b->days = period == BULLETIN_WEEK ? 7 : 30;
	for (size_t i = 0; i < b->days; i++)
		b->day[i] = (struct bulletin_point){
			calendar_text(suite_arena(), from + (int64_t)i),
			bulletincase_value((double)(i * 5 % 19), 0),
			bulletincase_value((double)(i * 7 % 13), 0) };
	for (int i = 0; i < BULLETIN_TREND; i++)
		b->trend[b->trends++] = (struct bulletin_point){
			calendar_text(suite_arena(), period == BULLETIN_WEEK ?
			from + (i - BULLETIN_TREND + 1) * 7 :
			calendar_month(from, i - BULLETIN_TREND + 1)),
			bulletincase_value(40 + i * 11 % 37, 0),
			{ .is_known = false } };
}

#endif
