/*
 * Knows half-filled forms that visitors agreed to leave with us: never leads,
 * kept for their days and no longer, gone once the form is sent.
 */
#ifndef PISTE_LEAD_DRAFT_H
#define PISTE_LEAD_DRAFT_H

#include <stdint.h>

#include "base/lang.h"
#include "base/str.h"

struct pg;
struct uuid;

struct draft {
	const struct uuid *id;	/* the form's, and its submission's some day */
	struct str page;
	struct str form;
	enum lang lang;
	struct str fields;	/* JSON, as form_fields has it */
	/* By which it is erased, the phone where there is no address. */
	struct str email;	/* empty for none */
	struct str phone;	/* E.164; empty for none */
	struct str agreed;	/* the words the box stood beside */
	uint32_t days;
};

/*
 * Keep it, in place of what was kept of this form before; not of one that was
 * sent.  ERR_AWAY, ERR_INPUT as pg_run has them; waits a second at most.
 */
MUST_USE enum err draft_keep(struct pg *db, const struct draft *d);
/* The visitor has withdrawn; there may be none. */
MUST_USE enum err draft_drop(struct pg *db, const struct uuid *id);
/*
 * Remove drafts, and what was put into links for their recipients, whose time
 * is over.
 */
MUST_USE enum err draft_expire(struct pg *db, int64_t *removed);

#endif
