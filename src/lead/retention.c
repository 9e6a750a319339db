/* Implements retention.h. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/conf.h"
#include "base/log.h"
#include "lead/erase.h"
#include "store/pg.h"

#include "lead/retention.h"

#define WAIT_MS 120000

#define NOW "to_timestamp($3::float8 / 1000)"
SQL(retention_count, 3,
    "SELECT piste.retention_due($1, $2::interval, " NOW ")");
SQL(retention_take, 5,
    "SELECT r.done, r.next, array_to_string(r.uploads, ' '),"
    " array_to_string(r.mails, ' ') FROM piste.retention_step($1,"
    " $2::interval, " NOW ", $4, $5::integer) AS r");
SQL(retention_now, 0,
    "SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint");

void
retention_rule(const struct conf *c, size_t at, struct retention_rule *out)
{
	const struct {
		const char *purpose;
		const char *what;
		const char *unit;
		int64_t kept;
	} rules[RETENTION_PURPOSES] = {
		{ "prospect", "people nothing came from since", "months",
		    c->retention_prospect_months },
		{ "quarantine", "submissions put aside", "days",
		    c->retention_quarantine_days },
		{ "visitor", "cookies of who saw which variant", "months",
		    c->retention_visitor_months },
		{ "archived", "the same, of experiments that are archived",
		    "days", RETENTION_ARCHIVED_DAYS },
		{ "audience", "views and visitors by whence they came",
		    "months", c->retention_visitor_months },
		{ "objection", "fingerprints of who objected", "months",
		    c->retention_objection_months },
		{ "event", "what people did besides sending forms", "months",
		    c->retention_event_months },
	};

	assert(at < RETENTION_PURPOSES);
	out->purpose = rules[at].purpose;
	out->what = rules[at].what;
	snprintf(out->kept, sizeof out->kept, "%lld %s",
	    (long long)rules[at].kept, rules[at].unit);
}

enum err
retention_due(struct pg *db, const struct retention_rule *r, int64_t now_ms,
    int64_t *due)
{
	char now[STR_I64_BYTES];
	const struct str params[] = { str_of(r->purpose), str_of(r->kept),
		str_from_i64(now, now_ms) };
	const struct pg_rows *rows;
	enum err e = pg_run(db, &retention_count, params, WAIT_MS, &rows);

	if (!e && !str_i64(pg_value(rows, 0, 0), 0, INT64_MAX, due))
		e = ERR_INPUT;
	return e;
}

enum err
retention_clock(struct pg *db)
{
	const struct pg_rows *rows;
	int64_t theirs_ms = 0, ahead_ms;
	enum err e = pg_run(db, &retention_now, NULL, PG_STATEMENT_MS, &rows);

	if (e)
		return e;
	(void)str_i64(pg_value(rows, 0, 0), 0, INT64_MAX, &theirs_ms);
	ahead_ms = clock_now_ms() - theirs_ms;
	if (ahead_ms <= RETENTION_CLOCK_MS && ahead_ms >= -RETENTION_CLOCK_MS)
		return OK;
	log_event(LOG_ERROR, "retention.clock", LOG_INT("ahead_s",
	    ahead_ms / 1000));
	return ERR_DENIED;
}

/* Files go before the commit: who is killed between does it again. */
static enum err
step(struct pg *db, const struct conf *c, const struct str *params,
    struct retention *pass, int64_t *done)
{
	const struct erase_place place = { c->spool, c->uploads,
		c->mail_caught };
	const struct pg_rows *rows;
	struct retention next = *pass;
	enum err e = pg_run(db, &retention_take, params, WAIT_MS, &rows);

	if (e)
		return e;
	if (!str_i64(pg_value(rows, 0, 0), 0, INT64_MAX, done) ||
	    str_z(pg_value(rows, 0, 1), next.after, sizeof next.after))
		return ERR_INPUT;
	if (pg_is_null(rows, 0, 1))
		next = (struct retention){ .at = pass->at + 1 };
	e = erase_files(&place, pg_value(rows, 0, 2), pg_value(rows, 0, 3));
	if (!e)
		*pass = next;
	return e;
}

enum err
retention_turn(struct pg *db, const struct conf *c, struct retention *pass,
    int64_t now_ms, int64_t *done, bool *is_over)
{
	char now[STR_I64_BYTES], rows_max[STR_I64_BYTES];
	struct retention before = *pass;
	struct retention_rule r;
	enum err e;

	*done = 0;
	*is_over = false;
	retention_rule(c, pass->at, &r);
	e = pg_begin(db);
	if (e)
		return e;
	e = step(db, c, (const struct str[]){ str_of(r.purpose),
	    str_of(r.kept), str_from_i64(now, now_ms), *pass->after ?
	    str_of(pass->after) : PG_NULL, str_from_i64(rows_max,
	    RETENTION_ROWS_MAX) }, pass, done);
	if (!e)
		e = pg_commit(db);
	else
		pg_rollback(db);
	if (e) {
		*pass = before;
		*done = 0;
		return e;
	}
	*is_over = pass->at == RETENTION_PURPOSES;
	if (*is_over)
		*pass = (struct retention){ 0 };
	return OK;
}
