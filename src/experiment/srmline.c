/* Implements srmline.h: reads and writes JSON, the arithmetic is stats'. */
#include <math.h>

#include "experiment/srmline.h"
#include "experiment/stats.h"
#include "experiment/testread.h"

json_t *
srmline_answer(struct jsonline *q)
{
	static const struct jsonline_range totals = { 0, STATS_COUNT_MAX,
		STATS_SRM_TOTAL_MIN, "min_total: must be from 0 to 1e12" };
	int64_t count[STATS_ARMS_MAX];
	double weight[STATS_ARMS_MAX];
	struct stats_srm_limit limit = {
		testread_threshold(q),
		(int64_t)ceil(jsonline_number(q, "min_total", &totals)),
	};
	size_t arms = testread_counts(q, jsonline_member(q, "counts"),
	    "counts: must be 2 to 64 whole numbers from 0 to 1e12", count);
	struct stats_srm srm;

	if (!arms || !testread_weights(q, arms, weight))
		return NULL;
	srm = stats_srm(count, weight, arms, limit);
	return json_pack("{s:o, s:I, s:o, s:b}",
	    "chi2", jsonline_real(srm.chi2),
	    "df", (json_int_t)srm.df,
	    "p", jsonline_real(srm.p),
	    "flag", srm.is_flagged);
}

/* The looks so far, and what is told of each. */
struct sequence {
	int64_t count[STATS_ARMS_MAX];
	double weight[STATS_ARMS_MAX];
	size_t arms;
	double concentration;
	double running_p;
	json_t *ln_bf;
	json_t *p;
	json_t *chi2_p;
};

/* One batch more; false, with an error, when it can't be one. */
static bool
add_batch(struct jsonline *q, struct sequence *s, const json_t *batch)
{
	static const char error[] = "batches: must be lists of 2 to 64 whole"
	    " numbers, as many as the first has, of a sum up to 1e12";
	const struct stats_srm_limit limit = { STATS_SRM_P,
		STATS_SRM_TOTAL_MIN };
	int64_t more[STATS_ARMS_MAX];
	size_t arms = testread_counts(q, batch, error, more);
	double ln_bf;

	if (!arms || (s->arms && arms != s->arms))
		return jsonline_fail(q, error);
	if (!s->arms && !testread_weights(q, arms, s->weight))
		return false;
	s->arms = arms;
	for (size_t i = 0; i < arms; i++) {
		s->count[i] += more[i];
		if (s->count[i] > STATS_COUNT_MAX)
			return jsonline_fail(q, error);
	}
	ln_bf = stats_srm_ln_bf(s->count, s->weight, arms, s->concentration);
	s->running_p = fmin(s->running_p, exp(-ln_bf));
	json_array_append_new(s->ln_bf, jsonline_real(ln_bf));
	json_array_append_new(s->p, jsonline_real(s->running_p));
	json_array_append_new(s->chi2_p, jsonline_real(
	    stats_srm(s->count, s->weight, arms, limit).p));
	return true;
}

json_t *
srmline_sequential(struct jsonline *q)
{
	const json_t *batches = jsonline_member(q, "batches");
	size_t count = json_array_size(batches);
	double threshold = testread_threshold(q);
	struct sequence s = { .running_p = 1, .ln_bf = json_array(),
		.p = json_array(), .chi2_p = json_array(),
		.concentration = testread_concentration(q, "concentration",
		STATS_SRM_CONCENTRATION) };
	json_t *first = NULL;

	if (!count || count > SRMLINE_BATCHES_MAX)
		jsonline_fail(q, "batches: must be a list of 1 to 100000");
	for (size_t i = 0; i < count && !q->error; i++) {
		if (add_batch(q, &s, json_array_get(batches, i)) && !first &&
		    s.running_p < threshold)
			first = json_integer((json_int_t)i);
	}
	return json_pack("{s:o, s:o, s:o, s:o}",
	    "log_bayes_factor", s.ln_bf,
	    "running_p", s.p,
	    "first_alert_batch", first ? first : json_null(),
	    "chi2_p_each", s.chi2_p);
}
