/* Knows what moves of an experiment are called, in each language. */
#ifndef PISTE_EXPERIMENT_ROSTERWORD_H
#define PISTE_EXPERIMENT_ROSTERWORD_H

#include "base/lang.h"
#include "base/str.h"

struct arena;

/*
 * A label of roster.c, what a move did, who made it, or why where that was
 * ourselves.  In words of its own it comes back as it is; an arm behind what
 * was done stays there.
 */
struct str rosterword_in(struct arena *a, struct str name, enum lang l);

#endif
