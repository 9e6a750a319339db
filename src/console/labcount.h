/*
 * Knows what a screen of results says beside the goal: who is counted and who
 * is not, what leads became, guardrails, segments.
 */
#ifndef PISTE_CONSOLE_LABCOUNT_H
#define PISTE_CONSOLE_LABCOUNT_H

struct labfill;

/* There are figures. */
void labcount_all(struct labfill *f);

#endif
