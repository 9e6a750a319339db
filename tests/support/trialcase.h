/*
 * Knows experiments for tests: one in a database with what its visitors did,
 * and counts without a database.
 */
#ifndef PISTE_TESTS_SUPPORT_TRIALCASE_H
#define PISTE_TESTS_SUPPORT_TRIALCASE_H

#include "experiment/figures.h"
#include "experiment/results.h"
#include "store/pg.h"

#define TRIALCASE_KEY STR("lb-headline")

/*
 * A database with the example site; its experiment, of the variants a and b,
 * has these members too (JSON with ' for ").
 */
struct pg *trialcase_db(const char *members);
/* Where the last trialcase_db is, for another connection. */
struct str trialcase_conninfo(void);
/* Run SQL. */
void trialcase_say(struct pg *db, const char *script);
/* The first value, as text without < and &, in the test's arena. */
struct str trialcase_ask(struct pg *db, const char *question);
/* It and its first epoch began so many days ago. */
void trialcase_began(struct pg *db, int days);

/* Visitors of an arm, evenly in time; the first of them sent a form. */
struct trialcase_flow {
	const char *arm;
	int visitors;
	int leads;
	int epoch;		/* 0: the first */
	int from_days;		/* ago */
	int to_days;
};
void trialcase_flow(struct pg *db, const struct trialcase_flow *flow);
/* Likewise on that device; others are on a desktop, and other people. */
void trialcase_flow_on(struct pg *db, const struct trialcase_flow *flow,
    const char *device);

/* Its results now; the test fails when they can't be read. */
struct results *trialcase_results(struct pg *db);

/*
 * Three epochs or less, arms a, b, c…, mature counts n and x of each arm in
 * each epoch, as of the eighth day of an experiment that has one look.
 */
struct trialcase_counts {
	size_t arms;
	size_t epochs;
	double n_star;
	double weight[3][RESULTS_ARMS_MAX];
	int64_t n[3][RESULTS_ARMS_MAX];
	int64_t x[3][RESULTS_ARMS_MAX];
};
struct results *trialcase_made(const struct trialcase_counts *c);
/*
 * A cell to fill; at a look before the last it is a change, to be asked for
 * once and by ascending look.
 */
struct results_cell *trialcase_cell(struct results *r, size_t look,
    size_t epoch, size_t arm);

#endif
