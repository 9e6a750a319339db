/* Implements erase.h.  What is held where is told by the table piste.held. */
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "deliver/caught.h"
#include "form/email.h"
#include "form/phone.h"
#include "lead/submit.h"
#include "store/pg.h"
#include "store/spool.h"
#include "store/upload.h"

#include "lead/erase.h"

#define WAIT_MS 600000		/* every submission may be read */
#define DRAIN_STEP_MS 250
#define AT "'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'"

/* By a merged one's id the one who is left is found. */
SQL(erase_look, 3,
    "SELECT t.persons, cardinality((t.s).persons),"
    " coalesce(cardinality((t.s).submissions), 0), piste.email_key($2),"
    " to_char(CASE WHEN cardinality(t.persons) > 0 THEN"
    " (SELECT CASE WHEN bool_and(p.erased_at IS NOT NULL) AND NOT EXISTS"
    " (SELECT FROM piste.submission AS q WHERE q.outcome = 'quarantined'"
    " AND q.id = ANY ((t.s).submissions)) THEN max(p.erased_at) END"
    " FROM piste.person AS p WHERE p.id = ANY ((t.s).persons))"
    " WHEN (t.s).submissions = '{}' AND d.n = 0"
    " THEN piste.objection_since($2, $3) END AT TIME ZONE 'UTC', " AT "),"
    " d.n, (SELECT count(DISTINCT piste.person_now(p.id))"
    " FROM unnest(t.persons) AS p (id))"
    " FROM (SELECT w.persons, piste.subject_of(w.persons,"
    " piste.email_key($2), $3) AS s FROM (SELECT CASE WHEN $1::bigint IS NULL"
    " THEN piste.subject_find($2, $3) ELSE array_remove(ARRAY["
    "piste.person_now($1::bigint)], NULL) END AS persons) AS w) AS t"
    " CROSS JOIN LATERAL (SELECT piste.held_count(t.s,"
    " '{draft,recipient}') AS n) AS d");
SQL(erase_told, 3,
    "SELECT jsonb_build_object('exported_at', to_char(now() AT TIME ZONE"
    " 'UTC', " AT "), 'persons', to_jsonb((t.s).persons), 'held',"
    " piste.held_export(t.s)), array_to_string(f.uploads, ' '),"
    " array_to_string(f.mails, ' ') FROM (SELECT"
    " piste.subject_of($1::bigint[], $2, $3) AS s) AS t"
    " CROSS JOIN LATERAL piste.held_files(t.s) AS f");
SQL(erase_all, 4,
    "SELECT array_to_string(e.uploads, ' '), array_to_string(e.mails, ' ')"
    " FROM piste.erase($1::bigint[], $2, $3, 'request', $4) AS e");

bool
erase_is_held(const struct erase_found *f)
{
	return f->person_count || f->submission_count || f->draft_count;
}

bool
erase_is_done(const struct erase_found *f)
{
	return f->erased_at.n > 0;
}

static struct str
copy_or_null(struct arena *a, const struct pg_rows *rows, size_t column)
{
	return pg_is_null(rows, 0, column) ? PG_NULL :
	    arena_copy(a, pg_value(rows, 0, column));
}

/* An id, an address or a phone: each has a place of its own. */
static enum err
read_name(struct arena *a, struct str name, struct str params[3])
{
	struct str key;
	int64_t id;

	if (str_has_prefix(name, STR("+")))
		return phone_parse(a, name, STR_EMPTY, &params[2]);
	if (!str_i64(name, 1, INT64_MAX, &id))
		return email_parse(a, name, &params[1], &key);
	params[0] = name;
	return OK;
}

enum err
erase_find(struct pg *db, struct arena *a, struct str name,
    struct erase_found *out)
{
	struct str params[3] = { PG_NULL, PG_NULL, PG_NULL };
	const struct pg_rows *rows;
	int64_t people;
	enum err e = read_name(a, name, params);

	*out = (struct erase_found){ .email_key = PG_NULL,
		.phone = params[2] };
	if (e)
		return e;
	e = pg_run(db, &erase_look, params, WAIT_MS, &rows);
	if (e)
		return e;
	out->persons = copy_or_null(a, rows, 0);
	(void)str_i64(pg_value(rows, 0, 1), 0, INT64_MAX, &out->person_count);
	(void)str_i64(pg_value(rows, 0, 2), 0, INT64_MAX,
	    &out->submission_count);
	out->email_key = copy_or_null(a, rows, 3);
	out->erased_at = copy_or_null(a, rows, 4);
	(void)str_i64(pg_value(rows, 0, 5), 0, INT64_MAX, &out->draft_count);
	/* A firm's number is many people's, of whom one has asked. */
	if (out->phone.n && str_i64(pg_value(rows, 0, 6), 0, INT64_MAX,
	    &people) && people > 1)
		return ERR_LIMIT;
	return erase_is_held(out) || out->erased_at.n ? OK : ERR_ABSENT;
}

enum err
erase_drain(struct pg *db, struct str spool, int64_t *aside)
{
	const struct timespec step = { .tv_nsec = DRAIN_STEP_MS * 1000000L };
	int64_t until = clock_mono_ms() + ERASE_DRAIN_MS, drained;
	struct spool_depth d;
	enum err e;

	/* What a server still writes to is closed soon, then it can be had. */
	for (;;) {
		e = submit_drain(db, spool, -1, &drained);
		if (!e)
			e = spool_depth(spool, &d);
		if (e)
			return e == ERR_ABSENT ? OK : e;
		*aside = d.bad;
		if (!d.records && !d.unread)
			return OK;
		if (clock_mono_ms() > until)
			return ERR_AWAY;
		nanosleep(&step, NULL);
	}
}

/* ,"name":["DIR…NAME…",…] of names with a blank between. */
static void
add_paths(struct buf *b, const char *name, struct str dir, struct str names)
{
	struct str one, rest = names;

	buf_json_name(b, name);
	buf_byte(b, '[');
	while (rest.n) {
		(void)str_cut(rest, ' ', &one, &rest);
		if (b->p[b->n - 1] != '[')
			buf_byte(b, ',');
		buf_json(b, buf_join(b->arena, buf_join(b->arena, dir,
		    STR("/")), one));
	}
	buf_byte(b, ']');
}

enum err
erase_export(struct pg *db, struct arena *a, const struct erase_place *place,
    const struct erase_found *f, struct str *out)
{
	const struct str params[] = { f->persons, f->email_key, f->phone };
	const struct pg_rows *rows;
	struct str told;
	struct buf b;
	enum err e = pg_run(db, &erase_told, params, WAIT_MS, &rows);

	if (e)
		return e;
	told = pg_value(rows, 0, 0);
	buf_init(&b, a, ERASE_EXPORT_BYTES_MAX);
	buf_add(&b, str_slice(told, 0, told.n - 1));
	add_paths(&b, "uploads", place->uploads, pg_value(rows, 0, 1));
	add_paths(&b, "caught_mails", buf_join(a, place->mail_caught,
	    STR("/new")), pg_value(rows, 0, 2));
	buf_add(&b, STR("}\n"));
	*out = buf_str(&b);
	return b.full ? ERR_LIMIT : OK;
}

static enum err
remove_each(struct str dir, struct str names,
    enum err (*take_away)(struct str dir, struct str name))
{
	struct str one, rest = names;
	enum err e;

	while (rest.n) {
		(void)str_cut(rest, ' ', &one, &rest);
		e = take_away(dir, one);
		if (e && e != ERR_ABSENT)
			return e;
	}
	return OK;
}

enum err
erase_files(const struct erase_place *place, struct str uploads,
    struct str mails)
{
	enum err e = remove_each(place->uploads, uploads, upload_remove);

	return e ? e : remove_each(place->mail_caught, mails, caught_remove);
}

enum err
erase_run(struct pg *db, const struct erase_place *place,
    const struct erase_found *f, struct str reason)
{
	const struct str params[] = { f->persons, f->email_key, f->phone,
		reason.n ? reason : PG_NULL };
	const struct pg_rows *rows;
	enum err e = pg_begin(db);

	if (e)
		return e;
	e = pg_run(db, &erase_all, params, WAIT_MS, &rows);
	if (!e)
		e = erase_files(place, pg_value(rows, 0, 0),
		    pg_value(rows, 0, 1));
	if (!e)
		return pg_commit(db);
	pg_rollback(db);
	return e;
}
