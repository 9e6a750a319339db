/*
 * Works through the qualification queue: what is to be known of a lead is read,
 * scored, and written with the row's end.  How rows are shared out is
 * store/lease's.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "lead/domain.h"
#include "lead/rescore.h"
#include "store/lease.h"
#include "store/pg.h"

#include "lead/queue.h"

#define PARTS_BYTES_MAX (128 << 10)
#define TABLE "piste.qualification_queue"

SQL(queue_reclaim, 1, LEASE_RECLAIM(TABLE));
SQL(queue_claim, 3, LEASE_CLAIM(TABLE, "", "q.priority, q.available_at",
    "piste.queue_rank(available_at, priority), id"));
SQL(queue_renew, 2, LEASE_RENEW(TABLE));
SQL(queue_fail, 5, LEASE_FAIL(TABLE));
SQL(queue_count, 0, LEASE_COUNT(TABLE));

/* What the address tells, without the address: the worker's role reads none. */
SQL(queue_read, 2,
    "SELECT f.submission_id, f.email"
    " FROM piste.qualification_facts($1::bigint, $2) AS f");
SQL(queue_happened, 3,
    "SELECT " RESCORE_COLUMNS ", floor(extract(epoch FROM now()) * 1000)"
    "::bigint FROM piste.score_queued($1::bigint, $2,"
    " to_timestamp($3::float8 / 1000)) AS r");
#define KNOWN_AT 7		/* the column behind them */

SQL(queue_judge, 4,
    "SELECT j.mail FROM piste.email_judge($1::uuid, $2, $3, $4) AS j");

/*
 * Ready again when another submission has come since the row was read.  The
 * lead may have been merged meanwhile.
 */
SQL(queue_finish, 6,
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
    " SELECT piste.score_take($4::int, to_timestamp($5::float8 / 1000),"
    " $6::json) FROM mine");

/* What the address the submission came with tells is kept. */
static enum err
judge_email(struct lease_row *row, struct str submission, struct str email)
{
	static const char *const kinds[] = { [DOMAIN_FREE] = "free",
		[DOMAIN_DISPOSABLE] = "disposable",
		[DOMAIN_COMPANY] = "company" };
	struct str domain = domain_of(email);
	enum domain_kind kind = domain_kind(domain);

	if (kind == DOMAIN_NONE)
		return OK;
	return pg_run(row->db, &queue_judge, (struct str[]){ submission,
	    domain, domain_registrable(domain), str_of(kinds[kind]) },
	    LEASE_WAIT_MS, NULL);
}

static enum err qualify(void *context, struct lease_row *row);

/* A turn's. */
struct turn {
	struct arena *arena;		/* a row's: what people typed is long */
	const struct score_rules *rules;
	int64_t since_ms;		/* of events that count */
};

static const struct lease_table queue = {
	.name = "queue",
	.reclaim = &queue_reclaim,
	.claim = &queue_claim,
	.renew = &queue_renew,
	.fail = &queue_fail,
	.attempts_max = QUEUE_ATTEMPTS_MAX,
	.backoff_ms_min = QUEUE_BACKOFF_MS_MIN,
	.backoff_ms_max = QUEUE_BACKOFF_MS_MAX,
	.claim_max = QUEUE_CLAIM_MAX,
	.work = qualify,
};

/*
 * Score the lead with what was just judged, if it is there: whoever was erased
 * or merged meanwhile has nothing to score.
 */
static enum err
score(struct turn *t, struct lease_row *row, struct buf *b, int64_t *at_ms)
{
	char since[STR_I64_BYTES];
	const struct pg_rows *rows;
	struct rescore_lead lead;
	struct score *s;
	enum err e = pg_run(row->db, &queue_happened, (struct str[]){
	    str_of(row->id), row->worker, str_from_i64(since, t->since_ms) },
	    LEASE_WAIT_MS, &rows);

	if (e || !pg_count(rows))
		return e;
	if (!str_i64(pg_value(rows, 0, KNOWN_AT), 0, INT64_MAX, at_ms))
		return ERR_INPUT;
	e = rescore_row(t->arena, t->rules, rows, 0, *at_ms, &lead);
	if (e)
		return e;
	s = ARENA_NEW(t->arena, struct score);
	score_lead(t->arena, t->rules, &lead.in, *at_ms, s);
	rescore_add(b, t->arena, lead.id, s);
	return OK;
}

static enum err
finish(struct turn *t, struct lease_row *row, struct str submission)
{
	char version[STR_I64_BYTES], at[STR_I64_BYTES];
	const struct pg_rows *rows;
	int64_t at_ms = 0;
	struct buf b;
	enum err e;

	buf_init(&b, t->arena, PARTS_BYTES_MAX);
	buf_byte(&b, '[');
	e = score(t, row, &b, &at_ms);
	buf_byte(&b, ']');
	if (!e)
		e = pg_run(row->db, &queue_finish, (struct str[]){
		    str_of(row->id), row->worker, submission,
		    str_from_i64(version, t->rules->version),
		    str_from_i64(at, at_ms), buf_str(&b) }, LEASE_WAIT_MS,
		    &rows);
	if (e)
		return e;
	return pg_count(rows) ? OK : lease_lost(&queue, row);
}

static enum err
qualify(void *context, struct lease_row *row)
{
	struct turn *t = context;
	struct str mine[] = { str_of(row->id), row->worker };
	const struct pg_rows *rows;
	struct str submission, email;
	enum err e = pg_run(row->db, &queue_read, mine, LEASE_WAIT_MS, &rows);

	if (e)
		return e;
	if (pg_count(rows) == 0)
		return lease_lost(&queue, row);
	arena_reset(t->arena);
	/* The rows are gone with the next statement. */
	submission = arena_copy(t->arena, pg_value(rows, 0, 0));
	email = arena_copy(t->arena, pg_value(rows, 0, 1));
	e = judge_email(row, submission, email);
	return e ? e : finish(t, row, submission);
}

enum err
queue_turn(struct pg *db, struct str worker, int64_t lease_ms, int64_t *done)
{
	struct arena *rules = arena_new(RESCORE_ARENA_BYTES_MAX);
	struct turn t = { 0 };
	int64_t now_ms = clock_now_ms();
	enum err e = rescore_rules(db, rules, now_ms + RESCORE_SKEW_MS,
	    &t.rules);

	*done = 0;
	if (!e) {
		t.arena = arena_new(RESCORE_LEAD_BYTES_MAX);
		t.since_ms = score_since(t.rules, now_ms);
		e = lease_turn(db, &queue, worker, lease_ms, &t, done);
		arena_free(t.arena);
	} else if (e == ERR_INPUT)
		e = OK;
	arena_free(rules);
	return e;
}

enum err
queue_depth(struct pg *db, struct lease_depth *out)
{
	return lease_depth(db, &queue_count, out);
}
