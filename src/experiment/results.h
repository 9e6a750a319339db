/*
 * Knows what was counted in a phase of an experiment: its plan, arms, epochs,
 * and the counts at a series of looks, as PostgreSQL has them.
 */
#ifndef PISTE_EXPERIMENT_RESULTS_H
#define PISTE_EXPERIMENT_RESULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct pg;

#define RESULTS_ARMS_MAX 16
#define RESULTS_EPOCHS_MAX 8784		/* a leap year, hourly */
#define RESULTS_LOOKS_MAX 1100		/* three years of days */
#define RESULTS_CHANGES_MAX 2000000	/* 350 MB of them */
#define RESULTS_ARENA_BYTES_MAX ((size_t)1 << 30)
#define RESULTS_GUARDRAILS_MAX 8
#define RESULTS_FACTORS_MAX 5
#define RESULTS_LEVELS_MAX 8
#define RESULTS_REASONS_MAX 32
#define RESULTS_CLASSES_MAX 16

/* Visitors, unless said otherwise. */
enum results_measure {
	RESULTS_VISITORS,	/* counted ones */
	RESULTS_LEADS,		/* with a lead that counts */
	RESULTS_MATURE_VISITORS, RESULTS_MATURE_LEADS,
	RESULTS_ACTIVATED,	/* whose page told that it was really shown */
	RESULTS_POSTED,		/* who sent a form */
	RESULTS_REFUSED,	/* to whom one was given back */
	RESULTS_CONSENTED,	/* whose counted lead consented */
	RESULTS_SPAM,		/* with a lead that is spam */
	RESULTS_MQL_VISITORS, RESULTS_MQLS,
	RESULTS_SQL_VISITORS, RESULTS_SQLS,
	RESULTS_CUSTOMER_VISITORS, RESULTS_CUSTOMERS,
	RESULTS_VALUE,		/* worth something; total is in its own place */
	RESULTS_BOTS, RESULTS_MULTI,	/* excluded */
	RESULTS_MEASURES
};

struct results_cell {
	int64_t n[RESULTS_MEASURES];
	double value;
	double value_sq;
};

struct results_change {
	uint32_t look;
	uint32_t epoch;
	uint32_t arm;
	struct results_cell cell;
};

struct results_arm {
	struct str key;
	double weight;		/* now */
	bool is_archived;	/* it is 0 */
	/* By factor, when there are factors. */
	struct str level[RESULTS_FACTORS_MAX];
};

struct results_epoch {
	int64_t number;
	/*
	 * Of visitors of a leaf, or those with even weights, the number of the
	 * epoch that had all others meanwhile; 0: it is one.
	 */
	int64_t part_of;
	bool is_even;
	struct str leaf;
	int64_t started_ms;
	double coverage;
	double weight[RESULTS_ARMS_MAX];
};

enum results_goal {
	RESULTS_GOAL_LEAD, RESULTS_GOAL_MQL, RESULTS_GOAL_SQL,
	RESULTS_GOAL_CUSTOMER, RESULTS_GOAL_VALUE,
};

enum results_metric {
	RESULTS_METRIC_SPAM, RESULTS_METRIC_BOUNCE, RESULTS_METRIC_ERROR,
	RESULTS_METRIC_CONSENT,
};

struct results_guardrail {
	enum results_metric metric;
	double margin;
};

struct results_factor {
	struct str key;
	struct str level[RESULTS_LEVELS_MAX];
	size_t levels;
};

struct results_reason {
	struct str name;	/* prefetch_exposures, spam_conversions… */
	int64_t n;
};

/* Views of its page since the phase began, by what they were. */
struct results_views {
	struct str class;	/* human, robot… */
	int64_t n;
};

/*
 * Forms of its page that came since then, as long as visitors were counted,
 * and are in quarantine now.
 */
struct results_aside {
	struct str reason;	/* trapped, too-fast… */
	int64_t n;
};

struct results {
	struct arena *arena;	/* holds all texts and lists */
	struct str key;
	struct str page;
	struct str state;
	struct str shipped;	/* arm; empty for none */
	int64_t shipped_ms;	/* since when; 0 for none */
	int64_t phase;
	bool is_past;		/* a later one follows: "stopped" */
	int64_t bucket_version;
	enum results_goal goal;
	struct str goal_name;
	int64_t window_s;	/* of the goal */
	double alpha;
	int64_t planned_visitors;	/* 0: none */
	double n_star;
	double coverage;	/* now */
	double equivalence;
	double value_cap;	/* where values are cut off; 0: nowhere */
	double baseline, mde, power;	/* 0 where the plan says nothing */
	int64_t started_ms;	/* of the phase; 0: not yet */
	int64_t ended_ms;	/* 0: not yet, or it runs again */
	int64_t as_of_ms;
	bool is_bandit;
	double bandit_floor;
	int64_t bandit_visitors_min;
	struct str bandit_context;	/* empty: none */
	bool tests_consent;
	bool stops_itself, pauses_arms, stops_bandit;
	struct str design;	/* of factors; empty for none */
	struct results_factor factor[RESULTS_FACTORS_MAX];
	size_t factors;
	struct results_guardrail guardrail[RESULTS_GUARDRAILS_MAX];
	size_t guardrails;
	/* 0 is the control; of the others those that ever had a weight. */
	struct results_arm arm[RESULTS_ARMS_MAX];
	size_t arms;
	/* By number: parts stand before their epoch, and one of all is last. */
	struct results_epoch *epoch;
	size_t epochs;
	/*
	 * Midnights (UTC) since the phase began, until nothing can change any
	 * more, and looks at which the worker did something; then as_of_ms.
	 */
	int64_t *look_ms;
	size_t looks;
	struct results_cell *cell;	/* [epoch][arm], at the last look */
	/*
	 * What cells were at looks before, from those at which they changed;
	 * by look, and before the first they were 0.
	 */
	struct results_change *change;
	size_t changes;
	struct results_reason reason[RESULTS_REASONS_MAX];
	size_t reasons;
	struct results_views views[RESULTS_CLASSES_MAX];
	size_t classes;
	struct results_aside aside[RESULTS_REASONS_MAX];
	size_t asides;
};

/* When the figures are wanted for, and how they are got. */
struct results_wish {
	/*
	 * 0: now, also of one that has ended: nobody is counted any more, yet
	 * those who were go on to mature.
	 */
	int64_t as_of_ms;
	/* 0: the one in force as of then, the first before any was. */
	int64_t phase;
	bool is_exact;		/* the last look counted anew, row by row */
};

/*
 * Read what is known of the experiment into the arena, all of one moment, in
 * a transaction of its own.  Epochs that began after as_of_ms are left out.
 * ERR_ABSENT: there is none of that key; ERR_INPUT: it has no such phase, or
 * it ended before phases were kept; ERR_LIMIT: more looks, epochs, arms or
 * changes than the limits; ERR_DENIED: an archived one, or an earlier phase,
 * can't be counted anew; else as pg_run.
 */
MUST_USE enum err results_read(struct pg *db, struct arena *a, struct str key,
    const struct results_wish *wish, struct results *out);

const struct results_cell *results_at(const struct results *r, size_t look,
    size_t epoch, size_t arm);
/* A cell of all epochs together. */
struct results_cell results_sum(const struct results *r, size_t look,
    size_t arm);

#endif
