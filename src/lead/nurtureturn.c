/* Implements nurtureturn.h; src/sql/0029_nurturing.sql has its statements. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "base/log.h"
#include "lead/nurture.h"
#include "lead/nurturefacts.h"
#include "store/pg.h"

#include "lead/nurtureturn.h"

#define WAIT_MS 10000
#define TELL_WAIT_MS 30000
#define ARENA_BYTES_MAX ((size_t)64 << 20)
#define ONCE_BYTES_MAX 128
#define ZONES_BYTES_MAX 4096
#define DIGITS(n) #n
#define TEXT_OF(n) DIGITS(n)
#define AT(n) "to_timestamp($" #n "::bigint / 1000.0)"
#define STAMP(column) "to_char(" column " AT TIME ZONE 'UTC'," \
    " 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"

SQL(nurtureturn_enter, 0,
    "SELECT piste.nurture_enter(" TEXT_OF(NURTURETURN_CAUSES_MAX) ")");
SQL(nurtureturn_claim, 1,
    "SELECT journey, scenario, scenario_state, definition, person, lead,"
    " entered_ms, step, step_ms, is_twice FROM piste.nurture_claim(" AT(1)
    ")");
SQL(nurtureturn_note, 6,
    "INSERT INTO piste.journey_step (journey_id, step, what, at, outbox_id,"
    " detail) VALUES ($1::bigint, $2, $3, " AT(4) ", $5::bigint, $6)"
    " ON CONFLICT DO NOTHING");
SQL(nurtureturn_go, 4,
    "UPDATE piste.journey SET step = $2, step_at = " AT(3) ", due_at = "
    AT(4) " WHERE id = $1::bigint");
SQL(nurtureturn_end, 3,
    "UPDATE piste.journey SET state = 'ended', outcome = $2, ended_at = "
    AT(3) " WHERE id = $1::bigint");
SQL(nurtureturn_put_off, 2,
    "UPDATE piste.journey SET due_at = " AT(2) " WHERE id = $1::bigint");
SQL(nurtureturn_mail, 11,
    "SELECT piste.letter_append(NULL, $1, $2::bigint, NULL, $3::bigint, $4,"
    " $5, $6, $7, $8, $9, $10::jsonb, $11)");
SQL(nurtureturn_hours, 4,
    "UPDATE piste.letter SET zones = $2::text[],"
    " hours = int4range($3::int, $4::int) WHERE outbox_id = $1::bigint");
SQL(nurtureturn_notify, 6,
    "SELECT piste.letter_append($1, $2, NULL, NULL, $3::bigint, NULL, NULL,"
    " $4, NULL, NULL, $5, NULL, $6)");
SQL(nurtureturn_move, 4,
    "SELECT piste.nurture_move($1::bigint, $2, $3, $4)");
SQL(nurtureturn_let_go, 2,
    "SELECT piste.nurture_stop($1::bigint, nullif($2, ''), 'by hand')");
SQL(nurtureturn_known, 1,
    "SELECT FROM piste.scenario WHERE key = $1");
SQL(nurtureturn_all, 0,
    "SELECT concat_ws(E'\\t', s.key, s.state, n.running || ' on their way',"
    " n.ended || ' through', n.mails || ' mails', n.outcomes),"
    " json_build_object('scenario', s.key, 'state', s.state, 'running',"
    " n.running, 'ended', n.ended, 'mails', n.mails, 'steps',"
    " coalesce(n.steps, '{}'), 'outcomes', coalesce(n.told, '{}'))"
    " FROM piste.scenario AS s CROSS JOIN LATERAL (SELECT"
    " (SELECT count(*) FROM piste.journey AS j WHERE j.scenario_key = s.key"
    " AND j.state = 'running') AS running,"
    " (SELECT count(*) FROM piste.journey AS j WHERE j.scenario_key = s.key"
    " AND j.state = 'ended') AS ended,"
    " (SELECT count(*) FROM piste.journey AS j JOIN piste.journey_step AS t"
    " ON t.journey_id = j.id AND t.what = 'mail'"
    " WHERE j.scenario_key = s.key) AS mails,"
    " (SELECT json_object_agg(o.step, o.n ORDER BY o.step) FROM (SELECT"
    " coalesce(nullif(j.step, ''), 'beginning') AS step, count(*) AS n"
    " FROM piste.journey AS j WHERE j.scenario_key = s.key"
    " AND j.state = 'running' GROUP BY 1) AS o) AS steps,"
    " (SELECT json_object_agg(o.outcome, o.n ORDER BY o.outcome)"
    " FROM (SELECT j.outcome, count(*) AS n FROM piste.journey AS j"
    " WHERE j.scenario_key = s.key AND j.state = 'ended' GROUP BY 1) AS o)"
    " AS told,"
    " (SELECT string_agg(concat(o.outcome, ' ', o.n), ', '"
    " ORDER BY o.outcome) FROM (SELECT j.outcome, count(*) AS n"
    " FROM piste.journey AS j WHERE j.scenario_key = s.key"
    " AND j.state = 'ended' GROUP BY 1) AS o) AS outcomes) AS n"
    " ORDER BY s.position, s.key");
SQL(nurtureturn_in, 1,
    "SELECT concat_ws(E'\\t', 'person ' || j.person, 'lead ' || j.lead,"
    " 'since ' || " STAMP("j.entered_at") ", 'at '"
    " || coalesce(nullif(j.step, ''), 'the beginning'),"
    " 'until ' || " STAMP("j.due_at") ", j.mails || ' mails'),"
    " json_build_object('journey', j.id, 'person', j.person, 'lead', j.lead,"
    " 'entered', " STAMP("j.entered_at") ", 'step', nullif(j.step, ''),"
    " 'since', " STAMP("j.step_at") ", 'due', " STAMP("j.due_at") ","
    " 'mails', j.mails) FROM (SELECT o.id, l.person_id AS person,"
    " l.id AS lead, o.entered_at, o.step, o.step_at, o.due_at,"
    " (SELECT count(*) FROM piste.journey_step AS t"
    " WHERE t.journey_id = o.id AND t.what = 'mail') AS mails"
    " FROM piste.journey AS o JOIN piste.lead AS l"
    " ON l.id = piste.lead_now(o.lead_id) WHERE o.scenario_key = $1"
    " AND o.state = 'running') AS j ORDER BY j.due_at, j.id");

/* Whose turn it is, for the length of one transaction. */
struct journey {
	struct pg *db;
	struct arena *arena;
	const struct conf *conf;
	int64_t now_ms;
	char id[STR_I64_BYTES];
	char lead_id[STR_I64_BYTES];
	int64_t person;
	int64_t lead;
	struct scenario scenario;
	struct nurture_facts facts;
	struct nurture_state at;
};

static enum err
end(struct journey *j, const char *outcome)
{
	char now[STR_I64_BYTES];

	log_event(LOG_INFO, "nurture.end", LOG_Z("journey", j->id),
	    LOG_Z("outcome", outcome));
	return pg_run(j->db, &nurtureturn_end, (struct str[]){ str_of(j->id),
	    str_of(outcome), str_from_i64(now, j->now_ms) }, WAIT_MS, NULL);
}

static enum err
go(struct journey *j, const struct nurture_state *next, int64_t due_ms)
{
	const struct scenario *s = &j->scenario;
	char since[STR_I64_BYTES], due[STR_I64_BYTES];

	if (next->step >= s->steps)
		return end(j, "finished");
	return pg_run(j->db, &nurtureturn_go, (struct str[]){ str_of(j->id),
	    s->step[next->step].key, str_from_i64(since, next->since_ms),
	    str_from_i64(due, due_ms) }, WAIT_MS, NULL);
}

/* The note that a step was done; outbox and detail may be NULL. */
static enum err
note(struct journey *j, const struct scenario_step *step, const char *what,
    struct str outbox, struct str detail)
{
	char now[STR_I64_BYTES];

	return pg_run(j->db, &nurtureturn_note, (struct str[]){
	    str_of(j->id), step->key, str_of(what),
	    str_from_i64(now, j->now_ms), outbox, detail }, WAIT_MS, NULL);
}

static struct str
once_key(struct journey *j, const struct scenario_step *step)
{
	return buf_fmt(j->arena, ONCE_BYTES_MAX, "nurture %s %.*s", j->id,
	    STR_ARG(step->key));
}

/* The server may be away until it is night there. */
static enum err
keep_hours(struct journey *j, const struct nurture_action *n,
    struct str outbox)
{
	const struct nurture_facts *f = &j->facts;
	char from[STR_I64_BYTES], to[STR_I64_BYTES];
	struct nurture_limits l;
	struct buf zones;

	nurturefacts_limits(j->conf, &l);
	buf_init(&zones, j->arena, ZONES_BYTES_MAX);
	for (size_t i = 0; i < n->zones && i < f->zones; i++)
		buf_addf(&zones, "%c%.*s", i ? ',' : '{',
		    STR_ARG(f->zone[i].name));
	buf_add(&zones, zones.n ? STR("}") : STR("{UTC}"));
	return pg_run(j->db, &nurtureturn_hours, (struct str[]){ outbox,
	    buf_str(&zones), str_from_i64(from, l.hours.from),
	    str_from_i64(to, l.hours.to) }, WAIT_MS, NULL);
}

static enum err
mail(struct journey *j, const struct nurture_action *n)
{
	const struct scenario_content *c = n->content;
	enum lang l = j->facts.lang;
	char person[STR_I64_BYTES];
	const struct pg_rows *rows;
	enum err e = pg_run(j->db, &nurtureturn_mail, (struct str[]){
	    lang_code(l), str_from_i64(person, j->person),
	    str_of(j->lead_id), j->scenario.purpose, j->scenario.channel,
	    lang_text(&c->subject, l), lang_text(&j->scenario.brand, l),
	    lang_text(&c->headline, l), lang_text(&c->text, l),
	    scenario_buttons(j->arena, c, l), once_key(j, n->step) },
	    WAIT_MS, &rows);
	struct str outbox;

	if (e)
		return e;
	outbox = arena_copy(j->arena, pg_value(rows, 0, 0));
	e = keep_hours(j, n, outbox);
	return e ? e : note(j, n->step, "mail", outbox, PG_NULL);
}

static enum err
notify(struct journey *j, const struct nurture_action *n)
{
	const struct scenario_step *step = n->step;
	const struct pg_rows *rows;
	enum err e = pg_run(j->db, &nurtureturn_notify, (struct str[]){
	    step->to, lang_code(step->lang), str_of(j->lead_id),
	    step->subject, buf_fmt(j->arena, SCENARIO_TEXT_BYTES_MAX + 100,
	    "%.*s\n\npiste lead show %s", STR_ARG(step->text), j->lead_id),
	    once_key(j, step) }, WAIT_MS, &rows);

	return e ? e : note(j, step, "notify",
	    arena_copy(j->arena, pg_value(rows, 0, 0)), PG_NULL);
}

static enum err
move(struct journey *j, const struct nurture_action *n)
{
	const struct pg_rows *rows;
	enum err e = pg_run(j->db, &nurtureturn_move, (struct str[]){
	    str_of(j->lead_id), n->step->to, n->step->reason,
	    j->scenario.key }, WAIT_MS, &rows);

	return e ? e : note(j, n->step, "stage", PG_NULL,
	    arena_copy(j->arena, pg_value(rows, 0, 0)));
}

static enum err
do_step(struct journey *j, const struct nurture_action *n)
{
	static enum err (*const ways[])(struct journey *,
	    const struct nurture_action *) = {
		[NURTURE_MAIL] = mail, [NURTURE_NOTIFY] = notify,
		[NURTURE_STAGE] = move,
	};
	int64_t due_ms = j->now_ms;
	enum err e = OK;

	if (n->what == NURTURE_END)
		return end(j, n->outcome);
	if (n->what != NURTURE_WAIT)
		e = ways[n->what](j, n);
	/* Whatever ends a scenario is noticed while it waits, too. */
	else if (n->until_ms > j->now_ms + NURTURETURN_LOOK_MS)
		due_ms = j->now_ms + NURTURETURN_LOOK_MS;
	else
		due_ms = n->until_ms;
	return e ? e : go(j, &n->next, due_ms);
}

/* What was claimed; ERR_INPUT when it makes no sense. */
static enum err
read_claim(const struct pg_rows *rows, struct journey *j, struct str *state,
    struct str *step)
{
	int64_t id;

	if (!str_i64(pg_value(rows, 0, 0), 1, INT64_MAX, &id))
		return ERR_INPUT;
	/* Known from here on: what follows can't be read for ever. */
	(void)str_from_i64(j->id, id);
	if (!str_i64(pg_value(rows, 0, 4), 1, INT64_MAX, &j->person) ||
	    !str_i64(pg_value(rows, 0, 5), 1, INT64_MAX, &j->lead) ||
	    !str_i64(pg_value(rows, 0, 6), 0, INT64_MAX, &j->at.entered_ms) ||
	    !str_i64(pg_value(rows, 0, 8), 0, INT64_MAX, &j->at.since_ms))
		return ERR_INPUT;
	(void)str_from_i64(j->lead_id, j->lead);
	*state = arena_copy(j->arena, pg_value(rows, 0, 2));
	*step = arena_copy(j->arena, pg_value(rows, 0, 7));
	return OK;
}

static enum err
decide(struct journey *j, struct str definition, struct str step)
{
	struct nurture_limits limits;
	struct nurture_action next;
	struct nurturefacts_ask ask = { &j->scenario, j->person, j->lead,
		j->at.entered_ms, j->now_ms, 4 * NURTURETURN_LOOK_MS };
	enum err e = scenario_read(j->arena, definition, &j->scenario);

	if (e)
		return end(j, "changed");
	j->at.step = step.n ? scenario_find(&j->scenario, step) : 0;
	if (j->at.step == j->scenario.steps)
		return end(j, "changed");
	e = nurturefacts_read(j->db, j->arena, j->conf, &ask, &j->facts);
	if (e)
		return e;
	nurturefacts_limits(j->conf, &limits);
	nurture_next(&j->scenario, &limits, &j->at, &j->facts, j->now_ms,
	    &next);
	return do_step(j, &next);
}

/* One journey that is due; *done is 0 when there is none. */
static enum err
take(struct journey *j, int64_t *done)
{
	char now[STR_I64_BYTES];
	const struct pg_rows *rows;
	struct str state, step, definition;
	bool is_twice;
	enum err e = pg_run(j->db, &nurtureturn_claim, (struct str[]){
	    str_from_i64(now, j->now_ms) }, WAIT_MS, &rows);

	*done = e ? 0 : (int64_t)pg_count(rows);
	if (!*done)
		return e;
	definition = arena_copy(j->arena, pg_value(rows, 0, 3));
	is_twice = str_eq(pg_value(rows, 0, 9), STR("t"));
	e = read_claim(rows, j, &state, &step);
	if (e)
		return e;
	if (str_eq(state, STR("archived")))
		return end(j, "archived");
	return is_twice ? end(j, "merged") : decide(j, definition, step);
}

/*
 * What fails by itself must not keep the others waiting; nor what takes too
 * long, or waits for a lock, which looks as if PostgreSQL was away.
 */
static enum err
put_off(struct journey *j, enum err why)
{
	int64_t pause_ms = why == ERR_AWAY ? NURTURETURN_AWAY_MS :
	    NURTURETURN_PUT_OFF_MS;
	char due[STR_I64_BYTES];

	return pg_run(j->db, &nurtureturn_put_off, (struct str[]){
	    str_of(j->id), str_from_i64(due, j->now_ms + pause_ms) },
	    WAIT_MS, NULL);
}

static enum err
take_one(struct pg *db, const struct conf *c, int64_t now_ms, int64_t *done)
{
	struct journey j = { .db = db, .conf = c, .now_ms = now_ms,
		.arena = arena_new(ARENA_BYTES_MAX) };
	enum err e = pg_begin(db);

	if (!e)
		e = take(&j, done);
	if (!e)
		e = pg_commit(db);
	if (e) {
		pg_rollback(db);
		log_event(LOG_WARN, "nurture.take", LOG_Z("journey", j.id),
		    LOG_Z("why", err_name(e)));
	}
	if (e && j.id[0])
		e = put_off(&j, e);
	arena_free(j.arena);
	return e;
}

enum err
nurtureturn_run(struct pg *db, const struct conf *c, int64_t now_ms,
    int64_t *done)
{
	const struct pg_rows *rows;
	int64_t one = 1;
	enum err e = pg_run(db, &nurtureturn_enter, NULL, WAIT_MS, &rows);

	*done = 0;
	if (!e && !str_i64(pg_value(rows, 0, 0), 0, INT64_MAX, done))
		e = ERR_INPUT;
	for (int i = 0; !e && one && i < NURTURETURN_STEPS_MAX; i++) {
		e = take_one(db, c, now_ms, &one);
		*done += e ? 0 : one;
	}
	return e;
}

static enum err
tell(struct pg *db, const struct sql *ask, const struct str *params,
    bool is_json, FILE *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, ask, params, TELL_WAIT_MS, &rows);

	for (size_t i = 0; !e && i < pg_count(rows); i++)
		fprintf(out, "%.*s\n", STR_ARG(pg_value(rows, i, is_json)));
	return e;
}

enum err
nurtureturn_list(struct pg *db, bool is_json, FILE *out)
{
	return tell(db, &nurtureturn_all, NULL, is_json, out);
}

enum err
nurtureturn_show(struct pg *db, struct str scenario, bool is_json, FILE *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &nurtureturn_known, &scenario, TELL_WAIT_MS,
	    &rows);

	if (e || !pg_count(rows))
		return e ? e : ERR_ABSENT;
	return tell(db, &nurtureturn_in, &scenario, is_json, out);
}

enum err
nurtureturn_stop(struct pg *db, struct str person, struct str scenario,
    int64_t *ended)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &nurtureturn_let_go, (struct str[]){ person,
	    scenario }, TELL_WAIT_MS, &rows);

	if (!e && !str_i64(pg_value(rows, 0, 0), 0, INT64_MAX, ended))
		e = ERR_INPUT;
	return e;
}
