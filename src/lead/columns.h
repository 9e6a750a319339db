/* Knows which column of a file answers which field of a form.  Pure. */
#ifndef PISTE_LEAD_COLUMNS_H
#define PISTE_LEAD_COLUMNS_H

#include <stdio.h>

#include "base/str.h"

struct arena;
struct csv_record;
struct form;

/* What the day on which a person was met is called; no field can be. */
#define COLUMNS_DATE "import.date"

struct column {
	struct str header;	/* trimmed */
	struct str name;	/* field, consent or COLUMNS_DATE */
};

struct columns {
	struct column *column;	/* without a name: not read */
	size_t count;
};

/*
 * Match a file's first record with f's fields, its consents and the date;
 * never two columns with one of them, and no field for files.  First comes
 * wish, "header=name,…", where "header=" leaves a column out and "#3" is the
 * third, for headers that are empty, twice there or hold , or =; then what is
 * called like a name, then like a field's label in any language, then what
 * French and English files use to call such a field.  ERR_INPUT when the wish
 * names what is not there, or twice, and when no column is left: complaints
 * is told.
 */
MUST_USE enum err columns_match(struct arena *a, const struct form *f,
    const struct csv_record *header, struct str wish, FILE *complaints,
    struct columns *out);

/* The column of that name; out->count when there is none. */
size_t columns_find(const struct columns *c, struct str name);

#endif
