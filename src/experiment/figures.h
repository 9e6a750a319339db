/*
 * Knows what the counts of an experiment say: per arm, per treatment, of the
 * whole, and the verdict, decided on mature visitors only.  Pure.
 */
#ifndef PISTE_EXPERIMENT_FIGURES_H
#define PISTE_EXPERIMENT_FIGURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "experiment/context.h"
#include "experiment/decide.h"
#include "experiment/glance.h"
#include "experiment/history.h"
#include "experiment/results.h"
#include "experiment/stats.h"

struct figures_arm {
	struct stats_arm live;		/* as they come, for goal lead */
	struct stats_arm mature;	/* whose window is over */
	struct stats_arm standard;	/* likewise, by glance_counts */
	/*
	 * Mature, standardised over epochs: of visitors who converted, or the
	 * value a visitor.  NAN without visitors.
	 */
	double rate;
	/* Wilson's of standard; of a value the normal one. */
	struct stats_interval rate_ci;
	struct stats_arm consented;	/* of all visitors so far */
	double p_best;			/* NAN when it is not compared */
	double loss;			/* expected, in the unit of rate */
	struct stats_arm metric[RESULTS_GUARDRAILS_MAX]; /* of guardrails */
};

/* A treatment beside the control; index 0 is arm 1. */
struct figures_pair {
	bool is_compared;		/* archived arms are not */
	double lift;			/* NAN when it can't be */
	struct stats_interval lift_log;	/* fixed horizon, alpha / (k-1) */
	double p;			/* fixed horizon; never decides */
	double p_holm;
	double p_bh;
	double chance_to_beat;
	double bayes_lift[3];		/* quantiles .025, .5, .975; NAN */
	struct stats_interval av;	/* alpha / (k-1) */
	double av_p;			/* of this look */
	double running_p;		/* least of the ready looks */
	double running_p_holm;
	bool is_ready;
	enum decide_state state;
	bool is_breached[RESULTS_GUARDRAILS_MAX];
};

struct figures {
	struct figures_arm arm[RESULTS_ARMS_MAX];
	struct figures_pair pair[RESULTS_ARMS_MAX - 1];
	struct history past;
	struct stats_srm srm;		/* over the epochs, all visitors */
	double srm_seq_p;		/* least over the looks */
	/* The same of visitors whose page was really shown; never decides. */
	struct stats_srm activated_srm;
	double activated_srm_seq_p;
	bool activated_is_odd;		/* either of them fails */
	int64_t activated;
	double multi_share;
	double days;			/* until it ended */
	int64_t visitors;		/* of all arms, counted now */
	/*
	 * At the pace since the last midnight a week ago or more; INFINITY
	 * when nobody comes, NAN without a plan or when it has ended.
	 */
	double days_left;
	enum decide_verdict verdict;
	int verdict_arm;		/* of results' arms, or -1 */
	double bandit_weight[RESULTS_ARMS_MAX];	/* for the next epoch */
	double pvr95;
	bool bandit_is_ready;
	bool bandit_is_over;
	struct context_gain gain;	/* of a bandit by context */
};

/* r has at least one epoch and two arms: see figures_can. */
void figures_make(const struct results *r, struct figures *out);
/* Has it ever run, and is there anything to compare? */
bool figures_can(const struct results *r);

#endif
