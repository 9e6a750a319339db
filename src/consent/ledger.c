/*
 * Implements ledger.h.  Hashes are made here, not by the database: who has
 * changed rows may have changed its functions too.  A page of rows follows
 * the last by their places, so nothing is held open while millions are read.
 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/token.h"
#include "store/pg.h"

#include "consent/ledger.h"

#define WAIT_MS 60000
#define FAULT_BYTES_MAX 1000
#define PAGE_ARENA_BYTES ((size_t)1 << 20)

SQL(ledger_head, 0, "SELECT seq, hash FROM piste.consent_head");
/* $1 to $2: a page; whether each row's text is still there, as it was. */
SQL(ledger_page, 3,
    "SELECT " LEDGER_COLUMNS ", EXISTS (SELECT FROM piste.consent_text AS t"
    " WHERE t.key = c.consent_key AND t.version = c.version"
    " AND t.hash = c.text_hash) FROM piste.consent AS c"
    " WHERE c.seq > $1::bigint AND c.seq <= $2::bigint"
    " ORDER BY c.seq LIMIT $3::int");
/* Written by somebody who did not know of the head; one look at both. */
SQL(ledger_beyond, 0,
    "SELECT min(c.seq) FROM piste.consent AS c WHERE c.seq >"
    " (SELECT h.seq FROM piste.consent_head AS h) HAVING count(*) > 0");
/* What else is known of a row, where it says something different. */
SQL(ledger_differences, 1,
    "SELECT string_agg(d.name, ', ' ORDER BY d.n) FROM piste.consent AS c"
    " LEFT JOIN piste.submission AS s ON s.id = c.submission_id"
    " LEFT JOIN piste.consent_text AS t ON t.key = c.consent_key"
    " AND t.version = c.version AND t.lang = c.lang"
    " CROSS JOIN LATERAL (VALUES (1, 'submission_id', s.id IS NULL),"
    " (2, 'lang', c.lang <> s.lang),"
    " (3, 'block_hash', c.block_hash IS DISTINCT FROM s.consent_hash),"
    " (4, 'given_at', c.what = 'given' AND c.given_at <> s.received_at),"
    " (5, 'via', c.what = 'given' AND c.via <> s.via),"
    " (6, 'consent_key, version or lang', t.key IS NULL),"
    " (7, 'purpose', c.purpose <> t.purpose),"
    " (8, 'channel', c.channel <> t.channel),"
    " (9, 'recipient', c.recipient <> t.recipient),"
    " (10, 'text_hash', c.text_hash <> t.hash)) AS d (n, name, differs)"
    " WHERE c.seq = $1::bigint AND d.differs");
SQL(ledger_texts, 0,
    "SELECT concat('text ', key, ' version ', version, ' ', lang)"
    " FROM piste.consent_text"
    " WHERE hash <> encode(sha256(convert_to(text, 'UTF8')), 'hex')"
    " UNION ALL SELECT concat('block ', hash) FROM piste.consent_block"
    " WHERE hash <> encode(sha256(convert_to(block, 'UTF8')), 'hex')"
    " ORDER BY 1 LIMIT 1");

/* A walk along the chain. */
struct walk {
	struct pg *db;
	struct arena *arena;	/* the result's */
	struct arena *page;	/* emptied after each page */
	struct str held;
	int64_t end;		/* the head's place */
	char last[TOKEN_HASH_TEXT];	/* hash of the row before */
	struct ledger_report *out;
};

#define FAULT(w, ...) \
	((w)->out->fault = buf_fmt((w)->arena, FAULT_BYTES_MAX, __VA_ARGS__))

void
ledger_row_of(const struct pg_rows *rows, size_t at, struct ledger_row *out)
{
	for (size_t i = 0; i < LEDGER_FIELDS; i++)
		out->field[i] = pg_value(rows, at, i);
	out->hash = pg_value(rows, at, LEDGER_FIELDS);
}

struct str
ledger_line(struct arena *a, const struct ledger_row *r)
{
	struct buf b;

	buf_init(&b, a, LEDGER_LINE_BYTES_MAX);
	buf_add(&b, STR(LEDGER_FORMAT));
	for (size_t i = 0; i < LEDGER_FIELDS; i++) {
		buf_byte(&b, '|');
		buf_add(&b, r->field[i]);
	}
	return buf_str(&b);
}

/* Its columns are not those that were hashed: which, as far as one can tell. */
static enum err
tell_change(struct walk *w, struct str seq)
{
	const struct pg_rows *rows;
	struct str kept = arena_copy(w->page, seq), which;
	enum err e = pg_run(w->db, &ledger_differences, &kept, WAIT_MS, &rows);

	if (e)
		return e;
	which = pg_count(rows) ? pg_value(rows, 0, 0) : STR_EMPTY;
	if (which.n)
		FAULT(w, "row %.*s: was changed: %.*s", STR_ARG(kept),
		    STR_ARG(which));
	else
		FAULT(w, "row %.*s: was changed: its hash is not that of its"
		    " columns", STR_ARG(kept));
	return OK;
}

/* One row after w->last; a fault ends the walk. */
static enum err
step(struct walk *w, const struct pg_rows *rows, size_t at)
{
	bool has_text = str_eq(pg_value(rows, at, LEDGER_COLUMN_COUNT),
	    STR("t"));
	char hash[TOKEN_HASH_TEXT];
	struct ledger_row r;
	int64_t seq;

	ledger_row_of(rows, at, &r);
	if (!str_i64(r.field[LEDGER_SEQ], INT64_MIN, INT64_MAX, &seq))
		return ERR_INPUT;
	if (seq != w->out->rows + 1)
		FAULT(w, "row %lld: is missing",
		    (long long)w->out->rows + 1);
	else if (!str_eq(r.field[LEDGER_PREVIOUS], str_of(w->last)))
		FAULT(w, "row %lld: its previous_hash is not the hash of row"
		    " %lld", (long long)seq, (long long)seq - 1);
	else if (!str_eq(token_hash(ledger_line(w->page, &r), hash), r.hash))
		return tell_change(w, r.field[LEDGER_SEQ]);
	else if (!has_text)
		FAULT(w, "row %lld: its text, %.*s version %.*s, is not kept"
		    " as it was", (long long)seq, STR_ARG(r.field[LEDGER_KEY]),
		    STR_ARG(r.field[LEDGER_VERSION]));
	if (!w->out->fault.n) {
		w->out->rows = seq;
		memcpy(w->last, hash, sizeof hash);
		w->out->has_held |= str_eq(r.hash, w->held);
	}
	return OK;
}

/* *count: rows that were there to be checked. */
static enum err
walk_page(struct walk *w, size_t *count)
{
	char after[STR_I64_BYTES], end[STR_I64_BYTES], most[STR_I64_BYTES];
	const struct str params[] = { str_from_i64(after, w->out->rows),
		str_from_i64(end, w->end),
		str_from_i64(most, LEDGER_PAGE_ROWS) };
	const struct pg_rows *rows;
	enum err e = pg_run(w->db, &ledger_page, params, WAIT_MS, &rows);

	*count = e ? 0 : pg_count(rows);
	/* A fault's own question takes the rows' place: it ends the loop. */
	for (size_t i = 0; i < *count && !e && !w->out->fault.n; i++) {
		arena_reset(w->page);
		e = step(w, rows, i);
	}
	return e;
}

static enum err
walk_all(struct walk *w, struct str head)
{
	size_t count = 1;
	enum err e = OK;

	while (!e && count && !w->out->fault.n && w->out->rows < w->end)
		e = walk_page(w, &count);
	if (e || w->out->fault.n)
		return e;
	if (w->out->rows < w->end)
		FAULT(w, "row %lld: is missing", (long long)w->out->rows + 1);
	else if (!str_eq(head, str_of(w->last)))
		FAULT(w, "row %lld: is not the head the chain was left with",
		    (long long)w->end);
	return OK;
}

static enum err
check_beyond(struct walk *w)
{
	const struct pg_rows *rows;
	enum err e = pg_run(w->db, &ledger_beyond, NULL, WAIT_MS, &rows);

	if (!e && pg_count(rows))
		FAULT(w, "row %.*s: is beyond the head of the chain",
		    STR_ARG(pg_value(rows, 0, 0)));
	return e;
}

/* Texts and blocks nobody has answered yet are evidence as well. */
static enum err
check_texts(struct walk *w)
{
	const struct pg_rows *rows;
	enum err e = pg_run(w->db, &ledger_texts, NULL, WAIT_MS, &rows);

	if (!e && pg_count(rows))
		FAULT(w, "%.*s: was changed: it is not what its hash says",
		    STR_ARG(pg_value(rows, 0, 0)));
	return e;
}

enum err
ledger_verify(struct pg *db, struct arena *a, struct str held,
    struct ledger_report *out)
{
	struct walk w = { .db = db, .arena = a, .held = held, .out = out };
	const struct pg_rows *rows;
	struct str head;
	enum err e = pg_run(db, &ledger_head, NULL, WAIT_MS, &rows);

	*out = (struct ledger_report){ .head = STR_EMPTY, .fault = STR_EMPTY };
	if (e)
		return e;
	if (pg_count(rows) != 1 || !str_i64(pg_value(rows, 0, 0), 0, INT64_MAX,
	    &w.end)) {
		FAULT(&w, "the head of the chain is missing");
		return OK;
	}
	head = arena_copy(a, pg_value(rows, 0, 1));
	memset(w.last, '0', sizeof w.last - 1);
	w.page = arena_new(PAGE_ARENA_BYTES);
	e = walk_all(&w, head);
	if (!e && !out->fault.n)
		e = check_beyond(&w);
	if (!e && !out->fault.n)
		e = check_texts(&w);
	arena_free(w.page);
	out->head = arena_copy(a, str_of(w.last));
	return e;
}
