/*
 * Knows what somebody, named by a link in a mail, has agreed to, and how they
 * take parts of it back.
 */
#ifndef PISTE_DELIVER_PREFERENCE_H
#define PISTE_DELIVER_PREFERENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/lang.h"
#include "base/str.h"

struct arena;
struct pg;
struct uuid;

#define PREFERENCE_MAX 100		/* others are not shown */
#define PREFERENCE_NAME_BYTES_MAX 200

struct preference {
	struct str name;	/* purpose/channel/recipient */
	struct str wording;	/* as they agreed to it */
	bool is_live;		/* it stands */
};

/*
 * Of the submission's person, in the arena; *count is 0 for who was erased, or
 * was asked nothing.  As pg_run.
 */
MUST_USE enum err preference_list(struct pg *db, struct arena *a,
    const struct uuid *submission, enum lang l, struct preference **out,
    size_t *count);

/* They take those of these names back.  As pg_run. */
MUST_USE enum err preference_end(struct pg *db, struct arena *a,
    const struct uuid *submission, const struct str *name, size_t names);

#endif
