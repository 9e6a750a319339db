/* Implements health.h over the counters of the modules. */
#include "app.h"
#include "base/addr.h"
#include "base/buf.h"
#include "base/clock.h"
#include "deliver/outbox.h"
#include "geo/geo.h"
#include "health.h"
#include "http/gateway.h"
#include "http/request.h"
#include "http/response.h"
#include "lead/allot.h"
#include "lead/flood.h"
#include "lead/promise.h"
#include "lead/quarantine.h"
#include "lead/reconcile.h"
#include "page/snapshot.h"
#include "report/alarmturn.h"
#include "visitor.h"
#include "store/group.h"
#include "store/lease.h"
#include "store/pool.h"
#include "store/spool.h"
#include "track/behaviour.h"
#include "track/event.h"
#include "track/reach.h"

#define METRICS_BYTES_MAX (64 << 10)
#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

enum turn
health_alive(struct request *rq)
{
	response_set(rq, 200, RESPONSE_TEXT, STR("ok\n"));
	return TURN_ANSWERED;
}

static bool
is_allowed(struct request *rq)
{
	if (addr_in(rq->remote_addr, rq->app->conf->metrics_from))
		return true;
	visitor_refuse(rq, 403);
	return false;
}

enum turn
health_ready(struct request *rq)
{
	const struct picture *p;
	struct group_count group;
	struct str why = STR_EMPTY;

	if (!is_allowed(rq))
		return TURN_ANSWERED;
	p = snapshot_hold(rq->app->snapshot);
	group_counts(rq->app->group, &group);
	if (!p)
		why = STR("no site loaded yet\n");
	else if (group.is_away && !group.can_spool)
		why = STR("no place to write: database and spool\n");
	if (p)
		snapshot_release(rq->app->snapshot, p);
	response_set(rq, why.n ? 503 : 200, RESPONSE_TEXT,
	    why.n ? why : STR("ready\n"));
	return TURN_ANSWERED;
}

enum metric { COUNTER, GAUGE };

static void
metric(struct buf *b, enum metric kind, const char *name, const char *help,
    int64_t value)
{
	buf_addf(b, "# HELP %s %s\n# TYPE %s %s\n%s %lld\n", name, help, name,
	    kind == COUNTER ? "counter" : "gauge", name, (long long)value);
}

static void
requests(struct buf *b)
{
	struct gateway_count n;

	gateway_counts(&n);
	buf_add(b, STR("# HELP piste_requests_total Requests answered, by"
	    " class of status.\n# TYPE piste_requests_total counter\n"));
	for (int i = 2; i <= 5; i++)
		buf_addf(b, "piste_requests_total{status=\"%dxx\"} %llu\n", i,
		    (unsigned long long)n.by_class[i]);
	metric(b, COUNTER, "piste_requests_refused_total",
	    "Requests cut short, malformed or over a limit.",
	    (int64_t)n.refused);
	metric(b, GAUGE, "piste_connections", "FastCGI connections open.",
	    (int64_t)n.connections);
	metric(b, GAUGE, "piste_requests_parked",
	    "Requests that wait for their commit.", (int64_t)n.parked);
}

static void
submissions(struct buf *b, struct app *app)
{
	struct group_count n;

	group_counts(app->group, &n);
	metric(b, COUNTER, "piste_submissions_committed_total",
	    "Submissions PostgreSQL has taken.", (int64_t)n.committed);
	metric(b, COUNTER, "piste_commits_total",
	    "Commits they shared.", (int64_t)n.commits);
	metric(b, COUNTER, "piste_submissions_spooled_total",
	    "Submissions the spool has taken.", (int64_t)n.spooled);
	metric(b, COUNTER, "piste_submissions_refused_total",
	    "Submissions neither could take.", (int64_t)n.refused);
	metric(b, GAUGE, "piste_database_up",
	    "Whether PostgreSQL answered last time.", !n.is_away);
}

static void
spool(struct buf *b, struct app *app)
{
	struct spool_depth d = { 0 };
	enum err e = spool_depth(app->conf->spool, &d);

	metric(b, GAUGE, "piste_spool_up", "Whether the spool can be read.",
	    e == OK);
	metric(b, GAUGE, "piste_spool_records",
	    "Submissions in the spool.", d.records);
	metric(b, GAUGE, "piste_spool_bytes", "Bytes in the spool.", d.bytes);
	metric(b, GAUGE, "piste_spool_age_seconds",
	    "Age of the oldest submission in the spool.",
	    d.oldest_ms ? (clock_now_ms() - d.oldest_ms) / 1000 : 0);
	metric(b, GAUGE, "piste_spool_unread",
	    "Segments that can't be opened.", d.unread);
	metric(b, GAUGE, "piste_spool_aside",
	    "Damaged or refused pieces kept aside.", d.bad);
}

/* NULL while PostgreSQL is away: nobody waits for it here. */
static struct pg *
take(struct app *app)
{
	struct group_count group;

	group_counts(app->group, &group);
	return group.is_away ? NULL : pool_take(app->pool);
}

static void
give(struct app *app, struct pg *db)
{
	if (db)
		pool_give(app->pool, db);
}

/* PostgreSQL alone knows; with it away there is nothing to tell. */
static void
outbox(struct buf *b, struct app *app)
{
	struct lease_depth d = { 0 };
	struct pg *db = take(app);
	bool is_up = false;

	if (db)
		is_up = outbox_depth(db, &d) == OK;
	give(app, db);
	metric(b, GAUGE, "piste_outbox_up", "Whether the outbox can be read.",
	    is_up);
	if (!is_up)
		return;
	metric(b, GAUGE, "piste_outbox_ready",
	    "Outbox rows that wait, new or to be tried again.", d.ready);
	metric(b, GAUGE, "piste_outbox_claimed",
	    "Outbox rows a worker is at.", d.claimed);
	metric(b, GAUGE, "piste_outbox_dead",
	    "Outbox rows given up; last_error says why.", d.dead);
	metric(b, GAUGE, "piste_outbox_age_seconds",
	    "Age of the oldest row that waits.", d.oldest_ms / 1000);
}

/* Likewise. */
static void
quarantine(struct buf *b, struct app *app)
{
	struct quarantine_count of[QUARANTINE_REASONS_MAX];
	size_t count = 0;
	struct pg *db = take(app);
	enum err e = ERR_AWAY;

	if (db)
		e = quarantine_counts(db, of, &count);
	give(app, db);
	if (e || !count)
		return;
	buf_add(b, STR("# HELP piste_quarantined Submissions put aside, by"
	    " reason.\n# TYPE piste_quarantined gauge\n"));
	for (size_t i = 0; i < count; i++)
		buf_addf(b, "piste_quarantined{reason=\"%s\"} %lld\n",
		    of[i].reason, (long long)of[i].submissions);
}

/* Likewise. */
static void
overflow(struct buf *b, struct app *app)
{
	struct allot_depth d;
	struct pg *db = take(app);
	enum err e = ERR_AWAY;

	if (db)
		e = allot_depth(db, &d);
	give(app, db);
	if (e)
		return;
	metric(b, GAUGE, "piste_overflow_leads",
	    "Leads that no seller could take.", d.overflow);
	metric(b, GAUGE, "piste_overflow_age_seconds",
	    "How long the oldest of them waits.", d.oldest_ms / 1000);
}

/* Likewise. */
static void
promises(struct buf *b, struct app *app)
{
	struct promise_count of[PROMISE_COUNTS_MAX];
	size_t count = 0;
	struct pg *db = take(app);
	enum err e = ERR_AWAY;

	if (db)
		e = promise_counts(db, of, &count);
	give(app, db);
	if (e || !count)
		return;
	buf_add(b, STR("# HELP piste_promises_broken_total Promises to leads"
	    " that were broken, by step and grade.\n"
	    "# TYPE piste_promises_broken_total counter\n"));
	for (size_t i = 0; i < count; i++)
		buf_addf(b, "piste_promises_broken_total{step=\"%s\","
		    "grade=\"%s\"} %lld\n", of[i].step, of[i].grade,
		    (long long)of[i].broken);
	buf_add(b, STR("# HELP piste_promises_overdue Those of them that still"
	    " wait.\n# TYPE piste_promises_overdue gauge\n"));
	for (size_t i = 0; i < count; i++)
		buf_addf(b, "piste_promises_overdue{step=\"%s\",grade=\"%s\"}"
		    " %lld\n", of[i].step, of[i].grade,
		    (long long)of[i].overdue);
}

/* Likewise. */
static void
alarms(struct buf *b, struct app *app)
{
	struct alarmturn_count of[ALARMTURN_COUNTS_MAX];
	size_t count = 0;
	struct pg *db = take(app);
	enum err e = ERR_AWAY;

	if (db)
		e = alarmturn_counts(db, of, &count);
	give(app, db);
	if (e)
		return;
	buf_add(b, STR("# HELP piste_alarms Figures out of their usual band,"
	    " by kind.\n# TYPE piste_alarms gauge\n"));
	for (size_t i = 0; i < count; i++)
		buf_addf(b, "piste_alarms{kind=\"%s\"} %lld\n", of[i].kind,
		    (long long)of[i].alarms);
}

/* Likewise. */
static void
reconciled(struct buf *b, struct app *app)
{
	struct reconcile_last last;
	struct pg *db = take(app);
	enum err e = ERR_AWAY;

	if (db)
		e = reconcile_last(db, &last);
	give(app, db);
	if (e)
		return;
	metric(b, GAUGE, "piste_reconcile_age_seconds",
	    "Since piste reconcile last ran to its end.", last.age_ms / 1000);
	metric(b, GAUGE, "piste_reconcile_missing",
	    "What it found missing: in the database, queue or outbox.",
	    last.missing);
	metric(b, GAUGE, "piste_reconcile_unlogged",
	    "Submissions whose request it did not find in nginx's log.",
	    last.unlogged);
}

static void
flood(struct buf *b, struct app *app, int64_t now_ms)
{
	struct flood_count n;

	flood_counts(app->flood, now_ms, &n);
	metric(b, GAUGE, "piste_attack",
	    "Whether this process is under attack.", n.is_attack);
	metric(b, COUNTER, "piste_attacks_total", "Attacks begun.",
	    (int64_t)n.attacks);
	metric(b, COUNTER, "piste_forms_sent_total",
	    "Forms that were sent and kept.", (int64_t)n.posts);
	metric(b, COUNTER, "piste_forms_suspect_total",
	    "Those of them that were put aside.", (int64_t)n.suspects);
}

static void
behaviour(struct buf *b, struct app *app)
{
	struct behaviour_count n;

	behaviour_counts(app->behaviour, &n);
	metric(b, COUNTER, "piste_behaviour_written_total",
	    "Page views, documents and links PostgreSQL has taken.",
	    (int64_t)n.written);
	metric(b, COUNTER, "piste_behaviour_lost_total",
	    "Those given up for lack of room, or refused.", (int64_t)n.lost);
	metric(b, GAUGE, "piste_behaviour_waiting", "Those in memory.",
	    (int64_t)n.waiting);
}

static void
audience(struct buf *b, struct app *app)
{
	struct reach_count n;

	reach_counts(app->reach, &n);
	metric(b, GAUGE, "piste_audience_claims",
	    "Visitors and engaged visitors told apart today on this node.",
	    (int64_t)n.claims);
	metric(b, GAUGE, "piste_audience_claims_max",
	    "How many there is room for.", REACH_CLAIMS_MAX);
	metric(b, COUNTER, "piste_audience_untold_total",
	    "Views and forms counted without a visitor, for lack of room.",
	    (int64_t)n.untold);
}

enum turn
health_metrics(struct request *rq)
{
	struct app *app = rq->app;
	struct event_count events;
	struct str build;
	struct buf b;

	if (!is_allowed(rq))
		return TURN_ANSWERED;
	buf_init(&b, rq->arena, METRICS_BYTES_MAX);
	requests(&b);
	submissions(&b, app);
	spool(&b, app);
	outbox(&b, app);
	quarantine(&b, app);
	overflow(&b, app);
	promises(&b, app);
	alarms(&b, app);
	reconciled(&b, app);
	flood(&b, app, rq->received_ms);
	audience(&b, app);
	event_counts(app->events, &events);
	metric(&b, COUNTER, "piste_exposures_written_total",
	    "Exposures PostgreSQL has taken.", (int64_t)events.written);
	metric(&b, COUNTER, "piste_exposures_lost_total",
	    "Exposures given up for lack of room.", (int64_t)events.lost);
	metric(&b, GAUGE, "piste_exposures_waiting",
	    "Exposures in memory.", (int64_t)events.waiting);
	behaviour(&b, app);
	metric(&b, GAUGE, "piste_snapshot_age_seconds",
	    "Since the site was last compared with the database; -1: never.",
	    snapshot_age_ms(app->snapshot) < 0 ? -1 :
	    snapshot_age_ms(app->snapshot) / 1000);
	metric(&b, GAUGE, "piste_geo_up", "Whether a geo file is open.",
	    geo_is_open(app->geo, rq->arena, &build));
	response_set(rq, 200, METRICS_TYPE, buf_str(&b));
	return TURN_ANSWERED;
}
