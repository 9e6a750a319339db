/* Knows which column of a file answers which field of a form.  Pure. */
#ifndef PISTE_LEAD_COLUMNS_H
#define PISTE_LEAD_COLUMNS_H

#include <stdbool.h>
#include <stdio.h>

#include "base/str.h"

struct arena;
struct csv_record;
struct form;

/*
 * What no form asks is called so, as no field can be: the day on which a
 * person was met, and what brought them.
 */
#define COLUMNS_DATE "import.date"
#define COLUMNS_KEYWORD "import.keyword"
#define COLUMNS_AFFILIATE "import.affiliate"
#define COLUMNS_PROMO "import.promo"

struct column {
	struct str header;	/* trimmed */
	struct str name;	/* field, consent or one of the above */
};

struct columns {
	struct column *column;	/* without a name: not read */
	size_t count;
};

/*
 * Match a file's first record with f's fields, its consents and what no form
 * asks; never two columns with one of them, and no field for files.  First
 * comes wish, "header=name,…", where "header=" leaves a column out and "#3" is
 * the third, for headers that are empty, twice there or hold , or =; then what
 * is called like a name, then like a field's label in any language, then what
 * French and English files use to call such a field.  ERR_INPUT when the wish
 * names what is not there, or twice, and when no column is left: complaints
 * is told.
 */
MUST_USE enum err columns_match(struct arena *a, const struct form *f,
    const struct csv_record *header, struct str wish, FILE *complaints,
    struct columns *out);

/* Is name one of what no form asks? */
bool columns_is_unasked(struct str name);

/* The column of that name; out->count when there is none. */
size_t columns_find(const struct columns *c, struct str name);

#endif
