/* Implements rehearse.h: reads decisions, calls lead/replay, tells. */
#include <math.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "lead/replay.h"
#include "lead/seller.h"
#include "store/pg.h"

#include "lead/rehearse.h"

#define WAIT_MS 60000
#define DAY_MS INT64_C(86400000)
#define BATCH 5000
#define DIGITS(n) #n
#define TEXT_OF(n) DIGITS(n)
#define COLUMNS 14
#define LINE_BYTES_MAX 1024

/* Invented leads, of which figures are shown, say nothing of the rules. */
#define REAL(lead) " JOIN piste.offer AS p ON p.key = " lead ".offer_key" \
    " AND NOT p.is_synthetic"
/* A lead's place is free from when it was nobody's, or closed, for good. */
SQL(rehearse_leads, 2,
    "SELECT a.id, a.lead_id, f.at_ms, f.stage, f.need, f.potential,"
    " f.is_hot, f.country, f.postcode, f.geo_country, f.geo_region,"
    " f.radius_km, coalesce(floor(extract(epoch FROM CASE"
    " WHEN NOT l.is_open THEN (SELECT max(h.at) FROM piste.lead_history AS h"
    " WHERE h.lead_id = l.id) WHEN l.owner_id IS NULL THEN (SELECT"
    " max(o.ended_at) FROM piste.allocation AS o WHERE o.lead_id = l.id)"
    " END) * 1000)::bigint, 9223372036854775807), s.key"
    " FROM piste.allocation AS a"
    " JOIN piste.lead AS l ON l.id = a.lead_id"
    " JOIN piste.seller AS s ON s.id = a.seller_id"
    REAL("l")
    " CROSS JOIN LATERAL jsonb_to_record(a.decision->'lead') AS f ("
    "at_ms bigint, stage text, need text, potential bigint, is_hot boolean,"
    " country text, postcode text, geo_country text, geo_region text,"
    " radius_km integer)"
    " WHERE a.id > $1::bigint AND a.at >= to_timestamp($2::bigint / 1000.0)"
    " AND a.decision ? 'lead'"
    " AND NOT EXISTS (SELECT FROM piste.allocation AS b WHERE b.lead_id ="
    " a.lead_id AND b.id < a.id AND b.at >="
    " to_timestamp($2::bigint / 1000.0) AND b.decision ? 'lead')"
    " ORDER BY a.id LIMIT " TEXT_OF(BATCH));
SQL(rehearse_count, 1,
    "SELECT count(DISTINCT a.lead_id) FROM piste.allocation AS a"
    " JOIN piste.lead AS l ON l.id = a.lead_id" REAL("l")
    " WHERE a.at >= to_timestamp($1::bigint / 1000.0)"
    " AND a.decision ? 'lead'");
/* What was: leads, and shares of those who could have had them. */
SQL(rehearse_before, 1,
    "WITH decided AS MATERIALIZED (SELECT DISTINCT ON (a.lead_id) a.id,"
    " a.seller_id, a.decision FROM piste.allocation AS a"
    " JOIN piste.lead AS l ON l.id = a.lead_id" REAL("l")
    " WHERE a.at >= to_timestamp($1::bigint / 1000.0)"
    " AND a.decision ? 'lead' ORDER BY a.lead_id, a.id),"
    " shares AS (SELECT c.seller, sum(c.share) AS share FROM ("
    "SELECT r.seller, r.weight / sum(r.weight) OVER (PARTITION BY d.id)"
    " AS share FROM decided AS d CROSS JOIN LATERAL jsonb_to_recordset("
    "d.decision->'candidates') AS r (seller text, weight float8)) AS c"
    " GROUP BY c.seller)"
    " SELECT s.key, (SELECT count(*) FROM decided AS d"
    " WHERE d.seller_id = s.id), round(coalesce(w.share, 0) * 1000000)"
    "::bigint FROM piste.seller AS s"
    " LEFT JOIN shares AS w ON w.seller = s.key"
    " WHERE s.is_active OR w.share IS NOT NULL ORDER BY s.key");

static int64_t
number_of(struct str text)
{
	int64_t n = 0;

	(void)str_i64(text, INT64_MIN, INT64_MAX, &n);
	return n;
}

struct leads {
	struct replay_lead *row;
	struct str *before;	/* seller's key */
	size_t count;
};

static void
read_row(struct arena *a, const struct pg_rows *rows, size_t row,
    struct leads *out)
{
	struct replay_lead *l = &out->row[out->count];
	struct str v[COLUMNS];

	for (size_t i = 0; i < COLUMNS; i++)
		v[i] = arena_copy(a, pg_value(rows, row, i));
	*l = (struct replay_lead){ .free_ms = number_of(v[12]), .lead = {
		.id = number_of(v[1]), .at_ms = number_of(v[2]),
		.stage = v[3], .need = v[4], .potential = number_of(v[5]),
		.is_hot = str_eq(v[6], STR("t")), .country = v[7],
		.postcode = v[8], .geo_country = v[9], .geo_region = v[10],
		.radius_km = (int32_t)number_of(v[11]) } };
	out->before[out->count++] = v[13];
}

static enum err
make_room(struct pg *db, struct arena *a, struct str since, size_t *room,
    struct leads *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &rehearse_count, &since, WAIT_MS, &rows);

	if (e)
		return e;
	*room = (size_t)number_of(pg_value(rows, 0, 0));
	if (*room > REHEARSE_LEADS_MAX)
		return ERR_LIMIT;
	out->row = arena_array(a, *room, sizeof *out->row);
	out->before = arena_array(a, *room, sizeof *out->before);
	out->count = 0;
	return OK;
}

/* One that comes meanwhile is left out. */
static enum err
read_leads(struct pg *db, struct arena *a, int64_t from_ms,
    struct leads *out)
{
	char text[STR_I64_BYTES], after[STR_I64_BYTES];
	struct str since = str_from_i64(text, from_ms);
	const struct pg_rows *rows;
	int64_t last = 0;
	size_t n, room;
	enum err e = make_room(db, a, since, &room, out);

	while (!e) {
		e = pg_run(db, &rehearse_leads, (struct str[]){
		    str_from_i64(after, last), since }, WAIT_MS, &rows);
		n = e ? 0 : pg_count(rows);
		for (size_t i = 0; i < n && out->count < room; i++)
			read_row(a, rows, i, out);
		if (n < BATCH)
			break;
		last = number_of(pg_value(rows, n - 1, 0));
	}
	return e;
}

static void
tell_lead(struct arena *a, const struct rehearse *r, int64_t id,
    struct str before, struct str after)
{
	struct buf b;

	if (!r->is_json) {
		fprintf(r->out, "lead %lld\t%.*s\t%.*s\n", (long long)id,
		    STR_ARG(before), STR_ARG(after.n ? after :
		    STR("nobody")));
		return;
	}
	buf_init(&b, a, LINE_BYTES_MAX);
	buf_addf(&b, "{\"lead\":%lld", (long long)id);
	buf_json_pair(&b, "before", before);
	buf_json_pair(&b, "after", after);
	fprintf(r->out, "%.*s}\n", STR_ARG(buf_str(&b)));
}

static size_t
tell_leads(struct arena *a, const struct rehearse *r,
    const struct allocate_plan *p, const struct leads *l)
{
	size_t moved = 0;

	for (size_t i = 0; i < l->count; i++) {
		size_t to = l->row[i].chosen;
		struct str after = to == ALLOCATE_NOBODY ? STR_EMPTY :
		    p->seller[to].key;

		if (str_eq(after, l->before[i]))
			continue;
		moved++;
		tell_lead(a, r, l->row[i].lead.id, l->before[i], after);
	}
	return moved;
}

static void
tell_seller(struct arena *a, const struct rehearse *r, struct str key,
    double before, double after)
{
	struct buf b;

	buf_init(&b, a, LINE_BYTES_MAX);
	buf_byte(&b, '{');
	buf_json_pair(&b, "seller", key);
	buf_addf(&b, ",\"before\":%.0f,\"after\":%.0f}", before, after);
	if (r->is_json)
		fprintf(r->out, "%.*s\n", STR_ARG(buf_str(&b)));
	else
		fprintf(r->out, "seller %.*s\t%.0f\t%.0f\n", STR_ARG(key),
		    before, after);
}

/* Who is there now and would not be, and the other way, is told as well. */
static double
tell_sellers(struct arena *a, const struct rehearse *r,
    const struct pg_rows *rows, const struct allocate_plan *p,
    const struct replay_told *told)
{
	size_t n = pg_count(rows);
	double *got = arena_array(a, n, sizeof *got);
	double *share = arena_array(a, n, sizeof *share);

	for (size_t i = 0; i < n; i++) {
		struct str key = pg_value(rows, i, 0);
		double after = 0;

		got[i] = (double)number_of(pg_value(rows, i, 1));
		share[i] = (double)number_of(pg_value(rows, i, 2)) / 1e6;
		for (size_t k = 0; k < p->sellers; k++)
			if (str_eq(p->seller[k].key, key))
				after = told->got[k];
		tell_seller(a, r, key, got[i], after);
	}
	for (size_t k = 0; k < p->sellers; k++) {
		size_t i = 0;

		while (i < n && !str_eq(pg_value(rows, i, 0),
		    p->seller[k].key))
			i++;
		if (i == n)
			tell_seller(a, r, p->seller[k].key, 0, told->got[k]);
	}
	return allocate_evenness(got, share, n);
}

/* Nobody had any: there is nothing to be even. */
static const char *
evenness_of(struct arena *a, const struct rehearse *r, double v)
{
	return isnan(v) ? r->is_json ? "null" : "n/a" :
	    buf_fmt(a, STR_I64_BYTES, "%.4f%c", v, 0).p;
}

static enum err
run(struct pg *db, struct arena *a, const struct rehearse *r)
{
	int64_t now = clock_now_ms();
	int64_t from = now - r->days * DAY_MS;
	char since[STR_I64_BYTES];
	struct seller_snapshot s;
	const struct pg_rows *rows;
	struct replay_told told;
	struct leads l;
	double before;
	size_t moved;
	enum err e = seller_suppose(db, a, r->json, r->complaints,
	    (struct seller_span){ from, now }, &s);

	if (!e)
		e = read_leads(db, a, from, &l);
	if (!e)
		e = pg_run(db, &rehearse_before, (struct str[]){
		    str_from_i64(since, from) }, WAIT_MS, &rows);
	if (e)
		return e;
	replay_run(a, &s.rule.plan, l.row, l.count, &told);
	moved = tell_leads(a, r, &s.rule.plan, &l);
	before = tell_sellers(a, r, rows, &s.rule.plan, &told);
	fprintf(r->out, r->is_json ? "{\"leads\":%zu,\"moved\":%zu,"
	    "\"waited\":%zu,\"nobody\":%zu,\"evenness_before\":%s,"
	    "\"evenness_after\":%s}\n" : "%zu leads, %zu would be"
	    " another's, %zu would wait, %zu would be nobody's; evenness"
	    " %s, would be %s\n", l.count, moved, told.waited, told.nobody,
	    evenness_of(a, r, before), evenness_of(a, r, told.evenness));
	return OK;
}

enum err
rehearse_run(struct pg *db, const struct rehearse *r)
{
	struct arena *a = arena_new(REHEARSE_ARENA_BYTES_MAX);
	enum err e = run(db, a, r);

	arena_free(a);
	return e;
}
