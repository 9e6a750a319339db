/* Knows what is answered to lines of JSON, for the tests of who answers. */
#ifndef PISTE_TESTS_SUPPORT_ASKED_H
#define PISTE_TESTS_SUPPORT_ASKED_H

#include "base/str.h"
#include "experiment/jsonline.h"
#include "support/suite.h"

/* Everything that is answered to these lines; the test's end frees it. */
struct str asked_lines(jsonline_answer answer, struct str lines);
/*
 * What is answered to {"id": "q", "inputs": inputs}, behind its {"id":"q",.
 * inputs is before, then count times item with commas between, then after.
 */
struct asked_list {
	const char *before, *item, *after;
	size_t count;
};
struct str asked_list(jsonline_answer answer, const struct asked_list *list);
/* The same for inputs that are short enough to be written down. */
struct str asked_inputs(jsonline_answer answer, const char *inputs);
/* got begins with the text want. */
#define ck_assert_str_begins(got, want) do { \
	struct str asked_got = (got); \
	const char *asked_want = (want); \
	ck_assert_msg(str_has_prefix(asked_got, str_of(asked_want)), \
	    "got \"%.*s\", wanted \"%s\"", asked_got.n > 1000 ? 1000 : \
	    (int)asked_got.n, asked_got.p, asked_want); \
} while (0)

/*
 * How many lines of the file {"id", "inputs", "got"} have those as answers,
 * numbers within 1e-9; fails the test at the first that has not.
 */
size_t asked_vectors(jsonline_answer answer, const char *path);

#endif
