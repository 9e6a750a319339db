/*
 * Knows how what people do reaches PostgreSQL without a request ever waiting:
 * gathered in memory, written in batches by a thread of its own.  Whose name
 * is kept is piste.event_take()'s to decide.
 */
#ifndef PISTE_TRACK_BEHAVIOUR_H
#define PISTE_TRACK_BEHAVIOUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct behaviour_log;
struct pg;

#define BEHAVIOUR_QUEUE_MAX 20000	/* more are lost, and counted */
#define BEHAVIOUR_BATCH_MAX 100
#define BEHAVIOUR_NAME_BYTES_MAX 64
#define BEHAVIOUR_WHO_BYTES_MAX 36	/* a UUID, or a person's number */
#define BEHAVIOUR_TELLING_BYTES_MAX 128
#define BEHAVIOUR_ORIGINS_MAX 1000	/* as page/site.h has it */
#define BEHAVIOUR_NAMELESS_MAX 1200	/* views of an origin in a minute */

enum behaviour_kind {
	BEHAVIOUR_PAGE_VIEW,
	BEHAVIOUR_PAGE_MEANINGFUL,
	BEHAVIOUR_DOCUMENT,
	BEHAVIOUR_MAIL_LINK,
};
enum behaviour_via { BEHAVIOUR_BEACON, BEHAVIOUR_LINK };
/* What a signed token names. */
enum behaviour_whose {
	BEHAVIOUR_NOBODYS,
	BEHAVIOUR_SUBMISSIONS,
	BEHAVIOUR_LINKS,
	BEHAVIOUR_PERSONS,
};

struct behaviour {
	enum behaviour_kind kind;
	enum behaviour_via via;
	enum behaviour_whose whose;
	struct str name;	/* the page's or origin's key… as in SQL */
	struct str who;		/* which of them; without whose empty */
	struct str telling;	/* told again under that it is not another */
	int64_t at_ms;
};

/* As event_new, of track/event.h. */
MUST_USE enum err behaviour_new(struct str database, int64_t flush_ms,
    struct behaviour_log **out);
/* Write what waits (for 1 s at most), then stop; NULL is accepted. */
void behaviour_free(struct behaviour_log *log);

/*
 * Take one; copies everything, never waits for PostgreSQL.  Lost, and counted,
 * when there is no room or a text is longer than its limit.
 */
void behaviour_tell(struct behaviour_log *log, const struct behaviour *b);

/*
 * Count a view that names nobody, of the site's origin in that place; false,
 * and lost, when the origin has told of so many within the clock's minute:
 * each leaves a row for two days, and a script names no one who could be
 * stopped.  Each process counts for itself.
 */
bool behaviour_has_room(struct behaviour_log *log, size_t origin,
    int64_t now_ms);

/*
 * Whoever import (its id) named attended that webinar, on a day "2026-12-31"
 * or, when empty, today.  Safe to repeat.  As pg_run.
 */
MUST_USE enum err behaviour_webinar(struct pg *db, struct str import,
    struct str webinar, struct str day);

struct behaviour_count {
	uint64_t written;
	uint64_t lost;
	uint64_t waiting;
};
void behaviour_counts(struct behaviour_log *log, struct behaviour_count *out);

#endif
