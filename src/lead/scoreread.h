/*
 * Knows how a value of a document is read where it stands: its kind and range,
 * and the path in complaints.  Pure.
 */
#ifndef PISTE_LEAD_SCOREREAD_H
#define PISTE_LEAD_SCOREREAD_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/str.h"

struct arena;
struct score_rules;

#define SCOREREAD_PATH_BYTES_MAX 200
#define SCOREREAD_TEXT_BYTES_MAX 64	/* of a key, a name, a word */

/* A document being read into rules. */
struct scoreread {
	struct arena *arena;
	struct score_rules *rules;
	FILE *complaints;
	bool is_wrong;		/* something was complained of */
};

/* A place in it; json is borrowed, NULL when nothing is there. */
struct scoreread_spot {
	struct scoreread *reading;
	json_t *json;
	char path[SCOREREAD_PATH_BYTES_MAX];
};

/* A line: the path, a colon, what is wrong. */
void scoreread_complain(const struct scoreread_spot *s, const char *format,
    ...) __attribute__((format(printf, 2, 3)));

struct scoreread_spot scoreread_member(const struct scoreread_spot *s,
    const char *name);
struct scoreread_spot scoreread_element(const struct scoreread_spot *s,
    size_t i);

/*
 * What these find wrong is complained of; they then give the nearest thing
 * that can be worked with.
 */

/* Is it an object?  With no members but known, which NULL ends. */
bool scoreread_is_object(const struct scoreread_spot *s,
    const char *const *known);
/* How long a list of 1 to max is; else 0. */
size_t scoreread_list_of(const struct scoreread_spot *s, size_t max);
/*
 * A whole number from min to max; fallback where there is none, unless that
 * is SCOREREAD_NEEDED.
 */
#define SCOREREAD_NEEDED INT64_MIN
int64_t scoreread_integer(const struct scoreread_spot *s, int64_t min,
    int64_t max, int64_t fallback);
/* A text, 1 to SCOREREAD_TEXT_BYTES_MAX bytes, in the arena; or empty. */
struct str scoreread_text(const struct scoreread_spot *s);

#endif
