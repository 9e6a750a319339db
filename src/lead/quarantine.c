/* Implements quarantine.h; the rules of a release are src/sql/0011's. */
#include <inttypes.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/token.h"
#include "store/pg.h"

#include "lead/quarantine.h"

#define WAIT_MS 60000
#define COUNT_WAIT_MS 2000
#define SEQ_BYTES 24
#define DIGITS(n) #n
#define TEXT_OF(n) DIGITS(n)
#define LIMIT(n) " LIMIT " DIGITS(n)
#define CHOSEN "(nullif($1, '') IS NULL OR q.reason = $1)" \
    " AND (nullif($2, '') IS NULL OR q.received_at >= nullif($2, '')" \
    "::timestamptz)" \
    " AND (nullif($3, '') IS NULL OR q.id = ANY (nullif($3, '')::uuid[]))"
#define MOMENT "to_char(q.received_at AT TIME ZONE 'UTC'," \
    " 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"

SQL(quarantine_next, 4,
    "SELECT q.seq, concat_ws(E'\\t', q.id, " MOMENT ", q.reason,"
    " q.page_key, coalesce(piste.mail_network(q.ip_prefix)::text, '-'),"
    " coalesce(q.email, '-')),"
    " json_build_object('id', q.id, 'received_at', " MOMENT ", 'reason',"
    " q.reason, 'page', q.page_key, 'form', q.form_key, 'network',"
    " piste.mail_network(q.ip_prefix), 'email', q.email, 'via', q.via)"
    " FROM piste.quarantine AS q WHERE " CHOSEN
    " AND q.seq > $4::bigint ORDER BY q.seq" LIMIT(QUARANTINE_BATCH_MAX));

#define FREED "SELECT count(*) FILTER (WHERE r.verdict = 'new')," \
    " count(*) FILTER (WHERE r.verdict = 'update')," \
    " count(*) FILTER (WHERE r.verdict = 'repeat') FROM "
#define NEXT "ARRAY(SELECT q.id FROM piste.quarantine AS q WHERE " CHOSEN \
    " ORDER BY q.seq" LIMIT(QUARANTINE_BATCH_MAX) ")"
SQL(quarantine_free, 3, FREED "piste.quarantine_release(" NEXT ") AS r");
SQL(quarantine_free_by, 4, FREED "piste.console_release($4, " NEXT ") AS r");

#define PAGE(view) \
    "SELECT q.id, q.seq, to_char(q.received_at AT TIME ZONE 'UTC'," \
    " 'YYYY-MM-DD HH24:MI'), q.reason, q.page_key, q.email FROM " view \
    " AS q WHERE (nullif($1, '') IS NULL OR q.reason = $1) AND q.seq <" \
    " coalesce(nullif($2, '')::bigint, 9223372036854775807)" \
    " ORDER BY q.seq DESC LIMIT " TEXT_OF(QUARANTINE_PAGE_ROWS) " + 1"
SQL(quarantine_some, 2, PAGE("piste.quarantine"));
SQL(quarantine_some_masked, 2, PAGE("piste.quarantine_masked"));

SQL(quarantine_by_reason, 0,
    "SELECT q.reason, count(*) FROM piste.quarantine_masked AS q"
    " GROUP BY q.reason ORDER BY q.reason" LIMIT(QUARANTINE_REASONS_MAX));

static int64_t
number(const struct pg_rows *rows, size_t row, size_t column)
{
	int64_t n = 0;

	(void)str_i64(pg_value(rows, row, column), 0, INT64_MAX, &n);
	return n;
}

bool
quarantine_add_id(struct buf *ids, struct str typed)
{
	char text[UUID_TEXT];
	struct uuid id;

	if (token_uuid_parse(typed, &id))
		return false;
	buf_byte(ids, ids->n ? ',' : '{');
	buf_add(ids, token_uuid_text(&id, text));
	return true;
}

enum err
quarantine_list(struct pg *db, const struct quarantine_choice *c,
    bool is_json, FILE *out)
{
	char seq[SEQ_BYTES] = "0";
	const struct pg_rows *rows;
	enum err e;
	size_t n;

	do {
		const struct str params[] = { c->reason, c->since, c->ids,
		    str_of(seq) };

		e = pg_run(db, &quarantine_next, params, WAIT_MS, &rows);
		n = e ? 0 : pg_count(rows);
		for (size_t i = 0; i < n; i++)
			fprintf(out, "%.*s\n", STR_ARG(pg_value(rows, i,
			    is_json ? 2 : 1)));
		if (n)
			snprintf(seq, sizeof seq, "%" PRId64,
			    number(rows, n - 1, 0));
	} while (n == QUARANTINE_BATCH_MAX);
	return e;
}

enum err
quarantine_page(struct pg *db, struct arena *a,
    const struct quarantine_place *from, struct quarantine_page *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, from->is_masked ? &quarantine_some_masked :
	    &quarantine_some, (struct str[]){ from->reason, from->before },
	    WAIT_MS, &rows);
	size_t n = e ? 0 : pg_count(rows);

	out->is_more = n > QUARANTINE_PAGE_ROWS;
	out->rows = out->is_more ? QUARANTINE_PAGE_ROWS : n;
	for (size_t i = 0; i < out->rows; i++)
		out->row[i] = (struct quarantine_row){
			arena_copy(a, pg_value(rows, i, 0)),
			arena_copy(a, pg_value(rows, i, 1)),
			arena_copy(a, pg_value(rows, i, 2)),
			arena_copy(a, pg_value(rows, i, 3)),
			arena_copy(a, pg_value(rows, i, 4)),
			arena_copy(a, pg_value(rows, i, 5)) };
	return e;
}

enum err
quarantine_release(struct pg *db, const struct quarantine_choice *c,
    struct quarantine_done *out)
{
	const struct str params[] = { c->reason, c->since, c->ids,
	    c->session };
	const struct sql *free_next = c->session.p ? &quarantine_free_by :
	    &quarantine_free;
	const struct pg_rows *rows;
	enum err e;
	int64_t n;

	*out = (struct quarantine_done){ 0 };
	/* What is released is no longer chosen. */
	do {
		n = 0;
		e = pg_run(db, free_next, params, WAIT_MS, &rows);
		if (e)
			break;
		n = number(rows, 0, 0) + number(rows, 0, 1) +
		    number(rows, 0, 2);
		out->made += number(rows, 0, 0);
		out->updates += number(rows, 0, 1);
		out->repeats += number(rows, 0, 2);
	} while (n);
	return e;
}

enum err
quarantine_counts(struct pg *db,
    struct quarantine_count out[QUARANTINE_REASONS_MAX], size_t *count)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &quarantine_by_reason, NULL, COUNT_WAIT_MS,
	    &rows);

	*count = e ? 0 : pg_count(rows);
	for (size_t i = 0; i < *count; i++) {
		struct str reason = pg_value(rows, i, 0);

		/* As long as its column lets it be. */
		if (str_z(reason, out[i].reason, sizeof out[i].reason))
			out[i].reason[0] = '\0';
		out[i].submissions = number(rows, i, 1);
	}
	return e;
}
