/* Implements importfile.h. */
#include <jansson.h>
#include <sodium.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/strictjson.h"
#include "base/token.h"
#include "store/pg.h"

#include "lead/importfile.h"

#define WAIT_MS 30000
#define WORDS_BYTES_MAX (64 << 10)
#define DIGITS(n) #n
#define TEXT_OF(n) DIGITS(n)
#define STAMP "to_char(u.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')"
/* The path's end may lie behind the list's. */
#define LINES(from) "jsonb_path_query_array(u.report, '$[$from to $to]'," \
    " jsonb_build_object('from', " from ", 'to', " from " + " \
    TEXT_OF(IMPORTFILE_LINES_MAX) " - 1))"
#define OF_USER " (u.user_id = $1::bigint OR u.totals IS NOT NULL)"
/* A session's, so that one which is killed holds nothing. */
#define HOLD "hashtextextended('piste.import_upload ' || u.id, 0)"

SQL(importfile_old, 0, "SELECT piste.import_forget()");
SQL(importfile_insert, 5,
    "INSERT INTO piste.import_upload (user_id, name, sha256, content, words)"
    " VALUES ($1::bigint, $2, $3, decode($4, 'hex'), ARRAY(SELECT w.word"
    " FROM jsonb_array_elements_text($5::jsonb) WITH ORDINALITY"
    " AS w (word, at) ORDER BY w.at)) RETURNING id");
SQL(importfile_select, 2,
    "SELECT u.id, u.name, u.sha256, encode(u.content, 'hex'),"
    " to_json(u.words), u.map, u.totals, " LINES("0") ", " STAMP ","
    " jsonb_array_length(u.report) FROM piste.import_upload AS u"
    " WHERE u.id = $2::uuid AND" OF_USER);
SQL(importfile_some_lines, 2, "SELECT " LINES("$2::bigint")
    " FROM piste.import_upload AS u WHERE u.id = $1::uuid"
    " AND u.totals IS NOT NULL");
SQL(importfile_remap, 2,
    "UPDATE piste.import_upload AS u SET map = $2 WHERE u.id = $1::uuid"
    " AND u.totals IS NULL");
SQL(importfile_lock, 1,
    "SELECT pg_try_advisory_lock(" HOLD ") FROM piste.import_upload AS u"
    " WHERE u.id = $1::uuid AND u.totals IS NULL");
SQL(importfile_rows_in, 1,
    "SELECT CASE WHEN NOT pg_try_advisory_xact_lock_shared(" HOLD ") THEN"
    " (SELECT count(*) FROM piste.import AS i JOIN piste.import_submission"
    " AS s ON s.import_id = i.id WHERE i.file_sha256 = u.sha256) END"
    " FROM piste.import_upload AS u WHERE u.id = $1::uuid"
    " AND u.totals IS NULL");
SQL(importfile_finish, 3,
    "UPDATE piste.import_upload AS u SET content = NULL,"
    " totals = $2::jsonb, report = $3::jsonb WHERE u.id = $1::uuid"
    " AND u.totals IS NULL");
SQL(importfile_delete, 1,
    "DELETE FROM piste.import_upload AS u WHERE u.id = $1::uuid"
    " AND u.totals IS NULL");
SQL(importfile_latest, 1,
    "SELECT u.id, u.name, u.sha256, NULL, NULL, NULL, u.totals, NULL, " STAMP
    ", NULL"
    " FROM piste.import_upload AS u WHERE" OF_USER
    " ORDER BY u.created_at DESC, u.id LIMIT " TEXT_OF(IMPORTFILE_LIST_MAX));
SQL(importfile_before, 1,
    "SELECT string_agg((i.started_at AT TIME ZONE 'UTC')::date || ', ' ||"
    " i.source, '; ' ORDER BY i.id) FROM (SELECT o.id, o.started_at,"
    " o.source FROM piste.import AS o WHERE o.file_sha256 = $1"
    " ORDER BY o.id DESC LIMIT 5) AS i");

static struct str
hex_of(struct arena *a, struct str bytes)
{
	size_t room = bytes.n * 2 + 1;
	char *hex = arena_room(a, room);

	sodium_bin2hex(hex, room, (const unsigned char *)bytes.p, bytes.n);
	return (struct str){ hex, room - 1 };
}

static struct str
bytes_of(struct arena *a, struct str hex)
{
	unsigned char *bytes = arena_room(a, hex.n / 2 + 1);
	size_t n = 0;

	/* As PostgreSQL wrote it: all of it is hexadecimal. */
	(void)!sodium_hex2bin(bytes, hex.n / 2 + 1, hex.p, hex.n, NULL, &n,
	    NULL);
	return (struct str){ (char *)bytes, n };
}

static struct str
words_json(struct arena *a, const struct importfile *f)
{
	struct buf b;

	buf_init(&b, a, WORDS_BYTES_MAX);
	buf_byte(&b, '[');
	for (size_t i = 0; i < f->words; i++) {
		if (i)
			buf_byte(&b, ',');
		buf_json(&b, f->word[i]);
	}
	buf_byte(&b, ']');
	return buf_str(&b);
}

enum err
importfile_forget(struct pg *db, int64_t *done)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &importfile_old, NULL, WAIT_MS, &rows);

	*done = 0;
	if (!e)
		(void)str_i64(pg_value(rows, 0, 0), 0, INT64_MAX, done);
	return e;
}

enum err
importfile_add(struct pg *db, struct arena *a, int64_t user,
    struct importfile *f)
{
	char digits[STR_I64_BYTES];
	const struct pg_rows *rows;
	enum err e;

	f->sha256 = token_hash(f->content,
	    arena_take(a, TOKEN_HASH_TEXT));
	e = pg_run(db, &importfile_insert, (struct str[]){
	    str_from_i64(digits, user), f->name, f->sha256,
	    hex_of(a, f->content), words_json(a, f) }, WAIT_MS, &rows);
	if (!e)
		f->id = arena_copy(a, pg_value(rows, 0, 0));
	return e;
}

static void
read_words(struct arena *a, struct str json, struct importfile *out)
{
	json_error_t why;
	json_t *list = json.n ? strictjson_read(json, &why) : NULL;

	out->words = json_array_size(list);
	out->word = arena_array(a, out->words, sizeof *out->word);
	for (size_t i = 0; i < out->words; i++)
		out->word[i] = arena_copy(a, str_of(json_string_value(
		    json_array_get(list, i))));
	json_decref(list);
}

static void
read_row(struct arena *a, const struct pg_rows *rows, size_t row,
    struct importfile *out)
{
	*out = (struct importfile){
		.id = arena_copy(a, pg_value(rows, row, 0)),
		.name = arena_copy(a, pg_value(rows, row, 1)),
		.sha256 = arena_copy(a, pg_value(rows, row, 2)),
		.content = bytes_of(a, pg_value(rows, row, 3)),
		.map = arena_copy(a, pg_value(rows, row, 5)),
		.totals = arena_copy(a, pg_value(rows, row, 6)),
		.report = arena_copy(a, pg_value(rows, row, 7)),
		.at = arena_copy(a, pg_value(rows, row, 8)),
	};
	(void)str_i64(pg_value(rows, row, 9), 0, INT64_MAX, &out->reported);
	read_words(a, pg_value(rows, row, 4), out);
}

enum err
importfile_read(struct pg *db, struct arena *a, struct str id, int64_t user,
    struct importfile *out)
{
	char digits[STR_I64_BYTES];
	const struct pg_rows *rows;
	struct uuid parsed;
	enum err e;

	if (token_uuid_parse(id, &parsed))
		return ERR_ABSENT;
	e = pg_run(db, &importfile_select, (struct str[]){
	    str_from_i64(digits, user), id }, WAIT_MS, &rows);
	if (e)
		return e;
	if (!pg_count(rows))
		return ERR_ABSENT;
	read_row(a, rows, 0, out);
	return OK;
}

enum err
importfile_lines(struct pg *db, struct arena *a, struct str id, int64_t from,
    struct str *out)
{
	char digits[STR_I64_BYTES];
	const struct pg_rows *rows;
	struct uuid parsed;
	enum err e;

	if (token_uuid_parse(id, &parsed))
		return ERR_ABSENT;
	e = pg_run(db, &importfile_some_lines, (struct str[]){ id,
	    str_from_i64(digits, from) }, WAIT_MS, &rows);
	if (!e && !pg_count(rows))
		e = ERR_ABSENT;
	if (!e)
		*out = arena_copy(a, pg_value(rows, 0, 0));
	return e;
}

enum err
importfile_set_map(struct pg *db, struct str id, struct str map)
{
	return pg_run(db, &importfile_remap, (struct str[]){ id, map },
	    WAIT_MS, NULL);
}

enum err
importfile_hold(struct pg *db, struct str id)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &importfile_lock, &id, WAIT_MS, &rows);

	if (e)
		return e;
	return pg_count(rows) && str_eq(pg_value(rows, 0, 0), STR("t")) ? OK :
	    ERR_DENIED;
}

enum err
importfile_under_way(struct pg *db, struct str id, int64_t *rows)
{
	const struct pg_rows *found;
	enum err e = pg_run(db, &importfile_rows_in, &id, WAIT_MS, &found);

	*rows = -1;
	if (!e && pg_count(found))
		(void)str_i64(pg_value(found, 0, 0), 0, INT64_MAX, rows);
	return e;
}

enum err
importfile_done(struct pg *db, struct str id, struct str totals,
    struct str report)
{
	return pg_run(db, &importfile_finish, (struct str[]){ id, totals,
	    report }, WAIT_MS, NULL);
}

enum err
importfile_drop(struct pg *db, struct str id)
{
	return pg_run(db, &importfile_delete, &id, WAIT_MS, NULL);
}

enum err
importfile_list(struct pg *db, struct arena *a, int64_t user,
    struct importfile **out, size_t *count)
{
	char digits[STR_I64_BYTES];
	struct str who = str_from_i64(digits, user);
	const struct pg_rows *rows;
	enum err e = pg_run(db, &importfile_latest, &who, WAIT_MS, &rows);

	*count = e ? 0 : pg_count(rows);
	*out = arena_array(a, *count, sizeof **out);
	for (size_t i = 0; i < *count; i++)
		read_row(a, rows, i, &(*out)[i]);
	return e;
}

enum err
importfile_known(struct pg *db, struct arena *a, struct str sha256,
    struct str *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &importfile_before, &sha256, WAIT_MS, &rows);

	*out = e ? STR_EMPTY : arena_copy(a, pg_value(rows, 0, 0));
	return e;
}
