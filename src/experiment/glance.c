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
count_visitors(const struct results_cell *c, unsigned unused)
{
	(void)unused;
	return (struct stats_arm){ c->n[RESULTS_VISITORS], 0 };
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
series(const struct results *r, size_t look, count_cell count, unsigned what)
{
	struct epoch *e = arena_array(r->arena, r->epochs, sizeof *e);
	struct stats_arm *arm = arena_array(r->arena, r->epochs * r->arms,
	    sizeof *arm);

	for (size_t i = 0; i < r->epochs; i++, arm += r->arms) {
		for (size_t k = 0; k < r->arms; k++)
			arm[k] = sane(count(results_at(r, look, i, k),
			    what));
		e[i] = (struct epoch){ arm, r->epoch[i].weight };
	}
	return (struct epoch_series){ e, r->epochs, r->arms };
}

struct epoch_series
glance_visitors(const struct results *r, size_t look)
{
	return series(r, look, count_visitors, 0);
}

struct epoch_series
glance_metric(const struct results *r, size_t look,
    enum results_metric metric)
{
	return series(r, look, count_metric, metric);
}

struct stats_arm
glance_counts(struct epoch_rate rate, int64_t n)
{
	double visitors = rate.var > 0 ? rate.rate * (1 - rate.rate) /
	    rate.var : (double)n;

	return (struct stats_arm){ llround(visitors),
		llround(visitors * rate.rate) };
}

static struct value_estimate
mean_of(const struct results *r, size_t look, size_t epoch, size_t arm)
{
	const struct results_cell *c = results_at(r, look, epoch, arm);

	return value_mean((struct value_sum){ c->n[RESULTS_CUSTOMER_VISITORS],
		c->value, c->value_sq });
}

/* Visitors of every arm, for whom the value's time is over. */
static double
visitors_in(const struct results *r, size_t look, size_t epoch)
{
	double n = 0;

	for (size_t k = 0; k < r->arms; k++)
		n += (double)results_at(r, look, epoch,
		    k)->n[RESULTS_CUSTOMER_VISITORS];
	return n;
}

static void
add_mean(struct epoch_rate *to, struct value_estimate mean, double share)
{
	to->rate += share * mean.value;
	to->var += share * share * mean.var;
}

/* As epoch_compare, with means of values for rates. */
static struct epoch_pair
compare_values(const struct results *r, size_t look, size_t arm)
{
	struct epoch_pair pair = { 0 };
	double all = 0;

	for (size_t i = 0; i < r->epochs; i++)
		if (mean_of(r, look, i, 0).is_known &&
		    mean_of(r, look, i, arm).is_known)
			all += visitors_in(r, look, i);
	for (size_t i = 0; i < r->epochs; i++) {
		struct value_estimate a = mean_of(r, look, i, 0);
		struct value_estimate b = mean_of(r, look, i, arm);
		double share = visitors_in(r, look, i) / all;

		if (!a.is_known || !b.is_known)
			continue;
		add_mean(&pair.control, a, share);
		add_mean(&pair.treatment, b, share);
		pair.visitors += (double)results_at(r, look, i,
		    0)->n[RESULTS_CUSTOMER_VISITORS] + (double)results_at(r,
		    look, i, arm)->n[RESULTS_CUSTOMER_VISITORS];
		pair.epochs++;
	}
	pair.ratio = value_log_ratio((struct value_estimate){
		pair.control.rate, pair.control.var, pair.epochs > 0 },
	    (struct value_estimate){ pair.treatment.rate, pair.treatment.var,
		pair.epochs > 0 });
	return pair;
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
fixed_p(const struct results *r, size_t look, size_t arm,
    const struct glance *g)
{
	struct stats_ratio ratio = g->pair[arm].rates.ratio;
	struct results_cell a, b;
	struct value_welch w;

	if (r->epochs > 1)
		return ratio.is_known ? stats_p_of_z(ratio.theta / ratio.se) :
		    1;
	if (r->goal != RESULTS_GOAL_VALUE)
		return stats_p(g->pooled[0], g->pooled[arm]);
	a = results_sum(r, look, 0);
	b = results_sum(r, look, arm);
	w = value_welch((struct value_sum){ g->pooled[0].n, a.value,
		a.value_sq }, (struct value_sum){ g->pooled[arm].n, b.value,
		b.value_sq }, r->alpha);
	return w.is_known ? w.p : 1;
}

static void
take_pair(const struct results *r, size_t look, size_t arm, struct glance *g)
{
	const struct stats_av_plan plan = { r->alpha, r->n_star };
	struct glance_pair *p = &g->pair[arm];

	p->control = believe(p->rates.control, g->unit, g->pooled[0]);
	p->treatment = believe(p->rates.treatment, g->unit, g->pooled[arm]);
	p->is_ready = p->rates.epochs && stats_av_is_ready(g->pooled[0],
	    g->pooled[arm]);
	p->av_p = p->is_ready ? stats_av_p(p->rates.ratio, stats_av_c(&plan,
	    p->rates.visitors)) : 1;
	p->p = fixed_p(r, look, arm, g);
}

void
glance_take(const struct results *r, size_t look, struct glance *out)
{
	struct epoch_series s = series(r, look, count_goal, r->goal);
	bool is_value = r->goal == RESULTS_GOAL_VALUE;
	double sum;

	*out = (struct glance){ .widest = 1, .unit = 1 };
	for (size_t k = 0; k < r->arms; k++)
		out->pooled[k] = epoch_pooled(&s, k);
	sum = results_sum(r, look, 0).value;
	if (is_value && out->pooled[0].x && sum > 0)
		out->unit = sum / (double)out->pooled[0].x;
	for (size_t k = 1; k < r->arms; k++) {
		struct glance_pair *p = &out->pair[k];

		p->rates = is_value ? compare_values(r, look, k) :
		    epoch_compare(&s, k);
		take_pair(r, look, k, out);
		if (p->rates.visitors > out->pair[out->widest].rates.visitors)
			out->widest = k;
	}
}

struct bayes_beta
glance_belief(const struct glance *g, size_t arm)
{
	return arm ? g->pair[arm].treatment : g->pair[g->widest].control;
}
