/* Knows the filters that somebody keeps under a name, for themselves. */
#ifndef PISTE_ACCOUNT_OWNVIEW_H
#define PISTE_ACCOUNT_OWNVIEW_H

#include <stddef.h>

#include "base/str.h"

struct arena;
struct pg;

#define OWNVIEW_MAX 50
#define OWNVIEW_NAME_BYTES_MAX 200
#define OWNVIEW_QUERY_BYTES_MAX 2000

struct ownview {
	struct str id;
	struct str name;
	struct str query;	/* as in an address, behind its ? */
};
/* Of a session's owner, by name, in a.  As pg_run. */
MUST_USE enum err ownview_list(struct pg *db, struct arena *a,
    struct str session, struct ownview **out, size_t *count);
/* In the place of one of that name.  ERR_LIMIT: there are too many. */
MUST_USE enum err ownview_keep(struct pg *db, struct str session,
    struct str name, struct str query);
/* One's own; another's is left alone.  As pg_run. */
MUST_USE enum err ownview_drop(struct pg *db, struct str session,
    struct str id);

#endif
