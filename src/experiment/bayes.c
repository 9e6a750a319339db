/*
 * Implements bayes.h.  The axis is cut into panels at every posterior's own
 * marks, and walked from the right: on a panel the densities at the nodes give
 * the upper tails at the nodes by one matrix, so that no incomplete beta is
 * ever computed, and a tail keeps its relative precision.
 */
#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "experiment/bayes.h"
#include "experiment/special.h"

#define NODES SPECIAL_GAUSS_NODES
/* Edges towards an end where a density of a < 1 has its pole. */
#define POLE_EDGES 13
#define POLE_RATIO 16.0
#define MARKS 23
#define EDGES_OF_ARM (MARKS + 1 + 2 * POLE_EDGES)
#define EDGES_MAX (BAYES_ARMS_MAX * EDGES_OF_ARM + 1)
#define SOLVE_STEPS_MAX 200
#define SOLVE_PRECISION 1e-13
#define LN_RATIO_MAX 500.0
#define LN_NEGLIGIBLE -100.0
#define PVR_P .95

/* An arm's rate divided by scale. */
struct curve {
	struct special_beta beta;
	double scale;
	double above;		/* its mass to the right of the panel */
};

struct walk {
	struct curve curve[BAYES_ARMS_MAX];
	size_t arms;
	double edge[EDGES_MAX];
	size_t edges;
	/* Integral of the k-th Lagrange polynomial from node i to 1. */
	double tail[NODES][NODES];
};

/* The panel under the feet: densities and upper tails of each arm. */
struct panel {
	double weight[NODES];
	double density[BAYES_ARMS_MAX][NODES];
	double above[BAYES_ARMS_MAX][NODES];
};

struct bayes_beta
bayes_posterior(struct stats_arm arm, struct bayes_beta prior)
{
	return (struct bayes_beta){ prior.a + (double)arm.x,
		prior.b + (double)(arm.n - arm.x) };
}

double
bayes_mean(struct bayes_beta beta)
{
	return beta.a / (beta.a + beta.b);
}

/*
 * By Legendre polynomials: a Lagrange polynomial is w_k sum (2n+1)/2 P_n(t_k)
 * P_n, and (2n+1) P_n has the integral P_n+1 - P_n-1 (DLMF 18.9.7).
 */
static void
fill_tail(double tail[NODES][NODES])
{
	double p[NODES][NODES + 1];

	for (int i = 0; i < NODES; i++) {
		double t = special_gauss_node[i];

		p[i][0] = 1;
		p[i][1] = t;
		for (int n = 1; n < NODES; n++)
			p[i][n + 1] = ((2 * n + 1) * t * p[i][n] -
			    n * p[i][n - 1]) / (n + 1);
	}
	for (int i = 0; i < NODES; i++)
		for (int k = 0; k < NODES; k++) {
			double sum = 1 - special_gauss_node[i];

			for (int n = 1; n < NODES; n++)
				sum += p[k][n] * (p[i][n - 1] - p[i][n + 1]);
			tail[i][k] = sum * special_gauss_weight[k] / 2;
		}
}

static int
compare(const void *a, const void *b)
{
	double first = *(const double *)a, second = *(const double *)b;

	return (first > second) - (first < second);
}

static void
add_edges(struct walk *w, const struct curve *c)
{
	static const double mark[] = { 0, 1, 2, 3, 4, 5, 6, 8, 11, 16, 25,
		40 };
	double a = c->beta.a, b = c->beta.b, n = a + b, mean = a / n;
	double sd = sqrt(mean * (b / n) / (n + 1)), pole = mean;

	for (size_t i = 0; i < sizeof mark / sizeof *mark; i++) {
		double low = fmax(0, mean - mark[i] * sd);
		double high = fmin(1, mean + mark[i] * sd);

		w->edge[w->edges++] = low / c->scale;
		if (i)
			w->edge[w->edges++] = high / c->scale;
	}
	w->edge[w->edges++] = 1 / c->scale;
	for (int i = 0; i < POLE_EDGES && a < 1; i++)
		w->edge[w->edges++] = (pole /= POLE_RATIO) / c->scale;
	pole = 1 - mean;
	for (int i = 0; i < POLE_EDGES && b < 1; i++)
		w->edge[w->edges++] = (1 - (pole /= POLE_RATIO)) / c->scale;
}

/* Stand to the right of everything. */
static void
lay_edges(struct walk *w)
{
	w->edges = 0;
	w->edge[w->edges++] = 0;
	for (size_t j = 0; j < w->arms; j++) {
		w->curve[j].above = 0;
		add_edges(w, &w->curve[j]);
	}
	qsort(w->edge, w->edges, sizeof *w->edge, compare);
}

static double
density(const struct curve *c, double x)
{
	double ln = special_beta_ln(&c->beta, x * c->scale);

	return ln < LN_NEGLIGIBLE ? 0 : exp(ln) * c->scale;
}

/* The next panel to the left; false when there is none. */
static bool
step(struct walk *w, struct panel *p)
{
	double high, low, half, sum;

	do {
		if (w->edges < 2)
			return false;
		high = w->edge[--w->edges];
		low = w->edge[w->edges - 1];
	} while (!(high > low));
	half = (high - low) / 2;
	for (size_t i = 0; i < NODES; i++)
		p->weight[i] = half * special_gauss_weight[i];
	for (size_t j = 0; j < w->arms; j++) {
		struct curve *c = &w->curve[j];
		double *f = p->density[j];

		sum = 0;
		for (size_t i = 0; i < NODES; i++) {
			f[i] = density(c, low + half *
			    (1 + special_gauss_node[i]));
			sum += p->weight[i] * f[i];
		}
		for (size_t i = 0; i < NODES; i++) {
			double tail = 0;

			for (size_t k = 0; k < NODES && sum > 0; k++)
				tail += w->tail[i][k] * f[k];
			/* Rounding may leave a touch more than everything. */
			p->above[j][i] = fmin(1, fmax(0,
			    c->above + half * tail));
		}
		c->above += sum;
	}
	return true;
}

/*
 * Densities are divided by their integral as walked: at 1e9 of 1e9 converted a
 * double near 1 is exact to 1e-7 of the spread only, and what is missing of
 * one would count over the whole axis below.
 */
static void
start(struct walk *w, const struct bayes_beta *beta, size_t arms)
{
	struct panel p;

	assert(arms <= BAYES_ARMS_MAX);
	w->arms = arms;
	for (size_t j = 0; j < arms; j++)
		w->curve[j] = (struct curve){ .scale = 1,
			.beta = special_beta_of(beta[j].a, beta[j].b) };
	fill_tail(w->tail);
	lay_edges(w);
	while (step(w, &p))
		continue;
	for (size_t j = 0; j < arms; j++)
		w->curve[j].beta.ln_top -= log(w->curve[j].above);
}

/* P(some arm but this one is above the node), for each arm. */
static void
others_above(const struct walk *w, const struct panel *p, size_t node,
    double out[BAYES_ARMS_MAX])
{
	double any = 0;

	for (size_t j = 0; j < w->arms; j++) {
		out[j] = any;
		any += p->above[j][node] * (1 - any);
	}
	any = 0;
	for (size_t j = w->arms; j-- > 0;) {
		out[j] += any * (1 - out[j]);
		any += p->above[j][node] * (1 - any);
	}
}

void
bayes_best(const struct bayes_beta *beta, size_t arms, double *out)
{
	double others[BAYES_ARMS_MAX];
	struct panel p;
	struct walk w;

	start(&w, beta, arms);
	lay_edges(&w);
	for (size_t j = 0; j < arms; j++)
		out[j] = 0;
	while (step(&w, &p))
		for (size_t i = 0; i < NODES; i++) {
			others_above(&w, &p, i, others);
			for (size_t j = 0; j < arms; j++)
				out[j] += p.weight[i] * p.density[j][i] *
				    (1 - others[j]);
		}
	for (size_t j = 0; j < arms; j++)
		out[j] = fmin(1, out[j]);
}

void
bayes_loss(const struct bayes_beta *beta, size_t arms, double *out)
{
	double others[BAYES_ARMS_MAX];
	struct panel p;
	struct walk w;

	start(&w, beta, arms);
	lay_edges(&w);
	for (size_t j = 0; j < arms; j++)
		out[j] = 0;
	while (step(&w, &p))
		for (size_t i = 0; i < NODES; i++) {
			others_above(&w, &p, i, others);
			for (size_t j = 0; j < arms; j++)
				out[j] += p.weight[i] * others[j] *
				    (1 - p.above[j][i]);
		}
}

/* P(arm >= every other divided by exp(ln_scale)). */
static double
p_highest(struct walk *w, size_t arm, double ln_scale)
{
	double others[BAYES_ARMS_MAX], sum = 0;
	struct panel p;

	for (size_t j = 0; j < w->arms; j++)
		w->curve[j].scale = j == arm ? 1 : exp(ln_scale);
	lay_edges(w);
	while (step(w, &p))
		for (size_t i = 0; i < NODES; i++) {
			others_above(w, &p, i, others);
			sum += p.weight[i] * p.density[arm][i] *
			    (1 - others[arm]);
		}
	return fmin(1, sum);
}

/* Where p_highest is more or less than what is wanted. */
struct bracket {
	double low, low_p;
	double high, high_p;
};

static bool
find_bracket(struct walk *w, size_t arm, double q, double near,
    struct bracket *out)
{
	double width = .125;

	out->low = out->high = near;
	out->low_p = out->high_p = p_highest(w, arm, near);
	for (; out->low_p > q && out->low > -LN_RATIO_MAX; width *= 2) {
		out->high = out->low;
		out->high_p = out->low_p;
		out->low -= width;
		out->low_p = p_highest(w, arm, out->low);
	}
	for (; out->high_p < q && out->high < LN_RATIO_MAX; width *= 2) {
		out->low = out->high;
		out->low_p = out->high_p;
		out->high += width;
		out->high_p = p_highest(w, arm, out->high);
	}
	return out->low_p <= q && q <= out->high_p;
}

/* ln_scale for which p_highest is q: secants, and bisection where they drag. */
static double
solve(struct walk *w, size_t arm, double q, double near)
{
	struct bracket b;
	bool is_slow = false;

	if (!find_bracket(w, arm, q, near, &b))
		return b.low_p > q ? b.low : b.high;
	for (int i = 0; i < SOLVE_STEPS_MAX; i++) {
		double width = b.high - b.low, at = b.low + width / 2, p;

		if (width <= SOLVE_PRECISION * (1 + fabs(at)) ||
		    b.high_p <= b.low_p)
			break;
		if (!is_slow)
			at = fmin(b.high - width / 64, fmax(b.low + width / 64,
			    b.low + width * (q - b.low_p) /
			    (b.high_p - b.low_p)));
		p = p_highest(w, arm, at);
		if (p < q) {
			b.low = at;
			b.low_p = p;
		} else {
			b.high = at;
			b.high_p = p;
		}
		is_slow = b.high - b.low > width / 2;
	}
	return b.low + (b.high - b.low) / 2;
}

double
bayes_beats(struct bayes_beta a, struct bayes_beta b)
{
	struct bayes_beta both[] = { a, b };
	struct walk w;

	start(&w, both, 2);
	return p_highest(&w, 1, 0);
}

double
bayes_lift_quantile(struct bayes_beta a, struct bayes_beta b, double q)
{
	struct bayes_beta both[] = { a, b };
	struct walk w;

	start(&w, both, 2);
	return expm1(solve(&w, 0, q, log(bayes_mean(b) / bayes_mean(a))));
}

double
bayes_pvr95(const struct bayes_beta *beta, size_t arms, size_t leader)
{
	struct walk w;

	start(&w, beta, arms);
	if (p_highest(&w, leader, 0) >= PVR_P)
		return 0;
	return expm1(solve(&w, leader, PVR_P, 0));
}
