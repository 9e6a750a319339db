/*
 * Implements credit.h: all touches are looked through once, and come lead by
 * lead through a cursor; how they are shared is model's.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "store/pg.h"

#include "track/credit.h"

#define WAIT_MS 600000
#define ROWS_AT_ONCE 10000
#define DIGITS(n) #n
#define TEXT(n) DIGITS(n)
#define NAMED_MAX 127		/* keys by name: one is left for the others */
#define OTHERS STR("*")
#define DAY_START(n, zone) "((" n ")::timestamp AT TIME ZONE " zone ")"
#define KEY \
    "coalesce(CASE $1 WHEN 'channel' THEN t.channel" \
    " WHEN 'campaign' THEN t.campaign_key WHEN 'source' THEN t.source" \
    " WHEN 'medium' THEN t.medium WHEN 'keyword' THEN t.keyword END, '')"
/* The leads that piste.figure_leads() counts, without what it says of each. */
#define COUNTED " FROM piste.lead AS l JOIN piste.offer AS f" \
    " ON f.key = l.offer_key AND f.is_synthetic = $5::boolean"
#define MADE " WHERE l.created_at >= " DAY_START("$2::date", "$4") \
    " AND l.created_at < " DAY_START("$3::date + 1", "$4") \
    " AND l.merged_into IS NULL AND l.spam_at IS NULL"

static_assert(NAMED_MAX + 1 == MODEL_KEYS_MAX, "the others have a key");

/*
 * A million leads take longer than a question may elsewhere; and all rows are
 * wanted, however late the first one comes.
 */
SQL(credit_patience, 0,
    "SELECT set_config('statement_timeout', '10min', false),"
    " set_config('work_mem', '64MB', false), set_config('jit', 'off', false),"
    " set_config('cursor_tuple_fraction', '1', false)");
/* Whose names are told: by touches, before who counts is looked at. */
SQL(credit_keys, 5,
    "SELECT " KEY " AS key" COUNTED
    " LEFT JOIN piste.touch_own AS t ON t.lead_id = l.id" MADE " GROUP BY 1"
    " ORDER BY count(*) DESC, 1 LIMIT " TEXT(NAMED_MAX));
/* Leads of the days from $2 to $3 with their touches; $6: until the order. */
SQL(credit_touches, 7,
    "DECLARE credit_touch NO SCROLL CURSOR FOR"
    " SELECT l.id, " KEY ", coalesce((extract(epoch FROM t.at)"
    " * 1000)::bigint, 0), c.lead_id IS NOT NULL, w.lead_id IS NOT NULL,"
    " CASE WHEN w.currency = $7 THEN (w.margin * 100)::bigint END"
    COUNTED
    " LEFT JOIN piste.figure_customer AS c ON c.lead_id = l.id"
    " LEFT JOIN piste.win AS w ON w.lead_id = l.id"
    " LEFT JOIN piste.touch AS t ON t.lead_id = l.id"
    " AND t.at <= CASE WHEN $6::boolean THEN coalesce(l.customer_at, now())"
    " ELSE l.created_at END" MADE
    " ORDER BY l.id, t.at, t.submission_id");
SQL(credit_aside, 4, "SELECT piste.figure_aside($1::date, $2::date,"
    " $3::boolean, $4)");
SQL(credit_some, 0,
    "FETCH FORWARD " TEXT(ROWS_AT_ONCE) " FROM credit_touch");

static const char *const splits[] = { "channel", "campaign", "source",
	"medium", "keyword" };

struct reading {
	struct pg *db;
	struct arena *arena;
	const struct credit_wish *wish;
	struct str key[MODEL_KEYS_MAX];
	size_t keys;
	size_t named;		/* the rest is the others' one */
	struct model *model;
	struct credit *out;
	/* The path under way, of this lead. */
	int64_t lead;
	struct model_touch touch[MODEL_TOUCHES_MAX];
	struct model_path path;
};

const char *
credit_split(size_t split)
{
	return split < sizeof splits / sizeof *splits ? splits[split] : NULL;
}

static size_t
key_of(const struct reading *r, struct str name)
{
	for (size_t i = 0; i < r->named; i++)
		if (str_eq(r->key[i], name))
			return i;
	return r->keys - 1;
}

static void
fill_params(const struct credit_wish *w, struct str params[7])
{
	params[0] = w->split;
	params[1] = w->from;
	params[2] = w->to;
	params[3] = w->zone;
	params[4] = PG_BOOL(w->is_synthetic);
	params[5] = w->of == CREDIT_LEADS ? STR("f") : STR("t");
	params[6] = w->currency;
}

/* The most frequent ones by name. */
static enum err
read_keys(struct reading *r)
{
	const struct pg_rows *rows;
	struct str params[7];
	enum err e;

	fill_params(r->wish, params);
	e = pg_run(r->db, &credit_keys, params, WAIT_MS, &rows);
	if (e)
		return e;
	r->named = pg_count(rows);
	r->keys = r->named + 1;
	for (size_t i = 0; i < r->named; i++)
		r->key[i] = arena_copy(r->arena, pg_value(rows, i, 0));
	r->key[r->named] = OTHERS;
	r->model = model_new(r->arena, r->keys);
	return OK;
}

static bool
is_true(const struct pg_rows *rows, size_t row, size_t column)
{
	return str_eq(pg_value(rows, row, column), STR("t"));
}

/* What row says of its lead. */
static void
begin(struct reading *r, const struct pg_rows *rows, size_t row)
{
	struct model_path *p = &r->path;
	bool has_order = is_true(rows, row, 4),
	    has_margin = !pg_is_null(rows, row, 5);

	*p = (struct model_path){ .touch = r->touch, .value = 1,
		.is_won = true };
	if (r->wish->of == CREDIT_CUSTOMERS)
		p->is_won = is_true(rows, row, 3);
	if (r->wish->of != CREDIT_MARGIN)
		return;
	p->is_won = has_order;
	p->value = 0;
	r->out->unknown += has_order && !has_margin;
	(void)str_i64(pg_value(rows, row, 5), INT64_MIN, INT64_MAX,
	    &p->value);
}

/* Of a longer path the first touches and the very last. */
static void
add_touch(struct reading *r, const struct pg_rows *rows, size_t row)
{
	size_t n = r->path.touches;

	if (n == MODEL_TOUCHES_MAX)
		n--;
	r->touch[n].key = key_of(r, pg_value(rows, row, 1));
	(void)str_i64(pg_value(rows, row, 2), INT64_MIN, INT64_MAX,
	    &r->touch[n].at_ms);
	r->path.touches = n + 1;
}

/* A path may begin in some rows and end in others. */
static void
add_rows(struct reading *r, const struct pg_rows *rows)
{
	int64_t lead;

	for (size_t i = 0; i < pg_count(rows); i++) {
		(void)str_i64(pg_value(rows, i, 0), 1, INT64_MAX, &lead);
		if (lead != r->lead) {
			if (r->lead)
				model_add(r->model, &r->path);
			r->lead = lead;
			begin(r, rows, i);
		}
		add_touch(r, rows, i);
	}
}

static enum err
read_paths(struct reading *r)
{
	const struct pg_rows *rows;
	struct str params[7];
	enum err e = pg_begin(r->db);

	if (e)
		return e;
	fill_params(r->wish, params);
	e = pg_run(r->db, &credit_touches, params, WAIT_MS, NULL);
	do {
		if (!e)
			e = pg_run(r->db, &credit_some, NULL, WAIT_MS, &rows);
		if (!e)
			add_rows(r, rows);
	} while (!e && pg_count(rows));
	if (r->lead)
		model_add(r->model, &r->path);
	/* Nothing was written; the cursor goes with it. */
	pg_rollback(r->db);
	return e;
}

static int
by_linear(const void *a, const void *b)
{
	const struct credit_cell *x = a, *y = b;
	int64_t m = x->credit[MODEL_LINEAR], n = y->credit[MODEL_LINEAR];

	if (m == n)
		return strcmp(x->name.p, y->name.p);
	return m < n ? 1 : -1;
}

static bool
has_any(const struct credit_cell *c)
{
	for (size_t i = 0; i < MODEL_KINDS; i++)
		if (c->credit[i])
			return true;
	return false;
}

static void
tell(struct reading *r)
{
	struct model_sums sums = model_sums(r->model);
	struct credit *out = r->out;
	int64_t unit = r->wish->of == CREDIT_MARGIN ? 1 : CREDIT_UNIT;
	int64_t *credit = arena_array(r->arena, r->keys, sizeof *credit);

	out->leads = sums.paths;
	out->won = sums.won;
	out->total = sums.value * unit;
	out->cell = arena_array(r->arena, r->keys, sizeof *out->cell);
	for (size_t kind = 0; kind < MODEL_KINDS; kind++) {
		model_credit(r->model, (enum model_kind)kind, unit, credit);
		for (size_t i = 0; i < r->keys; i++)
			out->cell[i].credit[kind] = credit[i];
	}
	/* A key may have been ranked by touches that lead to nothing. */
	for (size_t i = 0; i < r->keys; i++) {
		out->cell[i].name = r->key[i];
		if (has_any(&out->cell[i]))
			out->cell[out->cells++] = out->cell[i];
	}
	qsort(out->cell, out->cells, sizeof *out->cell, by_linear);
}

static enum err
count_aside(struct reading *r)
{
	const struct credit_wish *w = r->wish;
	const struct str params[] = { w->from, w->to,
	    w->is_synthetic ? STR("true") : STR("false"), w->zone };
	const struct pg_rows *rows;
	enum err e = pg_run(r->db, &credit_aside, params, WAIT_MS, &rows);

	if (!e)
		(void)str_i64(pg_value(rows, 0, 0), 0, INT64_MAX,
		    &r->out->quarantined);
	return e;
}

enum err
credit_read(struct pg *db, struct arena *a, const struct credit_wish *w,
    struct credit *out)
{
	struct reading *r = ARENA_NEW(a, struct reading);
	const struct pg_rows *rows;
	enum err e;

	r->db = db;
	r->arena = a;
	r->wish = w;
	r->out = out;
	*out = (struct credit){ 0 };
	e = pg_run(db, &credit_patience, NULL, WAIT_MS, &rows);
	if (!e)
		e = read_keys(r);
	if (!e)
		e = read_paths(r);
	if (!e)
		e = count_aside(r);
	if (!e)
		tell(r);
	return e;
}
