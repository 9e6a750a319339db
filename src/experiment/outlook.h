/*
 * Knows what an experiment would take: visitors, weeks, and the difference it
 * can find, from what its page has had (statistics of the experiments'
 * method, 2.9 and 2.10).
 */
#ifndef PISTE_EXPERIMENT_OUTLOOK_H
#define PISTE_EXPERIMENT_OUTLOOK_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/lang.h"
#include "experiment/factorial.h"
#include "experiment/results.h"

#define OUTLOOK_DAYS 28		/* of the page's past */
#define OUTLOOK_MDE .2		/* when nobody says otherwise */
#define OUTLOOK_POWER .8
#define OUTLOOK_MDE_MAX 1000

/* The page's last OUTLOOK_DAYS, or as long as it has been seen. */
struct outlook_past {
	double days;
	int64_t visitors;	/* counted in its experiments */
	int64_t conversions;	/* their leads */
	/*
	 * Without experiments: people's views, as many as or more than
	 * visitors, and submissions that were new or an update.
	 */
	bool is_views;
};
/* Errors as pg_run; an experiment or a page without past has zeroes. */
MUST_USE enum err outlook_read(struct pg *db, struct str key,
    struct outlook_past *out);

/* 0: what the definition says, else the page's past, else the defaults. */
struct outlook_wish {
	double baseline;
	double mde;
	double power;
};

enum outlook_refusal {
	OUTLOOK_FINE,
	OUTLOOK_NO_BASELINE,	/* nothing to go by, or a value */
	OUTLOOK_NO_RATE,	/* baseline and mde lead to no rate */
	OUTLOOK_NO_GRID,	/* variants aren't the design's combinations */
	OUTLOOK_FEW_VISITORS,	/* in a cell of the plan */
	OUTLOOK_FEW_CONVERSIONS,
};

struct outlook {
	enum outlook_refusal refusal;
	double baseline;
	double mde;
	double power;
	double daily;		/* visitors who would be counted */
	/*
	 * What each arm needs, by results' arms and their weights; INFINITY:
	 * more than can be.  The least of them, and all together.
	 */
	double arm[RESULTS_ARMS_MAX];	/* fixed horizon */
	double av_arm[RESULTS_ARMS_MAX];	/* looked at every day */
	int64_t per_arm;	/* 0: more than can be, as for total */
	int64_t total;
	double av_per_arm;
	double weeks;		/* whole ones, for total; INFINITY: nobody */
	double av_weeks;
	bool is_long;		/* beyond POWER_WEEKS_LONG */
	/* What the planned visitors can find; NAN without such a plan. */
	double mde_up;
	double mde_down;
};
/* Pure; r as results_read has it, also of one that never ran. */
void outlook_make(const struct results *r, const struct outlook_past *past,
    const struct outlook_wish *wish, struct outlook *out);

/* NULL when it is fine. */
const char *outlook_why(enum outlook_refusal refusal);
/* A new reference; lists are by results' arms. */
json_t *outlook_json(const struct results *r, const struct outlook *o,
    const struct outlook_past *past);

/* Where it is told to people. */
struct outlook_page {
	const struct results *results;
	const struct outlook_past *past;
	enum lang lang;
	FILE *out;
};
/* days_left as figures has it: NAN or INFINITY say nothing. */
void outlook_write(const struct outlook_page *p, const struct outlook *o,
    double days_left);

#endif
