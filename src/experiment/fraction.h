/*
 * Knows the fractional designs of factors with two levels: the runs, and which
 * effects can't be told apart in them (Box, Hunter & Hunter).  Pure.
 *
 * Factors are A, B, C…  A set of them, an effect or a defining word, is a
 * number with bit 0 for A: A is 1, B 2, AB 3.
 */
#ifndef PISTE_EXPERIMENT_FRACTION_H
#define PISTE_EXPERIMENT_FRACTION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

#define FRACTION_FACTORS_MAX 5
#define FRACTION_GENERATORS_MAX 2
#define FRACTION_WORDS_MAX 3	/* 2^generators - 1 */
#define FRACTION_RUNS_MAX 16
#define FRACTION_NAME_BYTES (FRACTION_FACTORS_MAX + 1)
#define FRACTION_RESOLUTION_LOW 3	/* a main effect hides behind a pair */

struct fraction {
	size_t factors;
	size_t generators;
	unsigned generator[FRACTION_GENERATORS_MAX];	/* AB for C=AB */
	size_t runs;		/* 2^(factors - generators) */
	unsigned word[FRACTION_WORDS_MAX];	/* shortest first */
	size_t words;
	size_t resolution;	/* letters of the shortest word */
};

/*
 * The designs on offer, "2^(3-1)", "2^(4-1)", "2^(5-2)" and "2^(5-1)", by
 * their usual generators; false for another name.
 */
bool fraction_init(struct fraction *f, struct str design);
/*
 * The same design by other generators: as many texts like "D=AB", each for
 * one of the last factors in their order, of two or more of the first; no two
 * alike.  False, and f unchanged, when they are not such.
 */
bool fraction_generate(struct fraction *f, const struct str *generator,
    size_t count);

/* -1 or 1: the factor's level in a run, or the product of an effect's. */
int fraction_sign(const struct fraction *f, size_t run, unsigned effect);
/*
 * What shows as one with effect, each of f's words giving one: shorter first,
 * then by the alphabet.  Returns how many.
 */
size_t fraction_aliases(const struct fraction *f, unsigned effect,
    unsigned out[FRACTION_WORDS_MAX]);
/* "ABD", NUL-terminated. */
void fraction_name(unsigned effect, char name[FRACTION_NAME_BYTES]);

#endif
