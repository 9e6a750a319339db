/* Knows how values become the C strings that libpq wants. */
#ifndef PISTE_STORE_BIND_H
#define PISTE_STORE_BIND_H

#include <stddef.h>

#include "base/str.h"

/* Memory that grows with what it has to hold; zeroed to begin with. */
struct bind {
	char *bytes;
	size_t capacity;
};

/*
 * values[i] becomes param[i] with a NUL behind it, NULL where its p is NULL;
 * valid until the next call on b.  ERR_INPUT when one holds a NUL.
 */
MUST_USE enum err bind_values(struct bind *b, const struct str *param,
    size_t count, const char **values);
void bind_clear(struct bind *b);

#endif
