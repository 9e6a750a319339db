/* Implements strata.h. */
#include <assert.h>
#include <math.h>

#include "experiment/special.h"
#include "experiment/strata.h"

struct strata_figure
strata_judge(struct stats_arm control, struct stats_arm treatment)
{
	struct strata_figure f = {
		.ratio = stats_log_ratio(control, treatment),
		.has_p = control.n && treatment.n,
	};

	/* Everybody converted: no spread, and a weight without end. */
	if (f.ratio.se <= 0)
		f.ratio.is_known = false;
	if (f.has_p)
		f.p_z = stats_p_of_z(stats_z(control, treatment));
	return f;
}

static void
adjust(struct strata_figure *f, size_t count)
{
	double p[STRATA_MAX] = { 0 }, adjusted[STRATA_MAX];
	size_t known = 0;

	for (size_t i = 0; i < count; i++)
		if (f[i].has_p)
			p[known++] = f[i].p_z;
	stats_bh(p, known, adjusted);
	for (size_t i = count; i-- > 0;)
		if (f[i].has_p)
			f[i].p_bh = adjusted[--known];
}

static double
weight(const struct strata_figure *f)
{
	return f->ratio.is_known ? 1 / (f->ratio.se * f->ratio.se) : 0;
}

static struct strata_pool
pool(const struct strata_figure *f, size_t count)
{
	struct strata_pool all = { .p = 1 };
	double sum = 0, squares = 0, excess;

	for (size_t i = 0; i < count; i++) {
		double w = weight(&f[i]);

		all.segments += f[i].ratio.is_known;
		all.theta += w * f[i].ratio.theta;
		sum += w;
		squares += w * w;
	}
	if (!all.segments)
		return all;
	all.theta /= sum;
	for (size_t i = 0; i < count; i++) {
		double distance = f[i].ratio.theta - all.theta;

		all.q += weight(&f[i]) * distance * distance;
	}
	all.df = all.segments - 1;
	all.p = special_chi2_q(all.q, (double)all.df);
	excess = all.q - (double)all.df;
	if (all.df && excess > 0) {
		all.i2 = excess / all.q;
		all.tau2 = excess / (sum - squares / sum);
	}
	return all;
}

static double
shrunk(const struct stats_ratio *r, const struct strata_pool *all)
{
	double w = 1 / (r->se * r->se);

	/* Times tau2 above and below: it may be next to nothing. */
	return (r->theta * w * all->tau2 + all->theta) / (w * all->tau2 + 1);
}

struct strata_pool
strata_combine(struct strata_figure *figure, size_t count, double alpha)
{
	struct strata_pool all;

	assert(count <= STRATA_MAX);
	adjust(figure, count);
	all = pool(figure, count);
	for (size_t i = 0; i < count; i++) {
		struct strata_figure *f = &figure[i];

		if (!f->ratio.is_known)
			continue;
		f->theta_shrunk = shrunk(&f->ratio, &all);
		f->is_claim = f->p_bh <= alpha && all.p <= alpha;
	}
	return all;
}

struct strata_pool
strata_analyze(const struct strata_segment *s, size_t count, double alpha,
    struct strata_figure *out)
{
	assert(count <= STRATA_MAX);
	for (size_t i = 0; i < count; i++)
		out[i] = strata_judge(s[i].control, s[i].treatment);
	return strata_combine(out, count, alpha);
}
