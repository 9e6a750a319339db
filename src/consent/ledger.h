/*
 * Knows the ledger of consents (piste.consent): what a row's hash is of, and
 * whether the whole chain holds.  In src/sql piste.consent_line() says the
 * same, and tests hold the two against each other.
 */
#ifndef PISTE_CONSENT_LEDGER_H
#define PISTE_CONSENT_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct pg;
struct pg_rows;

#define LEDGER_FORMAT "piste-consent-1"
#define LEDGER_LINE_BYTES_MAX 2048	/* columns together are shorter */
#define LEDGER_PAGE_ROWS 1000		/* in memory at a time */

/* What a row's line holds, in this order, between bars. */
enum ledger_field {
	LEDGER_SEQ,		/* place in the chain, from 1 */
	LEDGER_PREVIOUS,	/* hash of the row before; 64 zeros */
	LEDGER_WHAT,		/* given, confirmed, withdrawn */
	LEDGER_SUBMISSION,
	LEDGER_KEY,
	LEDGER_PURPOSE,
	LEDGER_CHANNEL,
	LEDGER_RECIPIENT,
	LEDGER_VERSION,
	LEDGER_TEXT,		/* hash of the text */
	LEDGER_BLOCK,		/* hash of the block as shown, or - */
	LEDGER_LANG,
	LEDGER_CONFIRM,		/* confirm or - */
	LEDGER_VIA,
	LEDGER_AT,		/* UTC, microseconds */
	LEDGER_FIELDS,
};

struct ledger_row {
	struct str field[LEDGER_FIELDS];
	struct str hash;	/* as stored */
};

/* The columns of piste.consent AS c that ledger_row_of takes, 16 of them. */
#define LEDGER_COLUMNS \
    "c.seq, c.previous_hash, c.what, c.submission_id, c.consent_key," \
    " c.purpose, c.channel, c.recipient, c.version, c.text_hash," \
    " coalesce(c.block_hash, '-'), c.lang," \
    " CASE WHEN c.needs_confirm THEN 'confirm' ELSE '-' END, c.via," \
    " to_char(c.given_at AT TIME ZONE 'UTC'," \
    " 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), c.hash"
#define LEDGER_COLUMN_COUNT (LEDGER_FIELDS + 1)

/* Row at of rows, whose first columns are LEDGER_COLUMNS; borrowed from it. */
void ledger_row_of(const struct pg_rows *rows, size_t at,
    struct ledger_row *out);
/* LEDGER_FORMAT and the fields, a bar before each; empty if it is too long. */
struct str ledger_line(struct arena *a, const struct ledger_row *r);

struct ledger_report {
	int64_t rows;		/* that hold */
	struct str head;	/* hash of the last of them */
	bool has_held;		/* one of them has the hash that was asked */
	struct str fault;	/* the first that does not hold; empty: none */
};
/*
 * Check every row up to the head as it is now, the head, each text and each
 * block; *out lives in a.  held is the head's hash as somebody noted it
 * before, or empty.  Memory is that of one page of rows.  As pg_run.
 */
MUST_USE enum err ledger_verify(struct pg *db, struct arena *a,
    struct str held, struct ledger_report *out);

#endif
