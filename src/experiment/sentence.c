/* Implements sentence.h: which of base/phrase's sentences are to be said. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/phrase.h"
#include "experiment/report.h"
#include "experiment/reportcell.h"
#include "experiment/reportword.h"

#include "experiment/sentence.h"

#define NUMBER_BYTES_MAX 24
#define VERDICT_BYTES_MAX 2000

/*
 * What a verdict asks for while it can be done, and what it says of something
 * that is over.  What was stopped may still be shipped.
 */
static const struct {
	enum phrase now, stopped, over;
} verdicts[] = {
#define SAME(name) { PHRASE_VERDICT_##name, PHRASE_VERDICT_##name, \
	PHRASE_VERDICT_##name }
#define WAS(name) { PHRASE_VERDICT_##name, PHRASE_VERDICT_##name##_WAS, \
	PHRASE_VERDICT_##name##_WAS }
#define STILL(name) { PHRASE_VERDICT_##name, PHRASE_VERDICT_##name, \
	PHRASE_VERDICT_##name##_WAS }
	[DECIDE_INVALID_SRM] = SAME(INVALID_SRM),
	[DECIDE_INVALID_MULTI_EXPOSURE] = SAME(INVALID_MULTI_EXPOSURE),
	[DECIDE_STOP_KEEP_CONTROL] = WAS(STOP_KEEP_CONTROL),
	[DECIDE_COLLECTING] = WAS(COLLECTING),
	[DECIDE_SHIP] = STILL(SHIP),
	[DECIDE_WINNER_CONTESTED] = WAS(WINNER_CONTESTED),
	[DECIDE_SHIP_LOW_RISK] = STILL(SHIP_LOW_RISK),
	[DECIDE_KEEP_CONTROL_LOW_RISK] = WAS(KEEP_CONTROL_LOW_RISK),
	[DECIDE_INCONCLUSIVE_STOP] = WAS(INCONCLUSIVE_STOP),
	[DECIDE_NO_MEANINGFUL_DIFFERENCE] = SAME(NO_MEANINGFUL_DIFFERENCE),
	[DECIDE_RUNNING] = WAS(RUNNING),
};

static bool
is_past(int64_t ms, const struct results *r)
{
	return ms && ms <= r->as_of_ms;
}

static bool
is_shipped(const struct results *r)
{
	return r->shipped.n && is_past(r->shipped_ms, r);
}

static struct str
say_verdict(const struct results *r, const struct figures *f, enum lang lang)
{
	bool is_final = is_shipped(r) || str_eq(r->state, STR("archived"));
	bool is_over = is_past(r->ended_ms, r);
	enum phrase p = is_final ? verdicts[f->verdict].over : is_over ?
	    verdicts[f->verdict].stopped : verdicts[f->verdict].now;
	struct str arm = f->verdict_arm >= 0 ? r->arm[f->verdict_arm].key :
	    STR_EMPTY;

	if (f->verdict != DECIDE_STOP_KEEP_CONTROL || r->arms > 2)
		return phrase_fill(r->arena, p, lang, arm);
	return phrase_fill_all(r->arena, is_over ?
	    PHRASE_VERDICT_STOP_KEEP_CONTROL_ONE_WAS :
	    PHRASE_VERDICT_STOP_KEEP_CONTROL_ONE, lang,
	    (struct str[]){ r->arm[1].key, arm }, 2);
}

struct str
sentence_verdict(const struct report *rep, enum lang lang)
{
	const struct results *r = rep->results;
	const struct reportcell cell = { r->arena, lang };
	bool can_undo = str_eq(r->state, STR("decided"));
	struct str shipped, verdict;

	if (!rep->figures)
		return phrase_in(PHRASE_VERDICT_NONE, lang);
	verdict = say_verdict(r, rep->figures, lang);
	if (!is_shipped(r))
		return verdict;
	shipped = phrase_fill_all(r->arena, can_undo ?
	    PHRASE_VERDICT_SHIPPED : PHRASE_VERDICT_SHIPPED_FOR_GOOD, lang,
	    (struct str[]){ r->shipped, reportcell_moment(&cell,
	    r->shipped_ms), r->key }, 3);
	return buf_fmt(r->arena, VERDICT_BYTES_MAX, "%.*s %.*s",
	    STR_ARG(verdict), STR_ARG(shipped));
}

/* The notes being gathered. */
struct notes {
	struct arena *arena;
	enum lang lang;
	struct str *note;
	size_t count;
};

static void
say(struct notes *n, bool is_so, enum phrase p, struct str value)
{
	if (is_so && n->count < SENTENCE_NOTES_MAX)
		n->note[n->count++] = phrase_fill(n->arena, p, n->lang, value);
}

static struct str
number(const struct notes *n, int64_t v)
{
	return buf_fmt(n->arena, NUMBER_BYTES_MAX, "%lld", (long long)v);
}

/* Whose window is not over yet. */
static int64_t
count_maturing(const struct results *r, const struct figures *f)
{
	int64_t mature = 0;

	for (size_t k = 0; k < r->arms; k++)
		mature += f->arm[k].mature.n;
	return f->visitors - mature;
}

static void
say_of_rails(const struct results *r, const struct figures *f, size_t arm,
    struct notes *n)
{
	for (size_t i = 0; i < r->guardrails; i++) {
		const struct str values[] = { r->arm[arm].key, reportword_of(
		    str_of(report_metric(r->guardrail[i].metric)), n->lang) };

		if (f->pair[arm - 1].is_breached[i] &&
		    n->count < SENTENCE_NOTES_MAX)
			n->note[n->count++] = phrase_fill_all(n->arena,
			    PHRASE_NOTE_GUARDRAIL, n->lang, values, 2);
	}
}

static void
say_of_arms(const struct results *r, const struct figures *f,
    struct notes *n)
{
	int64_t maturing = count_maturing(r, f);

	for (size_t k = 1; k < r->arms; k++) {
		const struct figures_pair *p = &f->pair[k - 1];

		say_of_rails(r, f, k, n);
		say(n, p->is_compared && p->state == DECIDE_LOSING &&
		    f->verdict != DECIDE_STOP_KEEP_CONTROL,
		    PHRASE_NOTE_LOSING, r->arm[k].key);
		say(n, !p->is_compared, PHRASE_NOTE_CLOSED, r->arm[k].key);
	}
	say(n, f->activated_is_odd, PHRASE_NOTE_ACTIVATED, STR_EMPTY);
	if (r->value_cap > 0 && n->count < SENTENCE_NOTES_MAX) {
		const struct reportcell cell = { n->arena, n->lang };
		struct str cap = reportcell_number(&cell, r->value_cap, 2);

		n->note[n->count++] = phrase_fill_all(n->arena,
		    PHRASE_NOTE_CAP, n->lang, (struct str[]){ cap, cap }, 2);
	}
	say(n, f->verdict == DECIDE_SHIP, PHRASE_NOTE_PROVISIONAL, STR_EMPTY);
	say(n, r->epochs > 1, PHRASE_NOTE_EPOCHS, STR_EMPTY);
	say(n, maturing > 0, maturing == 1 ? PHRASE_NOTE_MATURING_ONE :
	    PHRASE_NOTE_MATURING, number(n, maturing));
}

static void
say_of_bandit(const struct results *r, const struct figures *f,
    struct notes *n)
{
	say(n, true, PHRASE_NOTE_BANDIT, STR_EMPTY);
	say(n, f && !f->bandit_is_ready, PHRASE_NOTE_BANDIT_WAITS, number(n,
	    r->bandit_visitors_min));
	say(n, f && f->bandit_is_over, PHRASE_NOTE_BANDIT_OVER, STR_EMPTY);
	say(n, r->arms < 3, PHRASE_NOTE_BANDIT_TWO, STR_EMPTY);
	say(n, r->goal != RESULTS_GOAL_LEAD, PHRASE_NOTE_BANDIT_LATE,
	    STR_EMPTY);
}

static void
say_of_factors(const struct grid *g, struct notes *n)
{
	bool has_effects = g->kind != GRID_NONE;

	say(n, !has_effects, PHRASE_NOTE_NO_GRID, STR_EMPTY);
	say(n, has_effects && g->has_interaction, PHRASE_NOTE_INTERACTION,
	    STR_EMPTY);
	say(n, has_effects && g->fit == FACTORIAL_FEW_VISITORS,
	    PHRASE_NOTE_FEW_VISITORS, STR_EMPTY);
	say(n, has_effects && g->fit == FACTORIAL_FEW_CONVERSIONS,
	    PHRASE_NOTE_FEW_CONVERSIONS, STR_EMPTY);
	say(n, g->kind == GRID_FRACTION && g->fraction.resolution ==
	    FRACTION_RESOLUTION_LOW, PHRASE_NOTE_RESOLUTION, STR_EMPTY);
}

size_t
sentence_notes(const struct report *rep, enum lang lang,
    struct str note[SENTENCE_NOTES_MAX])
{
	const struct results *r = rep->results;
	struct notes n = { r->arena, lang, note, 0 };

	say(&n, str_eq(r->state, STR("paused")), PHRASE_NOTE_PAUSED, STR_EMPTY);
	if (rep->figures)
		say_of_arms(r, rep->figures, &n);
	if (r->is_bandit)
		say_of_bandit(r, rep->figures, &n);
	if (rep->grid)
		say_of_factors(rep->grid, &n);
	return n.count;
}
