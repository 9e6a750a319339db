/*
 * Brings a database up to this program's schema.  Every migration is a
 * transaction that takes the advisory lock first and looks again whether
 * somebody else has just applied it: so two nodes may start together, and a
 * lost connection leaves nothing half done.
 */
#include "base/log.h"
#include "store/migrate_table.h"
#include "store/pg.h"

#include "store/migrate.h"

#define MIGRATE_WAIT_MS (3600 * 1000)	/* a large table's new index */

/*
 * The first lock waits for another piste migrate; the second, for tables,
 * gives up soon: behind an ALTER that waits, every visitor waits.
 */
static const char enter[] =
    "SET LOCAL statement_timeout = 0;"
    "SET LOCAL idle_in_transaction_session_timeout = 0;"
    "SET LOCAL lock_timeout = '120s';"
    "SELECT pg_advisory_xact_lock(7049811023);"
    "SET LOCAL lock_timeout = '5s'";

static const char own_table[] =
    "CREATE SCHEMA IF NOT EXISTS piste;"
    "CREATE TABLE IF NOT EXISTS piste.migration ("
    " number int PRIMARY KEY,"
    " name text NOT NULL,"
    " applied_at timestamptz NOT NULL DEFAULT now());"
    "COMMENT ON TABLE piste.migration IS"
    " 'Which of the program''s migrations this database has'";

SQL(migration_table_is, 0,
    "SELECT 1 WHERE to_regclass('piste.migration') IS NOT NULL");
SQL(migration_is, 1,
    "SELECT 1 FROM piste.migration WHERE number = $1::int");
SQL(migration_list, 0,
    "SELECT number FROM piste.migration ORDER BY number");
SQL(migration_insert, 2,
    "INSERT INTO piste.migration (number, name) VALUES ($1::int, $2)");

static struct str
number_text(int number, char dst[12])
{
	snprintf(dst, 12, "%d", number);
	return str_of(dst);
}

static int
newest_of_ours(void)
{
	int newest = 0;

	for (const struct migration *m = migration_table; m->number; m++)
		newest = m->number;
	return newest;
}

/* Within the lock: apply m unless it is there. */
static enum err
apply_locked(struct pg *db, const struct migration *m, bool *done)
{
	const struct pg_rows *rows;
	char text[12];
	struct str params[] = { number_text(m->number, text),
	    str_of(m->name) };
	enum err e = pg_run(db, &migration_is, params, MIGRATE_WAIT_MS, &rows);

	if (e)
		return e;
	*done = pg_count(rows) == 0;
	if (!*done)
		return OK;
	e = pg_script(db, m->text, MIGRATE_WAIT_MS);
	if (!e)
		e = pg_run(db, &migration_insert, params, MIGRATE_WAIT_MS,
		    NULL);
	return e;
}

static enum err
apply(struct pg *db, const struct migration *m, FILE *out)
{
	bool done = false;
	enum err e = pg_begin(db);

	if (!e)
		e = pg_script(db, enter, MIGRATE_WAIT_MS);
	if (!e)
		e = apply_locked(db, m, &done);
	if (!e)
		e = pg_commit(db);
	if (!e) {
		if (done)
			fprintf(out, "%s applied\n", m->name);
		return OK;
	}
	fprintf(out, "%s failed: %s\n", m->name, pg_message(db));
	pg_rollback(db);
	return e;
}

static enum err
make_own_table(struct pg *db)
{
	enum err e = pg_begin(db);

	if (!e)
		e = pg_script(db, enter, MIGRATE_WAIT_MS);
	if (!e)
		e = pg_script(db, own_table, MIGRATE_WAIT_MS);
	if (!e)
		return pg_commit(db);
	pg_rollback(db);
	return e;
}

static enum err
has_own_table(struct pg *db, bool *has)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &migration_table_is, NULL, PG_STATEMENT_MS,
	    &rows);

	if (!e)
		*has = pg_count(rows) > 0;
	return e;
}

static bool
is_ours(struct str number)
{
	char text[12];

	for (const struct migration *m = migration_table; m->number; m++)
		if (str_eq(number, number_text(m->number, text)))
			return true;
	return false;
}

/* How many of the database's migrations are ours, and how many are not. */
static enum err
count_applied(struct pg *db, int *ours, int *foreign)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &migration_list, NULL, PG_STATEMENT_MS, &rows);

	*ours = *foreign = 0;
	if (e)
		return e;
	for (size_t i = 0; i < pg_count(rows); i++)
		if (is_ours(pg_value(rows, i, 0)))
			++*ours;
		else
			++*foreign;
	return OK;
}

enum err
migrate_run(struct pg *db, FILE *out)
{
	bool has = false;
	int ours, foreign;
	enum err e = has_own_table(db, &has);

	if (!e && !has)
		e = make_own_table(db);
	if (!e)
		e = count_applied(db, &ours, &foreign);
	if (e)
		return e;
	if (foreign) {
		fprintf(out, "the database is newer than this program,"
		    " which ends at migration %d\n", newest_of_ours());
		log_event(LOG_ERROR, "migrate.newer",
		    LOG_INT("unknown", foreign));
		return ERR_INPUT;
	}
	for (const struct migration *m = migration_table; m->number && !e; m++)
		e = apply(db, m, out);
	return e;
}

enum err
migrate_missing(struct pg *db, int *missing)
{
	bool has = false;
	int all = 0, ours = 0, foreign = 0;
	enum err e = has_own_table(db, &has);

	if (!e && has)
		e = count_applied(db, &ours, &foreign);
	if (e)
		return e;
	for (const struct migration *m = migration_table; m->number; m++)
		all++;
	*missing = all - ours;
	return foreign ? ERR_INPUT : OK;
}
