/*
 * Knows how figures are asked for by JSON Lines: {"id": …, "inputs": …} in,
 * {"id": …, "got": …} or {"id": …, "error": …} out, a line each.
 */
#ifndef PISTE_EXPERIMENT_JSONLINE_H
#define PISTE_EXPERIMENT_JSONLINE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/str.h"
#include "experiment/stats.h"

#define JSONLINE_BYTES_MAX (4 << 20)	/* a longer line is refused */

/* One question under way. */
struct jsonline {
	const json_t *inputs;
	const char *error;	/* the first mistake, a literal; or NULL */
	const char *only;	/* `--only WHAT`, or NULL: everything */
};

/* The answer, a new reference; NULL or anything when q->error is set. */
typedef json_t *(*jsonline_answer)(struct jsonline *q);

/*
 * Answer every line of in on out.  A line that can't be read, or whose answer
 * sets an error, is answered by {"id", "error"} and the next is read.
 * ERR_AWAY when in can't be read or out not written.
 */
MUST_USE enum err jsonline_run(FILE *in, FILE *out, jsonline_answer answer,
    const char *only);

/* Set q->error unless there is one already; false. */
bool jsonline_fail(struct jsonline *q, const char *error);
/* The member of inputs, or NULL. */
const json_t *jsonline_member(const struct jsonline *q, const char *name);
/* The text of j, borrowed from it; empty when j is none. */
struct str jsonline_text(const json_t *j);

/*
 * A finite number from low to high; fallback when there is no such member or
 * it is null.  Otherwise error is set and fallback returned.
 */
struct jsonline_range {
	double low;
	double high;
	double fallback;	/* NaN: the member must be there */
	const char *error;
};
double jsonline_number(struct jsonline *q, const char *name,
    const struct jsonline_range *range);
/*
 * How many numbers list has, 1 to max, each within range; 0 and an error when
 * that is not so.
 */
size_t jsonline_numbers(struct jsonline *q, const json_t *list,
    const struct jsonline_range *range, size_t max, double *out);
/*
 * Arms from two lists of whole numbers, 0 <= x <= n <= STATS_COUNT_MAX, of one
 * length from 2 to STATS_ARMS_MAX; 0 and an error otherwise.
 */
size_t jsonline_arms(struct jsonline *q, const json_t *n, const json_t *x,
    struct stats_arm *out);

/* v as a JSON number, null when it is not finite. */
json_t *jsonline_real(double v);
json_t *jsonline_reals(const double *v, size_t count);
json_t *jsonline_integers(const int64_t *v, size_t count);
/* [low, high], or null. */
json_t *jsonline_interval(struct stats_interval i);

#endif
