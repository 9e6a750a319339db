/*
 * Implements allot.h.  One worker at a time decides, by an advisory lock: whose
 * turn it is depends on every decision before.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "lead/allocate.h"
#include "lead/seller.h"
#include "store/pg.h"

#include "lead/allot.h"

#define WAIT_MS 30000
#define DEPTH_WAIT_MS 2000
#define DAY_MS INT64_C(86400000)
#define TRIED_MAX 100
#define DIGITS(n) #n
#define TEXT_OF(n) DIGITS(n)
#define STAMP(column) "to_char(" column " AT TIME ZONE 'UTC'," \
    " 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"

SQL(allot_expired, 0,
    "SELECT piste.allocation_expire(" TEXT_OF(ALLOT_EXPIRE_MAX) ")");
SQL(allot_woken, 0,
    "SELECT piste.lead_wake_due(" TEXT_OF(ALLOT_EXPIRE_MAX) ")");
SQL(allot_lock, 0, "SELECT pg_try_advisory_xact_lock(hashtext("
    "'piste.allocation'))");
SQL(allot_claim, 0,
    "SELECT piste.allocation_claim(" TEXT_OF(ALLOT_BATCH_MAX) ")");
SQL(allot_facts, 1,
    "SELECT f.lead_id, f.at_ms, f.stage, f.need, f.potential, f.is_hot,"
    " f.country, f.postcode, f.geo_country, f.geo_region, f.radius_km,"
    " array_to_string(f.tried, ' '), f.had"
    " FROM unnest($1::bigint[]) WITH ORDINALITY AS c (id, ord)"
    " JOIN piste.allocation_facts($1::bigint[]) AS f"
    " ON f.lead_id = c.id ORDER BY c.ord");
SQL(allot_give, 7,
    "SELECT piste.allocation_give($1::bigint, $2::bigint, $3::bigint,"
    " $4::jsonb, $5::bigint, $6::bigint, $7::bigint)");
SQL(allot_wait, 2,
    "SELECT piste.allocation_wait($1::bigint, $2::jsonb)");

SQL(allot_told, 1,
    "SELECT concat_ws(E'\\t', " STAMP("w.at") ", w.what, w.seller, w.detail),"
    " json_build_object('at', " STAMP("w.at") ", 'what', w.what, 'seller',"
    " w.seller, 'actor', w.actor, 'rules', w.rules, 'decision', w.decision,"
    " 'reason', w.reason, 'accept_by', " STAMP("w.accept_by") ","
    " 'accepted_at', " STAMP("w.accepted_at") ", 'ended_at', "
    STAMP("w.ended_at") ", 'outcome', w.outcome, 'why', w.why),"
    " w.decision, w.what, concat_ws(' ', 'lead', l.id,"
    " 'was never given to anybody: it is at', l.stage || CASE"
    " WHEN NOT l.stage = ANY (piste.allocation_stages())"
    " THEN ', which no seller takes' WHEN l.scored_at IS NULL"
    " THEN ', and not scored yet' ELSE ', and about to be tried' END)"
    " FROM piste.lead AS l LEFT JOIN LATERAL ("
    "SELECT 0 AS part, a.id, a.at, 'given' AS what, s.key AS seller,"
    " concat_ws(' ', 'by', a.actor, a.reason, coalesce(a.outcome,"
    " CASE WHEN a.accepted_at IS NOT NULL THEN 'accepted' ELSE"
    " 'to be accepted by ' || " STAMP("a.accept_by") " END), a.why)"
    " AS detail, a.actor, a.rules_version AS rules, a.decision, a.reason,"
    " a.accept_by, a.accepted_at, a.ended_at, a.outcome, a.why"
    " FROM piste.allocation AS a"
    " JOIN piste.seller AS s ON s.id = a.seller_id WHERE a.lead_id = l.id"
    " UNION ALL SELECT 1, 0, o.since, 'overflow', '-', concat_ws(' ',"
    " 'tried', o.tries || ',', 'again at', " STAMP("o.next_at") "),"
    " 'piste', NULL, o.decision, NULL, NULL, NULL, NULL, NULL, NULL"
    " FROM piste.overflow AS o WHERE o.lead_id = l.id) AS w ON true"
    " WHERE l.id = $1::bigint ORDER BY w.part, w.id");
SQL(allot_told_parts, 1,
    "SELECT concat_ws(' ', '  candidate', c.seller, 'weight', c.weight,"
    " 'deficit', c.deficit, 'open', c.open)"
    " FROM jsonb_to_recordset($1::jsonb->'candidates') AS c (seller text,"
    " weight text, deficit text, open text)"
    " UNION ALL SELECT concat_ws(' ', '  left out', e.seller,"
    " (SELECT string_agg(r, ' ') FROM jsonb_array_elements_text(e.reasons)"
    " AS r)) FROM jsonb_to_recordset($1::jsonb->'excluded')"
    " AS e (seller text, reasons jsonb)");
SQL(allot_by_hand, 4,
    "SELECT piste.allocation_hand($1::bigint, $2, $3, $4)");
SQL(allot_taken, 1, "SELECT piste.allocation_accept($1::bigint)");
SQL(allot_refused, 2,
    "SELECT piste.allocation_end($1::bigint, 'refused', $2)");
SQL(allot_list, 0,
    "SELECT w.line, w.record FROM (SELECT 0 AS part, o.since, o.lead_id,"
    " concat_ws(E'\\t', o.lead_id, " STAMP("o.since") ","
    " o.tries || ' tries', 'again at ' || " STAMP("o.next_at") ") AS line,"
    " json_build_object('lead', o.lead_id, 'since', " STAMP("o.since") ","
    " 'tries', o.tries, 'next_at', " STAMP("o.next_at") ", 'decision',"
    " o.decision) AS record FROM piste.overflow AS o"
    " UNION ALL SELECT 1, l.updated_at, l.id, concat_ws(E'\\t', l.id, "
    STAMP("l.updated_at") ", l.stage, 'no seller takes leads there'),"
    " json_build_object('lead', l.id, 'since', " STAMP("l.updated_at") ","
    " 'stage', l.stage) FROM piste.lead AS l"
    " JOIN piste.person AS p ON p.id = l.person_id"
    " WHERE l.stage IN ('mql', 'sql', 'opportunity') AND l.owner_id IS NULL"
    " AND l.is_open AND l.merged_into IS NULL AND p.erased_at IS NULL"
    " AND NOT l.stage = ANY (piste.allocation_stages())"
    " AND NOT piste.offer_is_invented(l.offer_key)"
    " AND EXISTS (SELECT FROM piste.allocation_rules)) AS w"
    " ORDER BY w.part, w.since, w.lead_id");
SQL(allot_count, 0,
    "SELECT count(*), coalesce(floor(extract(epoch FROM now() -"
    " min(since)) * 1000), 0)::bigint FROM piste.overflow");

static int64_t
number_of(struct str text)
{
	int64_t n = 0;

	(void)str_i64(text, INT64_MIN, INT64_MAX, &n);
	return n;
}

static int64_t
number(const struct pg_rows *rows, size_t row, size_t column)
{
	return number_of(pg_value(rows, row, column));
}

static struct str
text_of(struct arena *a, int64_t v)
{
	return str_from_i64(arena_take(a, STR_I64_BYTES), v);
}

static void
add_lead(struct buf *b, const struct allocate_lead *l)
{
	buf_addf(b, "{\"lead\":{\"id\":%lld,\"at_ms\":%lld,"
	    "\"potential\":%lld,\"is_hot\":%s,\"radius_km\":%d",
	    (long long)l->id, (long long)l->at_ms, (long long)l->potential,
	    l->is_hot ? "true" : "false", (int)l->radius_km);
	buf_json_pair(b, "stage", l->stage);
	buf_json_pair(b, "need", l->need);
	buf_json_pair(b, "country", l->country);
	buf_json_pair(b, "postcode", l->postcode);
	buf_json_pair(b, "geo_country", l->geo_country);
	buf_json_pair(b, "geo_region", l->geo_region);
	buf_byte(b, '}');
}

struct str
allot_json(struct arena *a, const struct allocate_plan *p,
    const struct allocate_lead *l, const struct allocate_verdict *v)
{
	struct buf b;
	bool is_first = true;

	buf_init(&b, a, ALLOT_DECISION_BYTES_MAX);
	add_lead(&b, l);
	buf_add(&b, STR(",\"candidates\":["));
	for (size_t i = 0; i < p->sellers; i++) {
		const struct allocate_seller *s = &p->seller[i];

		if (v->reasons[i])
			continue;
		buf_add(&b, is_first ? STR("{") : STR(",{"));
		is_first = false;
		buf_json_pair(&b, "seller", s->key);
		buf_addf(&b, ",\"weight\":%u,\"deficit\":%.6f,\"open\":%u}",
		    s->weight, allocate_deficit(v, i), s->open);
	}
	buf_add(&b, STR("],\"excluded\":["));
	is_first = true;
	for (size_t i = 0; i < p->sellers; i++) {
		if (!v->reasons[i])
			continue;
		buf_add(&b, is_first ? STR("{") : STR(",{"));
		is_first = false;
		buf_json_pair(&b, "seller", p->seller[i].key);
		buf_add(&b, STR(",\"reasons\":["));
		for (size_t r = 0, n = 0; r < ALLOCATE_REASONS; r++)
			if (v->reasons[i] >> r & 1)
				buf_addf(&b, "%s\"%s\"", n++ ? "," : "",
				    allocate_reason(r));
		buf_add(&b, STR("]}"));
	}
	buf_add(&b, STR("]}"));
	return buf_str(&b);
}

static void
read_tried(struct arena *a, struct str list, struct allocate_lead *l)
{
	int64_t *ids = arena_array(a, TRIED_MAX, sizeof *ids);
	struct str one;

	l->tried = ids;
	while (list.n && l->tried_count < TRIED_MAX) {
		(void)str_cut(list, ' ', &one, &list);
		ids[l->tried_count++] = number_of(one);
	}
}

static void
read_lead(struct arena *a, const struct pg_rows *rows, size_t row,
    struct allocate_lead *out)
{
	struct str text[13];

	for (size_t i = 0; i < sizeof text / sizeof *text; i++)
		text[i] = arena_copy(a, pg_value(rows, row, i));
	*out = (struct allocate_lead){ .id = number_of(text[0]),
		.at_ms = number_of(text[1]), .stage = text[2],
		.need = text[3], .potential = number_of(text[4]),
		.is_hot = str_eq(text[5], STR("t")), .country = text[6],
		.postcode = text[7], .geo_country = text[8],
		.geo_region = text[9], .radius_km =
		(int32_t)number_of(text[10]), .had = number_of(text[12]) };
	read_tried(a, text[11], out);
}

static enum err
give(struct pg *db, struct arena *a, struct seller_snapshot *s,
    const struct allocate_lead *l, const struct allocate_verdict *v)
{
	struct allocate_plan *p = &s->rule.plan;
	struct allocate_seller *to = &p->seller[v->chosen];
	struct str decision = allot_json(a, p, l, v);
	int64_t by = shift_deadline(&to->shift, l->at_ms, p->accept_minutes);

	allocate_take(p, v);
	return pg_run(db, &allot_give, (struct str[]){ text_of(a, l->id),
	    text_of(a, to->id), text_of(a, s->version), decision,
	    text_of(a, by), text_of(a, to->tag), text_of(a, to->turn) },
	    WAIT_MS, NULL);
}

static enum err
overflow(struct pg *db, struct arena *a, const struct allocate_plan *p,
    const struct allocate_lead *l, const struct allocate_verdict *v)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &allot_wait, (struct str[]){
	    text_of(a, l->id), allot_json(a, p, l, v) }, WAIT_MS, &rows);

	if (!e && number(rows, 0, 0) == 1)
		log_event(LOG_WARN, "allocate.overflow",
		    LOG_INT("lead", l->id));
	return e;
}

static enum err
decide(struct pg *db, struct arena *a, struct seller_snapshot *s,
    const struct allocate_lead *l)
{
	struct allocate_verdict *v = arena_take(a, sizeof *v);

	allocate_decide(&s->rule.plan, l, v);
	return v->chosen == ALLOCATE_NOBODY ?
	    overflow(db, a, &s->rule.plan, l, v) : give(db, a, s, l, v);
}

/* In a transaction, under the lock. */
static enum err
decide_all(struct pg *db, struct arena *a, struct str claimed, int64_t *done)
{
	int64_t now = clock_now_ms();
	struct allocate_lead *lead;
	struct seller_snapshot s;
	const struct pg_rows *rows;
	size_t count;
	struct seller_span span = { now - DAY_MS, now +
		(SHIFT_DEADLINE_DAYS_MAX + 1) * DAY_MS };
	enum err e = seller_load(db, a, span, &s);

	if (!e)
		e = pg_run(db, &allot_facts, &claimed, WAIT_MS, &rows);
	if (e)
		return e;
	count = pg_count(rows);
	lead = arena_array(a, count, sizeof *lead);
	for (size_t i = 0; i < count; i++)
		read_lead(a, rows, i, &lead[i]);
	for (size_t i = 0; !e && i < count; i++)
		e = decide(db, a, &s, &lead[i]);
	*done = (int64_t)count;
	return e;
}

static enum err
turn(struct pg *db, struct arena *a, int64_t *done)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &allot_expired, NULL, WAIT_MS, NULL);

	if (!e)
		e = pg_run(db, &allot_woken, NULL, WAIT_MS, NULL);
	if (!e)
		e = pg_run(db, &allot_lock, NULL, WAIT_MS, &rows);
	if (e || !str_eq(pg_value(rows, 0, 0), STR("t")))
		return e;
	e = pg_run(db, &allot_claim, NULL, WAIT_MS, &rows);
	if (e || str_eq(pg_value(rows, 0, 0), STR("{}")))
		return e;
	return decide_all(db, a, arena_copy(a, pg_value(rows, 0, 0)), done);
}

enum err
allot_turn(struct pg *db, int64_t *done)
{
	struct arena *a;
	enum err e = pg_begin(db);

	*done = 0;
	if (e)
		return e;
	a = arena_new(SELLERRULE_ARENA_BYTES_MAX);
	e = turn(db, a, done);
	if (!e) {
		e = pg_commit(db);
	} else {
		pg_rollback(db);
		*done = 0;
	}
	arena_free(a);
	return e;
}

static enum err
explain_parts(struct pg *db, struct str decision, FILE *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &allot_told_parts, &decision, WAIT_MS, &rows);

	for (size_t i = 0; !e && i < pg_count(rows); i++)
		fprintf(out, "%.*s\n", STR_ARG(pg_value(rows, i, 0)));
	return e;
}

enum err
allot_explain(struct pg *db, struct str lead, bool is_json, FILE *out)
{
	struct arena *a = arena_new(SELLERRULE_ARENA_BYTES_MAX);
	const struct pg_rows *rows;
	struct str *line, *decision;
	size_t n;
	enum err e = pg_run(db, &allot_told, &lead, WAIT_MS, &rows);

	n = e ? 0 : pg_count(rows);
	if (!e && !n)
		e = ERR_ABSENT;
	/* Of a lead that never was anybody's there is one row of nothing. */
	if (n && pg_is_null(rows, 0, 3)) {
		if (!is_json)
			fprintf(out, "%.*s\n", STR_ARG(pg_value(rows, 0, 4)));
		n = 0;
	}
	line = arena_array(a, n, sizeof *line);
	decision = arena_array(a, n, sizeof *decision);
	for (size_t i = 0; i < n; i++) {
		line[i] = arena_copy(a, pg_value(rows, i, is_json));
		decision[i] = arena_copy(a, pg_value(rows, i, 2));
	}
	for (size_t i = 0; !e && i < n; i++) {
		fprintf(out, "%.*s\n", STR_ARG(line[i]));
		if (!is_json && decision[i].n)
			e = explain_parts(db, decision[i], out);
	}
	arena_free(a);
	return e;
}

enum err
allot_hand(struct pg *db, struct str lead, struct str seller, struct str who,
    struct str reason)
{
	return pg_run(db, &allot_by_hand, (struct str[]){ lead, seller, who,
	    reason }, WAIT_MS, NULL);
}

enum err
allot_accept(struct pg *db, struct str lead, struct str *whose)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &allot_taken, &lead, WAIT_MS, &rows);

	*whose = e ? STR_EMPTY : pg_value(rows, 0, 0);
	return e;
}

enum err
allot_refuse(struct pg *db, struct str lead, struct str reason)
{
	return pg_run(db, &allot_refused, (struct str[]){ lead, reason },
	    WAIT_MS, NULL);
}

enum err
allot_overflow(struct pg *db, bool is_json, FILE *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &allot_list, NULL, WAIT_MS, &rows);

	for (size_t i = 0; !e && i < pg_count(rows); i++)
		fprintf(out, "%.*s\n", STR_ARG(pg_value(rows, i, is_json)));
	return e;
}

enum err
allot_depth(struct pg *db, struct allot_depth *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &allot_count, NULL, DEPTH_WAIT_MS, &rows);

	if (e)
		return e;
	out->overflow = number(rows, 0, 0);
	out->oldest_ms = number(rows, 0, 1);
	return OK;
}
