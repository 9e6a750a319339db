/* Knows how a test asks for figures by JSON and how near they have to be. */
#ifndef PISTE_TESTS_SUPPORT_FIGURE_H
#define PISTE_TESTS_SUPPORT_FIGURE_H

#include <jansson.h>

#include "experiment/jsonline.h"

/* JSON is written with ' for ", so that it can be read in C. */

/* How far a field, and what is in it, may be from what is wanted. */
struct figure_near {
	const char *field;	/* NULL ends a table */
	double absolute;	/* whichever of the two */
	double relative;	/* is farther */
};

/* What is answered to inputs; the test fails when that is an error. */
json_t *figure_ask(jsonline_answer answer, const char *inputs);
/* The error answered to inputs; the test fails when there is none. */
const char *figure_error(jsonline_answer answer, const char *inputs);
/* A member of an object, or of a list by its number: "welch/diff_ci/1". */
const json_t *figure_at(const json_t *got, const char *path);
double figure_number(const json_t *got, const char *path);
/*
 * Fails the test unless got has the members of want and no others, and the
 * same values: numbers as near as the table says of the innermost field that
 * is in it, else exactly.
 */
void figure_same(const json_t *got, const char *want,
    const struct figure_near *near);
#define ck_assert_figures(got, want, near) figure_same((got), (want), (near))

#endif
