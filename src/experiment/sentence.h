/* Knows how an experiment's figures are told to people: in sentences. */
#ifndef PISTE_EXPERIMENT_SENTENCE_H
#define PISTE_EXPERIMENT_SENTENCE_H

#include <stddef.h>

#include "base/lang.h"
#include "base/str.h"

struct report;

#define SENTENCE_NOTES_MAX 32

/* The verdict, in the results' arena. */
struct str sentence_verdict(const struct report *rep, enum lang lang);

/* What else has to be known; returns how many. */
size_t sentence_notes(const struct report *rep, enum lang lang,
    struct str note[SENTENCE_NOTES_MAX]);

#endif
