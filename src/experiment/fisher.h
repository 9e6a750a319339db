/*
 * Knows Fisher's exact test of a 2 x 2 table, at any counts.  Pure.
 */
#ifndef PISTE_EXPERIMENT_FISHER_H
#define PISTE_EXPERIMENT_FISHER_H

#include <stdint.h>

/* What is drawn without return: hits among all, and how many are drawn. */
struct fisher_urn {
	int64_t hits;
	int64_t others;
	int64_t drawn;		/* at most hits + others */
};

/*
 * ln of the hypergeometric probability of x hits among the drawn, as three
 * binomial ones relative to their peaks (Loader 2000); -inf where x can't be.
 */
double fisher_ln_probability(const struct fisher_urn *urn, int64_t x);
/*
 * Two-sided p: the sum of probabilities <= that of x * (1 + 1e-7), summed
 * outwards until nothing more comes.
 */
double fisher_p(const struct fisher_urn *urn, int64_t x);

#endif
