/* Knows `piste stats segments --jsonl`: a test's segments, in two arms. */
#ifndef PISTE_EXPERIMENT_STRATALINE_H
#define PISTE_EXPERIMENT_STRATALINE_H

#include <jansson.h>

struct jsonline;

/*
 * segments: [{name, n, x}], 1 to STRATA_MAX of two arms; alpha.  What a
 * segment without conversions in an arm can't have is null, and the pool's
 * figures are when no segment has any.
 */
json_t *strataline_answer(struct jsonline *q);

#endif
