/*
 * Implements steer.h.  Every statement finds its row only in the states that
 * allow it and tells how many it found; the rest is the table's triggers'.
 */
#include <jansson.h>
#include <stdlib.h>

#include "base/arena.h"
#include "store/pg.h"

#include "experiment/steer.h"

#define WAIT_MS 30000
#define WEIGHT_DIGITS 15		/* .7, not what a double makes of it */

#define NOTE(what, from, to) \
    "INSERT INTO piste.experiment_move (experiment_key, from_state," \
    " to_state, phase, what, who, reason) SELECT key, " from ", " to \
    ", phase, " what ", $2, nullif($3, '') FROM moved"
/* The definition keeps what was said in it; export tells the state it is in. */
#define STATE(to) "state = '" to "', updated_at = now()"

/* As every apply does: they judge a site, then write it. */
SQL(steer_lock, 0,
    "SELECT pg_advisory_xact_lock(hashtextextended('piste.site', 0))");
SQL(steer_exists, 2,
    "SELECT FROM piste.experiment AS e JOIN piste.variant AS v"
    " ON v.page_key = e.page_key AND v.removed_at IS NULL"
    " WHERE e.key = $1 AND (v.key = $2 OR $2 = '') LIMIT 1");
SQL(steer_take_arm, 4,
    "WITH before AS (SELECT e.key, e.state, p.control_key FROM"
    " piste.experiment AS e JOIN piste.page AS p ON p.key = e.page_key"
    " WHERE e.key = $1 AND e.state IN ('running', 'paused', 'stopped')"
    " FOR NO KEY UPDATE), moved AS (UPDATE piste.experiment AS e SET "
    "shipped_key = $4, control_before = b.control_key, " STATE("decided")
    " FROM before AS b WHERE e.key = b.key"
    " RETURNING e.key, e.page_key, e.phase, b.state), "
    "shown AS (UPDATE piste.page AS p SET control_key = $4,"
    " updated_at = now() FROM moved AS m WHERE p.key = m.page_key"
    " RETURNING p.key) " NOTE("'ship ' || $4", "state", "'decided'")
    " WHERE EXISTS (SELECT FROM shown) RETURNING id");
SQL(steer_give_back, 3,
    "WITH before AS (SELECT e.key, e.shipped_key, e.control_before FROM"
    " piste.experiment AS e JOIN piste.page AS p ON p.key = e.page_key"
    " WHERE e.key = $1 AND e.state = 'decided'"
    " AND p.control_key = e.shipped_key FOR NO KEY UPDATE), moved AS (UPDATE"
    " piste.experiment AS e SET shipped_key = NULL, control_before = NULL, "
    STATE("stopped") " FROM before AS b WHERE e.key = b.key"
    " RETURNING e.key, e.page_key, e.phase, b.control_before,"
    " b.shipped_key), shown AS (UPDATE piste.page AS p SET"
    " control_key = m.control_before, updated_at = now() FROM moved AS m"
    " WHERE p.key = m.page_key RETURNING p.key) "
    NOTE("'undo ' || shipped_key", "'decided'", "'stopped'")
    " WHERE EXISTS (SELECT FROM shown) RETURNING id");
SQL(steer_end, 3,
    "WITH before AS (SELECT key, state FROM piste.experiment"
    " WHERE key = $1 AND state IN ('running', 'paused') FOR NO KEY UPDATE),"
    " moved AS (UPDATE piste.experiment AS e SET " STATE("stopped")
    " FROM before AS b WHERE e.key = b.key"
    " RETURNING e.key, e.phase, b.state) "
    NOTE("'move'", "state", "'stopped'") " RETURNING id");
/* Of an arm that takes no part in it the weights say that it has none. */
#define WEIGHTS(given) "m.closed || (" given ")"
SQL(steer_open_epoch, 9,
    "WITH before AS (SELECT e.key, e.phase, e.coverage, (SELECT"
    " coalesce(jsonb_object_agg(w.arm, 0), '{}')"
    " FROM jsonb_object_keys(e.weights) AS w (arm)) AS closed FROM"
    " piste.experiment AS e WHERE e.key = $1 AND e.state = 'running'"
    " AND e.phase = $4::integer AND $5::integer = (SELECT max(o.number)"
    " FROM piste.epoch AS o WHERE o.experiment_key = e.key)"
    " FOR NO KEY UPDATE OF e), moved AS (UPDATE piste.experiment AS e SET"
    " weights = m.closed || $6::jsonb, updated_at = now() FROM before AS m"
    " WHERE e.key = m.key RETURNING e.key, e.phase, e.state, e.coverage,"
    " m.closed, $5::integer + 1 + jsonb_array_length($8::jsonb) AS number),"
    " opened AS (INSERT INTO piste.epoch (experiment_key, number, phase,"
    " weights, coverage, part_of, context, leaf) SELECT m.key,"
    " $5::integer + p.ord, m.phase, " WEIGHTS("p.d->'weights'") ","
    " m.coverage, m.number, $9, p.d->>'leaf' FROM moved AS m"
    " CROSS JOIN jsonb_array_elements($8::jsonb) WITH ORDINALITY"
    " AS p (d, ord) UNION ALL SELECT m.key, m.number, m.phase, "
    WEIGHTS("$6::jsonb") ", m.coverage, NULL, NULL, NULL FROM moved AS m"
    " RETURNING number) " NOTE("$7", "state", "state")
    " WHERE EXISTS (SELECT FROM opened) RETURNING id");

SQL(steer_forget_state, 1,
    "UPDATE piste.experiment SET definition = definition - 'state'"
    " WHERE key = $1 AND definition ? 'state'");

SQL(steer_sign_move, 3,
    "UPDATE piste.experiment_move SET who = $2, reason = coalesce(reason,"
    " nullif($3, '')) WHERE id = (SELECT max(id) FROM piste.experiment_move"
    " WHERE experiment_key = $1 AND what = 'move')");

/* Run what moves one row, or tell why none was found. */
static enum err
decide(struct pg *db, const struct sql *s, const struct str *params,
    struct str arm)
{
	const struct str named[] = { params[0], arm };
	const struct pg_rows *rows;
	enum err e = pg_run(db, &steer_lock, NULL, WAIT_MS, NULL);

	if (!e)
		e = pg_run(db, s, params, WAIT_MS, &rows);
	if (e || pg_count(rows))
		return e;
	e = pg_run(db, &steer_exists, named, WAIT_MS, &rows);
	if (e)
		return e;
	return pg_count(rows) ? ERR_DENIED : ERR_ABSENT;
}

enum err
steer_ship(struct pg *db, struct str key, struct str arm,
    const struct steer_note *note)
{
	const struct str named[] = { key, arm };
	const struct str params[] = { key, note->who, note->reason, arm };
	const struct pg_rows *rows;
	enum err e = pg_run(db, &steer_exists, named, WAIT_MS, &rows);

	if (e)
		return e;
	if (!arm.n || !pg_count(rows))
		return ERR_ABSENT;
	return decide(db, &steer_take_arm, params, arm);
}

enum err
steer_undo(struct pg *db, struct str key, const struct steer_note *note)
{
	const struct str params[] = { key, note->who, note->reason };

	return decide(db, &steer_give_back, params, STR_EMPTY);
}

enum err
steer_stop(struct pg *db, struct str key, const struct steer_note *note)
{
	const struct str params[] = { key, note->who, note->reason };

	return decide(db, &steer_end, params, STR_EMPTY);
}

/* {"arm": weight…} */
static json_t *
describe(const struct steer_weight *weight, size_t count)
{
	json_t *object = json_object();

	for (size_t i = 0; i < count; i++)
		json_object_setn_new(object, weight[i].arm.p, weight[i].arm.n,
		    json_real(weight[i].weight));
	return object;
}

/* [{"leaf": …, "weights": {…}}…], of even weights without a leaf. */
static json_t *
describe_parts(const struct steer_epoch *at, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < at->parts; i++) {
		const struct steer_part *p = &at->part[i];
		json_t *one = json_pack("{s:o}", "weights",
		    describe(p->weight, count));

		if (!p->is_even)
			json_object_set_new(one, "leaf",
			    json_stringn(p->leaf.n ? p->leaf.p : "",
			    p->leaf.n));
		json_array_append_new(list, one);
	}
	return list;
}

/* As text in the arena; takes the value. */
static struct str
text_of(struct arena *a, json_t *value)
{
	char *dump = json_dumps(value, JSON_COMPACT |
	    JSON_REAL_PRECISION(WEIGHT_DIGITS));
	struct str text;

	if (!dump)
		abort();
	text = arena_copy(a, str_of(dump));
	free(dump);
	json_decref(value);
	return text;
}

enum err
steer_reweigh(struct pg *db, struct arena *a, const struct steer_epoch *at,
    const struct steer_weight *weight, size_t count,
    const struct steer_note *note)
{
	char phase[STR_I64_BYTES], epoch[STR_I64_BYTES];
	const struct str params[] = { at->key, note->who, note->reason,
		str_from_i64(phase, at->phase), str_from_i64(epoch, at->epoch),
		text_of(a, describe(weight, count)), str_of(at->what),
		text_of(a, describe_parts(at, count)), at->context };

	return decide(db, &steer_open_epoch, params, STR_EMPTY);
}

enum err
steer_sign(struct pg *db, struct str key, const struct steer_note *note)
{
	const struct str params[] = { key, note->who, note->reason };

	return pg_run(db, &steer_sign_move, params, WAIT_MS, NULL);
}

enum err
steer_unname(struct pg *db, struct str key)
{
	enum err e = pg_run(db, &steer_lock, NULL, WAIT_MS, NULL);

	return e ? e : pg_run(db, &steer_forget_state, &key, WAIT_MS, NULL);
}
