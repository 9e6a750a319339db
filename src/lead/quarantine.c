/* Implements quarantine.h; the rules of a release are src/sql/0011's. */
#include <inttypes.h>

#include "base/arena.h"
#include "store/pg.h"

#include "lead/quarantine.h"

#define WAIT_MS 60000
#define COUNT_WAIT_MS 2000
#define SEQ_BYTES 24
#define DIGITS(n) #n
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

SQL(quarantine_free, 3,
    "SELECT count(*) FILTER (WHERE r.verdict = 'new'),"
    " count(*) FILTER (WHERE r.verdict = 'update'),"
    " count(*) FILTER (WHERE r.verdict = 'repeat')"
    " FROM piste.quarantine_release(ARRAY("
    "SELECT q.id FROM piste.quarantine AS q WHERE " CHOSEN
    " ORDER BY q.seq" LIMIT(QUARANTINE_BATCH_MAX) ")) AS r");

SQL(quarantine_by_reason, 0,
    "SELECT q.reason, count(*) FROM piste.quarantine AS q"
    " GROUP BY q.reason ORDER BY q.reason" LIMIT(QUARANTINE_REASONS_MAX));

static int64_t
number(const struct pg_rows *rows, size_t row, size_t column)
{
	int64_t n = 0;

	(void)str_i64(pg_value(rows, row, column), 0, INT64_MAX, &n);
	return n;
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
quarantine_release(struct pg *db, const struct quarantine_choice *c,
    struct quarantine_done *out)
{
	const struct str params[] = { c->reason, c->since, c->ids };
	const struct pg_rows *rows;
	enum err e;
	int64_t n;

	*out = (struct quarantine_done){ 0 };
	/* What is released is no longer chosen. */
	do {
		n = 0;
		e = pg_run(db, &quarantine_free, params, WAIT_MS, &rows);
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
