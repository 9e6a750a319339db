/*
 * Tests src/experiment/reporttext.c against golden files; with
 * PISTE_GOLDEN=update they are written anew.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiment/report.h"
#include "experiment/reporttext.h"
#include "experiment/table.h"
#include "support/suite.h"
#include "support/trialcase.h"

static struct figures figures;
static struct grid g;

static const struct trialcase_counts first = { .arms = 2, .epochs = 1,
	.n_star = 5000, .weight = { { .5, .5 } }, .n = { { 1000, 1000 } },
	.x = { { 52, 71 } } };

/* Everything that may be told of two arms. */
static struct results *
two_arms(void)
{
	static const char *const reasons[] = { "bot_visitors",
		"robot_views", "spam_conversions",
		"conversions_without_cookie", "conversions_from_preview" };
	struct results *r = trialcase_made(&first);

	r->planned_visitors = 20000;
	r->tests_consent = true;
	r->guardrails = 1;
	r->guardrail[0] = (struct results_guardrail){ RESULTS_METRIC_ERROR,
		.1 };
	for (size_t k = 0; k < 2; k++) {
		struct results_cell *c = trialcase_cell(r, 0, 0, k);

		c->n[RESULTS_VISITORS] = 1100;
		c->n[RESULTS_LEADS] = k ? 77 : 57;
		c->n[RESULTS_CONSENTED] = k ? 30 : 40;
		c->n[RESULTS_POSTED] = 900;
		c->n[RESULTS_REFUSED] = k ? 400 : 200;
		c->n[RESULTS_BOTS] = 3;
		c->n[RESULTS_ACTIVATED] = k ? 800 : 1000;
	}
	for (size_t i = 0; i < COUNT(reasons); i++)
		r->reason[r->reasons++] = (struct results_reason){
			str_of(reasons[i]), (int64_t)i * 6 };
	r->aside[r->asides++] = (struct results_aside){ STR("too-fast"), 4 };
	r->aside[r->asides++] = (struct results_aside){ STR("trapped"), 8 };
	r->views[r->classes++] = (struct results_views){ STR("human"), 3100 };
	r->views[r->classes++] = (struct results_views){ STR("robot"), 12 };
	return r;
}

/* A fraction of three factors, whose weights changed. */
static struct results *
four_arms(void)
{
	static const char *const keys[] = { "headline", "image", "button" };
	static const char *const levels[] = { "001", "100", "010", "111" };
	const struct trialcase_counts c = { .arms = 4, .epochs = 2,
		.n_star = 5000, .weight = { { .25, .25, .25, .25 },
		    { .4, .2, .2, .2 } },
		.n = { { 250, 250, 250, 250 }, { 400, 200, 200, 200 } },
		.x = { { 12, 15, 12, 22 }, { 20, 13, 10, 19 } } };
	struct results *r = trialcase_made(&c);

	r->design = STR("2^(3-1)");
	for (size_t i = 0; i < 3; i++) {
		r->factor[i].key = str_of(keys[i]);
		r->factor[i].level[r->factor[i].levels++] = STR("h1");
		r->factor[i].level[r->factor[i].levels++] = STR("h2");
		for (size_t k = 0; k < 4; k++)
			r->arm[k].level[i] = r->factor[i].level[
			    levels[k][i] - '0'];
	}
	r->factors = 3;
	return r;
}

/* On a mobile, with even weights, and all others. */
static struct results *
by_context(void)
{
	const struct trialcase_counts c = { .arms = 2, .epochs = 3,
		.n_star = 5000,
		.weight = { { .1, .9 }, { .5, .5 }, { .6, .4 } },
		.n = { { 200, 1800 }, { 200, 200 }, { 1200, 800 } },
		.x = { { 10, 180 }, { 14, 16 }, { 90, 60 } } };
	struct results *r = trialcase_made(&c);

	r->is_bandit = true;
	r->bandit_context = STR("device");
	r->bandit_visitors_min = 100;
	r->epoch[0].part_of = r->epoch[1].part_of = 3;
	r->epoch[0].leaf = STR("mobile");
	r->epoch[1].is_even = true;
	return r;
}

static const struct {
	const char *file;
	enum lang lang;
	struct results *(*make)(void);
} cases[] = {
	{ "results-fr.txt", LANG_FR, two_arms },
	{ "results-en.txt", LANG_EN, two_arms },
	{ "results-factors-fr.txt", LANG_FR, four_arms },
	{ "results-factors-en.txt", LANG_EN, four_arms },
	{ "results-context-fr.txt", LANG_FR, by_context },
	{ "results-context-en.txt", LANG_EN, by_context },
};

static struct str
golden(const char *file, struct str got)
{
	const char *mode = getenv("PISTE_GOLDEN");
	bool is_update = mode && !strcmp(mode, "update");
	char path[100], text[8000];
	FILE *f;

	(void)snprintf(path, sizeof path, "tests/golden/%s", file);
	f = fopen(path, is_update ? "w" : "r");
	ck_assert_msg(f != NULL, "no %s", path);
	if (is_update)
		fwrite(got.p, 1, got.n, f);
	else
		got = arena_copy(suite_arena(), (struct str){ text,
			fread(text, 1, sizeof text, f) });
	fclose(f);
	return got;
}

START_TEST(the_table_is_as_it_was)
{
	struct results *r = cases[_i].make();
	struct report rep = { .results = r, .figures = &figures };
	char *text;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	figures_make(r, &figures);
	if (r->factors) {
		grid_make(r, &figures, &g);
		rep.grid = &g;
	}
	reporttext_write(&rep, cases[_i].lang, out);
	fclose(out);
	ck_assert_str_same(((struct str){ text, n }), golden(cases[_i].file,
	    (struct str){ text, n }));
} END_TEST

/* Long names, money by the million, every kind of segment. */
static struct results *
wide(struct slices *slices)
{
	static const char *const dimensions[] = { "country", "device",
		"source", "lang" };
	struct results *r = four_arms();

	r->goal = RESULTS_GOAL_VALUE;
	r->goal_name = STR("value");
	r->value_cap = 1234567.89;
	r->arm[1].key = STR("a-headline-of-sixty-four-characters-that-somebody"
	    "-thought-up-at-n");
	for (size_t e = 0; e < 2; e++)
		for (size_t k = 0; k < 4; k++) {
			struct results_cell *c = trialcase_cell(r, 0, e, k);

			c->n[RESULTS_CUSTOMER_VISITORS] = 100000000;
			c->n[RESULTS_VALUE] = 1000000;
			c->value = 1e14;
			c->value_sq = 1e22;
		}
	for (size_t d = 0; d < SLICES_DIMENSIONS; d++) {
		slices[d].dimension = dimensions[d];
		slices[d].values = 2;
		slices[d].value[0] = (struct slices_value){ STR("a-source-of-a"
		    "-hundred-characters-as-a-campaign-may-well-call-its-own"
		    "-in-a-link-that-was-made-by-hand-éé"),
		    { { 1000000000, 1000000 } } };
		slices[d].value[1].name = STR("*");
	}
	return r;
}

static const enum lang langs[] = { LANG_FR, LANG_EN };
START_TEST(no_line_is_too_long)
{
	struct slices *slices = arena_array(suite_arena(), SLICES_DIMENSIONS,
	    sizeof *slices);
	struct results *r = wide(slices);
	struct report rep = { .results = r, .figures = &figures,
		.grid = &g, .slices = slices };
	struct str text, line;
	char *p;
	size_t n;
	FILE *out = open_memstream(&p, &n);

	figures_make(r, &figures);
	grid_make(r, &figures, &g);
	reporttext_write(&rep, langs[_i], out);
	fclose(out);
	text = (struct str){ p, n };
	while (text.n) {
		(void)str_cut(text, '\n', &line, &text);
		ck_assert_msg(str_chars(line) <= TABLE_CHARS_MAX, "%.*s",
		    STR_ARG(line));
	}
} END_TEST

START_TEST(what_never_ran_is_one_sentence)
{
	const struct trialcase_counts none = { .arms = 2 };
	struct results *r = trialcase_made(&none);
	const struct report rep = { .results = r };
	char *text;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	reporttext_write(&rep, LANG_EN, out);
	fclose(out);
	ck_assert_str_eq(text, "The experiment has not started yet: there is"
	    " nothing to compare.\n\nlb-headline: running, phase\u00a01,"
	    " goal\u00a0lead, as of\u00a01972-10-05\u00a000:00\u00a0UTC\n");
} END_TEST

SUITE(reporttext)
{
	SUITE_LOOP(the_table_is_as_it_was, COUNT(cases));
	SUITE_LOOP(no_line_is_too_long, COUNT(langs));
	SUITE_TEST(what_never_ran_is_one_sentence);
}
