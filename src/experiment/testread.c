/* Implements testread.h. */
#include <math.h>

#include "experiment/testread.h"

#define ALPHA .05
#define ALPHA_MIN 1e-12
#define ALPHA_MAX .999999
#define N_STAR_MAX 1e15
#define CONCENTRATION_MIN 1e-3
#define CONCENTRATION_MAX 1e12
/* Below, a posterior's pole at 0 is too steep for the panels. */
#define PRIOR_MIN .5
#define PRIOR_MAX 1e12
#define WEIGHT_MAX 1e12

double
testread_alpha(struct jsonline *q)
{
	static const struct jsonline_range range = { ALPHA_MIN, ALPHA_MAX,
		ALPHA, "alpha: must be between 0 and 1" };

	return jsonline_number(q, "alpha", &range);
}

double
testread_n_star(struct jsonline *q, const char *name)
{
	static const struct jsonline_range range = { 1, N_STAR_MAX,
		STATS_N_STAR, "n_star: must be from 1 to 1e15" };

	return jsonline_number(q, name, &range);
}

double
testread_threshold(struct jsonline *q)
{
	static const struct jsonline_range range = { 0, 1, STATS_SRM_P,
		"threshold: must be from 0 to 1" };

	return jsonline_number(q, "threshold", &range);
}

double
testread_concentration(struct jsonline *q, const char *name, double fallback)
{
	struct jsonline_range range = { CONCENTRATION_MIN, CONCENTRATION_MAX,
		fallback, "concentration: must be from 0.001 to 1e12" };

	return jsonline_number(q, name, &range);
}

struct bayes_beta
testread_prior(struct jsonline *q)
{
	static const struct jsonline_range range = { PRIOR_MIN, PRIOR_MAX,
		NAN, "prior: must be two numbers from 0.5 to 1e12" };
	const json_t *list = jsonline_member(q, "prior");
	double prior[2] = { 1, 1 };

	if (list && !json_is_null(list) &&
	    jsonline_numbers(q, list, &range, 2, prior) != 2)
		jsonline_fail(q, range.error);
	return (struct bayes_beta){ prior[0], prior[1] };
}

bool
testread_weights(struct jsonline *q, size_t arms, double *out)
{
	static const struct jsonline_range range = { 0, WEIGHT_MAX, NAN,
		"weights: must be numbers from 0, one for each arm" };
	const json_t *list = jsonline_member(q, "weights");
	double sum = 0;

	if (!list || json_is_null(list)) {
		for (size_t i = 0; i < arms; i++)
			out[i] = 1;
		return true;
	}
	if (jsonline_numbers(q, list, &range, arms, out) != arms)
		return jsonline_fail(q, range.error);
	for (size_t i = 0; i < arms; i++)
		sum += out[i];
	return sum > 0 || jsonline_fail(q, "weights: must not all be 0");
}

size_t
testread_counts(struct jsonline *q, const json_t *list, const char *error,
    int64_t *out)
{
	const struct jsonline_range range = { 0, STATS_COUNT_MAX, NAN,
		error };
	double value[STATS_ARMS_MAX];
	size_t arms = jsonline_numbers(q, list, &range, STATS_ARMS_MAX, value);

	if (arms == 1)
		jsonline_fail(q, error);
	for (size_t i = 0; i < arms; i++) {
		if (value[i] != floor(value[i]))
			jsonline_fail(q, error);
		out[i] = (int64_t)value[i];
	}
	return q->error ? 0 : arms;
}
