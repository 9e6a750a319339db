/*
 * Implements figures.h.  Arms without weight are left out of the verdict:
 * nobody comes to them any more, and it would wait for them for ever.  When
 * none but the control is left, all are judged by what they had.
 */
#include <math.h>

#include "base/arena.h"
#include "experiment/bandit.h"
#include "experiment/power.h"
#include "experiment/special.h"

#include "experiment/figures.h"

#define DAY_MS 86400000.0

bool
figures_can(const struct results *r)
{
	return r->epochs > 0 && r->arms > 1;
}

static double
alpha_each(const struct results *r)
{
	return r->alpha / (double)(r->arms - 1);
}

static struct stats_interval
always_valid(const struct results *r, const struct epoch_pair *p,
    double alpha)
{
	const struct stats_av_plan plan = { r->alpha, r->n_star };

	return stats_av_lift(p->ratio, stats_av_c(&plan, p->visitors), alpha);
}

static double
lift_of(const struct epoch_pair *p)
{
	return p->ratio.is_known ? expm1(p->ratio.theta) : NAN;
}

/*
 * Least p of the looks so far, for each treatment, on the side of the control
 * where it is now: that it once did worse is no proof that it does better.
 */
struct run {
	double better[RESULTS_ARMS_MAX];
	double worse[RESULTS_ARMS_MAX];
	double now[RESULTS_ARMS_MAX];
	double before[RESULTS_ARMS_MAX];	/* without the last look */
};

static void
note_look(const struct results *r, size_t at, const struct glance *g,
    struct run *run, struct figures *out)
{
	struct figures_look *row = &out->look[at * (r->arms - 1)];
	double holm[RESULTS_ARMS_MAX];

	for (size_t k = 1; k < r->arms; k++) {
		const struct epoch_pair *p = &g->pair[k].rates;
		double *side = p->ratio.theta < 0 ? run->worse : run->better;

		run->before[k - 1] = side[k - 1];
		side[k - 1] = fmin(side[k - 1], g->pair[k].av_p);
		run->now[k - 1] = side[k - 1];
		row[k - 1] = (struct figures_look){
			.control = g->pooled[0],
			.treatment = g->pooled[k],
			.lift = lift_of(p),
			.av = always_valid(r, p, alpha_each(r)),
			.running_p = run->now[k - 1],
		};
	}
	stats_holm(run->now, r->arms - 1, holm);
	for (size_t k = 0; k + 1 < r->arms; k++)
		if (holm[k] <= r->alpha && out->first_significant < 0)
			out->first_significant = (int)at;
}

/* All looks; the last one's glance stays in *last. */
static void
look_back(const struct results *r, struct run *run, struct glance *last,
    struct figures *out)
{
	out->look = arena_array(r->arena, r->looks * (r->arms - 1),
	    sizeof *out->look);
	out->srm_seq_p = 1;
	out->first_significant = -1;
	for (size_t k = 0; k < RESULTS_ARMS_MAX; k++)
		run->now[k] = run->before[k] = run->better[k] =
		    run->worse[k] = 1;
	for (size_t at = 0; at < r->looks; at++) {
		struct epoch_series all = glance_visitors(r, at);

		out->srm_seq_p = fmin(out->srm_seq_p, exp(-epoch_srm_ln_bf(
		    &all, STATS_SRM_CONCENTRATION)));
		glance_take(r, at, last);
		note_look(r, at, last, run, out);
	}
}

/* rate is NULL when no epoch has visitors of this arm and another. */
static struct stats_interval
interval_of(const struct results *r, struct stats_arm standard,
    const struct epoch_rate *rate)
{
	struct stats_interval none = { 0 };
	double half;

	if (r->goal != RESULTS_GOAL_VALUE)
		return standard.n ? stats_wilson(standard, r->alpha) : none;
	if (!rate)
		return none;
	half = special_normal_quantile(1 - r->alpha / 2) * sqrt(rate->var);
	return (struct stats_interval){ rate->rate - half, rate->rate + half,
		true };
}

static void
fill_arm(const struct results *r, const struct glance *g, size_t k,
    struct figures_arm *f)
{
	struct results_cell c = results_sum(r, r->looks - 1, k);
	const struct epoch_pair *p = &g->pair[k ? k : g->widest].rates;
	struct epoch_rate rate = k ? p->treatment : p->control;

	f->p_best = f->loss = NAN;
	f->mature = g->pooled[k];
	f->live = r->goal == RESULTS_GOAL_LEAD ? (struct stats_arm){
		c.n[RESULTS_VISITORS], c.n[RESULTS_LEADS] } : f->mature;
	f->rate = p->epochs ? rate.rate : f->mature.n &&
	    r->goal != RESULTS_GOAL_VALUE ? (double)f->mature.x /
	    (double)f->mature.n : NAN;
	f->standard = p->epochs && r->goal != RESULTS_GOAL_VALUE ?
	    glance_counts(rate, f->mature.n) : f->mature;
	f->rate_ci = interval_of(r, f->standard, p->epochs ? &rate : NULL);
	f->consented = (struct stats_arm){ c.n[RESULTS_VISITORS],
		c.n[RESULTS_CONSENTED] };
	for (size_t i = 0; i < r->guardrails; i++) {
		struct epoch_series m = glance_metric(r, r->looks - 1,
		    r->guardrail[i].metric);

		f->metric[i] = epoch_pooled(&m, k);
	}
}

static bool
is_breached(const struct results *r, size_t guardrail, size_t arm)
{
	const struct results_guardrail *rail = &r->guardrail[guardrail];
	const struct decide_guard guard = {
		.margin = rail->margin,
		.is_higher_worse = rail->metric != RESULTS_METRIC_CONSENT,
		.n_star = r->n_star,
	};
	struct epoch_series m = glance_metric(r, r->looks - 1, rail->metric);
	struct epoch_pair p = epoch_compare(&m, arm);

	return p.epochs && decide_guard_is_breached(&guard,
	    glance_counts(p.control, epoch_pooled(&m, 0).n),
	    glance_counts(p.treatment, epoch_pooled(&m, arm).n));
}

static void
fill_pair(const struct results *r, const struct glance *g, size_t k,
    struct figures_pair *f)
{
	static const double quantiles[] = { .025, .5, .975 };
	const struct glance_pair *p = &g->pair[k];
	bool has_both = g->pooled[0].n && g->pooled[k].n;

	f->lift = lift_of(&p->rates);
	f->lift_log = stats_lift_log(p->rates.ratio, alpha_each(r));
	f->p = p->p;
	f->av = always_valid(r, &p->rates, alpha_each(r));
	f->av_p = p->av_p;
	f->is_ready = p->is_ready;
	f->chance_to_beat = bayes_beats(p->control, p->treatment);
	for (size_t i = 0; i < 3; i++)
		f->bayes_lift[i] = has_both ? bayes_lift_quantile(p->control,
		    p->treatment, quantiles[i]) : NAN;
	for (size_t i = 0; i < r->guardrails; i++)
		f->is_breached[i] = is_breached(r, i, k);
}

static void
fill_pairs(const struct results *r, const struct glance *g,
    const struct run *run, struct figures *out)
{
	double p[RESULTS_ARMS_MAX], holm[RESULTS_ARMS_MAX];
	double bh[RESULTS_ARMS_MAX], running[RESULTS_ARMS_MAX];
	size_t treatments = r->arms - 1;

	for (size_t k = 0; k < treatments; k++) {
		fill_pair(r, g, k + 1, &out->pair[k]);
		out->pair[k].running_p = run->now[k];
		p[k] = out->pair[k].p;
	}
	stats_holm(p, treatments, holm);
	stats_bh(p, treatments, bh);
	stats_holm(run->now, treatments, running);
	for (size_t k = 0; k < treatments; k++) {
		out->pair[k].p_holm = holm[k];
		out->pair[k].p_bh = bh[k];
		out->pair[k].running_p_holm = running[k];
	}
}

/* The arms that are compared, as decide wants them. */
struct field {
	size_t of[RESULTS_ARMS_MAX];	/* results' arm */
	size_t arms;
	struct stats_arm arm[RESULTS_ARMS_MAX];
	double weight[RESULTS_ARMS_MAX];
	double prior[RESULTS_ARMS_MAX];
	struct decide_pair pair[RESULTS_ARMS_MAX];
	struct bayes_beta belief[RESULTS_ARMS_MAX];
	int64_t planned[RESULTS_ARMS_MAX];
	double closed_p[RESULTS_ARMS_MAX];	/* of those that are not */
	size_t closed;
};

/* What an arm should have had of all visitors by the weights in force. */
static double
share_of(const struct results *r, size_t arm)
{
	double all = 0, due = 0;

	for (size_t i = 0; i < r->epochs; i++) {
		double n = 0, weights = 0;

		for (size_t k = 0; k < r->arms; k++) {
			n += (double)results_at(r, r->looks - 1, i,
			    k)->n[RESULTS_VISITORS];
			weights += r->epoch[i].weight[k];
		}
		if (!(weights > 0))
			continue;
		all += n;
		due += n * r->epoch[i].weight[arm] / weights;
	}
	return all > 0 ? due / all : 1;
}

static void
add_to_field(const struct results *r, const struct glance *g, size_t k,
    const struct run *run, struct field *to)
{
	const struct epoch_pair *p = &g->pair[k].rates;
	size_t i = to->arms++;

	to->of[i] = k;
	to->arm[i] = g->pooled[k];
	to->weight[i] = r->epoch[r->epochs - 1].weight[k];
	to->belief[i] = glance_belief(g, k);
	to->planned[i] = (int64_t)((double)r->planned_visitors *
	    share_of(r, k));
	if (k) {
		to->prior[i - 1] = run->before[k - 1];
		to->pair[i - 1] = (struct decide_pair){ p->ratio,
			p->visitors };
	}
}

static bool
was_open(const struct results *r, size_t arm)
{
	for (size_t i = 0; i < r->epochs; i++)
		if (r->epoch[i].weight[arm] > 0)
			return true;
	return false;
}

static void
gather(const struct results *r, const struct glance *g,
    const struct run *run, struct field *out)
{
	const struct results_epoch *now = &r->epoch[r->epochs - 1];
	bool is_any_left = false;

	for (size_t k = 1; k < r->arms; k++)
		is_any_left |= now->weight[k] > 0;
	for (size_t k = 0; k < r->arms; k++)
		if (!k || !is_any_left || now->weight[k] > 0)
			add_to_field(r, g, k, run, out);
		else if (was_open(r, k))
			out->closed_p[out->closed++] = run->now[k - 1];
}

static void
judge(const struct results *r, const struct field *field, double unit,
    struct figures *out)
{
	struct decide_question q = {
		.arm = field->arm,
		.weight = field->weight,
		.arms = field->arms,
		.days = out->days,
		.srm_seq_p = out->srm_seq_p,
		.multi_exposed_share = out->multi_share,
		.planned_n = r->planned_visitors ? field->planned : NULL,
		.prior_p = field->prior,
		.closed_p = field->closed_p,
		.closed = field->closed,
		.pair = field->pair,
		.posterior = field->belief,
		.srm = &out->srm,
		.settings = decide_default,
	};
	struct decide_answer a;

	q.settings.alpha = r->alpha;
	q.settings.n_star = r->n_star;
	q.settings.equivalence = r->equivalence;
	decide_answer(&q, &a);
	out->verdict = a.verdict;
	out->verdict_arm = a.arm == DECIDE_NO_ARM ? -1 :
	    (int)field->of[a.arm];
	for (size_t i = 0; i < field->arms; i++) {
		size_t k = field->of[i];

		out->arm[k].p_best = a.p_best[i];
		out->arm[k].loss = a.expected_loss[i] * unit;
		if (!k)
			continue;
		out->pair[k - 1].is_compared = true;
		out->pair[k - 1].state = a.state[i - 1];
		out->pair[k - 1].running_p_holm = a.p_holm[i - 1];
	}
}

static void
fill_bandit(const struct results *r, const struct field *field,
    struct figures *out)
{
	double best[RESULTS_ARMS_MAX], weight[RESULTS_ARMS_MAX];
	size_t leader;

	for (size_t i = 0; i < field->arms; i++)
		best[i] = out->arm[field->of[i]].p_best;
	leader = bandit_leader(best, field->arms);
	bandit_weights(best, field->arms, r->bandit_floor > 0 ?
	    r->bandit_floor : bandit_floor(field->arms), weight);
	for (size_t i = 0; i < field->arms; i++)
		out->bandit_weight[field->of[i]] = weight[i];
	out->pvr95 = bayes_pvr95(field->belief, field->arms, leader);
	out->bandit_is_ready = bandit_is_ready(field->arm, field->arms,
	    r->bandit_visitors_min);
	out->bandit_is_over = out->bandit_is_ready &&
	    bandit_is_over(best[leader], out->pvr95);
}

static int64_t
count_visitors(const struct results *r, size_t look)
{
	int64_t n = 0;

	for (size_t k = 0; k < r->arms; k++)
		n += results_sum(r, look, k).n[RESULTS_VISITORS];
	return n;
}

static double
days_left(const struct results *r, int64_t now)
{
	double since = (double)r->started_ms, days;
	int64_t before = 0;

	if (!r->planned_visitors || r->ended_ms)
		return NAN;
	for (size_t i = 0; i < r->looks; i++)
		if ((double)(r->as_of_ms - r->look_ms[i]) / DAY_MS >=
		    POWER_DAYS_TRAILING) {
			since = (double)r->look_ms[i];
			before = count_visitors(r, i);
		}
	days = ((double)r->as_of_ms - since) / DAY_MS;
	return days > 0 ? power_days_left(r->planned_visitors, now,
	    llround((double)(now - before) * POWER_DAYS_TRAILING / days)) :
	    INFINITY;
}

static void
fill_whole(const struct results *r, struct figures *out)
{
	struct epoch_series all = glance_visitors(r, r->looks - 1);
	int64_t end = r->ended_ms && r->ended_ms < r->as_of_ms ?
	    r->ended_ms : r->as_of_ms;
	int64_t multi = 0;

	for (size_t k = 0; k < r->arms; k++)
		multi += results_sum(r, r->looks - 1, k).n[RESULTS_MULTI];
	out->visitors = count_visitors(r, r->looks - 1);
	out->multi_share = multi ? (double)multi /
	    (double)(out->visitors + multi) : 0;
	out->srm = epoch_srm(&all, (struct stats_srm_limit){ STATS_SRM_P,
		STATS_SRM_TOTAL_MIN });
	out->days = (double)(end - r->started_ms) / DAY_MS;
	out->days_left = days_left(r, out->visitors);
}

void
figures_make(const struct results *r, struct figures *out)
{
	struct field field = { 0 };
	struct glance last;
	struct run run;

	*out = (struct figures){ 0 };
	fill_whole(r, out);
	look_back(r, &run, &last, out);
	for (size_t k = 0; k < r->arms; k++)
		fill_arm(r, &last, k, &out->arm[k]);
	fill_pairs(r, &last, &run, out);
	gather(r, &last, &run, &field);
	judge(r, &field, last.unit, out);
	if (r->is_bandit)
		fill_bandit(r, &field, out);
}
