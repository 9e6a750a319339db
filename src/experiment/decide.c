/* Implements decide.h. */
#include <assert.h>
#include <math.h>

#include "experiment/decide.h"

const struct decide_settings decide_default = {
	.alpha = .05, .days_min = 7, .n_min = 100, .x_min = 25,
	.n_star = STATS_N_STAR, .loss_tol = .0075, .p_best_min = .95,
	.equivalence = .05, .srm_p = STATS_SRM_P,
};

const char *
decide_verdict_name(enum decide_verdict verdict)
{
	static const char *const names[] = {
		[DECIDE_INVALID_SRM] = "invalid_srm",
		[DECIDE_INVALID_MULTI_EXPOSURE] = "invalid_multi_exposure",
		[DECIDE_STOP_KEEP_CONTROL] = "stop_keep_control",
		[DECIDE_COLLECTING] = "collecting",
		[DECIDE_SHIP] = "ship",
		[DECIDE_WINNER_CONTESTED] = "winner_contested",
		[DECIDE_SHIP_LOW_RISK] = "ship_low_risk",
		[DECIDE_KEEP_CONTROL_LOW_RISK] = "keep_control_low_risk",
		[DECIDE_INCONCLUSIVE_STOP] = "inconclusive_stop",
		[DECIDE_NO_MEANINGFUL_DIFFERENCE] =
		    "no_meaningful_difference",
		[DECIDE_RUNNING] = "running",
	};

	return names[verdict];
}

const char *
decide_state_name(enum decide_state state)
{
	static const char *const names[] = {
		[DECIDE_OPEN] = "open",
		[DECIDE_WINNING] = "winning",
		[DECIDE_LOSING] = "losing",
	};

	return names[state];
}

struct bayes_beta
decide_posterior(double rate, double variance, int64_t n)
{
	double visitors = variance > 0 ? fmin(rate * (1 - rate) / variance,
	    (double)n) : (double)n;

	return (struct bayes_beta){ 1 + rate * visitors,
		1 + (1 - rate) * visitors };
}

/* The sign of what is known of the treatment beside the control. */
static int
direction(const struct stats_arm *arm, size_t treatment, struct stats_ratio r)
{
	double before = (double)arm[0].x * (double)arm[treatment].n;
	double now = (double)arm[treatment].x * (double)arm[0].n;

	/* A ratio to nothing is unknown, and yet has a sign. */
	return r.is_known ? (r.theta > 0) - (r.theta < 0) :
	    (now > before) - (now < before);
}

static void
compare(const struct decide_question *q, struct decide_answer *out)
{
	const struct decide_settings *s = &q->settings;
	struct stats_av_plan plan = { s->alpha, s->n_star };
	size_t treatments = q->arms - 1, family = treatments + q->closed;
	struct stats_ratio ratio[STATS_ARMS_MAX];
	double p[STATS_ARMS_MAX], holm[STATS_ARMS_MAX];

	for (size_t i = 0; i < q->closed; i++)
		p[treatments + i] = q->closed_p[i];
	for (size_t i = 0; i < treatments; i++) {
		const struct stats_arm *a = &q->arm[0], *b = &q->arm[i + 1];
		double c = stats_av_c(&plan, q->pair ? q->pair[i].visitors :
		    (double)a->n + (double)b->n);

		ratio[i] = q->pair ? q->pair[i].ratio : stats_log_ratio(*a, *b);
		out->is_ready[i] = stats_av_is_ready(*a, *b);
		out->av[i] = stats_av_lift(ratio[i], c,
		    s->alpha / (double)family);
		p[i] = out->p_running[i] = fmin(q->prior_p[i],
		    out->is_ready[i] ? stats_av_p(ratio[i], c) : 1);
	}
	stats_holm(p, family, holm);
	for (size_t i = 0; i < treatments; i++) {
		int sign = direction(q->arm, i + 1, ratio[i]);

		out->p_holm[i] = holm[i];
		out->state[i] = out->p_holm[i] > s->alpha || !sign ?
		    DECIDE_OPEN : sign > 0 ? DECIDE_WINNING : DECIDE_LOSING;
	}
}

static void
believe(const struct decide_question *q, struct bayes_beta *posterior,
    struct decide_answer *out)
{
	static const struct bayes_beta flat = { 1, 1 };

	for (size_t i = 0; i < q->arms; i++)
		posterior[i] = q->posterior ? q->posterior[i] :
		    bayes_posterior(q->arm[i], flat);
	bayes_best(posterior, q->arms, out->p_best);
	bayes_loss(posterior, q->arms, out->expected_loss);
}

static void
check_srm(const struct decide_question *q, struct decide_answer *out)
{
	struct stats_srm_limit limit = { q->settings.srm_p,
		STATS_SRM_TOTAL_MIN };
	int64_t count[STATS_ARMS_MAX];

	for (size_t i = 0; i < q->arms; i++)
		count[i] = q->arm[i].n;
	out->srm = q->srm ? *q->srm :
	    stats_srm(count, q->weight, q->arms, limit);
}

static bool
is_collecting(const struct decide_question *q)
{
	const struct decide_settings *s = &q->settings;

	if (q->days < s->days_min)
		return true;
	for (size_t i = 0; i < q->arms; i++)
		if (q->arm[i].n < s->n_min || q->arm[i].x < s->x_min)
			return true;
	return false;
}

static bool
is_planned_n_reached(const struct decide_question *q)
{
	for (size_t i = 0; i < q->arms; i++)
		if (!q->planned_n || q->arm[i].n < q->planned_n[i])
			return false;
	return true;
}

static bool
is_equivalent(const struct decide_question *q,
    const struct decide_answer *out)
{
	double margin = q->settings.equivalence;

	for (size_t i = 0; i + 1 < q->arms; i++)
		if (!out->is_ready[i] || !out->av[i].is_known ||
		    out->av[i].low < -margin || out->av[i].high > margin)
			return false;
	return true;
}

static size_t
count_state(const struct decide_answer *a, size_t treatments,
    enum decide_state state)
{
	size_t count = 0;

	for (size_t i = 0; i < treatments; i++)
		count += a->state[i] == state;
	return count;
}

/* The arm with the most, or the least, of it; the first of equals. */
static int
arm_with(const double *value, size_t arms, int sign)
{
	int found = 0;

	for (size_t i = 1; i < arms; i++)
		if (sign * (value[i] - value[found]) > 0)
			found = (int)i;
	return found;
}

/* loss_max: what may be lost, in the unit of a rate. */
static enum decide_verdict
decide(const struct decide_question *q, const struct decide_answer *a,
    double loss_max, int *arm)
{
	size_t treatments = q->arms - 1;
	int leader = arm_with(a->p_best, q->arms, 1);
	int safest = arm_with(a->expected_loss, q->arms, -1);

	*arm = DECIDE_NO_ARM;
	if (a->srm.is_flagged || q->srm_seq_p < q->settings.srm_p)
		return DECIDE_INVALID_SRM;
	if (q->multi_exposed_share > DECIDE_MULTI_EXPOSED_MAX)
		return DECIDE_INVALID_MULTI_EXPOSURE;
	if (count_state(a, treatments, DECIDE_LOSING) == treatments) {
		*arm = 0;
		return DECIDE_STOP_KEEP_CONTROL;
	}
	if (is_collecting(q))
		return DECIDE_COLLECTING;
	if (count_state(a, treatments, DECIDE_WINNING)) {
		if (!leader || a->state[leader - 1] != DECIDE_WINNING ||
		    (a->p_best[leader] < q->settings.p_best_min &&
		    a->expected_loss[leader] > loss_max))
			return DECIDE_WINNER_CONTESTED;
		*arm = leader;
		return DECIDE_SHIP;
	}
	if (is_planned_n_reached(q)) {
		if (a->expected_loss[safest] > loss_max)
			return DECIDE_INCONCLUSIVE_STOP;
		*arm = safest;
		return safest ? DECIDE_SHIP_LOW_RISK :
		    DECIDE_KEEP_CONTROL_LOW_RISK;
	}
	return is_equivalent(q, a) ? DECIDE_NO_MEANINGFUL_DIFFERENCE :
	    DECIDE_RUNNING;
}

void
decide_answer(const struct decide_question *q, struct decide_answer *out)
{
	struct bayes_beta posterior[STATS_ARMS_MAX];

	assert(q->arms >= 2 && q->arms + q->closed <= STATS_ARMS_MAX);
	compare(q, out);
	check_srm(q, out);
	believe(q, posterior, out);
	out->verdict = decide(q, out,
	    q->settings.loss_tol * bayes_mean(posterior[0]), &out->arm);
}

bool
decide_guard_is_breached(const struct decide_guard *guard,
    struct stats_arm control, struct stats_arm treatment)
{
	struct stats_av_plan plan = { DECIDE_GUARD_ALPHA, guard->n_star };
	struct stats_interval lift = stats_av_lift(
	    stats_log_ratio(control, treatment),
	    stats_av_c(&plan, (double)control.n + (double)treatment.n),
	    DECIDE_GUARD_ALPHA);

	if (!lift.is_known || !stats_av_is_ready(control, treatment))
		return false;
	return guard->is_higher_worse ? lift.low > guard->margin :
	    lift.high < -guard->margin;
}
