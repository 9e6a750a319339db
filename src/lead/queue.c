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
    "priority DESC, available_at, id"));
SQL(queue_renew, 2, LEASE_RENEW(TABLE));
SQL(queue_fail, 5, LEASE_FAIL(TABLE));
SQL(queue_count, 0, LEASE_COUNT(TABLE));

/* What the address tells, without the address: the worker's role reads none. */
SQL(queue_read, 2,
    "SELECT f.submission_id, f.email"
    " FROM piste.qualification_facts($1::bigint, $2) AS f");
SQL(queue_happened, 2,
    "SELECT " RESCORE_COLUMNS " FROM piste.score_queued($1::bigint, $2)"
    " AS r");

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

/* Score the lead with what was just judged, and finish the row with that. */
static enum err
score(struct lease_row *row, const struct score_rules *rules,
    struct str submission)
{
	struct str mine[] = { str_of(row->id), row->worker };
	char version[STR_I64_BYTES], at[STR_I64_BYTES];
	struct score *s = ARENA_NEW(row->arena, struct score);
	int64_t now_ms = clock_now_ms();
	const struct pg_rows *rows;
	struct rescore_lead lead;
	struct buf b;
	enum err e = pg_run(row->db, &queue_happened, mine, LEASE_WAIT_MS,
	    &rows);

	buf_init(&b, row->arena, PARTS_BYTES_MAX);
	buf_byte(&b, '[');
	/* Whoever was erased or merged meanwhile has nothing to score. */
	if (!e && pg_count(rows)) {
		e = rescore_row(row->arena, rules, rows, 0, now_ms, &lead);
		if (e)
			return e;
		score_lead(row->arena, rules, &lead.in, now_ms, s);
		rescore_add(&b, row->arena, lead.id, s);
	}
	buf_byte(&b, ']');
	if (!e)
		e = pg_run(row->db, &queue_finish, (struct str[]){ mine[0],
		    mine[1], submission, str_from_i64(version,
		    rules->version), str_from_i64(at, now_ms), buf_str(&b) },
		    LEASE_WAIT_MS, &rows);
	if (e)
		return e;
	return pg_count(rows) ? OK : lease_lost(&queue, row);
}

static enum err
qualify(void *context, struct lease_row *row)
{
	struct str mine[] = { str_of(row->id), row->worker };
	const struct score_rules *rules;
	const struct pg_rows *rows;
	struct str submission, email;
	enum err e = pg_run(row->db, &queue_read, mine, LEASE_WAIT_MS, &rows);

	(void)context;
	if (e)
		return e;
	if (pg_count(rows) == 0)
		return lease_lost(&queue, row);
	/* The rows are gone with the next statement. */
	submission = arena_copy(row->arena, pg_value(rows, 0, 0));
	email = arena_copy(row->arena, pg_value(rows, 0, 1));
	e = judge_email(row, submission, email);
	if (!e)
		e = rescore_rules(row->db, row->arena, clock_now_ms(),
		    &rules);
	return e ? e : score(row, rules, submission);
}

enum err
queue_turn(struct pg *db, struct str worker, int64_t lease_ms, int64_t *done)
{
	return lease_turn(db, &queue, worker, lease_ms, NULL, done);
}

enum err
queue_depth(struct pg *db, struct lease_depth *out)
{
	return lease_depth(db, &queue_count, out);
}
