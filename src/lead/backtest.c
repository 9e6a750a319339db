/* Implements backtest.h. */
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "lead/rescore.h"
#include "lead/score.h"
#include "store/pg.h"

#include "lead/backtest.h"

/* Leads of the persons that rescore_read takes, that became SQL then. */
SQL(backtest_sql, 4,
    "SELECT l.id, floor(extract(epoch FROM l.sql_at) * 1000)::bigint"
    " FROM piste.lead AS l WHERE l.person_id > $1::bigint"
    " AND l.person_id <= (SELECT max(o.person_id) FROM (SELECT n.person_id"
    " FROM piste.lead AS n WHERE n.person_id > $1::bigint"
    " ORDER BY n.person_id LIMIT $2::int) AS o) AND l.merged_into IS NULL"
    " AND l.sql_at >= to_timestamp($3::float8 / 1000)"
    " AND l.sql_at <= to_timestamp($4::float8 / 1000) ORDER BY l.id");

/* The rules in force and those wished for. */
enum { NOW, THEN, SETS };

struct sums {
	int64_t leads;
	int64_t sqls;
	int64_t mqls[SETS];	/* comings up */
	int64_t ones[SETS];	/* leads that were MQL at all */
	int64_t held[SETS];	/* SQL that were MQL by then */
	int64_t gained;
	int64_t lost;
};

/* A lead that became SQL in the stretch. */
struct sold {
	int64_t lead;
	int64_t at_ms;
};

struct run {
	const struct backtest_wish *wish;
	const struct score_rules *rules[SETS];
	struct sums sums;
	FILE *out;
	/* Of the persons being read, by id; from the next one on. */
	struct sold *sold;
	size_t solds;
};

static bool
may_rise(const struct score_rules *r)
{
	for (size_t i = 0; i < r->rules; i++)
		if (r->rule[i].test == SCORE_EVENT && r->rule[i].points < 0)
			return true;
	return false;
}

/* One being followed. */
struct walk {
	struct arena *arena;
	const struct score_rules *rules;
	const struct score_input *in;
	struct score *score;
	bool is_above;
	bool is_first;		/* what it sees was there before */
	struct backtest_way *way;
};

static void
look(struct walk *w, int64_t at_ms)
{
	score_lead(w->arena, w->rules, w->in, at_ms, w->score);
	arena_reset(w->arena);
	if (w->score->is_mql && !w->is_above) {
		w->way->mqls += !w->is_first;
		if (!w->way->first_ms)
			w->way->first_ms = at_ms;
	}
	w->is_first = false;
	w->is_above = w->score->is_mql;
	w->way->points = w->score->points;
}

/* Midnights after from until to, that one left out. */
static void
look_daily(struct walk *w, int64_t from_ms, int64_t to_ms)
{
	int64_t day = (from_ms / SCORE_DAY_MS + 1) * SCORE_DAY_MS;

	for (; day < to_ms; day += SCORE_DAY_MS)
		look(w, day);
}

void
backtest_follow(const struct score_rules *r, const struct score_input *in,
    int64_t since_ms, int64_t until_ms, struct backtest_way *out)
{
	struct score score;
	struct walk w = { arena_new(RESCORE_LEAD_BYTES_MAX), r, in, &score,
		false, true, out };
	bool is_daily = may_rise(r);
	int64_t at = since_ms;

	*out = (struct backtest_way){ 0 };
	look(&w, since_ms);
	for (size_t i = 0; i < in->count; i++) {
		int64_t next = in->happening[i].at_ms;

		if (next <= at || next > until_ms)
			continue;
		if (is_daily)
			look_daily(&w, at, next);
		look(&w, next - 1);
		look(&w, next);
		at = next;
	}
	if (is_daily)
		look_daily(&w, at, until_ms);
	look(&w, until_ms);
	arena_free(w.arena);
}

static void
tell_moved(struct run *run, const struct rescore_lead *l,
    const struct backtest_way *way)
{
	const char *what = way[THEN].first_ms ? "gained" : "lost";

	if (run->wish->is_json)
		fprintf(run->out, "{\"lead\":%" PRId64 ",\"moved\":\"%s\","
		    "\"stage\":\"%.*s\",\"score\":%d,\"new_score\":%d}\n",
		    l->id, what, STR_ARG(l->stage), (int)way[NOW].points,
		    (int)way[THEN].points);
	else if (run->sums.gained + run->sums.lost <= BACKTEST_SHOWN_MAX)
		fprintf(run->out, "%-7s lead %" PRId64 " (%.*s): %d, now"
		    " %d\n", what, l->id, STR_ARG(l->stage),
		    (int)way[THEN].points, (int)way[NOW].points);
}

/* sql_ms is when it became SQL in the stretch, 0 when it did not. */
static void
count_lead(struct run *run, const struct rescore_lead *l, int64_t sql_ms)
{
	struct backtest_way way[SETS];
	struct sums *s = &run->sums;

	for (int i = 0; i < SETS; i++) {
		backtest_follow(run->rules[i], &l->in, run->wish->since_ms,
		    run->wish->until_ms, &way[i]);
		s->mqls[i] += way[i].mqls;
		s->ones[i] += way[i].first_ms != 0;
		s->held[i] += sql_ms && way[i].first_ms &&
		    way[i].first_ms <= sql_ms;
	}
	s->leads++;
	s->sqls += sql_ms > 0;
	if (!way[NOW].first_ms == !way[THEN].first_ms)
		return;
	*(way[THEN].first_ms ? &s->gained : &s->lost) += 1;
	tell_moved(run, l, way);
}

/* Both go by the leads' ids. */
static void
count_next(void *context, struct arena *a, const struct rescore_lead *l)
{
	struct run *run = context;

	(void)a;
	while (run->solds && run->sold->lead < l->id) {
		run->sold++;
		run->solds--;
	}
	count_lead(run, l, run->solds && run->sold->lead == l->id ?
	    run->sold->at_ms : 0);
}

static enum err
read_sold(struct run *run, struct pg *db, struct arena *a, int64_t after)
{
	char from[STR_I64_BYTES], n[STR_I64_BYTES], since[STR_I64_BYTES],
	    until[STR_I64_BYTES];
	const struct pg_rows *rows;
	enum err e = pg_run(db, &backtest_sql, (const struct str[]){
	    str_from_i64(from, after), str_from_i64(n, RESCORE_CHUNK),
	    str_from_i64(since, run->wish->since_ms), str_from_i64(until,
	    run->wish->until_ms) }, RESCORE_WAIT_MS, &rows);

	if (e)
		return e;
	run->solds = pg_count(rows);
	run->sold = arena_array(a, run->solds + 1, sizeof *run->sold);
	for (size_t i = 0; i < run->solds; i++)
		if (!str_i64(pg_value(rows, i, 0), 1, INT64_MAX,
		    &run->sold[i].lead) || !str_i64(pg_value(rows, i, 1), 1,
		    INT64_MAX, &run->sold[i].at_ms))
			return ERR_INPUT;
	return OK;
}

static void
tell_set(const struct run *run, const char *name, int set)
{
	const struct sums *s = &run->sums;

	if (run->wish->is_json)
		fprintf(run->out, ",\"%s\":{\"mqls\":%" PRId64 ",\"leads\":%"
		    PRId64 ",\"sqls_held\":%" PRId64 "}", name, s->mqls[set],
		    s->ones[set], s->held[set]);
	else
		fprintf(run->out, "%-12s %" PRId64 " MQL of %" PRId64
		    " leads, with %" PRId64 " of %" PRId64 " SQL\n", name,
		    s->mqls[set], s->ones[set], s->held[set], s->sqls);
}

static void
tell_sums(const struct run *run)
{
	const struct sums *s = &run->sums;
	char since[CLOCK_TEXT_BYTES], until[CLOCK_TEXT_BYTES];

	clock_text(run->wish->since_ms, since);
	clock_text(run->wish->until_ms, until);
	if (run->wish->is_json)
		fprintf(run->out, "{\"since\":\"%s\",\"until\":\"%s\","
		    "\"version\":%d,\"leads\":%" PRId64 ",\"sqls\":%" PRId64,
		    since, until, run->rules[NOW]->version, s->leads, s->sqls);
	else
		fprintf(run->out, "%s to %s, %" PRId64 " leads\n", since,
		    until, s->leads);
	tell_set(run, "in_force", NOW);
	tell_set(run, "proposed", THEN);
	if (run->wish->is_json)
		fprintf(run->out, ",\"gained\":%" PRId64 ",\"lost\":%" PRId64
		    "}\n", s->gained, s->lost);
	else
		fprintf(run->out, "moved        %" PRId64 " gained, %" PRId64
		    " lost\n", s->gained, s->lost);
}

/* What was read is laid out by both sets' fields, in one order. */
static void
align(struct score_rules *now, struct score_rules *then)
{
	size_t place[SCORE_OWN_FACTS_MAX];

	for (size_t i = 0; i < then->owns; i++) {
		size_t k = 0;

		while (k < now->owns && !str_eq(now->own[k], then->own[i]))
			k++;
		if (k == now->owns)
			now->own[now->owns++] = then->own[i];
		place[i] = SCORE_FACTS + k;
	}
	for (size_t i = 0; i < then->rules; i++)
		if (then->rule[i].fact >= SCORE_FACTS)
			then->rule[i].fact = place[then->rule[i].fact -
			    SCORE_FACTS];
	memcpy(then->own, now->own, sizeof then->own);
	then->owns = now->owns;
}

static enum err
run_all(struct run *run, struct pg *db, struct arena *a, struct arena *rules)
{
	const struct backtest_wish *w = run->wish;
	struct score_rules *set = arena_array(rules, SETS, sizeof *set);
	struct rescore_ask ask = { .rules = &set[THEN], .at_ms = w->until_ms,
		.until_ms = w->until_ms, .is_closed_too = true,
		.each = count_next, .context = run };
	int64_t after, upto = 0, since;
	enum err e = rescore_rules(db, rules, w->until_ms, &run->rules[NOW]);

	if (e)
		return e;
	set[NOW] = *run->rules[NOW];
	set[THEN] = *w->rules;
	align(&set[NOW], &set[THEN]);
	run->rules[NOW] = &set[NOW];
	run->rules[THEN] = &set[THEN];
	ask.since_ms = score_since(&set[NOW], w->since_ms);
	since = score_since(&set[THEN], w->since_ms);
	if (since < ask.since_ms)
		ask.since_ms = since;
	do {
		after = upto;
		arena_reset(a);
		e = read_sold(run, db, a, after);
		if (!e)
			e = rescore_read(db, &ask, after, &upto);
	} while (!e && upto != after);
	return e;
}

enum err
backtest_run(struct pg *db, const struct backtest_wish *w, FILE *out)
{
	struct arena *a = arena_new(RESCORE_ARENA_BYTES_MAX);
	struct arena *rules = arena_new(RESCORE_ARENA_BYTES_MAX);
	struct run run = { .wish = w, .out = out };
	enum err e = run_all(&run, db, a, rules);

	if (!e)
		tell_sums(&run);
	arena_free(rules);
	arena_free(a);
	return e;
}
