/* Tests src/report/bulletin.c and bulletinword.c. */
#include "report/bulletin.h"
#include "report/bulletincase.h"
#include "report/bulletinword.h"
#include "support/golden.h"

static struct bulletin *
usual(enum bulletin_period period)
{
	struct bulletin *b = ARENA_NEW(suite_arena(), struct bulletin);

	bulletincase_fill(b, period);
	return b;
}

/* What is kept is all there was: the same JSON, CSV and words. */
START_TEST(what_is_kept_says_the_same)
{
	struct arena *a = suite_arena();
	struct bulletin *b = usual((enum bulletin_period)_i), *again =
		ARENA_NEW(a, struct bulletin);
	struct str json = bulletin_write(a, b);

	ck_assert_int_eq(bulletin_read(a, json, again), OK);
	ck_assert_str_same(bulletin_write(a, again), json);
	ck_assert_str_same(bulletin_csv(a, again), bulletin_csv(a, b));
	for (size_t l = 0; l < LANG_COUNT; l++) {
		ck_assert_str_same(bulletinword_text(a, again, (enum lang)l),
		    bulletinword_text(a, b, (enum lang)l));
		ck_assert_str_same(bulletinword_chart(a, again,
		    BULLETINWORD_TREND, (enum lang)l, true),
		    bulletinword_chart(a, b, BULLETINWORD_TREND, (enum lang)l,
		    true));
	}
} END_TEST

START_TEST(words_and_csv_are_as_they_were)
{
	struct arena *a = suite_arena();
	struct bulletin *b = usual(BULLETIN_WEEK);

	golden_check("report-csv", bulletin_csv(a, b));
	golden_check("report-text-fr", bulletinword_text(a, b, LANG_FR));
	golden_check("report-text-en", bulletinword_text(a, b, LANG_EN));
	ck_assert_str_same(bulletinword_title(a, b, LANG_EN),
	    STR("Week from 16 November 2026 to 22 November 2026"));
	ck_assert_str_same(bulletinword_title(a, usual(BULLETIN_MONTH),
	    LANG_FR), STR("Mois du 01/11/2026 au 30/11/2026"));
} END_TEST

/* Anybody names a campaign: whole characters, and not too many. */
START_TEST(names_are_cut)
{
	struct bulletin_row r = { .kind = KPI_CELL };
	char name[4 * (BULLETIN_NAME_CHARS_MAX + 1)];
	size_t chars = BULLETIN_NAME_CHARS_MAX + (size_t)_i;
	struct str got;

	for (size_t i = 0; i < chars; i++)
		memcpy(name + i * 2, "é", 2);
	r.name = (struct str){ name, chars * 2 };
	got = bulletinword_name(suite_arena(), &r, LANG_FR);
	ck_assert(str_is_utf8(got));
	ck_assert_uint_eq(str_chars(got), chars);
	ck_assert_int_eq(str_has_suffix(got, STR("…")), _i);
} END_TEST

static const struct {
	enum kpi_figure figure;
	bool is_before;
	bool is_quiet;
} quiet[] = {
	{ KPI_VISITORS, false, false }, { KPI_LEADS, true, false },
	{ KPI_COST, false, false }, { KPI_ROI, false, true },
};

START_TEST(nothing_is_quiet)
{
	struct bulletin b = { .period = BULLETIN_WEEK };

	ck_assert(bulletin_is_quiet(&b));
	(quiet[_i].is_before ? b.total.before : b.total.now)
	    [quiet[_i].figure] = bulletincase_value(3, 0);
	ck_assert_int_eq(bulletin_is_quiet(&b), quiet[_i].is_quiet);
} END_TEST

static const char *const wrong[] = { "", "[]", "{}", "{\"from\":1}",
	"{\"from\":\"2026-11-16\"}", "{\"from\":\"2026-11-16\",\"rows\":[{}]}",
	"{\"from\":\"2026-11-16\",\"rows\":[{\"row\":\"cell\"}]}" };

START_TEST(what_is_no_report_is_refused)
{
	struct bulletin *b = ARENA_NEW(suite_arena(), struct bulletin);

	ck_assert_int_eq(bulletin_read(suite_arena(), str_of(wrong[_i]), b),
	    ERR_INPUT);
} END_TEST

SUITE(bulletin)
{
	SUITE_LOOP(what_is_kept_says_the_same, 2);
	SUITE_TEST(words_and_csv_are_as_they_were);
	SUITE_LOOP(names_are_cut, 2);
	SUITE_LOOP(nothing_is_quiet, COUNT(quiet));
	SUITE_LOOP(what_is_no_report_is_refused, COUNT(wrong));
}
