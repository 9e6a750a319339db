/*
 * Knows the special functions that statistics need, in double, accurate in
 * the tails and for counts of 1e9.  Pure; deterministic.
 */
#ifndef PISTE_EXPERIMENT_SPECIAL_H
#define PISTE_EXPERIMENT_SPECIAL_H

#include <stdbool.h>
#include <stddef.h>

#define SPECIAL_GAUSS_NODES 20

/* Standard normal: P(Z <= z), P(Z > z) and z with P(Z <= z) = p. */
double special_normal_p(double z);
double special_normal_q(double z);
/* Wichura 1988, AS 241 (PPND16).  -inf and inf at 0 and 1. */
double special_normal_quantile(double p);

/* ln Gamma(x), x > 0; safe in threads. */
double special_lgamma(double x);
/* ln B(a, b). */
double special_lbeta(double a, double b);
/*
 * What Stirling's formula leaves of ln Gamma(x), x > 0 (DLMF 5.11.1):
 * ln Gamma(x) - ((x - 1/2) ln x - x + ln(2 pi)/2).
 */
double special_stirling(double x);
/* ln(1 + x) - x, x > -1, without cancellation around 0. */
double special_log1pmx(double x);
/*
 * Regularised incomplete beta I_x(a, b) and its complement, by Lentz's
 * continued fraction (DLMF 8.17.22); each keeps its own relative precision.
 */
double special_beta_p(double a, double b, double x);
double special_beta_q(double a, double b, double x);
/*
 * Beta(a, b) made ready for many densities: they are taken relative to the
 * peak, so that nothing cancels at counts of 1e9 (as Loader 2000 does for the
 * binomial).
 */
struct special_beta {
	double a;
	double b;
	double top;		/* where the peak is, if there is one inside */
	double ln_top;		/* ln of the density there */
	bool is_peaked;	/* a > 1 and b > 1; else ln_top is -ln B(a, b) */
};
struct special_beta special_beta_of(double a, double b);
/* ln of the density at x; -inf outside (0, 1). */
double special_beta_ln(const struct special_beta *beta, double x);
/* P(X > x) of chi-square with df degrees of freedom; 1 for df 0. */
double special_chi2_q(double x, double df);
/* P(T > t), and t with P(T > t) = q, of Student's t; df need not be whole. */
double special_t_q(double t, double df);
double special_t_quantile_q(double q, double df);

/* Nodes within (-1, 1), ascending, and their weights, of sum 2. */
extern const double special_gauss_node[SPECIAL_GAUSS_NODES];
extern const double special_gauss_weight[SPECIAL_GAUSS_NODES];
/*
 * Integral over [from, to] of the SPECIAL_GAUSS_NODES-node Gauss-Legendre
 * rule.
 */
typedef double (*special_integrand)(double x, const void *context);
double special_gauss(special_integrand f, const void *context, double from,
    double to);

#endif
