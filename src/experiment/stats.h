/*
 * Knows what counts of visitors and conversions say: intervals and tests at a
 * fixed horizon, always-valid ones, sample ratio mismatch, corrections for
 * many questions.  Pure, deterministic, no Monte Carlo.
 *
 * Arm 0 is the control.  Where a figure can't be (no conversions, no spread),
 * has/is_known says so: it is never NaN.
 */
#ifndef PISTE_EXPERIMENT_STATS_H
#define PISTE_EXPERIMENT_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STATS_ARMS_MAX 64
#define STATS_COUNT_MAX INT64_C(1000000000000)	/* visitors of one arm */
#define STATS_P_MAX 4096			/* p-values adjusted at once */
#define STATS_READY_MIN 10	/* conversions and others, each arm */
#define STATS_SMALL_CELL 5	/* an expected cell below: Fisher */
#define STATS_SRM_P .001
#define STATS_SRM_TOTAL_MIN 100
#define STATS_SRM_CONCENTRATION 10000
#define STATS_N_STAR 5000	/* of a pair, when nothing is planned */

struct stats_arm {
	int64_t n;	/* visitors */
	int64_t x;	/* of them converted, 0 <= x <= n */
};

struct stats_interval {
	double low;
	double high;
	bool is_known;
};

/* ln of a ratio to the control, and its standard error. */
struct stats_ratio {
	double theta;
	double se;
	bool is_known;	/* false when a rate is 0 */
};

/* Wilson (1927) interval of one rate; [0, 1] when n is 0. */
struct stats_interval stats_wilson(struct stats_arm a, double alpha);
/* Newcombe (1998), method 10, of rate b - rate a; unknown when an n is 0. */
struct stats_interval stats_newcombe(struct stats_arm a, struct stats_arm b,
    double alpha);
/* Pooled z of two rates; 0 when there is no spread. */
double stats_z(struct stats_arm a, struct stats_arm b);
/* Two-sided 2 Q(|z|). */
double stats_p_of_z(double z);
/*
 * Fisher's exact test, two-sided: the sum of hypergeometric probabilities
 * <= that of what was observed * (1 + 1e-7).
 */
double stats_fisher(struct stats_arm a, struct stats_arm b);
/* The smallest expected cell is below STATS_SMALL_CELL. */
bool stats_is_small(struct stats_arm a, struct stats_arm b);
/* Fisher's when small, else z's. */
double stats_p(struct stats_arm a, struct stats_arm b);

/* ln(rate b / rate a), SE = sqrt((1-pA)/xA + (1-pB)/xB) (Katz 1978). */
struct stats_ratio stats_log_ratio(struct stats_arm a, struct stats_arm b);
/* exp(theta -+ z SE) - 1; unknown when that is beyond a double. */
struct stats_interval stats_lift_log(struct stats_ratio r, double alpha);
/* rate b / rate a - 1 and its SE by the delta method (as GrowthBook shows). */
struct stats_delta {
	double lift;
	double se;
	bool is_known;		/* false when a rate is 0 */
};
struct stats_delta stats_delta(struct stats_arm a, struct stats_arm b);
/* lift -+ z SE. */
struct stats_interval stats_lift_delta(struct stats_arm a, struct stats_arm b,
    double alpha);

/*
 * Asymptotic confidence sequence on the log rate ratio: Waudby-Smith, Arbour,
 * Sinha, Kennedy, Ramdas, arXiv:2103.06476.  rho^2 = (-2 ln a0 +
 * ln(1 - 2 ln a0)) / n_star, c = total rho^2.
 */
struct stats_av_plan {
	double alpha0;		/* the experiment's alpha: fixes rho */
	double n_star;		/* planned total of the pair, fixed at start */
};
/* rho^2 times the pair's total. */
double stats_av_c(const struct stats_av_plan *plan, double total);
/* Boundary in standard errors: sqrt(2 (c+1)/c ln(sqrt(c+1)/alpha)). */
double stats_av_critical(double c, double alpha);
/* exp(theta -+ boundary SE) - 1; unknown as r is, or beyond a double. */
struct stats_interval stats_av_lift(struct stats_ratio r, double c,
    double alpha);
/*
 * min(1, sqrt(c+1) exp(-c z^2 / (2 (c+1)))), z = theta / SE; 1 when r is
 * unknown or has no spread.  The logarithm stays where p itself is 0.
 */
double stats_av_p(struct stats_ratio r, double c);
double stats_av_ln_p(struct stats_ratio r, double c);
/* Each arm has STATS_READY_MIN conversions and as many others. */
bool stats_av_is_ready(struct stats_arm a, struct stats_arm b);

struct stats_srm {
	double chi2;
	double df;	/* arms with a weight, less one */
	double p;
	bool is_flagged;	/* p < threshold and total >= total_min */
};
struct stats_srm_limit {
	double p;		/* STATS_SRM_P */
	int64_t total_min;	/* STATS_SRM_TOTAL_MIN */
};
/* Pearson's chi-square of counts against weights (any sum > 0). */
struct stats_srm stats_srm(const int64_t *count, const double *weight,
    size_t arms, struct stats_srm_limit limit);
/*
 * ln of the Bayes factor of Lindon & Malek, arXiv:2011.03567, with a Dirichlet
 * prior of that concentration around the weights; 1 / BF is an always-valid p.
 */
double stats_srm_ln_bf(const int64_t *count, const double *weight,
    size_t arms, double concentration);

/* Holm (1979): adjusted p, monotone, at most 1, in the order given. */
void stats_holm(const double *p, size_t count, double *out);
/* Benjamini & Hochberg (1995), likewise. */
void stats_bh(const double *p, size_t count, double *out);

#endif
