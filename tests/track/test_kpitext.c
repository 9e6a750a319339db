/* Tests of track/kpitext.c. */
#include "base/buf.h"
#include "support/suite.h"
#include "track/kpi.h"
#include "track/kpitext.h"

static struct kpi_cell cell = { .kind = KPI_CELL, .name = { "=x", 2 },
	.young = 3 };
static const struct kpi_wish wish = { .split = { "campaign", 8 },
	.from = { "2026-01-01", 10 }, .to = { "2026-01-31", 10 },
	.currency = { "EUR", 3 }, .has_before = true };

static struct kpi
one(void)
{
	for (int i = 0; i < KPI_FIGURES; i++)
		cell.value[i] = cell.before[i] = cell.change[i] =
		    (struct kpi_value){ .of = KPI_UNKNOWN };
	cell.value[KPI_COST_LEAD] = (struct kpi_value){ .is_known = true,
		.has_interval = true, .number = 5, .low = 3.2, .high = 7.9,
		.part = 10000, .of = 20, .text = STR("5.00") };
	cell.before[KPI_COST_LEAD] = cell.value[KPI_COST_LEAD];
	cell.change[KPI_COST_LEAD] = (struct kpi_value){ .is_known = true,
		.text = STR("0.0000") };
	return (struct kpi){ .mature_days = 90, .quarantined = 4,
		.cell = &cell, .cells = 1 };
}

START_TEST(both_say_the_same)
{
	struct kpi k = one();
	struct buf json, csv;

	buf_init(&json, suite_arena(), KPITEXT_BYTES_MAX);
	buf_init(&csv, suite_arena(), KPITEXT_BYTES_MAX);
	kpitext_json(&json, &wish, &k);
	kpitext_csv(&csv, &wish, &k);
	ck_assert(str_has_fold(buf_str(&json), STR("\"cost_per_lead\":{"
	    "\"value\":5.00,\"unit\":\"money\",\"part\":100.00,\"of\":20,"
	    "\"low\":3.2000,\"high\":7.9000,\"before\":5.00,"
	    "\"change\":0.0000}")));
	ck_assert(str_has_fold(buf_str(&json), STR("\"quarantined\":4,")));
	ck_assert(str_has_fold(buf_str(&json), STR("\"roi\":{\"value\":"
	    "\"n/a\",\"unit\":\"share\",\"immature\":false,")));
	ck_assert(str_has_prefix(buf_str(&csv), STR("by,row,cell,from,to,"
	    "currency,young_leads,views,views_before,views_change,")));
	ck_assert(str_has_fold(buf_str(&csv), STR("\r\ncampaign,cell,\"'=x\","
	    "2026-01-01,2026-01-31,")));
	ck_assert(str_has_fold(buf_str(&csv), STR(",n/a,5.00,5.00,0.0000,"
	    "n/a,")));
} END_TEST

SUITE(kpitext)
{
	SUITE_TEST(both_say_the_same);
}
