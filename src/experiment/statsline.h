/* Knows the kinds of questions `piste stats KIND --jsonl` answers. */
#ifndef PISTE_EXPERIMENT_STATSLINE_H
#define PISTE_EXPERIMENT_STATSLINE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"

/*
 * Is there such a kind, and can it be asked for only that?  `only` is NULL for
 * everything; "av" goes with analyze.
 */
bool statsline_is_kind(const char *kind, const char *only);
/*
 * Answer every line of in on out (jsonline.h).  ERR_ABSENT when it is no kind;
 * ERR_AWAY when in can't be read or out not written.
 */
MUST_USE enum err statsline_run(const char *kind, FILE *in, FILE *out,
    const char *only);

#endif
