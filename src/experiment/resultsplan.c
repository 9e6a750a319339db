/* Implements resultsplan.h. */
#include <jansson.h>

#include "base/arena.h"
#include "experiment/bandit.h"
#include "experiment/decide.h"

#include "experiment/resultsplan.h"

static json_t *
load(struct str s)
{
	return json_loadb(s.p, s.n, JSON_DECODE_ANY, NULL);
}

double
resultsplan_real(struct str s)
{
	json_t *number = load(s);
	double v = json_number_value(number);

	json_decref(number);
	return v;
}

static struct str
copy(struct arena *a, const json_t *text)
{
	return json_is_string(text) ? arena_copy(a, (struct str){
	    json_string_value(text), json_string_length(text) }) : STR_EMPTY;
}

static double
number(const json_t *object, const char *name, double fallback)
{
	const json_t *v = json_object_get(object, name);

	return json_is_number(v) ? json_number_value(v) : fallback;
}

static bool
holds(const json_t *list, const char *word)
{
	const json_t *item;
	size_t i;

	json_array_foreach((json_t *)list, i, item)
		if (json_is_string(item) && str_eq(str_of(word),
		    str_of(json_string_value(item))))
			return true;
	return false;
}

static void
read_guardrails(const json_t *list, struct results *r)
{
	static const char *const names[] = {
		[RESULTS_METRIC_SPAM] = "spam",
		[RESULTS_METRIC_BOUNCE] = "bounce",
		[RESULTS_METRIC_ERROR] = "error",
		[RESULTS_METRIC_CONSENT] = "consent",
	};
	const json_t *item;
	size_t i;

	json_array_foreach((json_t *)list, i, item) {
		const char *metric = json_string_value(json_object_get(item,
		    "metric"));

		for (size_t m = 0; metric &&
		    m < sizeof names / sizeof *names; m++)
			if (str_eq(str_of(metric), str_of(names[m])) &&
			    r->guardrails < RESULTS_GUARDRAILS_MAX)
				r->guardrail[r->guardrails++] =
				    (struct results_guardrail){
					(enum results_metric)m,
					number(item, "margin", .2) };
	}
}

static void
read_factor(const json_t *item, struct arena *a, struct results_factor *out)
{
	const json_t *levels = json_object_get(item, "levels"), *level;
	size_t i;

	*out = (struct results_factor){ .key = copy(a, json_object_get(item,
	    "key")) };
	json_array_foreach((json_t *)levels, i, level)
		if (i < RESULTS_LEVELS_MAX)
			out->level[out->levels++] = copy(a, level);
}

static void
read_factors(const json_t *list, struct arena *a, struct results *r)
{
	const json_t *item;
	size_t i;

	json_array_foreach((json_t *)list, i, item)
		if (r->factors < RESULTS_FACTORS_MAX)
			read_factor(item, a, &r->factor[r->factors++]);
}

static void
read_bandit(const json_t *bandit, struct arena *a, struct results *r)
{
	r->is_bandit = json_is_object(bandit);
	r->bandit_context = copy(a, json_object_get(bandit, "context"));
	r->bandit_floor = number(bandit, "floor", 0);
	r->bandit_visitors_min = (int64_t)number(bandit, "min_visitors",
	    BANDIT_VISITORS_MIN);
}

enum err
resultsplan_read(struct str definition, struct arena *a, struct results *r)
{
	json_t *d = load(definition);
	const json_t *automatic = json_object_get(d, "auto");

	if (!json_is_object(d)) {
		json_decref(d);
		return ERR_INPUT;
	}
	r->equivalence = number(d, "equivalence",
	    decide_default.equivalence);
	r->baseline = number(d, "baseline", 0);
	r->mde = number(d, "mde", 0);
	r->power = number(d, "power", 0);
	r->tests_consent = holds(json_object_get(d, "tested"), "consent");
	r->stops_itself = holds(automatic, "stop_keep_control");
	r->pauses_arms = holds(automatic, "guardrail");
	r->stops_bandit = holds(automatic, "bandit");
	r->design = copy(a, json_object_get(d, "design"));
	read_guardrails(json_object_get(d, "guardrails"), r);
	read_factors(json_object_get(d, "factors"), a, r);
	read_bandit(json_object_get(d, "bandit"), a, r);
	json_decref(d);
	return OK;
}

enum err
resultsplan_levels(struct str levels, const struct results *r,
    struct results_arm *out)
{
	json_t *object = load(levels);
	enum err e = json_is_object(object) ? OK : ERR_INPUT;

	for (size_t i = 0; !e && i < r->factors; i++)
		out->level[i] = copy(r->arena, json_object_get(object,
		    r->factor[i].key.p));
	json_decref(object);
	return e;
}

enum err
resultsplan_weights(struct str weights, const struct results *r,
    struct results_epoch *out)
{
	json_t *object = load(weights);
	enum err e = json_is_object(object) ? OK : ERR_INPUT;

	for (size_t i = 0; !e && i < r->arms; i++)
		out->weight[i] = json_number_value(json_object_get(object,
		    r->arm[i].key.p));
	json_decref(object);
	return e;
}
