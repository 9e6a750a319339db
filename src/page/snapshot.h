/*
 * Knows the site as it is now: an immutable, reference-counted picture of
 * definitions and compiled templates, renewed by a thread of its own when
 * PostgreSQL notifies a change or a template file changes.  Survives
 * PostgreSQL's absence, also across a restart (last picture kept on disk).
 */
#ifndef PISTE_PAGE_SNAPSHOT_H
#define PISTE_PAGE_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct frozen;
struct site;
struct snapshot;
struct template_set;

#define SNAPSHOT_POLL_MS 500	/* template files; also the wait for NOTIFY */
#define SNAPSHOT_CHANNEL "piste_site"

struct snapshot_plan {
	struct str database;
	struct str templates;		/* directory */
	struct str state;		/* directory of the kept picture */
	/*
	 * Both are called on the snapshot's thread, or NULL: one with a site
	 * that PostgreSQL has just told, before anybody sees it; the other
	 * every SNAPSHOT_POLL_MS with the site as it is now, NULL for none.
	 */
	void (*renewed)(void *context, const struct site *site);
	void (*tick)(void *context, const struct site *site);
	void *context;
};

/*
 * Load the first picture and start the thread: the database's, which plan's
 * renewed knows by then, or the disk's when the database has not answered
 * within 200 ms, or has not told its own 25 s later.  OK even when there
 * is none yet: snapshot_hold then gives NULL until there is.  ERR_AWAY when
 * the thread can't be had.
 */
MUST_USE enum err snapshot_new(const struct snapshot_plan *plan,
    struct snapshot **out);
/* NULL is accepted.  What somebody still holds is left to the process's end. */
void snapshot_free(struct snapshot *sn);

/* One picture; hold it while a request uses it, then release. */
struct picture {
	const struct site *site;
	const struct template_set *templates;
	int64_t loaded_ms;
	struct frozen *frozen;	/* its pages, rendered ahead; NULL for none */
};
const struct picture *snapshot_hold(struct snapshot *sn);
void snapshot_release(struct snapshot *sn, const struct picture *p);

/* Since the last successful look at the database, in ms; -1 for never. */
int64_t snapshot_age_ms(struct snapshot *sn);

#endif
