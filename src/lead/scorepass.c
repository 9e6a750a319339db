/* Implements scorepass.h.  What a row means is piste.score_read's to say. */
#include <pthread.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "lead/rescore.h"
#include "lead/score.h"
#include "store/pg.h"

#include "lead/scorepass.h"

#define SLICE_BYTES_MAX ((size_t)16 << 20)

#define AT(n) "to_timestamp($" #n "::float8 / 1000)"
SQL(scorepass_persons, 4,
    "SELECT " RESCORE_COLUMNS " FROM piste.score_persons($1::bigint[],"
    " $2::text[], " AT(3) ", " AT(4) ") AS r");
SQL(scorepass_take, 3,
    "SELECT piste.score_take($1::int, " AT(2) ", $3::json)");
/*
 * All rows of the persons whose turn it is, read without a lock: whoever
 * notes one or erases one waits for nobody.
 */
SQL(scorepass_next, 1,
    "SELECT array_agg(DISTINCT d.person_id), array_agg(d.id)"
    " FROM piste.score_due AS d"
    " WHERE d.person_id IN (SELECT n.person_id FROM piste.score_due AS n"
    " ORDER BY n.id LIMIT $1::int)");
SQL(scorepass_done, 2,
    "SELECT piste.score_done($1::bigint[], $2::bigint[])");
/* A session's lock: two workers would do the same work. */
#define KEY "hashtextextended('piste.score', 0)"
SQL(scorepass_last, 0, "SELECT coalesce(max(id), 0) FROM piste.person");
SQL(scorepass_hold, 0, "SELECT pg_try_advisory_lock(" KEY ")");
SQL(scorepass_let, 0, "SELECT pg_advisory_unlock(" KEY ")");
SQL(scorepass_resume, 1,
    "SELECT p.after, p.scored, p.changed, p.mqls"
    " FROM piste.score_pass_next($1::int * interval '1 hour') AS p");
SQL(scorepass_went, 5,
    "UPDATE piste.score_pass SET after = $1::bigint, scored = $2::bigint,"
    " changed = $3::bigint, mqls = $4::bigint,"
    " ended_at = CASE WHEN $5::boolean THEN now() END");

/* Leads that are written at once. */
struct slice {
	struct buf rows;
	int64_t count;
	struct slice *before;
};

/* Leads being scored as of one moment, and what there is to write of them. */
struct batch {
	struct arena *arena;
	const struct score_rules *rules;
	int64_t at_ms;
	bool is_each_written;
	struct score score;
	struct slice *last;
	struct scorepass *pass;
};

static enum err
begin(struct pg *db, struct arena *a, struct batch *b, struct scorepass *pass)
{
	enum err e = rescore_now(db, &b->at_ms);

	b->arena = a;
	b->pass = pass;
	return e ? e : rescore_rules(db, a, b->at_ms + RESCORE_SKEW_MS,
	    &b->rules);
}

static bool
is_news(const struct rescore_lead *l, const struct score *s)
{
	char was[STR_I64_BYTES];

	return s->is_mql != l->is_above || !str_eq(l->score,
	    str_from_i64(was, s->points)) || !str_eq(l->grade,
	    str_of(score_grade_name(s->grade)));
}

static struct slice *
slice_of(struct batch *b)
{
	struct slice *s = b->last;

	if (s && s->count < SCOREPASS_SLICE)
		return s;
	s = ARENA_NEW(b->arena, struct slice);
	s->before = b->last;
	buf_init(&s->rows, b->arena, SLICE_BYTES_MAX);
	buf_byte(&s->rows, '[');
	b->last = s;
	return s;
}

static void
add(void *context, struct arena *a, const struct rescore_lead *l)
{
	struct batch *b = context;
	struct slice *s;

	b->pass->leads++;
	/* The queue's: it judges the address first. */
	if (!l->score.n)
		return;
	score_lead(a, b->rules, &l->in, b->at_ms, &b->score);
	if (!b->is_each_written && !is_news(l, &b->score))
		return;
	s = slice_of(b);
	rescore_add(&s->rows, a, l->id, &b->score);
	s->count++;
	b->pass->changed++;
}

/* A slice at a time, so that nobody waits long for their rows. */
static enum err
write_down(struct batch *b, struct pg *db)
{
	char version[STR_I64_BYTES], at[STR_I64_BYTES];
	const struct pg_rows *rows;
	int64_t moved;

	for (struct slice *s = b->last; s; s = s->before) {
		enum err e;

		buf_byte(&s->rows, ']');
		if (s->rows.full)
			return ERR_LIMIT;
		e = pg_run(db, &scorepass_take, (const struct str[]){
		    str_from_i64(version, b->rules->version),
		    str_from_i64(at, b->at_ms), buf_str(&s->rows) },
		    RESCORE_WAIT_MS, &rows);
		if (e)
			return e;
		if (!str_i64(pg_value(rows, 0, 0), 0, INT32_MAX, &moved))
			return ERR_INPUT;
		b->pass->mqls += moved;
	}
	return OK;
}

/* Read what is said of persons, score, write. */
static enum err
make(struct pg *db, struct batch *b, int64_t after, int64_t *upto)
{
	enum err e = rescore_read(db, &(struct rescore_ask){ .rules = b->rules,
	    .since_ms = score_since(b->rules, b->at_ms), .at_ms = b->at_ms,
	    .until_ms = b->at_ms + RESCORE_SKEW_MS, .last = b->pass->last,
	    .each = add, .context = b }, after, upto);

	return e ? e : write_down(b, db);
}

enum err
scorepass_turn(struct pg *db, struct scorepass *pass, bool *is_over)
{
	struct arena *a = arena_new(RESCORE_ARENA_BYTES_MAX);
	struct scorepass next = *pass;
	struct batch *b = ARENA_NEW(a, struct batch);
	int64_t upto;
	/* Each step by its own clock: others score meanwhile. */
	enum err e = begin(db, a, b, &next);

	*is_over = false;
	if (!e)
		e = make(db, b, pass->after, &upto);
	if (!e) {
		*is_over = upto == pass->after;
		next.after = upto;
		*pass = next;
	}
	arena_free(a);
	return e;
}

struct lane {
	struct pg *db;
	struct scorepass pass;
	pthread_t thread;
	enum err e;
};

static void *
walk(void *context)
{
	struct lane *l = context;
	bool is_over = false;

	while (!l->e && !is_over)
		l->e = scorepass_turn(l->db, &l->pass, &is_over);
	return NULL;
}

enum err
scorepass_run(struct pg *const db[], size_t lanes, struct scorepass *pass)
{
	struct lane lane[SCOREPASS_LANES_MAX] = { 0 };
	const struct pg_rows *rows;
	int64_t last, step;
	enum err e = pg_run(db[0], &scorepass_last, NULL, RESCORE_WAIT_MS,
	    &rows);

	if (e)
		return e;
	if (!str_i64(pg_value(rows, 0, 0), 0, INT64_MAX, &last))
		return ERR_INPUT;
	step = last / (int64_t)lanes + 1;
	for (size_t i = 0; i < lanes; i++) {
		lane[i].db = db[i];
		lane[i].pass.after = (int64_t)i * step;
		/* Who is new meanwhile is the last one's. */
		if (i + 1 < lanes)
			lane[i].pass.last = lane[i].pass.after + step;
		if (pthread_create(&lane[i].thread, NULL, walk, &lane[i]))
			abort();
	}
	*pass = (struct scorepass){ 0 };
	for (size_t i = 0; i < lanes; i++) {
		pthread_join(lane[i].thread, NULL);
		pass->leads += lane[i].pass.leads;
		pass->changed += lane[i].pass.changed;
		pass->mqls += lane[i].pass.mqls;
		e = e ? e : lane[i].e;
	}
	return e;
}

static enum err
hold(struct pg *db, bool *is_mine)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &scorepass_hold, NULL, RESCORE_WAIT_MS, &rows);

	*is_mine = !e && str_eq(pg_value(rows, 0, 0), STR("t"));
	return e;
}

/* What went wrong before is what is told. */
static enum err
let(struct pg *db, enum err before)
{
	enum err e = before == ERR_AWAY ? OK :
	    pg_run(db, &scorepass_let, NULL, RESCORE_WAIT_MS, NULL);

	if (e || before == ERR_AWAY)
		pg_drop(db);	/* and the lock with it */
	return before ? before : e;
}

/* Where the pass is; false when there is none to go on with. */
static enum err
resume(struct pg *db, struct scorepass *pass, bool *is_due)
{
	char hours[STR_I64_BYTES];
	const struct pg_rows *rows;
	enum err e = pg_run(db, &scorepass_resume, (const struct str[]){
	    str_from_i64(hours, SCOREPASS_HOURS) }, RESCORE_WAIT_MS, &rows);

	*is_due = !e && pg_count(rows);
	if (!*is_due)
		return e;
	return str_i64(pg_value(rows, 0, 0), 0, INT64_MAX, &pass->after) &&
	    str_i64(pg_value(rows, 0, 1), 0, INT64_MAX, &pass->leads) &&
	    str_i64(pg_value(rows, 0, 2), 0, INT64_MAX, &pass->changed) &&
	    str_i64(pg_value(rows, 0, 3), 0, INT64_MAX, &pass->mqls) ? OK :
	    ERR_INPUT;
}

static enum err
keep(struct pg *db, const struct scorepass_told *told)
{
	char n[4][STR_I64_BYTES];

	return pg_run(db, &scorepass_went, (const struct str[]){
	    str_from_i64(n[0], told->pass.after),
	    str_from_i64(n[1], told->pass.leads),
	    str_from_i64(n[2], told->pass.changed),
	    str_from_i64(n[3], told->pass.mqls),
	    PG_BOOL(told->is_over) }, RESCORE_WAIT_MS, NULL);
}

enum err
scorepass_daily(struct pg *db, struct scorepass_told *told)
{
	bool is_mine, is_due = false;
	enum err e = hold(db, &is_mine);

	*told = (struct scorepass_told){ 0 };
	if (e || !is_mine)
		return e;
	e = resume(db, &told->pass, &is_due);
	if (!e && is_due)
		e = scorepass_turn(db, &told->pass, &told->is_over);
	if (!e && is_due)
		e = keep(db, told);
	told->has_more = !e && is_due && !told->is_over;
	return let(db, e);
}

/* By a clock read behind what was noted, all of which is seen then. */
static enum err
score_due(struct pg *db, struct arena *a, struct str persons, struct str ids,
    int64_t *done)
{
	char since[STR_I64_BYTES], until[STR_I64_BYTES];
	struct scorepass pass = { 0 };
	/* What a score says of what is known no more goes, whatever it is. */
	struct batch *b = ARENA_NEW(a, struct batch);
	const struct pg_rows *rows;
	enum err e = begin(db, a, b, &pass);

	if (e)
		return e;
	b->is_each_written = true;
	e = pg_run(db, &scorepass_persons, (const struct str[]){ persons,
	    rescore_fields(a, b->rules), str_from_i64(since,
	    score_since(b->rules, b->at_ms)), str_from_i64(until, b->at_ms +
	    RESCORE_SKEW_MS) }, RESCORE_WAIT_MS, &rows);
	if (!e)
		e = rescore_give(&(struct rescore_ask){ .rules = b->rules,
		    .at_ms = b->at_ms, .each = add, .context = b }, rows);
	if (!e)
		e = write_down(b, db);
	if (!e)
		e = pg_run(db, &scorepass_done, (const struct str[]){ persons,
		    ids }, RESCORE_WAIT_MS, &rows);
	if (!e && !str_i64(pg_value(rows, 0, 0), 0, INT64_MAX, done))
		e = ERR_INPUT;
	return e;
}

enum err
scorepass_due(struct pg *db, int64_t *done)
{
	struct arena *a = arena_new(RESCORE_ARENA_BYTES_MAX);
	char most[STR_I64_BYTES];
	const struct pg_rows *rows;
	struct str persons, ids;
	bool is_mine = false;
	enum err e = pg_run(db, &scorepass_next, (const struct str[]){
	    str_from_i64(most, SCOREPASS_DUE_MAX) }, RESCORE_WAIT_MS, &rows);

	*done = 0;
	if (!e && !pg_is_null(rows, 0, 0)) {
		persons = arena_copy(a, pg_value(rows, 0, 0));
		ids = arena_copy(a, pg_value(rows, 0, 1));
		e = hold(db, &is_mine);
	}
	if (is_mine)
		e = let(db, score_due(db, a, persons, ids, done));
	arena_free(a);
	return e;
}
