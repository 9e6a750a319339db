/*
 * Knows how a person is found in everything we hold, told what that is, and
 * erased from it: tables by piste.erase(), files here.  What is counted stays.
 */
#ifndef PISTE_LEAD_ERASE_H
#define PISTE_LEAD_ERASE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct pg;

#define ERASE_ARENA_BYTES_MAX ((size_t)256 << 20)
#define ERASE_EXPORT_BYTES_MAX ((size_t)64 << 20)
#define ERASE_REASON_BYTES_MAX 2000
#define ERASE_DRAIN_MS 10000	/* for the servers to close what they write */

/* Where people's files are. */
struct erase_place {
	struct str spool;
	struct str uploads;
	struct str mail_caught;
};

/* Whom a name, an id, an e-mail address or a phone, is about. */
struct erase_found {
	struct str persons;	/* "{7,9}"; merged ones come with them */
	struct str email_key;	/* PG_NULL for an id or a phone */
	struct str phone;	/* E.164; PG_NULL for another name */
	int64_t person_count;
	int64_t submission_count;
	/* Half-filled forms and links' words, also of nobody we know. */
	int64_t draft_count;
	struct str erased_at;	/* empty: not yet, or nobody by that name */
};
/*
 * *out lives in a.  ERR_ABSENT: nothing is held of them, and nobody asked to
 * be erased under that name; ERR_INPUT: neither an id, an address nor a phone
 * with its country (+33…); ERR_LIMIT: a phone that several people share, of
 * whom out->persons has the ids; else as pg_run.
 */
MUST_USE enum err erase_find(struct pg *db, struct arena *a, struct str name,
    struct erase_found *out);
bool erase_is_held(const struct erase_found *f);	/* is there anything? */
/* Is nothing left of them to be erased? */
bool erase_is_done(const struct erase_found *f);

/*
 * Take what waits on the disk into the database, so that it is found there.
 * ERR_AWAY when it can't, or servers are still writing after ERASE_DRAIN_MS.
 * *aside is how many pieces are kept aside, which no look-up reaches.
 */
MUST_USE enum err erase_drain(struct pg *db, struct str spool,
    int64_t *aside);

/*
 * A JSON document of every row about them, by table, and of their files; in
 * a.  ERR_LIMIT beyond ERASE_EXPORT_BYTES_MAX; else as pg_run.
 */
MUST_USE enum err erase_export(struct pg *db, struct arena *a,
    const struct erase_place *place, const struct erase_found *f,
    struct str *out);

/*
 * Erase them, in one transaction; files go before it commits, so that who is
 * killed between is erased by doing it again.  As pg_run, or ERR_AWAY when a
 * file can't be removed: nothing is erased in the tables then.
 */
MUST_USE enum err erase_run(struct pg *db, const struct erase_place *place,
    const struct erase_found *f, struct str reason);
/*
 * Remove files by their names, a blank between: uploads, and caught mails.
 * One that is gone is no error.  ERR_AWAY; logged.
 */
MUST_USE enum err erase_files(const struct erase_place *place,
    struct str uploads, struct str mails);

#endif
