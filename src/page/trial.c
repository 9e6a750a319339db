/*
 * Implements trial.h.  The moves that are allowed, and what follows from one,
 * are in the schema: commands make them too.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "page/site.h"
#include "store/pg.h"
#include "page/trial.h"

#define TRIAL_WAIT_MS 30000
#define PLAN_BYTES_MAX ((size_t)64 << 20)

SQL(keep_states, 0,
    "SELECT coalesce(json_object_agg(key, state), '{}') FROM experiment"
    " WHERE definition->>'state' IS NULL AND state <> 'running'"
    " AND NOT is_synthetic");

/* $1: the document; $2: the plan. */
#define NAMED \
    "named AS (SELECT d->>'key' AS key, d, ord::integer" \
    " FROM jsonb_array_elements(nullif($1::jsonb->'experiments', 'null'))" \
    " WITH ORDINALITY AS t (d, ord)), " \
    "plan AS (SELECT key, page, seed, weights, coverage, goal, window_s," \
    " mql_window_s, sql_window_s, customer_window_s, alpha, planned, n_star," \
    " state, blocks FROM jsonb_to_recordset($2::jsonb) AS p (key text," \
    " page text, seed text, weights jsonb, coverage double precision," \
    " goal text, window_s bigint, mql_window_s bigint, sql_window_s bigint," \
    " customer_window_s bigint, alpha double precision, planned bigint," \
    " n_star double precision, state text, blocks boolean))"

/* A line for each move that can't be made: where, and what is said of it. */
SQL(refuse_moves, 2, "WITH " NAMED
    " SELECT n.ord - 1, CASE WHEN e.is_synthetic THEN"
    " '.key: is a self-test''s' WHEN experiment_can_move(e.state, p.state)"
    " THEN '.state: the experiment is decided for ' || e.shipped_key"
    " || ': \"piste experiment undo ' || n.key || '\" leads back'"
    " ELSE '.state: the experiment is ' || e.state || ', which can''t become '"
    " || p.state END FROM named n"
    " JOIN plan p USING (key) JOIN experiment e USING (key)"
    " WHERE e.is_synthetic OR (e.state <> p.state"
    " AND (NOT experiment_can_move(e.state, p.state) OR (e.state = 'decided'"
    " AND p.state = 'stopped' AND e.shipped_key IS NOT NULL)))"
    " ORDER BY n.ord");

/* The arms of variants in their order, whatever they say. */
#define ARMS(v, order) \
    "jsonb_agg(jsonb_build_array(" v "->'key', nullif(" v "->'levels'," \
    " '{}')) ORDER BY " order ")"
/* Pages whose arms are others under an experiment that goes on. */
SQL(refuse_other_arms, 2, "WITH " NAMED
    " SELECT g.ord - 1, min(e.key) FROM jsonb_array_elements("
    "nullif($1::jsonb->'pages', 'null')) WITH ORDINALITY AS g (d, ord)"
    " JOIN experiment e ON e.page_key = g.d->>'key' AND NOT e.is_synthetic"
    " JOIN plan p ON p.key = e.key"
    " WHERE e.state IN ('running', 'paused')"
    " AND p.state IN ('running', 'paused')"
    " AND (SELECT " ARMS("v.definition", "v.position") " FROM variant v"
    " WHERE v.page_key = e.page_key AND v.removed_at IS NULL)"
    " IS DISTINCT FROM (SELECT " ARMS("v.d", "v.ord")
    " FROM jsonb_array_elements(g.d->'variants')"
    " WITH ORDINALITY AS v (d, ord)) GROUP BY g.ord ORDER BY g.ord");

/* Those named, and those whose page's variants have just changed. */
#define GIVEN \
    "given AS (SELECT key, d, ord FROM named" \
    " UNION ALL SELECT e.key, e.definition, NULL FROM experiment e" \
    " JOIN page p ON p.key = e.page_key" \
    " WHERE e.state IN ('running', 'paused') AND NOT e.is_synthetic" \
    " AND e.variants_revision <> p.variants_revision" \
    " AND NOT EXISTS (SELECT FROM named n WHERE n.key = e.key))"

SQL(find_reworded_trials, 2, "WITH " NAMED ", " GIVEN
    " SELECT string_agg(e.key, ', ' ORDER BY e.key) FROM given g"
    " JOIN plan w USING (key) JOIN experiment e USING (key)"
    " JOIN page p ON p.key = w.page AND p.key = e.page_key"
    " WHERE e.state IN ('running', 'paused')"
    " AND w.state IN ('running', 'paused')"
    " AND e.variants_revision <> p.variants_revision");

/* Does the new targeting leave out someone whom the old one had? */
#define LESS(member) \
    "(g.d->'targeting'->'" member "' <> 'null' AND NOT coalesce(" \
    "g.d->'targeting'->'" member "' @> nullif(" \
    "e.definition->'targeting'->'" member "', 'null'), false))"
#define IS_NARROWER \
    LESS("countries") " OR " LESS("devices") " OR " LESS("sources") " OR " \
    LESS("languages") " OR " LESS("returning")

/* What gives visitors another arm than the same definition before. */
#define BUCKETS(d) \
    "jsonb_build_array(nullif(" d "->'filters', '[]'), " d "->'layer'," \
    " " d "->'holdout')"
#define FACTORS(d) \
    "jsonb_build_array(nullif(" d "->>'design', 'full'), (SELECT jsonb_agg(" \
    "f.value - 'weights' ORDER BY f.ordinality) FROM jsonb_array_elements(" \
    "nullif(" d "->'factors', 'null')) WITH ORDINALITY f))"
/* From what weights follow. */
#define SHARES(d) \
    "jsonb_build_array(" d "->'weights', " d "->'factors', " d "->'design')"

/* $3: is a changed text a correction? */
#define JUDGED \
    "judged AS (SELECT g.key, g.ord, g.d, w.page, w.seed, w.goal," \
    " w.window_s, w.mql_window_s, w.sql_window_s, w.customer_window_s," \
    " w.alpha, w.planned, w.n_star, w.state, w.blocks, w.weights," \
    " w.coverage, p.variants_revision, e.key IS NULL AS is_new," \
    " e.state AS old_state, e.weights AS old_weights," \
    " e.coverage AS old_coverage, e.n_star AS old_n_star," \
    " e.alpha AS old_alpha, e.planned_visitors AS old_planned," \
    " e.goal AS old_goal, e.window_s AS old_window_s," \
    " (e.mql_window_s, e.sql_window_s, e.customer_window_s)" \
    " IS DISTINCT FROM (w.mql_window_s, w.sql_window_s," \
    " w.customer_window_s) AS has_other_windows, e.definition AS old_d," \
    " e.phase_started_at, coalesce(e.phase, 1) AS phase," \
    " coalesce(e.bucket_version, 1) AS bucket_version," \
    " coalesce(e.min_bucket_version, 1) AS min_bucket_version," \
    " e.definition - 'state' IS DISTINCT FROM g.d - 'state'" \
    " OR e.state <> w.state" \
    " OR e.variants_revision <> p.variants_revision AS is_other," \
    " " SHARES("e.definition") " IS DISTINCT FROM " SHARES("g.d") \
    " AS has_other_shares," \
    " e.definition->'coverage' IS DISTINCT FROM g.d->'coverage'" \
    " AS has_other_coverage," \
    " CASE WHEN w.state NOT IN ('running', 'paused') OR e.key IS NULL" \
    " OR e.state = 'draft' THEN NULL" \
    " WHEN e.state NOT IN ('running', 'paused') THEN 'restart'" \
    " WHEN e.page_key <> w.page THEN 'page'" \
    " WHEN e.seed <> w.seed THEN 'seed'" \
    " WHEN " BUCKETS("e.definition") " IS DISTINCT FROM " BUCKETS("g.d") \
    " THEN 'filters'" \
    " WHEN " FACTORS("e.definition") " IS DISTINCT FROM " FACTORS("g.d") \
    " THEN 'factors'" \
    " WHEN " IS_NARROWER " THEN 'targeting'" \
    " WHEN e.goal <> w.goal THEN 'goal'" \
    " WHEN (e.window_s, e.mql_window_s, e.sql_window_s," \
    " e.customer_window_s) <> (w.window_s, w.mql_window_s, w.sql_window_s," \
    " w.customer_window_s) THEN 'window'" \
    " WHEN e.variants_revision <> p.variants_revision" \
    " THEN CASE WHEN $3::boolean THEN 'correction' ELSE 'content' END" \
    " END AS because" \
    " FROM given g JOIN plan w USING (key) JOIN page p ON p.key = w.page" \
    " LEFT JOIN experiment e ON e.key = g.key)"

/*
 * What a phase that has begun keeps to its end: by what was chosen after
 * looks were taken they can't be judged.
 */
SQL(refuse_other_plans, 3, "WITH " NAMED ", " GIVEN ", " JUDGED
    " SELECT j.ord - 1, m.name, j.phase, coalesce(j.old_d->>m.name,"
    " 'the default'), CASE j.old_state WHEN 'archived' THEN"
    " 'the experiment is archived for good, so make another one'"
    " ELSE CASE j.old_state WHEN 'stopped' THEN '' WHEN 'decided' THEN"
    " 'undo the decision, then ' ELSE 'stop the experiment, then ' END ||"
    " 'start it again with another, which begins a phase' END"
    " FROM judged j CROSS JOIN LATERAL (VALUES"
    " (1, 'goal', j.goal <> j.old_goal),"
    " (2, 'window', j.window_s <> j.old_window_s),"
    " (3, 'windows', j.has_other_windows),"
    " (4, 'alpha', j.alpha <> j.old_alpha),"
    " (5, 'planned_visitors', j.planned <> j.old_planned)"
    ") AS m (n, name, is_other) WHERE m.is_other"
    " AND j.phase_started_at IS NOT NULL"
    " AND coalesce(j.because, 'correction') = 'correction'"
    " AND j.d->m.name IS DISTINCT FROM j.old_d->m.name"
    " ORDER BY j.ord, m.n");

/* What it comes to; what a phase keeps is told above. */
#define SETTLED \
    "settled AS (SELECT key, ord, d, page, seed, goal, window_s," \
    " mql_window_s, sql_window_s, customer_window_s, state," \
    " variants_revision, is_new, old_state, is_other," \
    " because, raise <> 0 AS is_raised," \
    " phase + raise AS phase, bucket_version + raise AS bucket_version," \
    " CASE WHEN blocks AND raise <> 0 THEN bucket_version + 1" \
    " ELSE min_bucket_version END AS min_bucket_version," \
    " CASE WHEN phase_started_at IS NULL OR raise <> 0 THEN n_star" \
    " ELSE old_n_star END AS n_star," \
    " CASE WHEN phase_started_at IS NULL OR raise <> 0 THEN alpha" \
    " ELSE old_alpha END AS alpha," \
    " CASE WHEN phase_started_at IS NULL OR raise <> 0 THEN planned" \
    " ELSE old_planned END AS planned," \
    " CASE WHEN is_new OR has_other_shares OR raise <> 0" \
    " THEN coalesce(nullif(d->'weights', 'null'), weights)" \
    " ELSE old_weights END AS weights," \
    " CASE WHEN is_new OR has_other_coverage OR raise <> 0 THEN coverage" \
    " ELSE old_coverage END AS coverage, old_weights, old_coverage" \
    " FROM judged CROSS JOIN LATERAL (SELECT (coalesce(because," \
    " 'correction') <> 'correction')::integer AS raise) r)"

#define LAST "(SELECT coalesce(max(position), 0) FROM experiment)"

SQL(write_experiments, 3, "WITH " NAMED ", " GIVEN ", " JUDGED ", " SETTLED ", "
    "written AS (INSERT INTO experiment AS o (key, page_key, seed, weights,"
    " coverage, goal, window_s, mql_window_s, sql_window_s,"
    " customer_window_s, alpha, planned_visitors, n_star, state, phase,"
    " bucket_version, min_bucket_version, variants_revision, position,"
    " definition)"
    " SELECT key, page, seed, weights, coverage, goal, window_s,"
    " mql_window_s, sql_window_s, customer_window_s, alpha, planned, n_star,"
    " state, phase, bucket_version, min_bucket_version, variants_revision,"
    " " LAST " + coalesce(ord, 0), d FROM settled WHERE is_new OR is_other"
    " ON CONFLICT (key) DO UPDATE SET page_key = excluded.page_key,"
    " seed = excluded.seed, weights = excluded.weights,"
    " coverage = excluded.coverage, goal = excluded.goal,"
    " window_s = excluded.window_s, mql_window_s = excluded.mql_window_s,"
    " sql_window_s = excluded.sql_window_s,"
    " customer_window_s = excluded.customer_window_s,"
    " alpha = excluded.alpha,"
    " planned_visitors = excluded.planned_visitors,"
    " n_star = excluded.n_star, state = excluded.state,"
    " phase = excluded.phase, bucket_version = excluded.bucket_version,"
    " min_bucket_version = excluded.min_bucket_version,"
    " variants_revision = excluded.variants_revision,"
    " definition = excluded.definition, updated_at = now()"
    " RETURNING o.key), "
    "moved AS (INSERT INTO experiment_move (experiment_key, from_state,"
    " to_state, phase, what, who, reason)"
    " SELECT s.key, s.old_state, s.state, s.phase, m.what, 'apply', m.reason"
    " FROM settled s JOIN written USING (key) CROSS JOIN LATERAL (VALUES"
    " (1, 'move', s.is_new OR s.state <> s.old_state, NULL),"
    " (2, 'phase', s.is_raised, s.because),"
    " (3, 'correction', NOT s.is_raised AND s.because = 'correction', NULL),"
    " (4, 'weights', NOT s.is_new AND s.state = 'running' AND"
    " (s.weights, s.coverage) <> (s.old_weights, s.old_coverage), NULL)"
    ") AS m (n, what, is_so, reason) WHERE m.is_so ORDER BY s.ord, s.key, m.n)"
    " SELECT s.key, CASE WHEN s.is_new THEN 'created'"
    " WHEN w.key IS NULL THEN 'unchanged' ELSE 'changed' END,"
    " CASE WHEN s.because IS NOT NULL THEN s.phase END, s.because"
    " FROM settled s LEFT JOIN written w USING (key)"
    " ORDER BY s.ord, s.key");

SQL(open_epochs, 0,
    "INSERT INTO epoch (experiment_key, number, phase, weights, coverage)"
    " SELECT e.key, coalesce(l.number, 0) + 1, e.phase, e.weights,"
    " e.coverage FROM experiment e LEFT JOIN LATERAL (SELECT number, phase,"
    " weights, coverage FROM epoch WHERE experiment_key = e.key"
    " ORDER BY number DESC LIMIT 1) l ON true"
    " WHERE e.state = 'running' AND (e.phase, e.weights, e.coverage)"
    " IS DISTINCT FROM (l.phase, l.weights, l.coverage)");

enum err
trial_kept(struct pg *db, struct arena *a, struct str *json)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &keep_states, NULL, TRIAL_WAIT_MS, &rows);

	if (!e)
		*json = arena_copy(a, pg_value(rows, 0, 0));
	return e;
}

static void
add_weights(struct buf *b, const struct site_experiment *e)
{
	buf_json_name(b, "weights");
	buf_byte(b, '{');
	for (size_t i = 0; i < e->page->variants; i++) {
		buf_json_name(b, e->page->variant[i].key.p);
		/* What a product of shares is, not what doubles make of it. */
		buf_addf(b, "%.15g", e->weight[i]);
	}
	buf_byte(b, '}');
}

static void
add_experiment(struct buf *b, const struct site_experiment *e)
{
	buf_byte(b, '{');
	buf_json_pair(b, "key", e->key);
	buf_json_pair(b, "page", e->page->key);
	buf_json_pair(b, "seed", e->seed);
	add_weights(b, e);
	buf_json_pair(b, "goal", e->goal);
	buf_json_pair(b, "state", str_of(site_state_name(e->state)));
	buf_addf(b, ",\"coverage\":%.17g,\"alpha\":%.17g,\"n_star\":%.17g",
	    e->coverage, e->alpha, e->n_star);
	buf_addf(b, ",\"planned\":%lld,\"window_s\":%lld,\"mql_window_s\":%lld"
	    ",\"sql_window_s\":%lld,\"customer_window_s\":%lld",
	    (long long)e->planned_visitors, (long long)e->window_s,
	    (long long)e->mql_window_s, (long long)e->sql_window_s,
	    (long long)e->customer_window_s);
	buf_addf(b, ",\"blocks\":%s}", e->blocks_previous ? "true" : "false");
}

struct str
trial_plan(struct arena *a, const struct site *s)
{
	struct buf b;

	buf_init(&b, a, PLAN_BYTES_MAX);
	buf_byte(&b, '[');
	for (size_t i = 0; i < s->experiments; i++) {
		if (i)
			buf_byte(&b, ',');
		add_experiment(&b, &s->experiment[i]);
	}
	buf_byte(&b, ']');
	return buf_str(&b);
}

static enum err
refuse_moves_of(struct pg *db, const struct trial *t, FILE *complaints,
    size_t *refused)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &refuse_moves,
	    (struct str[]){ t->json, t->plan }, TRIAL_WAIT_MS, &rows);

	for (size_t i = 0; !e && i < pg_count(rows); i++, ++*refused)
		fprintf(complaints, "$.experiments[%.*s]%.*s\n",
		    STR_ARG(pg_value(rows, i, 0)),
		    STR_ARG(pg_value(rows, i, 1)));
	return e;
}

/* A text may be corrected; which arms there are is what is compared. */
static enum err
refuse_arms_of(struct pg *db, const struct trial *t, FILE *complaints,
    size_t *refused)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &refuse_other_arms,
	    (struct str[]){ t->json, t->plan }, TRIAL_WAIT_MS, &rows);

	for (size_t i = 0; !e && i < pg_count(rows); i++, ++*refused)
		fprintf(complaints, "$.pages[%.*s].variants: are the arms of"
		    " experiment %.*s: one that comes, goes or moves is no"
		    " correction; weight 0 archives an arm\n",
		    STR_ARG(pg_value(rows, i, 0)),
		    STR_ARG(pg_value(rows, i, 1)));
	return e;
}

enum err
trial_refuse(struct pg *db, const struct trial *t, FILE *complaints,
    size_t *refused)
{
	enum err e;

	*refused = 0;
	e = refuse_moves_of(db, t, complaints, refused);
	if (!e && t->is_correction)
		e = refuse_arms_of(db, t, complaints, refused);
	return e;
}

/* The parameters of JUDGED. */
#define PARAMS(t) (struct str[]){ (t)->json, (t)->plan, \
    (t)->is_correction ? STR("true") : STR("false") }

enum err
trial_fixed(struct pg *db, const struct trial *t, FILE *complaints,
    size_t *refused)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &refuse_other_plans, PARAMS(t), TRIAL_WAIT_MS,
	    &rows);

	*refused = e ? 0 : pg_count(rows);
	for (size_t i = 0; i < *refused; i++)
		fprintf(complaints, "$.experiments[%.*s].%.*s: phase %.*s"
		    " began with %.*s and keeps it: %.*s\n",
		    STR_ARG(pg_value(rows, i, 0)),
		    STR_ARG(pg_value(rows, i, 1)),
		    STR_ARG(pg_value(rows, i, 2)),
		    STR_ARG(pg_value(rows, i, 3)),
		    STR_ARG(pg_value(rows, i, 4)));
	return e;
}

enum err
trial_reworded(struct pg *db, struct arena *a, const struct trial *t,
    struct str *keys)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &find_reworded_trials,
	    (struct str[]){ t->json, t->plan }, TRIAL_WAIT_MS, &rows);

	if (!e)
		*keys = arena_copy(a, pg_value(rows, 0, 0));
	return e;
}

static void
tell(struct buf *changes, const struct pg_rows *rows, size_t i)
{
	buf_byte(changes, '{');
	buf_json_pair(changes, "what", STR("experiment"));
	buf_json_pair(changes, "key", pg_value(rows, i, 0));
	buf_json_pair(changes, "change", pg_value(rows, i, 1));
	if (!pg_is_null(rows, i, 2)) {
		buf_addf(changes, ",\"phase\":%.*s",
		    STR_ARG(pg_value(rows, i, 2)));
		buf_json_pair(changes, "because", pg_value(rows, i, 3));
	}
	buf_add(changes, STR("}\n"));
}

enum err
trial_write(struct pg *db, const struct trial *t, struct buf *changes)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &write_experiments, PARAMS(t), TRIAL_WAIT_MS,
	    &rows);

	if (e)
		return e;
	for (size_t i = 0; i < pg_count(rows); i++)
		tell(changes, rows, i);
	return pg_run(db, &open_epochs, NULL, TRIAL_WAIT_MS, NULL);
}
