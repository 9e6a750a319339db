/* Implements sentence.h: which of base/phrase's sentences are to be said. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/phrase.h"
#include "experiment/report.h"

#include "experiment/sentence.h"

#define NUMBER_BYTES_MAX 24

struct str
sentence_verdict(const struct report *rep, enum lang lang)
{
	static const enum phrase phrases[] = {
		[DECIDE_INVALID_SRM] = PHRASE_VERDICT_INVALID_SRM,
		[DECIDE_INVALID_MULTI_EXPOSURE] =
		    PHRASE_VERDICT_INVALID_MULTI_EXPOSURE,
		[DECIDE_STOP_KEEP_CONTROL] = PHRASE_VERDICT_STOP_KEEP_CONTROL,
		[DECIDE_COLLECTING] = PHRASE_VERDICT_COLLECTING,
		[DECIDE_SHIP] = PHRASE_VERDICT_SHIP,
		[DECIDE_WINNER_CONTESTED] = PHRASE_VERDICT_WINNER_CONTESTED,
		[DECIDE_SHIP_LOW_RISK] = PHRASE_VERDICT_SHIP_LOW_RISK,
		[DECIDE_KEEP_CONTROL_LOW_RISK] =
		    PHRASE_VERDICT_KEEP_CONTROL_LOW_RISK,
		[DECIDE_INCONCLUSIVE_STOP] = PHRASE_VERDICT_INCONCLUSIVE_STOP,
		[DECIDE_NO_MEANINGFUL_DIFFERENCE] =
		    PHRASE_VERDICT_NO_MEANINGFUL_DIFFERENCE,
		[DECIDE_RUNNING] = PHRASE_VERDICT_RUNNING,
	};
	const struct results *r = rep->results;
	const struct figures *f = rep->figures;

	if (!f)
		return phrase_in(PHRASE_VERDICT_NONE, lang);
	return phrase_fill(r->arena, phrases[f->verdict], lang,
	    f->verdict_arm >= 0 ? r->arm[f->verdict_arm].key : STR_EMPTY);
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
say_of_arms(const struct results *r, const struct figures *f,
    struct notes *n)
{
	int64_t maturing = count_maturing(r, f);

	for (size_t k = 1; k < r->arms; k++) {
		bool is_breached = false;

		for (size_t i = 0; i < r->guardrails; i++)
			is_breached |= f->pair[k - 1].is_breached[i];
		say(n, is_breached, PHRASE_NOTE_GUARDRAIL, r->arm[k].key);
	}
	say(n, f->verdict == DECIDE_SHIP, PHRASE_NOTE_PROVISIONAL, STR_EMPTY);
	say(n, r->epochs > 1, PHRASE_NOTE_EPOCHS, STR_EMPTY);
	say(n, maturing > 0, PHRASE_NOTE_MATURING, buf_fmt(n->arena,
	    NUMBER_BYTES_MAX, "%lld", (long long)maturing));
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

	if (rep->figures)
		say_of_arms(r, rep->figures, &n);
	say(&n, r->is_bandit, PHRASE_NOTE_BANDIT, STR_EMPTY);
	say(&n, r->is_bandit && r->arms < 3, PHRASE_NOTE_BANDIT_TWO,
	    STR_EMPTY);
	say(&n, r->is_bandit && r->goal != RESULTS_GOAL_LEAD,
	    PHRASE_NOTE_BANDIT_LATE, STR_EMPTY);
	if (rep->grid)
		say_of_factors(rep->grid, &n);
	return n.count;
}
