/* Tests src/experiment/sentence.c. */
#include <string.h>

#include "experiment/report.h"
#include "experiment/sentence.h"
#include "support/suite.h"
#include "support/trialcase.h"

static const struct trialcase_counts first = { .arms = 2, .epochs = 1,
	.n_star = 5000, .weight = { { .5, .5 } }, .n = { { 1000, 1000 } },
	.x = { { 52, 71 } } };

static struct figures figures;

static struct str
said(struct results *r, enum decide_verdict verdict, int arm, enum lang lang)
{
	const struct report rep = { .results = r, .figures = &figures };

	figures_make(r, &figures);
	figures.verdict = verdict;
	figures.verdict_arm = arm;
	return sentence_verdict(&rep, lang);
}

static bool
holds(struct str s, const char *part)
{
	return strstr(arena_copy(suite_arena(), s).p, part) != NULL;
}

/* What is over asks for nothing any more. */
static const struct {
	enum decide_verdict verdict;
	int arm;
	const char *now, *stopped, *shipped;
} verdicts[] = {
	{ DECIDE_INVALID_SRM, -1, "do not use", "do not use", "do not use" },
	{ DECIDE_INVALID_MULTI_EXPOSURE, -1, "do not use", "do not use",
	    "do not use" },
	{ DECIDE_STOP_KEEP_CONTROL, 0, "Variant b does worse than the"
	    " control: stop, and keep a.", "did worse", "did worse" },
	{ DECIDE_COLLECTING, -1, "too early:", "ended too early",
	    "ended too early" },
	{ DECIDE_SHIP, 1, "you may ship it", "you may ship it",
	    "did better" },
	{ DECIDE_WINNER_CONTESTED, -1, "go on", "is not known.",
	    "is not known." },
	{ DECIDE_SHIP_LOW_RISK, 1, "shipping b would risk",
	    "shipping b would risk", "shipping b risked" },
	{ DECIDE_KEEP_CONTROL_LOW_RISK, 0, "keeping a risks",
	    "keeping a risked", "keeping a risked" },
	{ DECIDE_INCONCLUSIVE_STOP, -1, "stop, or try", "came and nothing",
	    "came and nothing" },
	{ DECIDE_NO_MEANINGFUL_DIFFERENCE, -1, "alike", "alike", "alike" },
	{ DECIDE_RUNNING, -1, "go on", "before anything was certain",
	    "before anything was certain" },
};
START_TEST(a_verdict_is_said_in_its_time)
{
	struct results *r = trialcase_made(&first);
	struct str s = said(r, verdicts[_i].verdict, verdicts[_i].arm,
	    LANG_EN);

	ck_assert_msg(holds(s, verdicts[_i].now), "%.*s", STR_ARG(s));
	r->state = STR("stopped");
	r->ended_ms = r->as_of_ms;
	s = said(r, verdicts[_i].verdict, verdicts[_i].arm, LANG_EN);
	ck_assert_msg(holds(s, verdicts[_i].stopped), "%.*s", STR_ARG(s));
	/* As of a moment before, it still ran. */
	r->ended_ms = r->as_of_ms + 1;
	s = said(r, verdicts[_i].verdict, verdicts[_i].arm, LANG_EN);
	ck_assert_msg(holds(s, verdicts[_i].now), "%.*s", STR_ARG(s));
	r->ended_ms = r->shipped_ms = r->as_of_ms;
	r->state = STR("decided");
	r->shipped = STR("b");
	s = said(r, verdicts[_i].verdict, verdicts[_i].arm, LANG_EN);
	ck_assert_msg(holds(s, verdicts[_i].shipped), "%.*s", STR_ARG(s));
	ck_assert(!holds(s, "may ship"));
	ck_assert(holds(s, "Variant b was shipped on 1972-10-05"));
	ck_assert(holds(s, "piste experiment undo lb-headline"));
	s = said(r, verdicts[_i].verdict, verdicts[_i].arm, LANG_FR);
	ck_assert(holds(s, "La variante b a été adoptée le 1972-10-05"));
	/* From an archive nothing comes back. */
	r->state = STR("archived");
	s = said(r, verdicts[_i].verdict, verdicts[_i].arm, LANG_EN);
	ck_assert(holds(s, "was shipped on") && !holds(s, "undo"));
} END_TEST

/* Whose window is open: a[0] of an arm have matured. */
static const struct { int64_t visitors; const char *fr, *en; } open[] = {
	{ 1001, "1 visiteur a encore", "1 visitor still has" },
	{ 1002, "2 visiteurs ont encore", "2 visitors still have" },
};
START_TEST(one_visitor_is_not_many)
{
	struct results *r = trialcase_made(&first);
	const struct report rep = { .results = r, .figures = &figures };
	struct str note[SENTENCE_NOTES_MAX];

	trialcase_cell(r, 0, 0, 0)->n[RESULTS_VISITORS] = open[_i].visitors;
	figures_make(r, &figures);
	ck_assert_uint_eq(sentence_notes(&rep, LANG_FR, note), 1);
	ck_assert(holds(note[0], open[_i].fr));
	ck_assert_uint_eq(sentence_notes(&rep, LANG_EN, note), 1);
	ck_assert(holds(note[0], open[_i].en));
} END_TEST

START_TEST(the_limit_of_values_is_told)
{
	struct results *r = trialcase_made(&first);
	const struct report rep = { .results = r, .figures = &figures };
	struct str note[SENTENCE_NOTES_MAX];

	r->value_cap = 1234.5;
	figures_make(r, &figures);
	ck_assert_uint_eq(sentence_notes(&rep, LANG_FR, note), 1);
	ck_assert(holds(note[0], "au-delà de 1234,50 compte pour 1234,50"));
} END_TEST

SUITE(sentence)
{
	SUITE_LOOP(a_verdict_is_said_in_its_time, COUNT(verdicts));
	SUITE_LOOP(one_visitor_is_not_many, COUNT(open));
	SUITE_TEST(the_limit_of_values_is_told);
}
