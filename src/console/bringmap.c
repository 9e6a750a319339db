/* Implements bringmap.h. */
#include <stdio.h>

#include "base/buf.h"
#include "console/desk.h"
#include "http/request.h"
#include "lead/columns.h"
#include "lead/importfile.h"

#include "console/bringmap.h"

#define NAME_BYTES_MAX 32
#define MAP_BYTES_MAX (64 << 10)

/* NULL: it isn't posted, or is no field's name. */
static const struct str *
posted(const struct desk *d, size_t column)
{
	char name[NAME_BYTES_MAX];
	const struct str *value;

	snprintf(name, sizeof name, "map-%zu", column);
	value = body_find(&d->body, str_of(name));
	return value && str_find(*value, ',') < 0 &&
	    str_find(*value, '=') < 0 ? value : NULL;
}

bool
bringmap_differs(const struct desk *d, const struct columns *c)
{
	for (size_t i = 0; i < c->count && i < BRINGMAP_COLUMNS_MAX; i++) {
		const struct str *value = posted(d, i);

		if (value && !str_eq(*value, c->column[i].name))
			return true;
	}
	return false;
}

enum err
bringmap_keep(struct desk *d, struct str id)
{
	struct buf b;

	buf_init(&b, d->rq->arena, MAP_BYTES_MAX);
	for (size_t i = 0; i < BRINGMAP_COLUMNS_MAX; i++) {
		const struct str *value = posted(d, i);

		if (value)
			buf_addf(&b, "%s#%zu=%.*s", b.n ? "," : "", i + 1,
			    STR_ARG(*value));
	}
	return b.full ? ERR_LIMIT : importfile_set_map(d->db, id,
	    buf_str(&b));
}
