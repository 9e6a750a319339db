/*
 * Knows how a JSON document is read by someone who must be told of every
 * mistake: each value carries its path, and what is wrong is noted there
 * while reading goes on.
 */
#ifndef PISTE_PAGE_READER_H
#define PISTE_PAGE_READER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/lang.h"
#include "base/str.h"

struct arena;
struct site_error;

#define READER_PATH_BYTES_MAX 1024
#define READER_REASON_BYTES_MAX 512
#define READER_QUOTE_BYTES_MAX 60	/* of a wrong value, in a reason */

/* The mistakes found so far; error has room for SITE_ERRORS_MAX. */
struct reader {
	struct arena *arena;
	struct site_error *error;
	size_t errors;
};

/* A value and the way to it; what it borrows must outlive it. */
struct reader_node {
	struct reader *reader;
	const struct reader_node *up;	/* NULL for the root */
	const char *key;		/* in its object, or NULL */
	size_t index;			/* in its list, without key */
	const json_t *json;		/* NULL when absent or null */
};

enum reader_need { READER_MAY, READER_MUST };

void reader_complain(const struct reader_node *n, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The path as a reason may name it: "$.pages[0].key". */
struct str reader_path(const struct reader_node *n);
/* s in quotes, escaped and cut. */
struct str reader_quote(const struct reader_node *n, struct str s);

/* Members of what is no object and elements past the end are absent. */
struct reader_node reader_member(const struct reader_node *up,
    const char *key);
struct reader_node reader_element(const struct reader_node *up, size_t index);

/*
 * Is it an object?  A member outside known (ended by NULL; NULL: any) is a
 * mistake, and so is absence when need says so.
 */
bool reader_object(const struct reader_node *n, enum reader_need need,
    const char *const *known);
/* How many elements, at most max; 0 also when something is wrong. */
size_t reader_list(const struct reader_node *n, enum reader_need need,
    size_t max);
/* No two elements of a list have the same text in member. */
void reader_unique(const struct reader_node *list, const char *member);

/* The text as it is, in the arena and NUL-terminated; empty when wrong. */
struct str reader_string(const struct reader_node *n, enum reader_need need,
    size_t bytes_max);
/* [a-z0-9][a-z0-9._-]*, at most SITE_KEY_BYTES_MAX. */
struct str reader_key(const struct reader_node *n, enum reader_need need);
/* The index of the text in names (ended by NULL); 0 when absent or wrong. */
size_t reader_choice(const struct reader_node *n, enum reader_need need,
    const char *const *names);
bool reader_flag(const struct reader_node *n);

/* What a number may be, and what it is when absent or wrong. */
struct reader_range {
	enum reader_need need;
	double min;
	double max;
	double fallback;
};
double reader_number(const struct reader_node *n,
    const struct reader_range *range);
/* The same without a fraction. */
int64_t reader_whole(const struct reader_node *n,
    const struct reader_range *range);

/*
 * An object with a text by language; langs has bit 1 << lang for each that
 * must be there, and at least one must be.
 */
struct text reader_text(const struct reader_node *n, enum reader_need need,
    unsigned langs, size_t bytes_max);

#endif
