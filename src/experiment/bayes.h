/*
 * Knows what is believed of rates after the counts: independent Beta
 * posteriors, by Gauss-Legendre quadrature on panels around the posteriors'
 * means (statistics of the experiments' method, 2.7).  Pure, deterministic.
 */
#ifndef PISTE_EXPERIMENT_BAYES_H
#define PISTE_EXPERIMENT_BAYES_H

#include <stddef.h>

#include "experiment/stats.h"

#define BAYES_ARMS_MAX STATS_ARMS_MAX

/* Beta(a, b). */
struct bayes_beta {
	double a;
	double b;
};

struct bayes_beta bayes_posterior(struct stats_arm arm,
    struct bayes_beta prior);
double bayes_mean(struct bayes_beta beta);

/* P(arm i is best) = int f_i prod F_j; they sum to 1 but for rounding. */
void bayes_best(const struct bayes_beta *beta, size_t arms, double *out);
/* E[max - theta_i] = int F_i (1 - prod F_j) dx, without cancellation. */
void bayes_loss(const struct bayes_beta *beta, size_t arms, double *out);
/* P(b > a). */
double bayes_beats(struct bayes_beta a, struct bayes_beta b);
/*
 * Quantile q of rate b / rate a - 1: G(r) = int_0^min(1, 1/r) f_A(x) F_B(r x)
 * dx + P(A > 1/r) solved for q in ln r.
 */
double bayes_lift_quantile(struct bayes_beta a, struct bayes_beta b,
    double q);
/*
 * Potential value remaining for leader b at .95: v with int f_b
 * prod F_j((1 + v) x) dx = .95; 0 when it is reached at v = 0.
 */
double bayes_pvr95(const struct bayes_beta *beta, size_t arms, size_t leader);

#endif
