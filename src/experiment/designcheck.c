/*
 * Implements designcheck.h.  Apart from the reading of a definition, since
 * which runs a fraction has is statistics, and pages know none.
 */
#include <jansson.h>
#include <string.h>

#include "experiment/factorial.h"
#include "experiment/fraction.h"

#include "experiment/designcheck.h"

#define FULL "full"

/* One experiment of the document. */
struct design {
	const json_t *experiment;
	const json_t *factors;
	const json_t *variants;		/* of its page; NULL: not here */
	size_t at;
	FILE *complaints;
};

static const json_t *
variants_of(const json_t *root, const char *key)
{
	const json_t *page;
	size_t i;

	json_array_foreach(json_object_get(root, "pages"), i, page) {
		const char *name = json_string_value(json_object_get(page,
		    "key"));

		if (name && key && !strcmp(name, key))
			return json_object_get(page, "variants");
	}
	return NULL;
}

/* Bit i: the variant stands at the second level of factor i. */
static unsigned
levels_of(const struct design *d, const json_t *variant)
{
	const json_t *factor;
	unsigned bits = 0;
	size_t i;

	json_array_foreach((json_t *)d->factors, i, factor) {
		const char *key = json_string_value(json_object_get(factor,
		    "key"));
		const char *second = json_string_value(json_array_get(
		    json_object_get(factor, "levels"), 1));
		const char *level = json_string_value(json_object_get(
		    json_object_get(variant, "levels"), key ? key : ""));

		if (level && second && !strcmp(level, second))
			bits |= 1u << i;
	}
	return bits;
}

static bool
is_run(const struct fraction *f, unsigned levels)
{
	for (size_t run = 0; run < f->runs; run++) {
		unsigned bits = 0;

		for (size_t i = 0; i < f->factors; i++)
			if (fraction_sign(f, run, 1u << i) > 0)
				bits |= 1u << i;
		if (bits == levels)
			return true;
	}
	return false;
}

static enum err
check_runs(const struct design *d, const char *name)
{
	const json_t *variant;
	struct fraction f;
	enum err e = OK;
	size_t i;

	if (!fraction_init(&f, str_of(name)) ||
	    json_array_size(d->factors) != f.factors)
		return OK;
	json_array_foreach((json_t *)d->variants, i, variant) {
		const char *key = json_string_value(json_object_get(variant,
		    "key"));

		if (is_run(&f, levels_of(d, variant)))
			continue;
		fprintf(d->complaints, "$.experiments[%zu].design: variant %s"
		    " is no run of %s: its levels hide another effect\n",
		    d->at, key ? key : "?", name);
		e = ERR_INPUT;
	}
	return e;
}

/* The share of the visitors that the smallest cell gets. */
static double
least_share(const struct design *d)
{
	const json_t *factor, *weight, *weights = json_object_get(
	    d->experiment, "weights");
	double least = 1;
	const char *key;
	size_t i, k;

	json_object_foreach((json_t *)weights, key, weight)
		if (json_number_value(weight) < least)
			least = json_number_value(weight);
	if (json_object_size(weights))
		return least;
	json_array_foreach((json_t *)d->factors, i, factor) {
		const json_t *shares = json_object_get(factor, "weights");
		double lowest = 1 / (double)json_array_size(json_object_get(
		    factor, "levels"));

		json_array_foreach((json_t *)shares, k, weight)
			if (json_number_value(weight) < lowest)
				lowest = json_number_value(weight);
		least *= lowest;
	}
	return least;
}

/* A plan that says how many and at which rate can be held to both. */
static enum err
check_plan(const struct design *d)
{
	const json_t *planned = json_object_get(d->experiment,
	    "planned_visitors");
	const json_t *baseline = json_object_get(d->experiment, "baseline");
	double visitors = json_number_value(planned) * least_share(d);
	enum factorial_fit fit;

	if (!json_is_number(planned) || !(json_number_value(planned) > 0) ||
	    !json_is_number(baseline))
		return OK;
	fit = factorial_fit(visitors, json_number_value(baseline));
	if (fit == FACTORIAL_FITS)
		return OK;
	fprintf(d->complaints, "$.experiments[%zu].planned_visitors: the"
	    " smallest cell would have %.0f visitors and %.0f conversions;"
	    " at least %d and %d are needed\n", d->at, visitors,
	    visitors * json_number_value(baseline), FACTORIAL_VISITORS_MIN,
	    FACTORIAL_CONVERSIONS_MIN);
	return ERR_INPUT;
}

static enum err
check_one(const struct design *d)
{
	const char *name = json_string_value(json_object_get(d->experiment,
	    "design"));
	enum err e = OK;

	if (!json_array_size(d->factors))
		return OK;
	if (name && strcmp(name, FULL))
		e = check_runs(d, name);
	return check_plan(d) ? ERR_INPUT : e;
}

enum err
designcheck_run(struct str json, FILE *complaints)
{
	json_t *root = json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES, NULL);
	const json_t *experiment;
	enum err e = OK;
	size_t i;

	json_array_foreach(json_object_get(root, "experiments"), i,
	    experiment) {
		const struct design d = {
			.experiment = experiment,
			.factors = json_object_get(experiment, "factors"),
			.variants = variants_of(root, json_string_value(
			    json_object_get(experiment, "page"))),
			.at = i,
			.complaints = complaints,
		};

		if (check_one(&d))
			e = ERR_INPUT;
	}
	json_decref(root);
	return e;
}
