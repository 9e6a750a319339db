/*
 * Knows what an experiment of a site definition is to show, by when and how
 * surely, and what it may do by itself.  Pure.
 */
#ifndef PISTE_PAGE_SITEPLAN_H
#define PISTE_PAGE_SITEPLAN_H

struct reader_node;
struct site_experiment;

/*
 * Read "goal", "window", "windows", "alpha", "planned_visitors", "baseline",
 * "mde", "power", "equivalence", "guardrails", "bandit", "auto", "tested" and
 * "previous_visitors" of the experiment at n, whose arms out has; each mistake
 * is noted.
 */
void siteplan_read(const struct reader_node *n, struct site_experiment *out);

#endif
