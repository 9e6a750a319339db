/*
 * Knows the order in which an experiment's figures become a verdict
 * (statistics of the experiments' method, 2.12), and when a guardrail is
 * breached.  Pure.
 */
#ifndef PISTE_EXPERIMENT_DECIDE_H
#define PISTE_EXPERIMENT_DECIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "experiment/bayes.h"
#include "experiment/stats.h"

#define DECIDE_MULTI_EXPOSED_MAX .01	/* share of the visitors */
#define DECIDE_GUARD_ALPHA .05
#define DECIDE_NO_ARM (-1)

struct decide_settings {
	double alpha;		/* of all treatments together; fixes rho too */
	double days_min;
	int64_t n_min;		/* visitors of each arm */
	int64_t x_min;		/* conversions of each arm */
	double n_star;		/* planned total of a pair */
	double loss_tol;	/* as a share of the control's rate */
	double p_best_min;
	double equivalence;	/* a lift within -+ this is none */
	double srm_p;
};
extern const struct decide_settings decide_default;

struct decide_pair {
	struct stats_ratio ratio;
	double visitors;	/* of the two arms */
};

/*
 * What is known at this look.  Arms may be without visitors: their ratio is
 * unknown, their p 1, their posterior the prior Beta(1, 1), and the verdict
 * at most `collecting`.
 */
struct decide_question {
	const struct stats_arm *arm;	/* mature counts, arm 0 the control */
	const double *weight;
	size_t arms;			/* 2 to STATS_ARMS_MAX */
	double days;
	double srm_seq_p;		/* 1 when it was never looked at */
	double multi_exposed_share;
	const int64_t *planned_n;	/* by arm, or NULL */
	/* By treatment: least always-valid p of earlier ready looks, 1. */
	const double *prior_p;
	/*
	 * Least p of treatments that get no more visitors: they stay in the
	 * family that is corrected for, or whoever closes the others would
	 * make a winner of the last.  Not judged; arms + closed are at most
	 * STATS_ARMS_MAX.
	 */
	const double *closed_p;
	size_t closed;
	/*
	 * After several epochs, where pooled counts may lie; all NULL else.
	 * By treatment its standardised ratio to the control, by arm what is
	 * believed of its rate (decide_posterior), and the epochs' mismatch.
	 */
	const struct decide_pair *pair;
	const struct bayes_beta *posterior;
	const struct stats_srm *srm;
	struct decide_settings settings;
};

enum decide_state { DECIDE_OPEN, DECIDE_WINNING, DECIDE_LOSING };

enum decide_verdict {
	DECIDE_INVALID_SRM,
	DECIDE_INVALID_MULTI_EXPOSURE,
	DECIDE_STOP_KEEP_CONTROL,
	DECIDE_COLLECTING,
	DECIDE_SHIP,
	DECIDE_WINNER_CONTESTED,
	DECIDE_SHIP_LOW_RISK,
	DECIDE_KEEP_CONTROL_LOW_RISK,
	DECIDE_INCONCLUSIVE_STOP,
	DECIDE_NO_MEANINGFUL_DIFFERENCE,
	DECIDE_RUNNING,
};

/* By treatment: index 0 is arm 1. */
struct decide_answer {
	enum decide_state state[STATS_ARMS_MAX - 1];
	double p_running[STATS_ARMS_MAX - 1];
	double p_holm[STATS_ARMS_MAX - 1];
	bool is_ready[STATS_ARMS_MAX - 1];
	struct stats_interval av[STATS_ARMS_MAX - 1];	/* at alpha / (k-1) */
	struct stats_srm srm;
	double p_best[STATS_ARMS_MAX];		/* by arm */
	double expected_loss[STATS_ARMS_MAX];	/* by arm */
	enum decide_verdict verdict;
	int arm;	/* to ship or to keep, else DECIDE_NO_ARM */
};

void decide_answer(const struct decide_question *q,
    struct decide_answer *out);
/* "winner_contested"…, and "open"…; never NULL. */
const char *decide_verdict_name(enum decide_verdict verdict);
const char *decide_state_name(enum decide_state state);

/*
 * How a standardised rate of that variance is believed: Beta(1 + x, 1 + n - x)
 * of as many visitors n as alone would give it that variance, at most as many
 * as they were: of epochs with a handful of visitors each it comes out too
 * small.  Without a variance (a rate of 0 or 1) n is what they were.
 */
struct bayes_beta decide_posterior(double rate, double variance, int64_t n);

struct decide_guard {
	double margin;		/* on the lift: .2 is 20 % worse, > 0 */
	bool is_higher_worse;	/* spam, errors; else lower is: consent */
	double n_star;
};
/*
 * The harmful side of the always-valid interval at DECIDE_GUARD_ALPHA lies
 * beyond the margin.  False before it is ready.
 */
bool decide_guard_is_breached(const struct decide_guard *guard,
    struct stats_arm control, struct stats_arm treatment);

#endif
