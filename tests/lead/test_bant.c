/* Tests of lead/bant.c. */
#include "lead/bant.h"
#include "support/suite.h"

#define LAST_DAY 20260301

static const struct {
	enum bant_topic topic;
	const char *typed;
	enum err err;
	enum bant_word word;
	int64_t number;
} typed[] = {
	{ BANT_NEED, "yes", OK, BANT_YES, 0 },
	{ BANT_NEED, "no", OK, BANT_NO, 0 },
	{ BANT_NEED, "unknown", OK, BANT_UNKNOWN, 0 },
	{ BANT_NEED, "now", ERR_INPUT, 0, 0 },
	{ BANT_NEED, "12", ERR_INPUT, 0, 0 },
	{ BANT_AUTHORITY, "2026-12-31", ERR_INPUT, 0, 0 },
	{ BANT_BUDGET, "0", OK, BANT_NUMBER, 0 },
	{ BANT_BUDGET, "999999999999", OK, BANT_NUMBER, 999999999999 },
	{ BANT_BUDGET, "999999999999.99", OK, BANT_NUMBER, 999999999999 },
	{ BANT_BUDGET, "1000000000000", ERR_INPUT, 0, 0 },
	{ BANT_BUDGET, "9 000", OK, BANT_NUMBER, 9000 },
	{ BANT_BUDGET, "9000.50", OK, BANT_NUMBER, 9000 },
	{ BANT_BUDGET, "9000,5", OK, BANT_NUMBER, 9000 },
	{ BANT_BUDGET, "9000.505", ERR_INPUT, 0, 0 },
	{ BANT_BUDGET, "90 00", ERR_INPUT, 0, 0 },
	{ BANT_BUDGET, "-1", ERR_INPUT, 0, 0 },
	{ BANT_BUDGET, "", ERR_INPUT, 0, 0 },
	{ BANT_TIMING, "now", OK, BANT_YES, 0 },
	{ BANT_TIMING, "2026-02-28", OK, BANT_NUMBER, 20260228 },
	{ BANT_TIMING, "2026-02-29", ERR_INPUT, 0, 0 },
};

START_TEST(answers_are_read)
{
	struct bant_answer a;
	enum err e = bant_parse(suite_arena(), typed[_i].topic,
	    str_of(typed[_i].typed), &a);

	ck_assert_int_eq(e, typed[_i].err);
	if (e)
		return;
	ck_assert_int_eq(a.word, typed[_i].word);
	ck_assert_int_eq(a.number, typed[_i].number);
} END_TEST

/* Answers in the order of topics; the rule wants 5000 by LAST_DAY. */
static const struct {
	const char *answer[BANT_TOPICS];
	uint32_t good_min;
	enum bant_outcome outcome;
	const char *reason;
	int64_t until;
	uint32_t good;
	const char *missing;	/* a letter each */
} cases[] = {
	{ { "yes", "yes", "yes", "now" }, 4, BANT_READY, "", 0, 4, "" },
	{ { "5000", "yes", "yes", "2026-03-01" }, 4, BANT_READY, "", 0, 4,
	    "" },
	{ { "4999", "yes", "yes", "now" }, 4, BANT_DISQUALIFIED, "no-budget",
	    0, 3, "" },
	{ { "no", "yes", "no", "no" }, 4, BANT_DISQUALIFIED, "no-need", 0, 1,
	    "" },
	{ { "no", "yes", "yes", "2027-01-01" }, 4, BANT_DISQUALIFIED,
	    "no-budget", 0, 2, "" },
	{ { "yes", "yes", "yes", "2026-03-02" }, 4, BANT_LATER, "too-early",
	    20260302, 3, "" },
	{ { "yes", "yes", "yes", "2026-03-02" }, 3, BANT_LATER, "too-early",
	    20260302, 3, "" },
	{ { "yes", "yes", "yes", "no" }, 4, BANT_LATER, "too-early", 0, 3,
	    "" },
	{ { "yes", "no", "yes", "now" }, 4, BANT_INCOMPLETE, "", 0, 3, "a" },
	{ { "yes", "no", "yes", "now" }, 3, BANT_READY, "", 0, 3, "a" },
	{ { "yes", "yes", "yes", "unknown" }, 4, BANT_INCOMPLETE, "", 0, 3,
	    "t" },
	{ { "unknown", "unknown", "unknown", "unknown" }, 1, BANT_INCOMPLETE,
	    "", 0, 0, "bant" },
	{ { "yes", "unknown", "unknown", "unknown" }, 1, BANT_READY, "", 0,
	    1, "ant" },
};

START_TEST(answers_decide)
{
	struct bant_rule r = { .budget_min = 5000, .good_min =
	    cases[_i].good_min };
	struct bant_answer a[BANT_TOPICS];
	struct bant_verdict v;
	char missing[BANT_TOPICS + 1] = "";
	size_t n = 0;

	for (size_t i = 0; i < BANT_TOPICS; i++)
		ck_assert_int_eq(bant_parse(suite_arena(),
		    (enum bant_topic)i,
		    str_of(cases[_i].answer[i]), &a[i]), OK);
	bant_decide(&r, a, LAST_DAY, &v);
	for (size_t i = 0; i < BANT_TOPICS; i++)
		if (v.is_missing[i])
			missing[n++] = bant_topic_name(i)[0];
	ck_assert_int_eq(v.outcome, cases[_i].outcome);
	ck_assert_str_eq(v.reason, cases[_i].reason);
	ck_assert_int_eq(v.until, cases[_i].until);
	ck_assert_uint_eq(v.good, cases[_i].good);
	ck_assert_str_eq(missing, cases[_i].missing);
} END_TEST

START_TEST(topics_have_names)
{
	enum bant_topic t;

	for (size_t i = 0; i < BANT_TOPICS; i++) {
		ck_assert_int_eq(bant_topic_parse(str_of(bant_topic_name(i)),
		    &t), OK);
		ck_assert_uint_eq(t, i);
	}
	ck_assert_ptr_null(bant_topic_name(BANT_TOPICS));
	ck_assert_int_eq(bant_topic_parse(STR("mood"), &t), ERR_INPUT);
} END_TEST

SUITE(bant)
{
	SUITE_LOOP(answers_are_read, COUNT(typed));
	SUITE_LOOP(answers_decide, COUNT(cases));
	SUITE_TEST(topics_have_names);
}
