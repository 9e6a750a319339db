/*
 * Knows how an experiment is moved: started, paused, stopped, archived as an
 * apply of its own definition with another state, so that whatever is asked of
 * a definition is asked of a move; shipped and undone by experiment/steer.
 */
#ifndef PISTE_TRIALMOVE_H
#define PISTE_TRIALMOVE_H

#include <stdbool.h>

#include "base/phrase.h"
#include "base/str.h"
#include "experiment/outlook.h"
#include "experiment/results.h"
#include "experiment/steer.h"

struct arena;
struct pg;

enum trialmove_deed {
	TRIALMOVE_START, TRIALMOVE_PAUSE, TRIALMOVE_STOP, TRIALMOVE_DECIDE,
	TRIALMOVE_UNDO, TRIALMOVE_ARCHIVE,
};
#define TRIALMOVE_DEEDS (TRIALMOVE_ARCHIVE + 1)

/* "start"…, and back; ERR_INPUT: no such deed. */
const char *trialmove_word(enum trialmove_deed d);
MUST_USE enum err trialmove_parse(struct str word, enum trialmove_deed *out);
/* The sentence of what holds once it is done. */
enum phrase trialmove_done(enum trialmove_deed d);

struct trialmove {
	struct pg *db;
	struct arena *arena;
	struct str key;
	enum trialmove_deed deed;
	struct str arm;			/* to be shipped */
	struct str was;			/* only from this state; empty: any */
	struct steer_note note;		/* who, and why */
	/* Called before the commit, so that it holds together; or NULL. */
	enum err (*within)(void *context);
	void *context;
};

/* Why not; the words of a definition's complaints are apply's, in English. */
enum trialmove_refusal {
	TRIALMOVE_FINE,
	TRIALMOVE_STATE,	/* it is in .state, which leads not there */
	TRIALMOVE_PLAN,		/* its factors' plan: .outlook */
	TRIALMOVE_DEFINITION,	/* .complaints, a line each */
	TRIALMOVE_NO_ARM,	/* no such variant */
	TRIALMOVE_NOT_DECIDED,	/* or its page's control was changed since */
};
struct trialmove_answer {
	enum trialmove_refusal refusal;
	struct str state;		/* it was in */
	const char *wanted;		/* the state asked for */
	struct str complaints;
	enum outlook_refusal outlook;
};

/*
 * Do it in one transaction.  ERR_DENIED: out says why not; ERR_ABSENT: there
 * is no such experiment; else as pg_run, and as within has it.
 */
MUST_USE enum err trialmove_do(const struct trialmove *m,
    struct trialmove_answer *out);

/* What is known of an experiment, and what it would take. */
struct trialmove_plan {
	struct results *results;
	struct outlook_past past;
	struct outlook outlook;
};
/* In a; outside of a transaction.  As results_read. */
MUST_USE enum err trialmove_plan(struct pg *db, struct arena *a,
    struct str key, const struct outlook_wish *w, struct trialmove_plan *out);

#endif
