/*
 * Knows a lead's life cycle as people see it: where it stands, where it has
 * stood, and how it is moved.  Which moves there are, and the history they
 * leave, are piste.lead_move()'s.
 */
#ifndef PISTE_LEAD_LEAD_H
#define PISTE_LEAD_LEAD_H

#include <stdbool.h>
#include <stdio.h>

#include "base/lang.h"
#include "base/str.h"

struct pg;

#define LEAD_HISTORY_SHOWN_MAX 1000	/* the last moves of one lead */

/* How somebody is told: text lines, or a JSON object a line. */
struct lead_voice {
	FILE *out;
	enum lang lang;		/* of a reason's name, in text */
	bool is_json;
};

/*
 * Say why a command has nothing to say of a lead: there is none of that id, or
 * its person was erased.
 */
void lead_absent(struct pg *db, struct str id, const char *command,
    FILE *out);

/*
 * Write what is known of a lead, whose it is and where an operator may move it.
 * ERR_ABSENT when there is none of that id.
 */
MUST_USE enum err lead_show(struct pg *db, struct str id,
    const struct lead_voice *v);
/* Write where it has stood, oldest first; the same errors. */
MUST_USE enum err lead_history(struct pg *db, struct str id,
    const struct lead_voice *v);

/* Empty reason and note: none. */
struct lead_wish {
	struct str id;
	struct str stage;
	struct str who;
	struct str role;	/* system, seller, marketer, operator */
	struct str reason;
	struct str note;
};

/*
 * Move it and write what became of that; a lead that stands there already is
 * left alone, and *v is told so.  ERR_INPUT when it is refused, and nothing
 * done: pg_message says why.
 */
MUST_USE enum err lead_move(struct pg *db, const struct lead_wish *wish,
    const struct lead_voice *v);

#endif
