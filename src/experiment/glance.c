/* Implements glance.h: which counts are asked for; the rest is epoch's. */
#include <math.h>

#include "base/arena.h"
#include "experiment/decide.h"
#include "experiment/value.h"

#include "experiment/glance.h"

/* Who could reach a goal, and who did. */
static const struct { enum results_measure n, x; } goals[] = {
	[RESULTS_GOAL_LEAD] = { RESULTS_MATURE_VISITORS,
	    RESULTS_MATURE_LEADS },
	[RESULTS_GOAL_MQL] = { RESULTS_MQL_VISITORS, RESULTS_MQLS },
	[RESULTS_GOAL_SQL] = { RESULTS_SQL_VISITORS, RESULTS_SQLS },
	[RESULTS_GOAL_CUSTOMER] = { RESULTS_CUSTOMER_VISITORS,
	    RESULTS_CUSTOMERS },
	[RESULTS_GOAL_VALUE] = { RESULTS_CUSTOMER_VISITORS, RESULTS_VALUE },
};

/* What a cell says of the goal, or of a metric. */
typedef struct stats_arm (*count_cell)(const struct results_cell *c,
    unsigned what);

static struct stats_arm
count_goal(const struct results_cell *c, unsigned goal)
{
	return (struct stats_arm){ c->n[goals[goal].n], c->n[goals[goal].x] };
}

static struct stats_arm
count_nobody(const struct results_cell *c, unsigned measure)
{
	return (struct stats_arm){ c->n[measure], 0 };
}

static struct stats_arm
count_metric(const struct results_cell *c, unsigned metric)
{
	int64_t visitors = c->n[RESULTS_VISITORS];
	int64_t posted = c->n[RESULTS_POSTED], leads = c->n[RESULTS_LEADS];
	struct stats_arm all[] = {
		[RESULTS_METRIC_SPAM] = { leads + c->n[RESULTS_SPAM],
		    c->n[RESULTS_SPAM] },
		[RESULTS_METRIC_BOUNCE] = { visitors, visitors - posted },
		[RESULTS_METRIC_ERROR] = { posted, c->n[RESULTS_REFUSED] },
		[RESULTS_METRIC_CONSENT] = { leads, c->n[RESULTS_CONSENTED] },
	};

	return all[metric];
}

/* What a database holds may be anything; formulae need 0 <= x <= n. */
static struct stats_arm
sane(struct stats_arm a)
{
	a.n = a.n > 0 ? a.n : 0;
	a.x = a.x < 0 ? 0 : a.x > a.n ? a.n : a.x;
	return a;
}

static struct epoch_series
series(const struct results *r, count_cell count, unsigned what)
{
	struct epoch *e = arena_array(r->arena, r->epochs, sizeof *e);
	struct stats_arm *arm = arena_array(r->arena, r->epochs * r->arms,
	    sizeof *arm);

	for (size_t i = 0; i < r->epochs; i++, arm += r->arms) {
		for (size_t k = 0; k < r->arms; k++)
			arm[k] = sane(count(&r->cell[i * r->arms + k], what));
		e[i] = (struct epoch){ arm, r->epoch[i].weight };
	}
	return (struct epoch_series){ e, r->epochs, r->arms };
}

struct epoch_series
glance_visitors(const struct results *r)
{
	return series(r, count_nobody, RESULTS_VISITORS);
}

struct epoch_series
glance_activated(const struct results *r)
{
	return series(r, count_nobody, RESULTS_ACTIVATED);
}

struct epoch_series
glance_metric(const struct results *r, enum results_metric metric)
{
	return series(r, count_metric, metric);
}

struct stats_arm
glance_counts(struct epoch_rate rate, int64_t n)
{
	double visitors = rate.var > 0 ? fmin(rate.rate * (1 - rate.rate) /
	    rate.var, (double)n) : (double)n;

	return (struct stats_arm){ llround(visitors),
		llround(visitors * rate.rate) };
}

static struct value_estimate
mean_of(const struct results_cell *c)
{
	return value_mean((struct value_sum){ c->n[RESULTS_CUSTOMER_VISITORS],
		c->value, c->value_sq });
}

static struct epoch_rate
weigh(struct value_estimate mean, double visitors)
{
	return (struct epoch_rate){ visitors * mean.value,
		visitors * visitors * mean.var };
}

/* As epoch_part, with means of values for rates. */
static struct epoch_sum
value_part(const struct results_cell *cell, size_t arms, size_t arm)
{
	struct value_estimate a = mean_of(&cell[0]), b = mean_of(&cell[arm]);
	struct epoch_sum part = { 0 };
	double all = 0;

	if (!a.is_known || !b.is_known)
		return part;
	/* Visitors of every arm, for whom the value's time is over. */
	for (size_t k = 0; k < arms; k++)
		all += (double)cell[k].n[RESULTS_CUSTOMER_VISITORS];
	return (struct epoch_sum){ all, weigh(a, all), weigh(b, all),
		(double)cell[0].n[RESULTS_CUSTOMER_VISITORS] +
		(double)cell[arm].n[RESULTS_CUSTOMER_VISITORS], 1 };
}

struct stats_arm
glance_goal(const struct results *r, const struct results_cell *cell)
{
	return sane(count_goal(cell, r->goal));
}

struct epoch_sum
glance_part(const struct results *r, const struct results_cell *cell,
    size_t arm)
{
	struct stats_arm counts[RESULTS_ARMS_MAX];
	const struct epoch e = { counts, NULL };

	if (r->goal == RESULTS_GOAL_VALUE)
		return value_part(cell, r->arms, arm);
	for (size_t k = 0; k < r->arms; k++)
		counts[k] = glance_goal(r, &cell[k]);
	return epoch_part(&e, r->arms, arm);
}

struct epoch_pair
glance_pair_of(const struct results *r, const struct epoch_sum *sum)
{
	struct epoch_pair p = epoch_pair_of(sum);

	if (r->goal == RESULTS_GOAL_VALUE)
		p.ratio = value_log_ratio((struct value_estimate){
			p.control.rate, p.control.var, p.epochs > 0 },
		    (struct value_estimate){ p.treatment.rate,
			p.treatment.var, p.epochs > 0 });
	return p;
}

double
glance_av_p(const struct results *r, const struct epoch_pair *p,
    struct stats_arm control, struct stats_arm treatment)
{
	const struct stats_av_plan plan = { r->alpha, r->n_star };

	return p->epochs && stats_av_is_ready(control, treatment) ?
	    stats_av_p(p->ratio, stats_av_c(&plan, p->visitors)) : 1;
}

double
glance_alpha(const struct results *r)
{
	return r->alpha / (double)(r->arms - 1);
}

struct stats_interval
glance_av(const struct results *r, const struct epoch_pair *p)
{
	const struct stats_av_plan plan = { r->alpha, r->n_star };

	return stats_av_lift(p->ratio, stats_av_c(&plan, p->visitors),
	    glance_alpha(r));
}

double
glance_lift(const struct epoch_pair *p)
{
	return p->ratio.is_known ? expm1(p->ratio.theta) : NAN;
}

static struct bayes_beta
believe(struct epoch_rate rate, double unit, struct stats_arm pooled)
{
	double scaled = rate.rate / unit;

	/* Without spread, or beyond what a rate can be, counts must do. */
	return rate.var > 0 && scaled > 0 && scaled < 1 ?
	    decide_posterior(scaled, rate.var / (unit * unit), pooled.n) :
	    bayes_posterior(pooled, (struct bayes_beta){ 1, 1 });
}

static double
fixed_p(const struct results *r, size_t arm, const struct glance *g)
{
	struct stats_ratio ratio = g->pair[arm].rates.ratio;
	struct results_cell a, b;
	struct value_welch w;

	if (r->epochs > 1)
		return ratio.is_known ? stats_p_of_z(ratio.theta / ratio.se) :
		    1;
	if (r->goal != RESULTS_GOAL_VALUE)
		return stats_p(g->pooled[0], g->pooled[arm]);
	a = results_sum(r, r->looks - 1, 0);
	b = results_sum(r, r->looks - 1, arm);
	w = value_welch((struct value_sum){ g->pooled[0].n, a.value,
		a.value_sq }, (struct value_sum){ g->pooled[arm].n, b.value,
		b.value_sq }, r->alpha);
	return w.is_known ? w.p : 1;
}

static void
take_pair(const struct results *r, size_t arm, struct glance *g)
{
	struct glance_pair *p = &g->pair[arm];
	struct epoch_sum sum = { 0 };

	for (size_t i = 0; i < r->epochs; i++) {
		struct epoch_sum part = glance_part(r, &r->cell[i * r->arms],
		    arm);

		epoch_add(&sum, &part);
	}
	p->rates = glance_pair_of(r, &sum);
	p->control = believe(p->rates.control, g->unit, g->pooled[0]);
	p->treatment = believe(p->rates.treatment, g->unit, g->pooled[arm]);
	p->is_ready = p->rates.epochs && stats_av_is_ready(g->pooled[0],
	    g->pooled[arm]);
	p->av_p = glance_av_p(r, &p->rates, g->pooled[0], g->pooled[arm]);
	p->p = fixed_p(r, arm, g);
}

void
glance_take(const struct results *r, struct glance *out)
{
	struct epoch_series s = series(r, count_goal, r->goal);
	double sum = results_sum(r, r->looks - 1, 0).value;

	*out = (struct glance){ .widest = 1, .unit = 1 };
	for (size_t k = 0; k < r->arms; k++)
		out->pooled[k] = epoch_pooled(&s, k);
	if (r->goal == RESULTS_GOAL_VALUE && out->pooled[0].x && sum > 0)
		out->unit = sum / (double)out->pooled[0].x;
	for (size_t k = 1; k < r->arms; k++) {
		take_pair(r, k, out);
		if (out->pair[k].rates.visitors >
		    out->pair[out->widest].rates.visitors)
			out->widest = k;
	}
}

struct bayes_beta
glance_belief(const struct glance *g, size_t arm)
{
	return arm ? g->pair[arm].treatment : g->pair[g->widest].control;
}
