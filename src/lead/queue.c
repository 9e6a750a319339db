/*
 * Works through the qualification queue.  All times are PostgreSQL's, so that
 * workers on several machines agree on when a lease has ended.  A row counts
 * as an attempt when it is claimed: one that kills its worker ends as dead
 * like one that fails.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/token.h"
#include "lead/score.h"
#include "store/pg.h"

#include "lead/queue.h"

#define WAIT_MS 1500			/* a stop must not wait for longer */
#define ID_BYTES 21			/* a bigint and a NUL */
#define NUMBER_BYTES 24
#define PARTS_BYTES_MAX (16 << 10)
#define ERROR_BYTES_MAX 600
#define QUEUE_ARENA_BYTES_MAX ((size_t)1 << 20)

SQL(queue_reclaim, 1,
    "WITH lapsed AS MATERIALIZED ("
    " SELECT id FROM piste.qualification_queue"
    " WHERE state = 'claimed' AND locked_until < now()"
    " ORDER BY id FOR UPDATE SKIP LOCKED)"
    " UPDATE piste.qualification_queue AS q"
    " SET state = CASE WHEN q.attempts >= $1::int THEN 'dead'"
    " ELSE 'ready' END,"
    " finished_at = CASE WHEN q.attempts >= $1::int THEN now() END,"
    " last_error = 'lease ended, held by ' || q.locked_by,"
    " locked_by = NULL, locked_until = NULL"
    " FROM lapsed WHERE q.id = lapsed.id"
    " RETURNING q.id, q.state");

/* The CTE is materialised: joined in a loop it would lock more than asked. */
SQL(queue_claim, 3,
    "WITH picked AS MATERIALIZED ("
    " SELECT id FROM piste.qualification_queue"
    " WHERE state = 'ready' AND available_at <= now()"
    " ORDER BY priority DESC, available_at, id"
    " LIMIT $3::int FOR UPDATE SKIP LOCKED),"
    " claimed AS ("
    " UPDATE piste.qualification_queue AS q"
    " SET state = 'claimed', attempts = q.attempts + 1, locked_by = $1,"
    " locked_until = now() + $2::bigint * interval '1 millisecond'"
    " FROM picked WHERE q.id = picked.id"
    " RETURNING q.id, q.attempts, q.priority, q.available_at)"
    " SELECT id, attempts FROM claimed"
    " ORDER BY priority DESC, available_at, id");

SQL(queue_renew, 2,
    "UPDATE piste.qualification_queue"
    " SET locked_until = now() + $2::bigint * interval '1 millisecond'"
    " WHERE state = 'claimed' AND locked_by = $1");

/* The person is scored even if the submission has been erased meanwhile. */
SQL(queue_read, 2,
    "SELECT q.submission_id, p.email, p.phone, p.first_name, p.last_name,"
    " p.company, s.declared_postcode, s.form_country, s.geo_country"
    " FROM piste.qualification_queue AS q"
    " JOIN piste.lead AS l ON l.id = q.lead_id"
    " JOIN piste.person AS p ON p.id = l.person_id"
    " LEFT JOIN piste.submission AS s ON s.id = q.submission_id"
    " WHERE q.id = $1::bigint AND q.locked_by = $2"
    " AND q.state = 'claimed'");

/* Ready again when another submission has come since the row was read. */
SQL(queue_finish, 5,
    "WITH mine AS ("
    " UPDATE piste.qualification_queue AS q SET"
    " state = CASE WHEN q.submission_id = $3::uuid THEN 'done'"
    " ELSE 'ready' END,"
    " finished_at = CASE WHEN q.submission_id = $3::uuid THEN now() END,"
    " attempts = CASE WHEN q.submission_id = $3::uuid THEN q.attempts"
    " ELSE 0 END,"
    " locked_by = NULL, locked_until = NULL, last_error = NULL"
    " WHERE q.id = $1::bigint AND q.locked_by = $2 AND q.state = 'claimed'"
    " RETURNING q.lead_id)"
    " UPDATE piste.lead AS l SET score = $4::int, score_parts = $5::jsonb,"
    " scored_at = now(), updated_at = now()"
    " FROM mine WHERE l.id = mine.lead_id RETURNING l.id");

SQL(queue_fail, 5,
    "UPDATE piste.qualification_queue AS q SET"
    " state = CASE WHEN q.attempts >= $3::int THEN 'dead'"
    " ELSE 'ready' END,"
    " finished_at = CASE WHEN q.attempts >= $3::int THEN now() END,"
    " available_at = now() + $4::bigint * interval '1 millisecond',"
    " locked_by = NULL, locked_until = NULL, last_error = $5"
    " WHERE q.id = $1::bigint AND q.locked_by = $2 AND q.state = 'claimed'"
    " RETURNING q.state");

SQL(queue_count, 0,
    "SELECT (SELECT count(*) FROM piste.qualification_queue"
    " WHERE state = 'ready'),"
    " (SELECT count(*) FROM piste.qualification_queue"
    " WHERE state = 'claimed'),"
    " (SELECT count(*) FROM piste.qualification_queue"
    " WHERE state = 'dead'),"
    " (SELECT coalesce(floor(extract(epoch FROM now() - min(created_at))"
    " * 1000), 0)::bigint FROM piste.qualification_queue"
    " WHERE state = 'ready')");

struct claim {
	char id[ID_BYTES];
	uint32_t attempts;
};

/* One worker's turn. */
struct turn {
	struct pg *db;
	struct arena *arena;
	struct str worker;
	int64_t lease_ms;
	int64_t renewed_ms;	/* when the lease was last begun */
	struct claim claim[QUEUE_CLAIM_MAX];
	size_t claims;
};

static struct str
number_text(struct arena *a, int64_t n)
{
	return buf_fmt(a, NUMBER_BYTES, "%lld", (long long)n);
}

static enum err
reclaim(struct turn *t)
{
	struct str max = number_text(t->arena, QUEUE_ATTEMPTS_MAX);
	const struct pg_rows *rows;
	enum err e = pg_run(t->db, &queue_reclaim, &max, WAIT_MS, &rows);

	for (size_t i = 0; !e && i < pg_count(rows); i++)
		log_event(LOG_WARN, "queue.lapsed",
		    LOG_STR("row", pg_value(rows, i, 0)),
		    LOG_STR("state", pg_value(rows, i, 1)));
	return e;
}

static enum err
claim(struct turn *t)
{
	struct str params[] = { t->worker, number_text(t->arena, t->lease_ms),
	    number_text(t->arena, QUEUE_CLAIM_MAX) };
	const struct pg_rows *rows;
	enum err e;

	t->renewed_ms = clock_mono_ms();
	e = pg_run(t->db, &queue_claim, params, WAIT_MS, &rows);
	if (e)
		return e;
	for (size_t i = 0; i < pg_count(rows); i++) {
		struct claim *c = &t->claim[t->claims++];

		if (str_z(pg_value(rows, i, 0), c->id, sizeof c->id) ||
		    !str_u32(pg_value(rows, i, 1), 1, UINT32_MAX,
		    &c->attempts))
			return ERR_INPUT;
	}
	return OK;
}

/* The lease of all that is still claimed starts anew. */
static enum err
renew(struct turn *t)
{
	struct str params[] = { t->worker, number_text(t->arena, t->lease_ms) };
	int64_t now_ms = clock_mono_ms();
	enum err e;

	if (now_ms - t->renewed_ms < t->lease_ms / 3)
		return OK;
	e = pg_run(t->db, &queue_renew, params, WAIT_MS, NULL);
	if (!e)
		t->renewed_ms = now_ms;
	return e;
}

static struct str
parts_json(struct arena *a, const struct score *s)
{
	struct buf b;

	buf_init(&b, a, PARTS_BYTES_MAX);
	buf_byte(&b, '[');
	for (size_t i = 0; i < s->parts; i++) {
		const struct score_part *p = &s->part[i];

		buf_addf(&b, "%s{", i ? "," : "");
		buf_json_pair(&b, "rule", str_of(p->rule));
		buf_addf(&b, ",\"points\":%d", (int)p->points);
		buf_json_pair(&b, "reason", p->reason);
		buf_byte(&b, '}');
	}
	buf_byte(&b, ']');
	return buf_str(&b);
}

static enum err
lost(const struct claim *c)
{
	log_event(LOG_WARN, "queue.lost", LOG_Z("row", c->id));
	return OK;
}

static enum err
qualify(struct turn *t, const struct claim *c)
{
	struct str mine[] = { str_of(c->id), t->worker };
	const struct pg_rows *rows;
	struct str column[9];
	struct score score;
	enum err e = pg_run(t->db, &queue_read, mine, WAIT_MS, &rows);

	if (e)
		return e;
	if (pg_count(rows) == 0)
		return lost(c);
	/* The rows are gone with the next statement. */
	for (size_t i = 0; i < sizeof column / sizeof column[0]; i++)
		column[i] = arena_copy(t->arena, pg_value(rows, 0, i));
	score_lead(&(struct score_input){ .email = column[1],
	    .phone = column[2], .first_name = column[3],
	    .last_name = column[4], .company = column[5],
	    .postcode = column[6], .form_country = column[7],
	    .geo_country = column[8] }, &score);
	e = pg_run(t->db, &queue_finish, (struct str[]){ mine[0], mine[1],
	    column[0], number_text(t->arena, score.points),
	    parts_json(t->arena, &score) }, WAIT_MS, &rows);
	if (e)
		return e;
	return pg_count(rows) ? OK : lost(c);
}

static int64_t
backoff_ms(uint32_t attempts)
{
	int64_t ms = QUEUE_BACKOFF_MS_MIN;

	while (attempts-- > 1 && ms < QUEUE_BACKOFF_MS_MAX)
		ms *= 2;
	if (ms > QUEUE_BACKOFF_MS_MAX)
		ms = QUEUE_BACKOFF_MS_MAX;
	return token_jitter(ms);
}

static enum err
fail(struct turn *t, const struct claim *c)
{
	struct str reason = str_of(pg_message(t->db));
	const struct pg_rows *rows;
	enum err e;

	if (!str_is_utf8(reason))
		reason = str_of(pg_state(t->db));
	reason = arena_copy(t->arena, str_slice(reason, 0, ERROR_BYTES_MAX));
	e = pg_run(t->db, &queue_fail, (struct str[]){ str_of(c->id),
	    t->worker, number_text(t->arena, QUEUE_ATTEMPTS_MAX),
	    number_text(t->arena, backoff_ms(c->attempts)), reason },
	    WAIT_MS, &rows);
	if (e)
		return e;
	log_event(LOG_WARN, "queue.failed", LOG_Z("row", c->id),
	    LOG_INT("attempts", c->attempts), LOG_STR("state",
	    pg_count(rows) ? pg_value(rows, 0, 0) : STR("lost")));
	return OK;
}

static enum err
work(struct turn *t)
{
	for (size_t i = 0; i < t->claims; i++) {
		enum err e = renew(t);

		if (!e)
			e = qualify(t, &t->claim[i]);
		if (e && e != ERR_AWAY)
			e = fail(t, &t->claim[i]);
		if (e)
			return e;
	}
	return OK;
}

enum err
queue_turn(struct pg *db, struct str worker, int64_t lease_ms, int64_t *done)
{
	struct turn t = { .db = db, .worker = worker, .lease_ms = lease_ms };
	enum err e;

	*done = 0;
	t.arena = arena_new(QUEUE_ARENA_BYTES_MAX);
	e = reclaim(&t);
	if (!e)
		e = claim(&t);
	if (!e)
		e = work(&t);
	*done = (int64_t)t.claims;
	arena_free(t.arena);
	return e;
}

enum err
queue_depth(struct pg *db, struct queue_depth *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &queue_count, NULL, WAIT_MS, &rows);

	if (e)
		return e;
	if (pg_count(rows) == 1 &&
	    str_i64(pg_value(rows, 0, 0), 0, INT64_MAX, &out->ready) &&
	    str_i64(pg_value(rows, 0, 1), 0, INT64_MAX, &out->claimed) &&
	    str_i64(pg_value(rows, 0, 2), 0, INT64_MAX, &out->dead) &&
	    str_i64(pg_value(rows, 0, 3), INT64_MIN, INT64_MAX,
	    &out->oldest_ms))
		return OK;
	return ERR_INPUT;
}
