/*
 * Implements synthetic.h.  A book is a row of piste.experiment, so that it is
 * counted by the very functions that count a marketer's.
 */

#include "store/pg.h"

#include "experiment/synthetic.h"

#define WAIT_MS 60000

/* An epoch's number is what the server writes beside each exposure. */
SQL(synthetic_open_book, 3,
    "WITH real AS (SELECT page_key, seed, weights, coverage, window_s,"
    " mql_window_s, sql_window_s, customer_window_s, alpha, phase,"
    " bucket_version, min_bucket_version, control_key, variants_revision,"
    " position, definition FROM piste.experiment"
    " WHERE key = $1 AND state = 'running' AND NOT is_synthetic),"
    " made AS (INSERT INTO piste.experiment (key, page_key, seed, weights,"
    " coverage, goal, window_s, mql_window_s, sql_window_s,"
    " customer_window_s, alpha, planned_visitors, n_star, state, phase,"
    " bucket_version, min_bucket_version, control_key, variants_revision,"
    " position, definition, phase_started_at, is_synthetic)"
    " SELECT $2, page_key, seed, weights, coverage, 'lead', window_s,"
    " mql_window_s, sql_window_s, customer_window_s, alpha, $3::bigint,"
    " greatest($3::bigint, 1), 'running', phase, bucket_version,"
    " min_bucket_version, control_key, variants_revision, position,"
    " definition - ARRAY['starts', 'ends', 'bandit', 'auto'], now(), true"
    " FROM real RETURNING key, phase, weights, coverage),"
    " begun AS (INSERT INTO piste.epoch (experiment_key, number, phase,"
    " weights, coverage) SELECT made.key, (SELECT max(number)"
    " FROM piste.epoch WHERE experiment_key = $1), made.phase,"
    " made.weights, made.coverage FROM made RETURNING 1)"
    " SELECT count(*) FROM begun");
/* Nothing refers to an experiment's rows but by its key. */
#define GONE(which) \
    "(SELECT key FROM piste.experiment WHERE is_synthetic AND " which ")"
#define FORGET(which) \
    "DELETE FROM piste.exposure WHERE experiment_key IN " GONE(which)
#define TAKE_AWAY(which) \
    "WITH gone AS " GONE(which) ", " \
    "c AS (DELETE FROM piste.conversion WHERE experiment_key IN" \
    " (SELECT key FROM gone)), " \
    "o AS (DELETE FROM piste.outcome WHERE experiment_key IN" \
    " (SELECT key FROM gone)), " \
    "h AS (DELETE FROM piste.experiment_hour WHERE experiment_key IN" \
    " (SELECT key FROM gone)), " \
    "e AS (DELETE FROM piste.epoch WHERE experiment_key IN" \
    " (SELECT key FROM gone)) " \
    "DELETE FROM piste.experiment WHERE key IN (SELECT key FROM gone)"
#define IS_IT "key = $1"
#define IS_LEFT "created_at < now() - make_interval(hours => $1::integer)"
SQL(synthetic_forget, 1, FORGET(IS_IT));
SQL(synthetic_close_book, 1, TAKE_AWAY(IS_IT));
SQL(synthetic_forget_left, 1, FORGET(IS_LEFT));
SQL(synthetic_sweep_books, 1, TAKE_AWAY(IS_LEFT));
SQL(synthetic_arrived, 1,
    "SELECT (SELECT count(*) FROM piste.exposure WHERE experiment_key = $1),"
    " (SELECT count(*) FROM piste.conversion WHERE experiment_key = $1)");
SQL(synthetic_traces, 4,
    "WITH sent AS (SELECT id, person_id, lead_id FROM piste.submission"
    " WHERE received_at >= to_timestamp($3::bigint / 1000.0)"
    " AND right(email, length($2)) = $2) "
    "SELECT (SELECT count(*) FROM piste.exposure AS s JOIN piste.exposure"
    " AS x ON x.visitor = s.visitor AND x.experiment_key <> s.experiment_key"
    " JOIN piste.experiment AS e ON e.key = x.experiment_key"
    " AND NOT e.is_synthetic WHERE s.experiment_key = $1),"
    " (SELECT count(*) FROM sent),"
    " (SELECT count(DISTINCT l.id) FROM piste.person AS p JOIN piste.lead"
    " AS l ON l.person_id = p.id"
    " WHERE p.created_at >= to_timestamp($3::bigint / 1000.0)"
    " AND right(p.email, length($2)) = $2),"
    " (SELECT count(*) FROM sent JOIN piste.qualification_queue AS q"
    " ON q.lead_id = sent.lead_id),"
    " (SELECT coalesce(sum(t.views), 0)::bigint FROM piste.traffic AS t"
    " JOIN piste.experiment AS e ON e.key = $4"
    " WHERE t.page_key = e.page_key)");

static int64_t
whole(const struct pg_rows *rows, size_t column)
{
	int64_t v = 0;

	(void)str_i64(pg_value(rows, 0, column), 0, INT64_MAX, &v);
	return v;
}

enum err
synthetic_open(struct pg *db, const struct synthetic_book *book)
{
	char digits[STR_I64_BYTES];
	const struct str params[] = { book->like, book->key,
		str_from_i64(digits, book->planned) };
	const struct pg_rows *rows;
	enum err e = pg_run(db, &synthetic_open_book, params, WAIT_MS, &rows);

	if (e)
		return e;
	return whole(rows, 0) ? OK : ERR_ABSENT;
}

/* In the order in which those who count take rows and lock. */
static enum err
take_away(struct pg *db, const struct sql *exposures,
    const struct sql *others, struct str which)
{
	enum err e = pg_begin(db);

	if (e)
		return e;
	e = pg_run(db, exposures, &which, WAIT_MS, NULL);
	if (!e)
		e = pg_script(db, "SELECT piste.experiment_lock()", WAIT_MS);
	if (!e)
		e = pg_run(db, others, &which, WAIT_MS, NULL);
	if (!e)
		return pg_commit(db);
	pg_rollback(db);
	return e;
}

enum err
synthetic_close(struct pg *db, struct str key)
{
	return take_away(db, &synthetic_forget, &synthetic_close_book, key);
}

enum err
synthetic_sweep(struct pg *db)
{
	char digits[STR_I64_BYTES];

	return take_away(db, &synthetic_forget_left, &synthetic_sweep_books,
	    str_from_i64(digits, SYNTHETIC_LEFT_H));
}

enum err
synthetic_count(struct pg *db, struct str key, struct synthetic_count *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &synthetic_arrived, &key, WAIT_MS, &rows);

	if (!e)
		*out = (struct synthetic_count){ whole(rows, 0),
			whole(rows, 1) };
	return e;
}

enum err
synthetic_trace(struct pg *db, const struct synthetic_book *book,
    struct str domain, int64_t since_ms, struct synthetic_trace *out)
{
	char digits[STR_I64_BYTES];
	const struct str params[] = { book->key, domain,
		str_from_i64(digits, since_ms), book->like };
	const struct pg_rows *rows;
	enum err e = pg_run(db, &synthetic_traces, params, WAIT_MS, &rows);

	if (!e)
		*out = (struct synthetic_trace){ whole(rows, 0),
			whole(rows, 1), whole(rows, 2), whole(rows, 3),
			whole(rows, 4) };
	return e;
}
