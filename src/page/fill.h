/*
 * Knows a page's words as one visitor reads them: rules that choose a part,
 * and places in a part's text, such as {city} or {first_name|you}.  Pure.
 */
#ifndef PISTE_PAGE_FILL_H
#define PISTE_PAGE_FILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/lang.h"
#include "base/str.h"

struct arena;
struct site_page;
struct site_part;
struct site_variant;

/* What is known of a visitor; values by their place's name, cleaned. */
struct fill {
	struct str country;	/* ISO; empty when unknown */
	struct str_pair *value;
	size_t values;
};

/* A text up to its first place, that place, and what follows. */
struct fill_place {
	struct str before;
	struct str name;
	struct str otherwise;
	bool has_otherwise;
	struct str after;
};
/* False when text has no {; true with an empty name when it has no end. */
bool fill_cut(struct str text, struct fill_place *out);

/*
 * A value as it may be shown: without controls, line ends and marks that turn
 * the direction of writing; empty when it is no UTF-8 or longer than that.
 */
struct str fill_clean(struct arena *a, struct str value, uint32_t chars_max);

/* Would this visitor read anything that others don't? */
bool fill_is_own(const struct site_page *pg, const struct site_variant *v,
    const struct fill *who, enum lang l);

/*
 * v's parts, as many, in language l alone, for who, or for NULL as anybody
 * reads them.  The variant's own where no part has a place or a rule.
 */
const struct site_part *fill_parts(struct arena *a,
    const struct site_page *pg, const struct site_variant *v,
    const struct fill *who, enum lang l);

#endif
