/* Knows how a site definition says which leads come up again: "recycling". */
#ifndef PISTE_PAGE_SITERECYCLE_H
#define PISTE_PAGE_SITERECYCLE_H

struct reader_node;

#define SITERECYCLE_RULES_MAX 100
#define SITERECYCLE_REASONS_MAX 100	/* that a rule is for */
#define SITERECYCLE_DAYS_MAX 3650
#define SITERECYCLE_RISE_MAX 100	/* points of a score */
#define SITERECYCLE_TIMES_MAX 20
#define SITERECYCLE_COST_BYTES_MAX 11	/* 999999.9999 */

/* Check it, for the database alone; mistakes are noted by their path. */
void siterecycle_read(const struct reader_node *root);

#endif
