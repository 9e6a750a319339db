/* Implements journal.h. */
#include <string.h>

#include "base/arena.h"
#include "store/pg.h"

#include "account/journal.h"

#define WAIT_MS PG_STATEMENT_MS
#define DIGITS(n) #n
#define TEXT_OF(n) DIGITS(n)

SQL(journal_adds, 5, "SELECT piste.audit_append($1, $2, $3, $4::jsonb,"
    " $5::jsonb)");
SQL(journal_reads, 6,
    "SELECT a.id, to_char(a.at AT TIME ZONE 'UTC',"
    " 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"'), a.who, a.role, a.what,"
    " a.subject, a.was, a.became FROM piste.audit_list($1,"
    " nullif($2::bigint, 0), $3::timestamptz, $4::timestamptz, $5, $6,"
    " " TEXT_OF(JOURNAL_PAGE_MAX) ") AS a");

enum err
journal_add(struct pg *db, struct str by, const struct journal_entry *entry)
{
	const struct str params[] = { by, entry->what, entry->of, entry->was,
		entry->is };

	return pg_run(db, &journal_adds, params, WAIT_MS, NULL);
}

static struct str
value(struct arena *a, const struct pg_rows *rows, size_t row, size_t column)
{
	return pg_is_null(rows, row, column) ? PG_NULL :
	    arena_copy(a, pg_value(rows, row, column));
}

enum err
journal_read(struct pg *db, struct arena *a, const struct journal_wish *w,
    struct journal_row **out, size_t *count)
{
	char before[STR_I64_BYTES];
	const struct str params[] = { w->by, str_from_i64(before, w->before),
		w->from, w->to, w->who, w->of };
	const struct pg_rows *rows;
	enum err e = pg_run(db, &journal_reads, params, WAIT_MS, &rows);

	*count = e ? 0 : pg_count(rows);
	*out = arena_array(a, *count, sizeof **out);
	for (size_t i = 0; i < *count; i++) {
		struct journal_row *row = &(*out)[i];

		(void)str_i64(pg_value(rows, i, 0), 0, INT64_MAX, &row->id);
		row->at = value(a, rows, i, 1);
		row->who = value(a, rows, i, 2);
		row->role = value(a, rows, i, 3);
		row->entry = (struct journal_entry){
			.what = value(a, rows, i, 4),
			.of = value(a, rows, i, 5),
			.was = value(a, rows, i, 6),
			.is = value(a, rows, i, 7) };
	}
	return e && !strcmp(pg_state(db), "42501") ? ERR_DENIED : e;
}
