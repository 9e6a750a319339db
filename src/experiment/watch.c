/*
 * Implements watch.h.  What has been done is seen from the tables alone: a
 * verdict of last midnight, a look by day or at the bandit younger than its
 * interval.
 */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/log.h"
#include "experiment/bandit.h"
#include "experiment/context.h"
#include "experiment/report.h"
#include "experiment/steer.h"
#include "store/pg.h"

#include "experiment/watch.h"

#define WAIT_MS 30000
#define BUCKETS 10000.0

/* A look waits a moment for what was seen just before to be written. */
#define LATELY "(now() - interval '15 s')"
/* In the sessions' own words: they may be of any time zone. */
#define MIDNIGHT "date_trunc('day', " LATELY \
    " AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'"
#define MS(moment) "(extract(epoch FROM " moment ") * 1000)::bigint"
#define EVERY "make_interval(secs => piste.experiment_seconds(coalesce(" \
    "e.definition->'bandit'->>'every', '24h')))"

SQL(watch_ended, 0,
    "SELECT key FROM piste.experiment WHERE state IN ('running', 'paused')"
    " AND NOT is_synthetic AND (definition->>'ends')::timestamptz <= now()"
    " ORDER BY key LIMIT 1");
SQL(watch_look, 0,
    "SELECT e.key, " MS(MIDNIGHT) " FROM piste.experiment AS e"
    " WHERE e.state IN ('running', 'paused') AND NOT e.is_synthetic"
    " AND e.phase_started_at < " MIDNIGHT
    " AND NOT EXISTS (SELECT FROM piste.verdict AS v"
    " WHERE v.experiment_key = e.key AND v.phase = e.phase"
    " AND v.as_of = " MIDNIGHT ") ORDER BY e.key LIMIT 1");
/*
 * By day, for those that may act: statistics 2.12 says at any time.  Who is
 * told to, or changed otherwise, is seen at once.
 */
#define BY_DAY "l.made_at IS NULL OR l.made_at < e.updated_at" \
    " OR l.made_at <= now() - interval '" WATCH_EVERY "'"
SQL(watch_day, 0,
    "SELECT e.key, " MS(LATELY) " FROM piste.experiment AS e"
    " LEFT JOIN piste.experiment_look AS l ON l.experiment_key = e.key"
    " WHERE e.state IN ('running', 'paused') AND NOT e.is_synthetic"
    " AND e.definition->'auto' ?| ARRAY['stop_keep_control', 'guardrail']"
    " AND e.phase_started_at < " LATELY " AND (" BY_DAY ")"
    " ORDER BY e.key LIMIT 1");
/* A row when it was due: another worker may have been first. */
SQL(watch_day_seen, 1,
    "INSERT INTO piste.experiment_look AS l (experiment_key, made_at)"
    " SELECT e.key, now() FROM piste.experiment AS e WHERE e.key = $1"
    " ON CONFLICT (experiment_key) DO UPDATE SET made_at = excluded.made_at"
    " WHERE (SELECT " BY_DAY " FROM piste.experiment AS e"
    " WHERE e.key = l.experiment_key) RETURNING experiment_key");
SQL(watch_bandit, 0,
    "SELECT e.key, " MS("now()") " FROM piste.experiment AS e"
    " LEFT JOIN piste.bandit_look AS l ON l.experiment_key = e.key"
    " WHERE e.state = 'running' AND NOT e.is_synthetic"
    " AND jsonb_typeof(e.definition->'bandit') = 'object'"
    " AND greatest(e.phase_started_at, l.made_at) <= now() - " EVERY
    " ORDER BY e.key LIMIT 1");
/* As watch_day_seen. */
SQL(watch_bandit_seen, 1,
    "INSERT INTO piste.bandit_look AS l (experiment_key, made_at)"
    " SELECT e.key, now() FROM piste.experiment AS e WHERE e.key = $1"
    " ON CONFLICT (experiment_key) DO UPDATE SET made_at = excluded.made_at"
    " WHERE l.made_at <= now() - (SELECT " EVERY " FROM piste.experiment"
    " AS e WHERE e.key = l.experiment_key) RETURNING experiment_key");
SQL(watch_store, 6,
    "INSERT INTO piste.verdict (experiment_key, phase, as_of, verdict, arm,"
    " inputs) VALUES ($1, $2::integer, to_timestamp($3::bigint / 1000.0),"
    " $4, nullif($5, ''), $6::jsonb) ON CONFLICT DO NOTHING"
    " RETURNING experiment_key");
SQL(watch_give_up, 3,
    "INSERT INTO piste.verdict (experiment_key, phase, as_of, verdict,"
    " inputs) SELECT key, phase, to_timestamp($2::bigint / 1000.0),"
    " 'not_judged', jsonb_build_object('error', $3::text) FROM piste.experiment"
    " WHERE key = $1 ON CONFLICT DO NOTHING");

/* One experiment being seen to. */
struct turn {
	struct pg *db;
	struct arena *arena;
	struct str key;
	int64_t as_of_ms;
	struct results results;
	struct figures figures;
	struct grid grid;
	struct report report;
	bool has_acted;
};

/* The first row of a question for what is due; *is_due: there is one. */
static enum err
ask(struct turn *t, const struct sql *s, bool has_moment, bool *is_due)
{
	const struct pg_rows *rows;
	enum err e = pg_run(t->db, s, NULL, WAIT_MS, &rows);

	*is_due = !e && pg_count(rows);
	if (!*is_due)
		return e;
	t->key = arena_copy(t->arena, pg_value(rows, 0, 0));
	if (has_moment && !str_i64(pg_value(rows, 0, 1), 0, INT64_MAX,
	    &t->as_of_ms))
		return ERR_INPUT;
	return OK;
}

static enum err
read_figures(struct turn *t)
{
	const struct results_wish wish = { .as_of_ms = t->as_of_ms };
	enum err e = results_read(t->db, t->arena, t->key, &wish,
	    &t->results);

	t->report = (struct report){ .results = &t->results };
	if (e || !figures_can(&t->results))
		return e;
	figures_make(&t->results, &t->figures);
	t->report.figures = &t->figures;
	if (t->results.factors) {
		grid_make(&t->results, &t->figures, &t->grid);
		t->report.grid = &t->grid;
	}
	return OK;
}

/* *is_first: the verdict of that moment was not there before. */
static enum err
store(struct turn *t, bool *is_first)
{
	const struct results *r = &t->results;
	const struct figures *f = t->report.figures;
	const struct pg_rows *rows;
	json_t *inputs = report_json(&t->report);
	char *text = json_dumps(inputs, JSON_COMPACT);
	char phase[STR_I64_BYTES], as_of[STR_I64_BYTES];
	struct str params[6] = { r->key, str_from_i64(phase, r->phase),
		str_from_i64(as_of, r->as_of_ms),
		str_of(report_verdict(&t->report)),
		f && f->verdict_arm >= 0 ? r->arm[f->verdict_arm].key :
		    STR_EMPTY };
	enum err e;

	if (!text)
		abort();
	params[5] = str_of(text);
	e = pg_run(t->db, &watch_store, params, WAIT_MS, &rows);
	*is_first = !e && pg_count(rows);
	free(text);
	json_decref(inputs);
	return e;
}

/* What somebody else did first needs not be done. */
static enum err
unless_done(struct turn *t, enum err e)
{
	t->has_acted |= !e;
	return e == ERR_DENIED || e == ERR_ABSENT ? OK : e;
}

static enum err
stop(struct turn *t, const char *who, const char *reason)
{
	return unless_done(t, steer_stop(t->db, t->key, &(struct steer_note){
	    str_of(who), str_of(reason) }));
}

/* In the arena, in parts that the hash can tell. */
static const struct steer_weight *
round_weights(struct turn *t, const double *weight)
{
	const struct results *r = &t->results;
	struct steer_weight *w = arena_array(t->arena, r->arms, sizeof *w);
	int64_t bucket[RESULTS_ARMS_MAX];

	bandit_buckets(weight, r->arms, bucket);
	for (size_t k = 0; k < r->arms; k++)
		w[k] = (struct steer_weight){ r->arm[k].key,
			(double)bucket[k] / BUCKETS };
	return w;
}

/* by is NULL where everybody has these weights. */
static enum err
reweigh(struct turn *t, const char *what, const double *weight,
    const struct context *by, const char *reason)
{
	const struct results *r = &t->results;
	struct steer_part part[CONTEXT_LEAVES_MAX + 1];
	struct steer_epoch at = { .key = r->key, .phase = r->phase,
		.epoch = r->epoch[r->epochs - 1].number, .what = what,
		.part = part };

	for (size_t i = 0; by && i < by->leaves; i++)
		part[at.parts++] = (struct steer_part){ false,
			by->leaf[i].key, round_weights(t,
			by->leaf[i].weight) };
	if (by) {
		at.context = r->bandit_context;
		part[at.parts++] = (struct steer_part){ true, STR_EMPTY,
			round_weights(t, by->even) };
	}
	return unless_done(t, steer_reweigh(t->db, t->arena, &at,
	    round_weights(t, weight), r->arms, &(struct steer_note){
		STR(WATCH_WHO), str_of(reason) }));
}

static bool
is_breached(const struct turn *t, size_t arm)
{
	for (size_t g = 0; g < t->results.guardrails; g++)
		if (t->figures.pair[arm - 1].is_breached[g])
			return true;
	return false;
}

/* Arms that break a guardrail get no more visitors; the others share them. */
static enum err
pause_arms(struct turn *t)
{
	const struct results *r = &t->results;
	double weight[RESULTS_ARMS_MAX], left = 0;
	bool is_changed = false;

	for (size_t k = 0; k < r->arms; k++) {
		weight[k] = r->epoch[r->epochs - 1].weight[k];
		if (k && weight[k] > 0 && is_breached(t, k)) {
			weight[k] = 0;
			is_changed = true;
		}
		left += weight[k];
	}
	return is_changed && left > 0 ? reweigh(t, "pause-arm", weight, NULL,
	    "a guardrail was broken") : OK;
}

static enum err
act(struct turn *t)
{
	if (!t->report.figures)
		return OK;
	if (t->results.stops_itself &&
	    t->figures.verdict == DECIDE_STOP_KEEP_CONTROL)
		return stop(t, WATCH_WHO, "every variant does worse");
	return t->results.pauses_arms ? pause_arms(t) : OK;
}

/* Weights that stay the same open no epoch. */
static bool
has_moved(const struct turn *t)
{
	const struct results *r = &t->results;

	for (size_t k = 0; k < r->arms; k++)
		if (fabs(r->epoch[r->epochs - 1].weight[k] -
		    t->figures.bandit_weight[k]) >= .5 / BUCKETS)
			return true;
	return false;
}

/* Guardrails may have left one arm alone: who was paused stays so. */
static bool
has_rivals(const struct results *r)
{
	size_t open = 0;

	for (size_t k = 0; k < r->arms; k++)
		open += r->epoch[r->epochs - 1].weight[k] > 0;
	return open > 1;
}

static enum err
play_by_context(struct turn *t)
{
	struct context by;
	enum err e = context_read(t->db, &t->results, &t->figures, &by);

	if (e || (!has_moved(t) && !context_has_moved(&t->results, &by)))
		return e;
	return reweigh(t, "bandit", t->figures.bandit_weight, &by,
	    "weights follow the results by context");
}

static enum err
play(struct turn *t)
{
	if (!t->report.figures || !t->figures.bandit_is_ready ||
	    !has_rivals(&t->results))
		return OK;
	if (t->figures.bandit_is_over && t->results.stops_bandit)
		return stop(t, WATCH_WHO, "the bandit has its winner");
	if (t->results.bandit_context.n)
		return play_by_context(t);
	return has_moved(t) ? reweigh(t, "bandit", t->figures.bandit_weight,
	    NULL, "weights follow the results") : OK;
}

typedef enum err note_fn(struct turn *t, bool *is_first);

/* Who is first to note it does what follows from it, or neither is done. */
static enum err
settle(struct turn *t, note_fn *note, enum err (*follow)(struct turn *t))
{
	bool is_first = false;
	enum err e = pg_begin(t->db);

	if (e)
		return e;
	e = note(t, &is_first);
	if (!e && is_first)
		e = follow(t);
	if (!e)
		e = pg_commit(t->db);
	if (e)
		pg_rollback(t->db);
	else if (is_first)
		log_event(LOG_INFO, "watch.look",
		    LOG_STR("experiment", t->key),
		    LOG_Z("verdict", report_verdict(&t->report)));
	return e;
}

static enum err
note_by(struct turn *t, const struct sql *seen, bool *is_first)
{
	const struct pg_rows *rows;
	enum err e = pg_run(t->db, seen, &t->key, WAIT_MS, &rows);

	*is_first = !e && pg_count(rows);
	return e;
}

static enum err
note_bandit(struct turn *t, bool *is_first)
{
	return note_by(t, &watch_bandit_seen, is_first);
}

static enum err
note_day(struct turn *t, bool *is_first)
{
	return note_by(t, &watch_day_seen, is_first);
}

/*
 * A look by day is a verdict once something follows from it; that one is
 * counted in all later ones, as midnights are.
 */
static enum err
act_by_day(struct turn *t)
{
	bool is_first;
	enum err e = act(t);

	return e || !t->has_acted ? e : store(t, &is_first);
}

static enum err
follow_nothing(struct turn *t)
{
	(void)t;
	return OK;
}

/*
 * An experiment that can't be judged must not keep the others from it: that
 * is noted in its verdict's place.
 */
static enum err
give_up(struct turn *t, enum err why)
{
	char as_of[STR_I64_BYTES];
	const struct str params[3] = { t->key, str_from_i64(as_of, t->as_of_ms),
		str_of(err_name(why)) };

	log_event(LOG_ERROR, "watch.not_judged", LOG_STR("experiment", t->key),
	    LOG_Z("why", err_name(why)));
	return pg_run(t->db, &watch_give_up, params, WAIT_MS, NULL);
}

static enum err
turn_look(struct turn *t)
{
	enum err e = read_figures(t);

	if (!e)
		e = settle(t, store, act);
	return e && e != ERR_AWAY ? give_up(t, e) : e;
}

/* The same mistake would come back at once, before everything else. */
static enum err
turn_noted(struct turn *t, note_fn *note, enum err (*follow)(struct turn *t))
{
	enum err e = read_figures(t);

	if (!e)
		e = settle(t, note, follow);
	return e && e != ERR_AWAY ? settle(t, note, follow_nothing) : e;
}

static enum err
turn_bandit(struct turn *t)
{
	return turn_noted(t, note_bandit, play);
}

static enum err
turn_day(struct turn *t)
{
	return turn_noted(t, note_day, act_by_day);
}

static enum err
turn_end(struct turn *t)
{
	enum err e = pg_begin(t->db);

	if (e)
		return e;
	e = stop(t, "schedule", "its end has come");
	if (!e)
		e = pg_commit(t->db);
	if (e)
		pg_rollback(t->db);
	return e;
}

static enum err
turn_one(struct turn *t, int64_t *done)
{
	static const struct {
		const struct sql *ask;
		bool has_moment;
		enum err (*take)(struct turn *t);
	} duties[] = {
		{ &watch_ended, false, turn_end },
		{ &watch_look, true, turn_look },
		{ &watch_day, true, turn_day },
		{ &watch_bandit, true, turn_bandit },
	};
	enum err e = OK;

	for (size_t i = 0; !e && i < sizeof duties / sizeof *duties; i++) {
		bool is_due;

		e = ask(t, duties[i].ask, duties[i].has_moment, &is_due);
		if (!e && is_due) {
			e = duties[i].take(t);
			*done = !e;
			return e;
		}
	}
	return e;
}

enum err
watch_turn(struct pg *db, int64_t *done)
{
	struct turn *t = calloc(1, sizeof *t);
	enum err e;

	if (!t)
		abort();
	t->db = db;
	t->arena = arena_new(RESULTS_ARENA_BYTES_MAX);
	*done = 0;
	e = turn_one(t, done);
	arena_free(t->arena);
	free(t);
	return e;
}
