/* Knows whom an experiment of a site definition is for, and when.  Pure. */
#ifndef PISTE_PAGE_SITETARGET_H
#define PISTE_PAGE_SITETARGET_H

struct reader_node;
struct site_experiment;

#define SITETARGET_RANGES_MAX 64	/* in one filter or layer */
#define SITETARGET_SEED_BYTES_MAX 80	/* "holdout:" and a key */

/*
 * Read "filters", "layer", "holdout", "targeting", "starts" and "ends" of the
 * experiment at n, whose page out has; each mistake is noted.
 */
void sitetarget_read(const struct reader_node *n, struct site_experiment *out);

#endif
