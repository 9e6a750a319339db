/*
 * Implements reconcile.h.  The log is read first, then the spool, then the
 * database: what moves from one to the next meanwhile is found in the later.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/token.h"
#include "lead/accesslog.h"
#include "store/pg.h"
#include "store/spoollook.h"

#include "lead/reconcile.h"

#define WAIT_MS 600000
#define BATCH 1000
#define ARENA_BYTES ((size_t)1 << 20)
#define TEXT_(n) #n
#define TEXT(n) TEXT_(n)

/* [ids] */
SQL(reconcile_absent, 1,
    "SELECT a.ord FROM jsonb_array_elements_text($1::jsonb) WITH ORDINALITY"
    " AS a (id, ord) WHERE NOT EXISTS (SELECT FROM piste.submission AS s"
    " WHERE s.id = a.id::uuid) ORDER BY a.ord");
/* [since, until]: no index knows the time, so all is gone through, once. */
SQL(reconcile_rows, 2,
    "DECLARE reconcile_row NO SCROLL CURSOR FOR"
    " SELECT s.id, s.request_id, s.outcome = 'quarantined',"
    " s.outcome <> 'quarantined' AND s.lead_id IS NOT NULL AND NOT EXISTS ("
    "SELECT FROM piste.qualification_queue AS q WHERE q.lead_id ="
    " s.lead_id), s.outcome <> 'quarantined' AND NOT EXISTS (SELECT FROM"
    " piste.outbox AS o WHERE o.submission_id = s.id AND o.kind ="
    " 'submission.accepted'), s.request_id IS NOT NULL AND s.via IN"
    " ('form', 'api', 'spool') FROM piste.submission AS s"
    " WHERE s.received_at >= $1::timestamptz AND s.received_at <"
    " $2::timestamptz ORDER BY s.seq");
SQL(reconcile_some, 0, "FETCH FORWARD " TEXT(BATCH) " FROM reconcile_row");
SQL(reconcile_keep, 9,
    "INSERT INTO piste.reconciliation (since, until, acknowledged, spooled,"
    " aside, lost, unqueued, unsent, unlogged) VALUES ($1::timestamptz,"
    " $2::timestamptz, $3::bigint, $4::bigint, $5::bigint, $6::bigint,"
    " $7::bigint, $8::bigint, $9::bigint)");
SQL(reconcile_latest, 0,
    "SELECT floor(extract(epoch FROM now() - r.made_at) * 1000)::bigint,"
    " r.lost + r.aside + r.unqueued + r.unsent, r.unlogged"
    " FROM piste.reconciliation AS r ORDER BY r.id DESC LIMIT 1");

/* Things of one size, sorted before they are searched. */
struct heap {
	char *bytes;
	size_t each, count, room;
};

struct receipt {
	struct uuid id;
	int64_t at_ms;
	char request[ACCESSLOG_REQUEST_CHARS + 1];
};

struct request_seen {
	char id[ACCESSLOG_REQUEST_CHARS];
	bool has_receipt;
};

struct reconcile {
	const struct reconcile_plan *plan;
	struct reconcile_sums sums;
	struct heap receipts;
	struct heap requests;
	struct heap spooled;		/* struct uuid */
	struct heap aside;
	struct arena *arena;
	char since[CLOCK_TEXT_BYTES];
	char until[CLOCK_TEXT_BYTES];
};

static void
add(struct heap *h, const void *one)
{
	if (h->count == h->room) {
		h->room = h->room ? 2 * h->room : 1024;
		h->bytes = reallocarray(h->bytes, h->room, h->each);
		if (!h->bytes)
			abort();
	}
	memcpy(h->bytes + h->count++ * h->each, one, h->each);
}

static void *
at(const struct heap *h, size_t i)
{
	return h->bytes + i * h->each;
}

static int
by_id(const void *a, const void *b)
{
	return memcmp(a, b, sizeof (struct uuid));
}

/* The ids first, so that a receipt is found like an id. */
static int
by_receipt(const void *a, const void *b)
{
	const struct receipt *one = a, *two = b;
	int order = by_id(&one->id, &two->id);

	return order ? order : (one->at_ms > two->at_ms) -
	    (one->at_ms < two->at_ms);
}

static int
by_request(const void *a, const void *b)
{
	return memcmp(a, b, ACCESSLOG_REQUEST_CHARS);
}

static void
sort(struct heap *h, int (*order)(const void *, const void *))
{
	if (h->count)
		qsort(h->bytes, h->count, h->each, order);
}

static void *
find(const struct heap *h, const void *key,
    int (*order)(const void *, const void *))
{
	return h->count ? bsearch(key, h->bytes, h->count, h->each, order) :
	    NULL;
}

struct reconcile *
reconcile_new(const struct reconcile_plan *p)
{
	struct reconcile *r = calloc(1, sizeof *r);

	if (!r)
		abort();
	r->plan = p;
	r->receipts.each = sizeof (struct receipt);
	r->requests.each = sizeof (struct request_seen);
	r->spooled.each = r->aside.each = sizeof (struct uuid);
	r->arena = arena_new(ARENA_BYTES);
	clock_text(p->since_ms, r->since);
	clock_text(p->until_ms, r->until);
	return r;
}

void
reconcile_free(struct reconcile *r)
{
	if (!r)
		return;
	free(r->receipts.bytes);
	free(r->requests.bytes);
	free(r->spooled.bytes);
	free(r->aside.bytes);
	arena_free(r->arena);
	free(r);
}

enum err
reconcile_line(struct reconcile *r, struct str line)
{
	struct accesslog_post post;
	struct request_seen seen;
	struct receipt receipt;
	enum err e;

	/* nginx escapes the quotes of what clients send. */
	if (!memmem(line.p, line.n, "\"method\":\"POST\"", 15))
		return OK;
	e = accesslog_parse(line, &post);
	r->sums.unread += e == ERR_INPUT;
	if (e || post.at_ms < r->plan->since_ms - RECONCILE_SLACK_MS ||
	    post.at_ms >= r->plan->until_ms + RECONCILE_SLACK_MS)
		return OK;
	if (r->requests.count == RECONCILE_POSTS_MAX)
		return ERR_LIMIT;
	memcpy(seen.id, post.request, sizeof seen.id);
	seen.has_receipt = post.submission[0];
	add(&r->requests, &seen);
	if (post.at_ms < r->plan->since_ms || post.at_ms >= r->plan->until_ms)
		return OK;
	r->sums.posts++;
	if (!seen.has_receipt)
		return OK;
	r->sums.receipts++;
	receipt.at_ms = post.at_ms;
	memcpy(receipt.request, post.request, sizeof receipt.request);
	if (!token_uuid_parse(str_of(post.submission), &receipt.id))
		add(&r->receipts, &receipt);
	return OK;
}

/* A double click's receipts are for one submission. */
static void
keep_first(struct reconcile *r)
{
	struct heap *h = &r->receipts;
	size_t kept = 0;

	sort(h, by_receipt);
	for (size_t i = 0; i < h->count; i++)
		if (!kept || by_id(at(h, kept - 1), at(h, i)) != 0)
			memmove(at(h, kept++), at(h, i), h->each);
	h->count = kept;
	r->sums.acknowledged = (int64_t)kept;
}

static void
see_record(void *context, struct str record, bool is_aside)
{
	json_t *row = json_loadb(record.p, record.n, 0, NULL);
	const char *id = json_string_value(json_object_get(row, "id"));
	struct reconcile *r = context;
	struct uuid u;

	if (id && !token_uuid_parse(str_of(id), &u))
		add(is_aside ? &r->aside : &r->spooled, &u);
	json_decref(row);
}

/* What is missing, by a name that a person and grep understand. */
static void
name_one(const struct reconcile *r, const char *what, struct str id,
    struct str request, int64_t at_ms)
{
	char text[CLOCK_TEXT_BYTES];
	struct str when = at_ms ? clock_text(at_ms, text) : STR("-");

	json_t *line;

	if (!r->plan->is_json) {
		fprintf(r->plan->out, "%s\tsubmission %.*s\trequest %.*s\t"
		    "%.*s\n", what, STR_ARG(id), STR_ARG(request),
		    STR_ARG(when));
		return;
	}
	line = json_pack("{s:s,s:s%,s:s%,s:s%}", "missing", what, "submission",
	    id.p, id.n, "request", request.p, request.n, "at", when.p, when.n);
	if (line && !json_dumpf(line, r->plan->out, JSON_COMPACT))
		fputc('\n', r->plan->out);
	json_decref(line);
}

/*
 * Of its id there is no row.  One that was in conflict, and so has an id of its
 * own, is no exception: whatever has the id that it came with is there.
 */
static void
judge_absent(struct reconcile *r, const struct receipt *one)
{
	char text[UUID_TEXT];
	struct str id = token_uuid_text(&one->id, text);

	if (find(&r->spooled, &one->id, by_id)) {
		r->sums.spooled++;
	} else if (find(&r->aside, &one->id, by_id)) {
		r->sums.aside++;
		name_one(r, "aside", id, str_of(one->request), one->at_ms);
	} else {
		r->sums.lost++;
		name_one(r, "lost", id, str_of(one->request), one->at_ms);
	}
}

/* Receipts from first on, at most BATCH. */
static enum err
judge_receipts(struct reconcile *r, struct pg *db, size_t first, size_t count)
{
	const struct pg_rows *rows;
	size_t absents;
	char text[UUID_TEXT];
	struct buf b;
	enum err e;

	arena_reset(r->arena);
	buf_init(&b, r->arena, BATCH * (UUID_TEXT + 3));
	for (size_t i = 0; i < count; i++) {
		buf_byte(&b, i ? ',' : '[');
		buf_json(&b, token_uuid_text(&((struct receipt *)
		    at(&r->receipts, first + i))->id, text));
	}
	buf_byte(&b, ']');
	e = pg_run(db, &reconcile_absent, &(struct str){ b.p, b.n }, WAIT_MS,
	    &rows);
	if (e)
		return e;
	absents = pg_count(rows);
	for (size_t i = 0; i < absents; i++) {
		uint64_t ord = 1;

		(void)str_u64(pg_value(rows, i, 0), 1, count, &ord);
		judge_absent(r, at(&r->receipts, first + (size_t)ord - 1));
	}
	r->sums.stored += (int64_t)(count - absents);
	return OK;
}

static void
judge_row(struct reconcile *r, const struct pg_rows *rows, size_t i)
{
	struct str id = pg_value(rows, i, 0), request = pg_value(rows, i, 1);
	struct request_seen key = { 0 };
	const struct request_seen *seen;
	struct reconcile_sums *s = &r->sums;

	s->rows++;
	s->quarantined += str_eq(pg_value(rows, i, 2), STR("t"));
	if (str_eq(pg_value(rows, i, 3), STR("t"))) {
		s->unqueued++;
		name_one(r, "unqueued", id, request, 0);
	}
	if (str_eq(pg_value(rows, i, 4), STR("t"))) {
		s->unsent++;
		name_one(r, "unsent", id, request, 0);
	}
	if (!str_eq(pg_value(rows, i, 5), STR("t")))
		return;
	memcpy(key.id, request.p, request.n < sizeof key.id ? request.n :
	    sizeof key.id);
	seen = find(&r->requests, &key, by_request);
	if (!seen) {
		s->unlogged++;
		name_one(r, "unlogged", id, request, 0);
	}
	s->unanswered += seen && !seen->has_receipt;
}

static enum err
judge_rows(struct reconcile *r, struct pg *db)
{
	int64_t logged_ms = clock_now_ms() - RECONCILE_UNLOGGED_MS;
	char until[CLOCK_TEXT_BYTES];
	const struct str params[] = { str_of(r->since),
	    clock_text(logged_ms < r->plan->until_ms ? logged_ms :
	    r->plan->until_ms, until) };
	const struct pg_rows *rows;
	enum err e = pg_begin(db);

	if (e)
		return e;
	e = pg_run(db, &reconcile_rows, params, WAIT_MS, NULL);
	do {
		if (!e)
			e = pg_run(db, &reconcile_some, NULL, WAIT_MS, &rows);
		for (size_t i = 0; !e && i < pg_count(rows); i++)
			judge_row(r, rows, i);
	} while (!e && pg_count(rows));
	/* Nothing was written; the cursor goes with it. */
	pg_rollback(db);
	return e;
}

static enum err
keep(const struct reconcile *r, struct pg *db)
{
	const struct reconcile_sums *s = &r->sums;
	const int64_t sum[] = { s->acknowledged, s->spooled, s->aside, s->lost,
	    s->unqueued, s->unsent, s->unlogged };
	char text[sizeof sum / sizeof *sum][STR_I64_BYTES];
	struct str params[9] = { str_of(r->since), str_of(r->until) };

	for (size_t i = 0; i < sizeof sum / sizeof *sum; i++)
		params[2 + i] = str_from_i64(text[i], sum[i]);
	return pg_run(db, &reconcile_keep, params, PG_STATEMENT_MS, NULL);
}

enum err
reconcile_end(struct reconcile *r, struct pg *db, struct reconcile_sums *out)
{
	enum err e = spoollook_each(r->plan->spool, see_record, r);

	keep_first(r);
	sort(&r->requests, by_request);
	sort(&r->spooled, by_id);
	sort(&r->aside, by_id);
	for (size_t i = 0; i < r->receipts.count && !e; i += BATCH)
		e = judge_receipts(r, db, i, r->receipts.count - i < BATCH ?
		    r->receipts.count - i : BATCH);
	if (!e)
		e = judge_rows(r, db);
	if (!e)
		e = keep(r, db);
	*out = r->sums;
	return e;
}

bool
reconcile_closes(const struct reconcile_sums *s)
{
	return !s->lost && !s->aside && !s->unqueued && !s->unsent &&
	    s->acknowledged == s->stored + s->spooled;
}

enum err
reconcile_last(struct pg *db, struct reconcile_last *out)
{
	int64_t *to[] = { &out->age_ms, &out->missing, &out->unlogged };
	const struct pg_rows *rows;
	enum err e = pg_run(db, &reconcile_latest, NULL, PG_STATEMENT_MS,
	    &rows);

	if (e)
		return e;
	if (!pg_count(rows))
		return ERR_ABSENT;
	*out = (struct reconcile_last){ 0 };
	for (size_t i = 0; i < sizeof to / sizeof *to; i++)
		(void)str_i64(pg_value(rows, 0, i), 0, INT64_MAX, to[i]);
	return OK;
}
