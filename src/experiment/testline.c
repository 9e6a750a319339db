/* Implements testline.h: reads and writes JSON, the arithmetic is others'. */
#include <math.h>
#include <string.h>

#include "experiment/bandit.h"
#include "experiment/bayes.h"
#include "experiment/jsonline.h"
#include "experiment/stats.h"
#include "experiment/testline.h"
#include "experiment/testread.h"

struct question {
	struct stats_arm arm[STATS_ARMS_MAX];
	size_t arms;
	double weight[STATS_ARMS_MAX];
	double alpha;
	struct stats_av_plan plan;
	struct bayes_beta posterior[STATS_ARMS_MAX];
	double floor;
	struct stats_srm srm;
};

/* Which of a figure's two names it is given by. */
static const char *
name_of(const struct jsonline *q, const char *name, const char *other)
{
	return jsonline_member(q, name) ? name : other;
}

static bool
read_question(struct jsonline *q, struct question *out)
{
	const struct stats_srm_limit limit = { STATS_SRM_P,
		STATS_SRM_TOTAL_MIN };
	struct jsonline_range floors = { 0, 1, 0,
		"bandit_floor: must be from 0 to 1" };
	int64_t count[STATS_ARMS_MAX];
	struct bayes_beta prior;

	out->arms = jsonline_arms(q, jsonline_member(q, "n"),
	    jsonline_member(q, "x"), out->arm);
	if (!out->arms || !testread_weights(q, out->arms, out->weight))
		return false;
	out->alpha = testread_alpha(q);
	out->plan = (struct stats_av_plan){ out->alpha, testread_n_star(q,
	    name_of(q, "n_star_pair", "n_star")) };
	floors.fallback = bandit_floor(out->arms);
	out->floor = jsonline_number(q, name_of(q, "bandit_floor", "floor"),
	    &floors);
	prior = testread_prior(q);
	for (size_t i = 0; i < out->arms; i++) {
		out->posterior[i] = bayes_posterior(out->arm[i], prior);
		count[i] = out->arm[i].n;
	}
	out->srm = stats_srm(count, out->weight, out->arms, limit);
	return !q->error;
}

static json_t *
rate_of(struct stats_arm a)
{
	return jsonline_real(a.n ? (double)a.x / (double)a.n : NAN);
}

/* What is always valid of the pair. */
static json_t *
tell_av(const struct question *t)
{
	struct stats_arm a = t->arm[0], b = t->arm[1];
	double c = stats_av_c(&t->plan, (double)a.n + (double)b.n);
	struct stats_ratio r = stats_log_ratio(a, b);
	double p = stats_av_p(r, c);
	bool is_ready = stats_av_is_ready(a, b);

	return json_pack("{s:o, s:o, s:o, s:b, s:b}",
	    "av_critical", jsonline_real(stats_av_critical(c, t->alpha)),
	    "av_lift_ci", jsonline_interval(stats_av_lift(r, c, t->alpha)),
	    "av_p", jsonline_real(p),
	    "av_ready", is_ready,
	    "av_significant", is_ready && p <= t->alpha);
}

static json_t *
tell_delta(const struct question *t)
{
	struct stats_arm a = t->arm[0], b = t->arm[1];
	double c = stats_av_c(&t->plan, (double)a.n + (double)b.n);
	struct stats_delta d = stats_delta(a, b);
	double half = stats_av_critical(c, t->alpha) * d.se;

	return json_pack("{s:o, s:o}",
	    "gb_delta_av_lift_ci", jsonline_interval((struct stats_interval){
	    d.lift - half, d.lift + half, d.is_known }),
	    "gb_delta_av_p", d.is_known ? jsonline_real(stats_av_p(
	    (struct stats_ratio){ d.lift, d.se, true }, c)) : json_null());
}

static json_t *
tell_belief(const struct question *t)
{
	struct bayes_beta a = t->posterior[0], b = t->posterior[1];
	const double ci[] = { bayes_lift_quantile(a, b, t->alpha / 2),
		bayes_lift_quantile(a, b, 1 - t->alpha / 2) };
	double loss[2];

	bayes_loss(t->posterior, 2, loss);
	return json_pack("{s:o, s:o, s:o, s:o}",
	    "chance_to_beat_control", jsonline_real(bayes_beats(a, b)),
	    "expected_loss", jsonline_reals(loss, 2),
	    "bayes_lift_median", jsonline_real(bayes_lift_quantile(a, b, .5)),
	    "bayes_lift_ci", jsonline_reals(ci, 2));
}

static json_t *
tell_fixed(const struct question *t)
{
	struct stats_arm a = t->arm[0], b = t->arm[1];
	double z = stats_z(a, b);

	return json_pack(
	    "{s:[oo], s:[oo], s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o}",
	    "rate", rate_of(a), rate_of(b),
	    "wilson", jsonline_interval(stats_wilson(a, t->alpha)),
	    jsonline_interval(stats_wilson(b, t->alpha)),
	    "lift", jsonline_real(a.x && b.n ? (double)b.x / (double)b.n /
	    ((double)a.x / (double)a.n) - 1 : NAN),
	    "z", jsonline_real(z),
	    "p_z", jsonline_real(stats_p_of_z(z)),
	    "p_fisher", jsonline_real(stats_fisher(a, b)),
	    "small_sample", stats_is_small(a, b),
	    "p_value", jsonline_real(stats_p(a, b)),
	    "diff_ci_newcombe", jsonline_interval(
	    stats_newcombe(a, b, t->alpha)),
	    "lift_ci_log", jsonline_interval(
	    stats_lift_log(stats_log_ratio(a, b), t->alpha)),
	    "lift_ci_delta", jsonline_interval(
	    stats_lift_delta(a, b, t->alpha)));
}

static void
add_all(json_t *to, json_t *members)
{
	json_object_update(to, members);
	json_decref(members);
}

static json_t *
tell_two(const struct question *t)
{
	json_t *got = tell_fixed(t);

	add_all(got, tell_belief(t));
	add_all(got, json_pack("{s:o, s:o, s:b}",
	    "srm_chi2", jsonline_real(t->srm.chi2),
	    "srm_p", jsonline_real(t->srm.p),
	    "srm_flag", t->srm.is_flagged));
	add_all(got, tell_av(t));
	add_all(got, tell_delta(t));
	return got;
}

/* The treatments beside the control, at alpha shared among them. */
static json_t *
tell_treatments_av(const struct question *t)
{
	double p[STATS_ARMS_MAX], holm[STATS_ARMS_MAX];
	size_t treatments = t->arms - 1;
	json_t *ci = json_array();

	for (size_t i = 0; i < treatments; i++) {
		struct stats_arm a = t->arm[0], b = t->arm[i + 1];
		double c = stats_av_c(&t->plan, (double)a.n + (double)b.n);
		struct stats_ratio r = stats_log_ratio(a, b);

		p[i] = stats_av_p(r, c);
		json_array_append_new(ci, jsonline_interval(stats_av_lift(r, c,
		    t->alpha / (double)treatments)));
	}
	stats_holm(p, treatments, holm);
	return json_pack("{s:o, s:o, s:o}",
	    "av_p", jsonline_reals(p, treatments),
	    "av_p_holm", jsonline_reals(holm, treatments),
	    "av_lift_ci_bonferroni", ci);
}

static json_t *
tell_treatments(const struct question *t)
{
	double p[STATS_ARMS_MAX], holm[STATS_ARMS_MAX], bh[STATS_ARMS_MAX];
	double chance[STATS_ARMS_MAX] = { NAN };
	size_t treatments = t->arms - 1;

	for (size_t i = 0; i < treatments; i++) {
		p[i] = stats_p_of_z(stats_z(t->arm[0], t->arm[i + 1]));
		chance[i + 1] = bayes_beats(t->posterior[0],
		    t->posterior[i + 1]);
	}
	stats_holm(p, treatments, holm);
	stats_bh(p, treatments, bh);
	return json_pack("{s:o, s:o, s:o, s:o}",
	    "chance_to_beat_control", jsonline_reals(chance, t->arms),
	    "p_z", jsonline_reals(p, treatments),
	    "p_holm", jsonline_reals(holm, treatments),
	    "p_bh", jsonline_reals(bh, treatments));
}

static int64_t
least(const double *value, size_t arms)
{
	size_t found = 0;

	for (size_t i = 1; i < arms; i++)
		if (value[i] < value[found])
			found = i;
	return (int64_t)found;
}

static json_t *
tell_multi(const struct question *t)
{
	double best[STATS_ARMS_MAX], loss[STATS_ARMS_MAX];
	double weight[STATS_ARMS_MAX];
	json_t *got;

	bayes_best(t->posterior, t->arms, best);
	bayes_loss(t->posterior, t->arms, loss);
	bandit_weights(best, t->arms, t->floor, weight);
	got = json_pack("{s:o, s:o, s:I}",
	    "p_best", jsonline_reals(best, t->arms),
	    "expected_loss", jsonline_reals(loss, t->arms),
	    "min_loss_arm", (json_int_t)least(loss, t->arms));
	add_all(got, tell_treatments(t));
	add_all(got, tell_treatments_av(t));
	add_all(got, json_pack("{s:o, s:I, s:o, s:o, s:o}",
	    "srm_chi2", jsonline_real(t->srm.chi2),
	    "srm_df", (json_int_t)t->srm.df,
	    "srm_p", jsonline_real(t->srm.p),
	    "bandit_weights", jsonline_reals(weight, t->arms),
	    "pvr95", jsonline_real(bayes_pvr95(t->posterior, t->arms,
	    bandit_leader(best, t->arms)))));
	return got;
}

json_t *
testline_answer(struct jsonline *q)
{
	struct question t;

	if (!read_question(q, &t))
		return NULL;
	if (q->only && !strcmp(q->only, TESTLINE_ONLY_AV))
		return t.arms == 2 ? tell_av(&t) : tell_treatments_av(&t);
	return t.arms == 2 ? tell_two(&t) : tell_multi(&t);
}

static json_t *
rejected(const double *p, size_t count, double alpha)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_boolean(p[i] <= alpha));
	return list;
}

json_t *
testline_adjust(struct jsonline *q)
{
	static const struct jsonline_range range = { 0, 1, NAN,
		"p: must be 1 to 4096 numbers from 0 to 1" };
	double p[STATS_P_MAX], holm[STATS_P_MAX], bh[STATS_P_MAX];
	double alpha = testread_alpha(q);
	size_t count = jsonline_numbers(q, jsonline_member(q, "p"), &range,
	    STATS_P_MAX, p);

	if (q->error)
		return NULL;
	stats_holm(p, count, holm);
	stats_bh(p, count, bh);
	return json_pack("{s:o, s:o, s:o, s:o}",
	    "holm", jsonline_reals(holm, count),
	    "bh", jsonline_reals(bh, count),
	    "reject_holm", rejected(holm, count, alpha),
	    "reject_bh", rejected(bh, count, alpha));
}
