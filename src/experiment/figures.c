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
		struct epoch_series m = glance_metric(r,
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
	struct epoch_series m = glance_metric(r, rail->metric);
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

	f->lift = glance_lift(&p->rates);
	f->lift_log = stats_lift_log(p->rates.ratio, glance_alpha(r));
	f->p = p->p;
	f->av = glance_av(r, &p->rates);
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
    const struct history *past, struct figures *out)
{
	double p[RESULTS_ARMS_MAX], holm[RESULTS_ARMS_MAX];
	double bh[RESULTS_ARMS_MAX], running[RESULTS_ARMS_MAX];
	size_t treatments = r->arms - 1;

	for (size_t k = 0; k < treatments; k++) {
		fill_pair(r, g, k + 1, &out->pair[k]);
		out->pair[k].running_p = past->now[k];
		p[k] = out->pair[k].p;
	}
	stats_holm(p, treatments, holm);
	stats_bh(p, treatments, bh);
	stats_holm(past->now, treatments, running);
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
    const struct history *past, struct field *to)
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
		to->prior[i - 1] = past->before[k - 1];
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
    const struct history *past, struct field *out)
{
	const struct results_epoch *now = &r->epoch[r->epochs - 1];
	bool is_any_left = false;

	for (size_t k = 1; k < r->arms; k++)
		is_any_left |= now->weight[k] > 0;
	for (size_t k = 0; k < r->arms; k++)
		if (!k || !is_any_left || now->weight[k] > 0)
			add_to_field(r, g, k, past, out);
		else if (was_open(r, k))
			out->closed_p[out->closed++] = past->now[k - 1];
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

/* Those who play: the control as well may have been closed by somebody. */
static void
gather_players(const struct field *all, struct field *out)
{
	for (size_t i = 0; i < all->arms; i++) {
		if (!(all->weight[i] > 0))
			continue;
		out->of[out->arms] = all->of[i];
		out->arm[out->arms] = all->arm[i];
		out->belief[out->arms++] = all->belief[i];
	}
}

static void
fill_bandit(const struct results *r, const struct field *all,
    struct figures *out)
{
	double best[RESULTS_ARMS_MAX], weight[RESULTS_ARMS_MAX];
	struct field play = { 0 };
	size_t leader;

	gather_players(all, &play);
	if (play.arms < 2) {
		for (size_t i = 0; i < play.arms; i++)
			out->bandit_weight[play.of[i]] = 1;
		return;
	}
	bayes_best(play.belief, play.arms, best);
	leader = bandit_leader(best, play.arms);
	bandit_weights(best, play.arms, r->bandit_floor > 0 ?
	    r->bandit_floor : bandit_floor(play.arms), weight);
	for (size_t i = 0; i < play.arms; i++)
		out->bandit_weight[play.of[i]] = weight[i];
	out->pvr95 = bayes_pvr95(play.belief, play.arms, leader);
	out->bandit_is_ready = bandit_is_ready(play.arm, play.arms,
	    r->bandit_visitors_min);
	/* What is best for all says little of leaves. */
	out->bandit_is_over = out->bandit_is_ready && !r->bandit_context.n &&
	    bandit_is_over(best[leader], out->pvr95);
}

static double
days_left(const struct results *r, const int64_t *visitors)
{
	double since = (double)r->started_ms, days;
	int64_t before = 0, now = visitors[r->looks - 1];

	if (!r->planned_visitors || r->ended_ms)
		return NAN;
	for (size_t i = 0; i < r->looks; i++)
		if ((double)(r->as_of_ms - r->look_ms[i]) / DAY_MS >=
		    POWER_DAYS_TRAILING) {
			since = (double)r->look_ms[i];
			before = visitors[i];
		}
	days = ((double)r->as_of_ms - since) / DAY_MS;
	return days > 0 ? power_days_left(r->planned_visitors, now,
	    llround((double)(now - before) * POWER_DAYS_TRAILING / days)) :
	    INFINITY;
}

static void
fill_whole(const struct results *r, struct figures *out)
{
	struct epoch_series all = glance_visitors(r);
	struct epoch_series active = glance_activated(r);
	int64_t end = r->ended_ms && r->ended_ms < r->as_of_ms ?
	    r->ended_ms : r->as_of_ms;
	int64_t multi = 0;

	for (size_t k = 0; k < r->arms; k++)
		multi += results_sum(r, r->looks - 1, k).n[RESULTS_MULTI];
	for (size_t k = 0; k < r->arms; k++)
		out->activated += results_sum(r, r->looks - 1,
		    k).n[RESULTS_ACTIVATED];
	out->visitors = out->past.visitors[r->looks - 1];
	out->multi_share = multi ? (double)multi /
	    (double)(out->visitors + multi) : 0;
	out->srm = epoch_srm(&all, (struct stats_srm_limit){ STATS_SRM_P,
		STATS_SRM_TOTAL_MIN });
	out->activated_srm = epoch_srm(&active, (struct stats_srm_limit){
		STATS_SRM_P, STATS_SRM_TOTAL_MIN });
	out->days = (double)(end - r->started_ms) / DAY_MS;
	out->days_left = days_left(r, out->past.visitors);
}

void
figures_make(const struct results *r, struct figures *out)
{
	struct field field = { 0 };
	struct glance last;

	*out = (struct figures){ 0 };
	history_take(r, &out->past);
	out->srm_seq_p = out->past.srm_seq_p;
	out->activated_srm_seq_p = out->past.activated_srm_seq_p;
	fill_whole(r, out);
	glance_take(r, &last);
	out->activated_is_odd = out->activated_srm.is_flagged ||
	    out->activated_srm_seq_p < STATS_SRM_P;
	for (size_t k = 0; k < r->arms; k++)
		fill_arm(r, &last, k, &out->arm[k]);
	fill_pairs(r, &last, &out->past, out);
	gather(r, &last, &out->past, &field);
	judge(r, &field, last.unit, out);
	if (r->is_bandit)
		fill_bandit(r, &field, out);
	if (r->bandit_context.n)
		context_compare(r, &out->gain);
}
