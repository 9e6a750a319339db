/* Tests of lead/dedupe.c and of piste.person_suspects() in src/sql. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "lead/dedupe.h"
#include "store/migrate.h"
#include "store/migrate_table.h"
#include "store/pg.h"
#include "support/sample.h"

#define TOLD_BYTES_MAX ((size_t)64 << 10)
#define IDENTITY 7	/* the migration that made keys normal */

/* Two people, as typed, and what is said of them; NULL for nothing. */
static const struct {
	const char *first, *second;	/* email, phone, names, company */
	const char *told;
} pairs[] = {
	{ "'Ana.Roy@gmail.com', NULL, NULL, NULL, NULL",
	    "'anaroy+x@gmail.com', NULL, NULL, NULL, NULL",
	    "0.90 1 2 same-mailbox" },
	{ "'a@x.fr', '+33612345678', NULL, NULL, NULL",
	    "'b@y.fr', '+33612345678', NULL, NULL, NULL",
	    "0.50 1 2 same-phone" },
	{ "'a@x.fr', '+33612345678', 'Ana', 'Roy', NULL",
	    "'b@y.fr', '+33612345678', 'Ana', 'Roy', NULL",
	    "0.70 1 2 same-phone,same-name" },
	{ "'a.roy@firm.fr', NULL, 'Ana', 'Roy', NULL",
	    "'ana@firm.fr', NULL, 'ROY', 'Ana', NULL",
	    "0.58 1 2 same-name,same-company-domain" },
	{ "'a@firm.fr', NULL, 'Zo\xc3\xa9', 'Lef\xc3\xa8vre', NULL",
	    "'b@firm.fr', NULL, 'Zoe', 'Lefevre', NULL",
	    "0.58 1 2 same-name,same-company-domain" },
	{ "'a@firm.fr', NULL, 'Ren\xc3\xa9', 'Stra\xc3\x9f" "er', NULL",
	    "'b@firm.fr', NULL, 'Rene', 'Strasse', NULL",
	    "0.48 1 2 same-company-domain,similar-name" },
	{ "'a@gmail.com', NULL, 'Ana', 'Roy', '\xc3\x89nergie & Fils'",
	    "'b@orange.fr', NULL, 'Ana', 'Roy', 'ENERGIE  FILS'",
	    "0.52 1 2 same-name,same-company" },
	/* A name is not enough, nor is a firm, nor a provider for everybody. */
	{ "'a@x.fr', NULL, 'Ana', 'Roy', NULL",
	    "'b@y.fr', NULL, 'Ana', 'Roy', NULL", NULL },
	{ "'a@firm.fr', NULL, 'Ana', 'Roy', 'Firm'",
	    "'b@firm.fr', NULL, 'Luc', 'Petit', 'Firm'", NULL },
	{ "'a.roy@gmail.com', NULL, 'Ana', 'Roy', NULL",
	    "'b.roy@gmail.com', NULL, 'Ana', 'Roy', NULL", NULL },
	{ "NULL, NULL, NULL, NULL, NULL", "NULL, NULL, NULL, NULL, NULL",
	    NULL },
	{ "'a@x.fr', NULL, '--', '', ''", "'b@x.fr', NULL, '-', '', ''",
	    NULL },
};

static struct str
report(struct sample *c, const struct dedupe_wish *w)
{
	char *told = arena_take(suite_arena(), TOLD_BYTES_MAX);
	FILE *out = fmemopen(told, TOLD_BYTES_MAX, "w");
	struct pg *db = pg_new(c->conninfo, "piste-test");
	enum err e = dedupe_report(db, w, out);

	fclose(out);
	ck_assert_msg(!e, "%s", pg_message(db));
	pg_free(db);
	return str_of(told);
}

static void
add_person(struct sample *c, const char *particulars)
{
	sample_run(c->conn, buf_fmt(suite_arena(), 500, "INSERT INTO"
	    " piste.person (email, phone, first_name, last_name, company)"
	    " VALUES (%s)%c", particulars, 0).p);
}

/* Without a word about each of its objects. */
static void
drop_schema(struct sample *c)
{
	sample_run(c->conn, "SET client_min_messages = warning;"
	    " DROP SCHEMA piste CASCADE");
}

START_TEST(pair_is_judged)
{
	static const struct dedupe_wish wish = { .pairs_max = 10 };
	struct sample c = sample_new();
	struct str told, line;

	add_person(&c, pairs[_i].first);
	add_person(&c, pairs[_i].second);
	told = report(&c, &wish);
	if (!pairs[_i].told) {
		ck_assert_msg(str_has_prefix(told, STR("0 pairs, 0 shown")),
		    "%s", told.p);
		return;
	}
	line = sample_text(c.conn, "SELECT concat_ws(' ', strength, first_id,"
	    " second_id, array_to_string(reasons, ',')) FROM"
	    " piste.person_suspects('{gmail.com,orange.fr}', 20, 10)");
	ck_assert_str_same(line, str_of(pairs[_i].told));
	ck_assert_ptr_nonnull(strstr(told.p, strrchr(pairs[_i].told, ' ')));
	ck_assert_ptr_nonnull(strstr(told.p, "\n1 pairs, 1 shown; 0 "));
} END_TEST

START_TEST(report_is_bounded)
{
	struct sample c = sample_new();
	struct str told;

	/* As many as may share a phone, and one too many. */
	sample_run(c.conn, "INSERT INTO piste.person (email, phone)"
	    " SELECT 'u' || i || '@x' || i || '.fr', CASE WHEN i <= 20"
	    " THEN '+33612345678' ELSE '+33687654321' END"
	    " FROM generate_series(1, 41) AS i");
	told = report(&c, &(struct dedupe_wish){ .pairs_max = 189,
	    .is_json = true });
	ck_assert(str_has_prefix(told, STR("{\"persons\":[1,2],"
	    "\"strength\":0.50,\"reasons\":[\"same-phone\"]}\n")));
	ck_assert_ptr_nonnull(strstr(told.p,
	    "\n{\"pairs\":190,\"shown\":189,\"crowded\":1}\n"));
	told = report(&c, &(struct dedupe_wish){ .pairs_max = 190 });
	ck_assert_ptr_nonnull(strstr(told.p, "\n190 pairs, 190 shown; 1 "));
} END_TEST

/* A pair that was merged is no suspect any more. */
START_TEST(merged_are_left_out)
{
	struct sample c = sample_new();

	add_person(&c, pairs[0].first);
	add_person(&c, pairs[0].second);
	sample_run(c.conn, "SELECT piste.person_merge(2, 1, 'test', NULL)");
	ck_assert(str_has_prefix(report(&c, &(struct dedupe_wish){
	    .pairs_max = 10 }), STR("0 pairs")));
} END_TEST

/*
 * A base from before: its keys become normal, and who falls together is told,
 * not merged.
 */
START_TEST(old_keys_become_normal)
{
	struct sample c = sample_new();

	drop_schema(&c);
	sample_run(c.conn, "CREATE SCHEMA piste");
	for (const struct migration *m = migration_table;
	    m->number && m->number < IDENTITY; m++)
		sample_run(c.conn, m->text);
	sample_run(c.conn, "INSERT INTO piste.person (id, email) VALUES"
	    " (1, 'a.na@gmail.com'), (2, 'ana@gmail.com'),"
	    " (3, 'eve+x@gmail.com'), (4, 'bob@firm.fr'), (5, 'b'), (6, 'c');"
	    "INSERT INTO piste.person_key (kind, value, person_id) VALUES"
	    " ('email', 'a.na@gmail.com', 1), ('email', 'ana@gmail.com', 2),"
	    " ('email', 'eve+x@gmail.com', 3), ('email', 'e.ve@gmail.com',"
	    " 3), ('email', 'bob@firm.fr', 4), ('phone', '+33612345678', 4),"
	    " ('email', 'lu.c@gmail.com', 6), ('email', 'l.uc@gmail.com', 5)");
	sample_run(c.conn, migration_table[IDENTITY - 1].text);
	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg(concat_ws("
	    "' ', person_id, value), ',' ORDER BY person_id, value)"
	    " FROM piste.person_key"), STR("1 a.na@gmail.com,"
	    "2 ana@gmail.com,3 eve@gmail.com,4 +33612345678,4 bob@firm.fr,"
	    "5 luc@gmail.com,6 lu.c@gmail.com"));
	ck_assert_str_same(sample_text(c.conn, "SELECT concat_ws(' ',"
	    " first_id, second_id, array_to_string(reasons, ',')) FROM"
	    " piste.person_suspects('{gmail.com}', 20, 10)"),
	    STR("1 2 same-mailbox"));
} END_TEST

/* The owner of a database is no superuser. */
START_TEST(owner_may_migrate)
{
	struct sample c = sample_new();
	FILE *quiet = fopen("/dev/null", "w");
	struct str base = sample_text(c.conn, "SELECT current_database()");
	struct str name = buf_join(suite_arena(), STR("o"), base);
	struct pg *db;

	drop_schema(&c);
	sample_run(c.conn, buf_fmt(suite_arena(), 500, "CREATE ROLE %.*s"
	    " LOGIN; ALTER DATABASE %.*s OWNER TO %.*s%c", STR_ARG(name),
	    STR_ARG(base), STR_ARG(name), 0).p);
	db = pg_new(buf_fmt(suite_arena(), 600, "%.*s user=%.*s",
	    STR_ARG(c.conninfo), STR_ARG(name)), "piste-test");
	ck_assert_msg(!migrate_run(db, quiet), "%s", pg_message(db));
	pg_free(db);
	ck_assert_str_same(sample_text(c.conn,
	    "SELECT piste.plain_words('\xc3\x89t\xc3\xa9')"), STR("ete"));
	sample_run(c.conn, buf_fmt(suite_arena(), 500, "REASSIGN OWNED BY"
	    " %.*s TO CURRENT_USER; DROP OWNED BY %.*s; DROP ROLE %.*s%c",
	    STR_ARG(name), STR_ARG(name), STR_ARG(name), 0).p);
	fclose(quiet);
} END_TEST

/* Where somebody has put the extensions elsewhere, they are found. */
START_TEST(extensions_may_be_elsewhere)
{
	struct sample c = sample_new();
	struct pg *db = pg_new(c.conninfo, "piste-test");
	FILE *quiet = fopen("/dev/null", "w");

	drop_schema(&c);
	sample_run(c.conn, "CREATE SCHEMA \"Own Place\";"
	    " CREATE EXTENSION unaccent SCHEMA \"Own Place\";"
	    " CREATE EXTENSION pg_trgm SCHEMA public");
	ck_assert_msg(!migrate_run(db, quiet), "%s", pg_message(db));
	ck_assert_str_same(sample_text(c.conn, "SELECT concat_ws(' ',"
	    " piste.plain_words('\xc3\x89t\xc3\xa9'),"
	    " piste.likeness('abc', 'abc'))"), STR("ete 1"));
	fclose(quiet);
	pg_free(db);
} END_TEST

SUITE_APART(dedupe)
{
	SUITE_LOOP(pair_is_judged, COUNT(pairs));
	SUITE_TEST(report_is_bounded);
	SUITE_TEST(merged_are_left_out);
	SUITE_TEST(old_keys_become_normal);
	SUITE_TEST(owner_may_migrate);
	SUITE_TEST(extensions_may_be_elsewhere);
}
