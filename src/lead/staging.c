/* Implements staging.h; what is done with a batch is SQL's (piste.import_*). */
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/token.h"
#include "lead/import.h"
#include "store/pg.h"
#include "store/spool.h"

#include "lead/staging.h"

#define WAIT_MS 60000
#define TRIES 5	/* of a batch */
#define PAUSE_MS 1000	/* at most, between them */
/* A row may need an escape for each byte. */
#define ROWS_BYTES_MAX (STAGING_COPY_BYTES + 2 * SPOOL_RECORD_BYTES_MAX + 100)
#define ARENA_BYTES_MAX ((size_t)4 * ROWS_BYTES_MAX)

SQL(staging_begin, 0, "SELECT piste.import_begin()");
SQL(staging_open, 11,
    "SELECT piste.import_open($1, $2, $3, $4, $5, $6, nullif($7, ''), $8,"
    " nullif($9, '')::numeric, nullif($10, ''), nullif($11, '')::date)");
SQL(staging_batch, 4,
    "SELECT last_line, added, updated, repeated, quarantined, known,"
    " array_to_string(objected, ','), array_to_string(phoneless, ',')"
    " FROM piste.import_take($1::bigint, $2::bigint, $3::integer,"
    " $4::boolean)");
SQL(staging_end, 3,
    "SELECT piste.import_close($1::bigint, $2::bigint, $3::bigint)");

static const char copy_rows[] =
    "COPY pg_temp.import_row (line, id, submission) FROM STDIN";

struct staging {
	struct pg *db;
	struct arena *arena;
	struct buf rows;	/* as COPY's text format has them */
};

static void
begin_rows(struct staging *st)
{
	arena_reset(st->arena);
	buf_init(&st->rows, st->arena, ROWS_BYTES_MAX);
}

enum err
staging_new(struct pg *db, struct arena *a, struct str *secret,
    struct staging **out)
{
	struct staging *st;
	const struct pg_rows *rows;
	enum err e;

	pg_session(db, PG_WRITER_SESSION);
	e = pg_run(db, &staging_begin, NULL, WAIT_MS, &rows);
	if (e)
		return e;
	*secret = arena_copy(a, pg_value(rows, 0, 0));
	st = calloc(1, sizeof *st);
	if (!st)
		abort();
	st->db = db;
	st->arena = arena_new(ARENA_BYTES_MAX);
	begin_rows(st);
	*out = st;
	return OK;
}

void
staging_free(struct staging *st)
{
	if (!st)
		return;
	arena_free(st->arena);
	free(st);
}

static enum err
send_rows(struct staging *st)
{
	struct str rows = buf_str(&st->rows);
	enum err e = OK;

	if (rows.n)
		e = pg_copy(st->db, copy_rows, rows, WAIT_MS);
	begin_rows(st);
	return e;
}

enum err
staging_put(struct staging *st, const struct import_row *row)
{
	struct buf *b = &st->rows;

	buf_u64(b, row->line);
	buf_byte(b, '\t');
	buf_add(b, row->id);
	buf_byte(b, '\t');
	/* Of all that COPY reads otherwise, JSON holds backslashes alone. */
	for (size_t i = 0; i < row->json.n; i++) {
		if (row->json.p[i] == '\\')
			buf_byte(b, '\\');
		buf_byte(b, row->json.p[i]);
	}
	buf_byte(b, '\n');
	return b->n < STAGING_COPY_BYTES ? OK : send_rows(st);
}

static enum err
open_import(struct staging *st, struct arena *a,
    const struct staging_file *f, struct str *import)
{
	const struct str params[] = { f->sha256, f->name, f->campaign,
	    f->source, f->page, f->form, f->supplier, f->legal_basis, f->cost,
	    f->currency, f->valid_until };
	const struct pg_rows *rows;
	enum err e = pg_run(st->db, &staging_open, params, WAIT_MS, &rows);

	if (!e)
		*import = arena_copy(a, pg_value(rows, 0, 0));
	return e;
}

static void
add_counts(const struct pg_rows *rows, struct staging_counts *c)
{
	int64_t *const count[] = { &c->added, &c->updated, &c->repeated,
	    &c->quarantined, &c->known };

	for (size_t i = 0; i < sizeof count / sizeof *count; i++) {
		int64_t n = 0;

		str_i64(pg_value(rows, 0, i + 1), 0, STAGING_BATCH_MAX, &n);
		*count[i] += n;
	}
}

static void
tell_objected(const struct staging_file *f, struct str lines, bool is_refused)
{
	struct str line;
	uint64_t number;

	while (lines.n) {
		str_cut(lines, ',', &line, &lines);
		if (str_u64(line, 1, UINT64_MAX, &number))
			f->objected(f->context, number, is_refused);
	}
}

/* Who holds a lock we need may hold it for longer than we wait. */
static enum err
take_batch(struct staging *st, const struct staging_file *file,
    struct str import, int64_t line, const struct pg_rows **rows)
{
	char batch[STR_I64_BYTES], last[STR_I64_BYTES];
	const struct str params[] = { import, str_from_i64(last, line),
	    str_from_i64(batch, STAGING_BATCH_MAX),
	    file->needs_phone ? STR("true") : STR("false") };
	enum err e;

	for (int i = 1;; i++) {
		e = pg_run(st->db, &staging_batch, params, WAIT_MS, rows);
		if (e != ERR_AWAY || i == TRIES || !pg_is_connected(st->db))
			return e;
		usleep((useconds_t)token_jitter(PAUSE_MS) * 1000);
	}
}

enum err
staging_take(struct staging *st, struct arena *a,
    const struct staging_file *file, struct str *import,
    struct staging_counts *counts)
{
	const struct pg_rows *rows;
	int64_t line = 0;
	enum err e = send_rows(st);

	*counts = (struct staging_counts){ 0 };
	if (!e)
		e = open_import(st, a, file, import);
	while (!e) {
		e = take_batch(st, file, *import, line, &rows);
		if (e || !str_i64(pg_value(rows, 0, 0), 0, INT64_MAX, &line))
			break;
		add_counts(rows, counts);
		tell_objected(file, pg_value(rows, 0, 6), true);
		tell_objected(file, pg_value(rows, 0, 7), false);
	}
	return e;
}

enum err
staging_close(struct staging *st, struct str import, uint64_t rows,
    uint64_t refused)
{
	char read[STR_I64_BYTES], wrong[STR_I64_BYTES];
	const struct str params[] = { import,
	    str_from_i64(read, (int64_t)rows),
	    str_from_i64(wrong, (int64_t)refused) };

	return pg_run(st->db, &staging_end, params, WAIT_MS, NULL);
}
