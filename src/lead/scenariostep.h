/* Knows how the steps of a scenario are read.  Pure; part of scenario.h. */
#ifndef PISTE_LEAD_SCENARIOSTEP_H
#define PISTE_LEAD_SCENARIOSTEP_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/lang.h"
#include "base/str.h"

struct node;
struct scenario;
struct scenario_list;

/* What a scenario may refer to; the site is NULL once it was judged. */
struct scenariostep_site {
	const json_t *site;
};

/* Texts by language, at least one; absent is a mistake when it is needed. */
void scenariostep_words(const struct node *n, bool is_needed, size_t max,
    struct text *out);
/* Words, of a table ended by NULL, or any. */
void scenariostep_list(const struct node *n, const char *const *words,
    struct scenario_list *out);
/* The same, keys of objects in a section of the site. */
void scenariostep_keys(const struct node *n, const char *section,
    struct scenario_list *out);

/* Member "steps" of a scenario. */
void scenariostep_read(const struct node *scenario, struct scenario *out);

extern const char *const scenariostep_stages[];
extern const char *const scenariostep_events[];

#endif
