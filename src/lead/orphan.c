/* Implements orphan.h. */
#include "base/arena.h"
#include "base/buf.h"
#include "store/pg.h"
#include "store/spool.h"
#include "store/upload.h"

#include "lead/orphan.h"

#define LIST_BYTES_MAX (UPLOAD_BATCH_MAX * (UPLOAD_ID_CHARS + 3) + 2)
#define ARENA_BYTES_MAX ((size_t)1 << 20)

/* By the index submission_file, whose words these are. */
SQL(orphan_find, 1,
    "SELECT u.id FROM jsonb_array_elements_text($1::jsonb) AS u (id)"
    " WHERE NOT EXISTS (SELECT FROM piste.submission s"
    " WHERE jsonb_path_exists(s.fields, '$.*.file')"
    " AND jsonb_path_query_array(s.fields, '$.*.file') ? u.id)");

struct sweep {
	struct pg *db;
	struct arena *arena;
	struct str uploads;
	int64_t removed;
};

static struct str
as_json(struct arena *a, const struct str *id, size_t count)
{
	struct buf b;

	buf_init(&b, a, LIST_BYTES_MAX);
	buf_byte(&b, '[');
	for (size_t i = 0; i < count; i++) {
		if (i)
			buf_byte(&b, ',');
		buf_json(&b, id[i]);
	}
	buf_byte(&b, ']');
	return buf_str(&b);
}

static enum err
take(void *context, const struct str *id, size_t count)
{
	struct sweep *s = context;
	const struct pg_rows *rows;
	struct str list;
	enum err e;

	arena_reset(s->arena);
	list = as_json(s->arena, id, count);
	e = pg_run(s->db, &orphan_find, &list, PG_STATEMENT_MS, &rows);
	for (size_t i = 0; !e && i < pg_count(rows); i++) {
		e = upload_remove(s->uploads, pg_value(rows, i, 0));
		s->removed += !e;
		if (e == ERR_ABSENT)
			e = OK;
	}
	return e;
}

enum err
orphan_sweep(struct pg *db, const struct orphan_place *place, int64_t now_ms,
    struct orphan_told *out)
{
	struct sweep s = { .db = db, .uploads = place->uploads };
	struct spool_depth d = { 0 };
	enum err e = spool_depth(place->spool, &d);

	*out = (struct orphan_told){ .held_by = d.bad + d.unread };
	/* What waits on the disk, whole or put aside, may name any file. */
	if (e || d.records || out->held_by)
		return OK;
	s.arena = arena_new(ARENA_BYTES_MAX);
	e = upload_each(place->uploads, now_ms - ORPHAN_AGE_MS -
	    place->form_max_age_ms, take, &s);
	arena_free(s.arena);
	out->removed = s.removed;
	return e == ERR_INPUT ? ERR_AWAY : e;
}
