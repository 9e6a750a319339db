/* Implements epochline.h: reads and writes JSON, the arithmetic is epoch's. */
#include <math.h>

#include "experiment/epoch.h"
#include "experiment/jsonline.h"
#include "experiment/testread.h"
#include "experiment/epochline.h"

#define ARMS 2
#define WEIGHTS_LOW .99
#define WEIGHTS_HIGH 1.01

static const struct jsonline_range weights = { 0, 1, NAN,
	"weights: must be two numbers from 0 to 1" };

struct counts {
	struct stats_arm arm[EPOCH_MAX][ARMS];
	double weight[EPOCH_MAX][ARMS];
	struct epoch epoch[EPOCH_MAX];
};

static bool
read_epoch(struct jsonline *q, const json_t *from, struct stats_arm *arm,
    double *weight)
{
	struct stats_arm all[STATS_ARMS_MAX];
	size_t arms = jsonline_arms(q, json_object_get(from, "n"),
	    json_object_get(from, "x"), all);
	size_t count = jsonline_numbers(q, json_object_get(from, "weights"),
	    &weights, ARMS, weight);

	if (q->error)
		return false;
	if (arms != ARMS)
		return jsonline_fail(q, "n, x: must be of two arms");
	if (count != ARMS)
		return jsonline_fail(q, weights.error);
	if (weight[0] + weight[1] < WEIGHTS_LOW ||
	    weight[0] + weight[1] > WEIGHTS_HIGH)
		return jsonline_fail(q, "weights: must sum to 1");
	arm[0] = all[0];
	arm[1] = all[1];
	return true;
}

static size_t
read_epochs(struct jsonline *q, struct counts *c)
{
	const json_t *list = jsonline_member(q, "epochs"), *one;
	size_t i;

	if (!json_array_size(list) || json_array_size(list) > EPOCH_MAX) {
		jsonline_fail(q, "epochs: must be a list of 1 to 8784");
		return 0;
	}
	json_array_foreach(list, i, one) {
		if (!read_epoch(q, one, c->arm[i], c->weight[i]))
			return 0;
		c->epoch[i] = (struct epoch){ c->arm[i], c->weight[i] };
	}
	return i;
}

static double
lift(double control, double treatment)
{
	return control > 0 ? treatment / control - 1 : NAN;
}

static double
pooled_lift(const struct epoch_series *s)
{
	struct stats_arm a = epoch_pooled(s, 0), b = epoch_pooled(s, 1);

	return lift((double)a.x / (double)a.n, (double)b.x / (double)b.n);
}

static json_t *
pair_of(double control, double treatment, bool is_known)
{
	return is_known ?
	    jsonline_reals((double[]){ control, treatment }, ARMS) :
	    json_null();
}

static json_t *
tell(const struct epoch_series *s, double alpha, double n_star)
{
	static const struct stats_srm_limit limit = { STATS_SRM_P,
		STATS_SRM_TOTAL_MIN };
	struct epoch_pair p = epoch_compare(s, 1);
	struct stats_av_plan plan = { alpha, n_star };
	double c = stats_av_c(&plan, p.visitors);
	struct stats_srm srm = epoch_srm(s, limit);
	bool is_known = p.epochs > 0;

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:i,"
	    " s:o}",
	    "std_rate", pair_of(p.control.rate, p.treatment.rate, is_known),
	    "std_var", pair_of(p.control.var, p.treatment.var, is_known),
	    "lift", jsonline_real(lift(p.control.rate, p.treatment.rate)),
	    "lift_ci_log", jsonline_interval(stats_lift_log(p.ratio, alpha)),
	    "p_log", jsonline_real(p.ratio.is_known ?
	    stats_p_of_z(p.ratio.theta / p.ratio.se) : 1),
	    "av_lift_ci", jsonline_interval(stats_av_lift(p.ratio, c, alpha)),
	    "av_p", jsonline_real(stats_av_p(p.ratio, c)),
	    "naive_pooled_lift", jsonline_real(pooled_lift(s)),
	    "srm_chi2", jsonline_real(srm.chi2), "srm_df", (int)srm.df,
	    "srm_p", jsonline_real(srm.p));
}

json_t *
epochline_answer(struct jsonline *q)
{
	double alpha = testread_alpha(q);
	double n_star = testread_n_star(q, "n_star");
	struct counts c;
	struct epoch_series s = { c.epoch, read_epochs(q, &c), ARMS };

	return q->error ? NULL : tell(&s, alpha, n_star);
}
