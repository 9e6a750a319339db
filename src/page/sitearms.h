/*
 * Knows the arms of an experiment in a site definition: their weights, and
 * the factors and levels they stand for.  Pure.
 */
#ifndef PISTE_PAGE_SITEARMS_H
#define PISTE_PAGE_SITEARMS_H

struct reader_node;
struct site_experiment;

#define SITEARMS_SLACK .01	/* of a sum of weights, as in assign_ranges */

/*
 * Read "weights", "factors" and "design" of the experiment at n, whose page
 * out has (or NULL); each mistake is noted.  Statistics 2.10: the cells of a
 * full factorial weigh the products of their levels' weights.
 */
void sitearms_read(const struct reader_node *n, struct site_experiment *out);

/*
 * Read n, an object of weights by variant, into out->weight: what the
 * database says of the weights in force.
 */
void sitearms_read_weights(const struct reader_node *n,
    struct site_experiment *out);

#endif
