/* Implements assignread.h. */
#include "experiment/assignread.h"
#include "experiment/jsonline.h"

/* Weights that are not of the arms' number are none, as GrowthBook has it. */
static bool
read_weights(struct jsonline *q, const json_t *weights,
    struct assignread *out)
{
	const json_t *w;
	size_t i;

	if (json_array_size(weights) > ASSIGN_ARMS_MAX)
		return jsonline_fail(q, "weights: must be at most 64");
	json_array_foreach(weights, i, w) {
		if (!json_is_number(w))
			return jsonline_fail(q, "weights: must be numbers");
		out->weight[i] = json_number_value(w);
	}
	for (i = 0; json_array_size(weights) != out->arms && i < out->arms; i++)
		out->weight[i] = 0;
	return true;
}

bool
assignread_arms(struct jsonline *q, const json_t *from, struct assignread *out)
{
	const json_t *weights = json_object_get(from, "weights");
	const json_t *coverage = json_object_get(from, "coverage");
	const json_t *arms = json_object_get(from, "variations");

	if (weights && !json_is_null(weights) && !json_is_array(weights))
		return jsonline_fail(q, "weights: must be a list");
	if (arms && (!json_is_integer(arms) || json_integer_value(arms) < 1 ||
	    json_integer_value(arms) > ASSIGN_ARMS_MAX))
		return jsonline_fail(q, "variations: must be from 1 to 64");
	out->arms = arms ? (size_t)json_integer_value(arms) :
	    json_array_size(weights);
	if (!out->arms)
		return jsonline_fail(q, "weights: must be a list of 1 to 64"
		    " numbers");
	if (!read_weights(q, weights, out))
		return false;
	if (coverage && !json_is_number(coverage))
		return jsonline_fail(q, "coverage: must be a number");
	out->coverage = coverage ? json_number_value(coverage) : 1;
	assign_ranges(out->weight, out->arms, out->coverage, out->range);
	return true;
}

bool
assignread_seed(struct jsonline *q, const json_t *from, struct str *out)
{
	const json_t *seed = json_object_get(from, "seed");

	if (!json_is_string(seed))
		return jsonline_fail(q, "seed: must be a text");
	*out = jsonline_text(seed);
	return true;
}

bool
assignread_unit(struct jsonline *q, const json_t *j, const char *error,
    struct str *out)
{
	*out = jsonline_text(j);
	return assign_is_unit(*out) || jsonline_fail(q, error);
}

/* Does one of the ranges hold this bucket? */
static bool
holds(struct jsonline *q, const json_t *ranges, double bucket)
{
	bool is_in = false;
	const json_t *pair;
	size_t i;

	json_array_foreach(ranges, i, pair) {
		const json_t *start = json_array_get(pair, 0);
		const json_t *end = json_array_get(pair, 1);

		if (json_array_size(pair) != 2 || !json_is_number(start) ||
		    !json_is_number(end))
			return jsonline_fail(q, "filters: a range is [start,"
			    " end]");
		is_in |= bucket >= json_number_value(start) &&
		    bucket < json_number_value(end);
	}
	return is_in;
}

bool
assignread_passes(struct jsonline *q, const json_t *from, struct str unit,
    json_t *buckets)
{
	const json_t *filters = json_object_get(from, "filters"), *filter;
	bool is_in = true;
	size_t i;

	if ((filters && !json_is_array(filters) && !json_is_null(filters)) ||
	    json_array_size(filters) > ASSIGNREAD_FILTERS_MAX)
		return jsonline_fail(q, "filters: must be a list of at most"
		    " 64");
	json_array_foreach(filters, i, filter) {
		const json_t *ranges = json_object_get(filter, "ranges");
		const json_t *seed = json_object_get(filter, "seed");
		double bucket = assign_bucket(jsonline_text(seed), unit);

		if (!json_is_string(seed) || !json_is_array(ranges) ||
		    json_array_size(ranges) > ASSIGNREAD_RANGES_MAX)
			return jsonline_fail(q, "filters: must be of {seed,"
			    " ranges}, of at most 64 ranges");
		if (buckets)
			json_array_append_new(buckets, json_real(bucket));
		is_in &= holds(q, ranges, bucket);
	}
	return is_in;
}
