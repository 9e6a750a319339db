/*
 * Knows one lead as whoever is at a desk sees it and may act upon it: what is
 * known, what happened, why it is whose, and a seller's board.
 */
#ifndef PISTE_LEAD_LEADDESK_H
#define PISTE_LEAD_LEADDESK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct arena;
struct pg;

#define LEADDESK_STORY_MAX 200
#define LEADDESK_ANSWERS_MAX 200
#define LEADDESK_COLUMN_MAX 50	/* cards in a column of the board */

/* Moments are 2026-12-31 08:30, in UTC; texts are empty for none. */
struct leaddesk {
	struct str id;
	struct str merged_into;
	struct str person;	/* id */
	struct str first_name;
	struct str last_name;
	struct str company;
	struct str email;	/* masked for readers, as phone */
	struct str phone;
	struct str offer;
	bool is_synthetic;
	struct str stage;
	struct str since;	/* it stands there */
	struct str reason;	/* piste.lead_reason's */
	struct str score;
	struct str grade;
	struct str owner;	/* a seller's key */
	struct str owner_name;
	struct str created;
	struct str allocation;	/* id of the one that is open */
	struct str state;	/* open, accepted or contacted */
	struct str accept_by;
	struct str action;	/* what is next; not for readers */
	struct str due;		/* 2026-12-31 */
	bool is_late;		/* that day is over */
	struct str action_by;
	struct str wake;	/* the day until which it is nurtured */
	struct str stamp;	/* of all that a form may change */
	struct str who;		/* by what name one acts upon it */
	struct str role;	/* and as what: seller, marketer, operator */
	bool is_mine;
};
/*
 * In a.  ERR_ABSENT: there is none that this session (its hash) may see, or
 * its person was erased; else as pg_run.
 */
MUST_USE enum err leaddesk_read(struct pg *db, struct arena *a,
    struct str session, struct str lead, struct leaddesk *out);

/*
 * In a transaction: keep it as it is until the end of that, for a deed of a
 * seller at least.  ERR_LIMIT: it is not as its stamp says any more (p NULL:
 * whatever it is); ERR_ABSENT as above.
 */
MUST_USE enum err leaddesk_hold(struct pg *db, struct str session,
    struct str lead, struct str stamp);

/* Where one may move it, those that need no reason first. */
struct leaddesk_move {
	struct str stage;
	bool needs_reason;
};
MUST_USE enum err leaddesk_moves(struct pg *db, struct arena *a,
    struct str stage, struct str role, struct leaddesk_move **out,
    size_t *count);
/* Why it may stand at some stage that it may be moved to. */
struct leaddesk_reason {
	struct str key;
	struct str name;	/* in the language asked for */
	struct str stages;	/* "nurturing lost": where it is one */
};
MUST_USE enum err leaddesk_reasons(struct pg *db, struct arena *a,
    struct str stage, struct str lang, struct leaddesk_reason **out,
    size_t *count);

/* What the last submission says, in the form's order; for sellers. */
struct leaddesk_answer {
	struct str label;
	struct str value;
};
MUST_USE enum err leaddesk_answers(struct pg *db, struct arena *a,
    struct str lead, struct str lang, struct leaddesk_answer **out,
    size_t *count);

/*
 * What happened, the latest first.  what: "submission", "given", "confirmed",
 * "withdrawn", "stage", "allotted", "expired", "refused", "reassigned",
 * "left", "removed", "contact", "note", "bant", "mail".
 */
struct leaddesk_event {
	struct str at;
	struct str what;
	struct str subject;
	struct str detail;
	struct str reason;	/* of a stage: as it is called */
	struct str words;	/* somebody's own; none for readers */
};
struct leaddesk_view {
	struct str session;
	struct str lead;
	struct str lang;	/* "fr" */
};
MUST_USE enum err leaddesk_story(struct pg *db, struct arena *a,
    const struct leaddesk_view *view, struct leaddesk_event **out,
    size_t *count);

/* How long it waited, or waits, for each step. */
struct leaddesk_wait {
	struct str step;	/* scored, allocated, contacted */
	struct str since;
	struct str due;		/* promised until then, if it is reckoned */
	struct str ended;	/* or it waits */
	bool is_broken;
};
MUST_USE enum err leaddesk_waits(struct pg *db, struct arena *a,
    struct str lead, struct leaddesk_wait **out, size_t *count);

/*
 * Why it is whose it is, or why nobody could take it: of the last decision
 * each seller, those who could first.  For sellers.
 */
struct leaddesk_why {
	struct str seller;
	struct str weight;	/* of a candidate, as the next two */
	struct str deficit;
	struct str open;
	struct str reasons;	/* "hours full": of one left out */
	bool is_chosen;
};
MUST_USE enum err leaddesk_why(struct pg *db, struct arena *a,
    struct str lead, struct leaddesk_why **out, size_t *count);

/* A card of a seller's board, by stage, in each the late ones first. */
struct leaddesk_card {
	struct str id;
	struct str stage;
	struct str first_name;
	struct str last_name;
	struct str company;
	struct str offer;
	struct str grade;
	struct str score;
	struct str action;
	struct str due;
	bool is_late;
	struct str state;	/* as struct leaddesk has it */
	struct str accept_by;
	struct str contact_by;	/* promised until then */
	struct str stamp;
};
/* A seller has their own, whoever is named.  As pg_run. */
MUST_USE enum err leaddesk_board(struct pg *db, struct arena *a,
    struct str session, struct str seller, struct leaddesk_card **out,
    size_t *count);

/* The key of the seller who is at that desk; empty: none. */
MUST_USE enum err leaddesk_self(struct pg *db, struct arena *a,
    struct str session, struct str *out);

#endif
