/*
 * Works through the qualification queue: what is to be known of a lead is read,
 * scored, and written with the row's end.  How rows are shared out is
 * store/lease's.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "lead/domain.h"
#include "lead/exchanger.h"
#include "lead/score.h"
#include "store/lease.h"
#include "store/pg.h"

#include "lead/queue.h"

#define PARTS_BYTES_MAX (16 << 10)
#define TABLE "piste.qualification_queue"

SQL(queue_reclaim, 1, LEASE_RECLAIM(TABLE));
SQL(queue_claim, 3, LEASE_CLAIM(TABLE, "", "q.priority, q.available_at",
    "priority DESC, available_at, id"));
SQL(queue_renew, 2, LEASE_RENEW(TABLE));
SQL(queue_fail, 5, LEASE_FAIL(TABLE));
SQL(queue_count, 0, LEASE_COUNT(TABLE));

/* Facts without addresses: the worker's role reads none. */
SQL(queue_read, 2,
    "SELECT f.submission_id, f.email, f.phone, f.first_name, f.last_name,"
    " f.company, f.declared_postcode, f.form_country, f.geo_country"
    " FROM piste.qualification_facts($1::bigint, $2) AS f");

SQL(queue_judge, 4,
    "SELECT j.is_role, j.mail FROM piste.email_judge($1::uuid, $2, $3, $4)"
    " AS j");

/*
 * Ready again when another submission has come since the row was read.  The
 * lead may have been merged meanwhile.
 */
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
    " FROM mine WHERE l.id = piste.lead_now(mine.lead_id) RETURNING l.id");

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

/* What is kept of the address the submission came with, into in. */
static enum err
judge_email(struct lease_row *row, struct str submission,
    struct score_input *in)
{
	static const char *const kinds[] = { [DOMAIN_FREE] = "free",
		[DOMAIN_DISPOSABLE] = "disposable",
		[DOMAIN_COMPANY] = "company" };
	struct str domain = domain_of(in->email);
	enum domain_kind kind = domain_kind(domain);
	const struct pg_rows *rows;
	enum err e;

	if (kind == DOMAIN_NONE)
		return OK;
	e = pg_run(row->db, &queue_judge, (struct str[]){ submission, domain,
	    domain_registrable(domain), str_of(kinds[kind]) },
	    LEASE_WAIT_MS, &rows);
	if (e || !pg_count(rows))
		return e;
	in->is_role = str_eq(pg_value(rows, 0, 0), STR("t"));
	in->mail = exchanger_parse(pg_value(rows, 0, 1));
	return OK;
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

static enum err
qualify(void *context, struct lease_row *row)
{
	struct arena *a = row->arena;
	struct str mine[] = { str_of(row->id), row->worker };
	const struct pg_rows *rows;
	struct str column[9];
	struct score_input in;
	struct score score;
	enum err e = pg_run(row->db, &queue_read, mine, LEASE_WAIT_MS, &rows);

	(void)context;
	if (e)
		return e;
	if (pg_count(rows) == 0)
		return lease_lost(&queue, row);
	/* The rows are gone with the next statement. */
	for (size_t i = 0; i < sizeof column / sizeof column[0]; i++)
		column[i] = arena_copy(a, pg_value(rows, 0, i));
	in = (struct score_input){ .email = column[1],
	    .phone = column[2], .first_name = column[3],
	    .last_name = column[4], .company = column[5],
	    .postcode = column[6], .form_country = column[7],
	    .geo_country = column[8] };
	e = judge_email(row, column[0], &in);
	if (e)
		return e;
	score_lead(&in, &score);
	e = pg_run(row->db, &queue_finish, (struct str[]){ mine[0], mine[1],
	    column[0], str_from_i64(arena_take(a, STR_I64_BYTES),
	    score.points), parts_json(a, &score) }, LEASE_WAIT_MS, &rows);
	if (e)
		return e;
	return pg_count(rows) ? OK : lease_lost(&queue, row);
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
