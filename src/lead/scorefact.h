/*
 * Knows what facts and events of a rule set can say: most facts are one of a
 * few words, and a rule that waits for another waits for ever.  Pure.
 */
#ifndef PISTE_LEAD_SCOREFACT_H
#define PISTE_LEAD_SCOREFACT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "lead/score.h"

struct scoreread_spot;

/* May an event be of that kind?  As in piste.event, and submissions. */
bool scorefact_is_event(struct str kind);

/*
 * Complain of a word that a fact never is, asked by SCORE_IN or SCORE_WORDS;
 * an empty one was complained of.
 */
void scorefact_judge(const struct scoreread_spot *s, size_t fact,
    enum score_test test, struct str word);

/* Complain of a test by numbers where the fact is none. */
void scorefact_judge_number(const struct scoreread_spot *s, size_t fact);

#endif
