/*
 * What the tests of consent share: a sample whose consent "news" has a kept
 * text, people who submit it, and what the ledger comes to.
 */
#ifndef PISTE_TESTS_CONSENT_SAID_H
#define PISTE_TESTS_CONSENT_SAID_H

#include <stdlib.h>

#include "base/buf.h"
#include "support/sample.h"

#define ANA "ana@firm.fr"
#define TEXT_SQL "'Oui, \"écrivez\" |moi\\\n <b>'"
#define TEXT_HASH_SQL "encode(sha256(convert_to(" TEXT_SQL "::text, 'UTF8'))," \
	" 'hex')"
#define BLOCK_HASH_SQL "encode(sha256('[]'), 'hex')"

static const char said_wording[] =
    "INSERT INTO piste.consent_wording (key, purpose, channel, recipient,"
    " version, position, definition)"
    " VALUES ('news', 'newsletter', 'email', 'us', 1, 1, '{}');"
    "INSERT INTO piste.consent_text (key, version, lang, purpose, channel,"
    " recipient, text, hash) VALUES ('news', 1, 'fr', 'newsletter', 'email',"
    " 'us', " TEXT_SQL ", " TEXT_HASH_SQL ")";
static const char said_block[] =
    "INSERT INTO piste.consent_block (hash, block)"
    " VALUES (" BLOCK_HASH_SQL ", '[]')";

static inline struct sample
said_new(void)
{
	struct sample c = sample_new();

	sample_run(c.conn, said_wording);
	sample_run(c.conn, said_block);
	return c;
}

/* Submission id of ANA's, with more (JSON members or nothing) in it. */
static inline void
said_submit(PGconn *conn, int id, const char *consent, const char *more)
{
	struct sample_row row = { .id = id, .email = ANA };
	const char *values[] = { arena_copy(suite_arena(), sample_row(&row)).p,
		consent, more };
	PGresult *r = PQexecParams(conn, "SELECT verdict FROM"
	    " piste.submit_group(('[' || replace(replace(replace($1::text,"
	    " repeat('0', 64), " TEXT_HASH_SQL "), '\"version\":1',"
	    " '\"version\":1' || $2), '\"lang\":\"fr\"', '\"lang\":\"fr\","
	    " \"consent_hash\":\"' || " BLOCK_HASH_SQL " || '\"' || $3)"
	    " || ']')::json)", 3, NULL, values, NULL, NULL, 0);

	ck_assert_msg(PQresultStatus(r) == PGRES_TUPLES_OK, "%s",
	    PQerrorMessage(conn));
	PQclear(r);
}

#define SAID_GIVE(conn, id) said_submit((conn), (id), "", "")
#define SAID_ASK(conn, id) said_submit((conn), (id), ",\"confirm\":true", "")

/* The uuid sample_row gives that id. */
static inline const char *
said_uuid(int id)
{
	return arena_copy(suite_arena(), buf_fmt(suite_arena(), 40,
	    "00000000-0000-7000-8000-%012d", id)).p;
}

static inline struct str
said_confirm(PGconn *conn, int id)
{
	return sample_text(conn, arena_copy(suite_arena(), buf_fmt(
	    suite_arena(), 200, "SELECT piste.consent_confirm('%s', 'link')",
	    said_uuid(id))).p);
}

/* The ledger in short: "given1 withdrawn1", in its order. */
static inline struct str
said_ledger(PGconn *conn)
{
	return sample_text(conn, "SELECT string_agg(what || right("
	    "submission_id::text, 1), ' ' ORDER BY seq) FROM piste.consent");
}

#endif
