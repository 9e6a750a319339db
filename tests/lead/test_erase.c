/*
 * Erasing a person: nothing is left of who they were, and every figure is
 * what it was; everything that is held is in an export.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "consent/ledger.h"
#include "consent/said.h"
#include "deliver/caught.h"
#include "lead/erase.h"
#include "store/pg.h"
#include "store/spool.h"
#include "store/upload.h"

#define PHONE "+33612345678"
#define FILE_ID "0123456789abcdef0123456789abcdef"
#define PARTICULARS ",\"ip_prefix\":\"198.51.100.0/24\",\"click_id\":" \
	"\"click-of-ana\",\"declared_postcode\":\"75011\",\"geo_city\":" \
	"\"Paris\",\"geo_region\":\"IDF\",\"phone\":\"" PHONE "\"," \
	"\"first_name\":\"Anastasia\",\"last_name\":\"Lopes\",\"company\":" \
	"\"Lopes Conseil\",\"medium\":\"ana@firm.fr\"," \
	"\"request_id\":\"req-ana\""

static struct pg *
connect(const struct sample *c)
{
	struct pg *db = pg_new(c->conninfo, "test");

	pg_session(db, PG_WRITER_SESSION);
	return db;
}

/* ANA, merged from two, with a mail, a judged address, a post put aside. */
static struct sample
with_ana(void)
{
	struct sample c = said_new();
	const struct sample_row rows[] = {
		{ 3, .email = "other@firm.fr", .phone = "+33711223344" },
		{ 4, .email = "ana.l@home.fr", .page = "p2", .offer = "o2" },
		{ 5, .email = ANA, .suspect = "trapped", .text = "aside" },
	};

	said_submit(c.conn, 1, "", PARTICULARS);
	said_submit(c.conn, 2, ",\"confirm\":true", PARTICULARS);
	sample_take(c.conn, sample_batch(rows, COUNT(rows)));
	sample_run(c.conn, "SELECT piste.person_merge(p.id, a.id, 'test',"
	    " 'Anastasia herself said so') FROM piste.person AS p,"
	    " piste.person AS a WHERE p.email = 'ana.l@home.fr'"
	    " AND a.email = '" ANA "'");
	sample_run(c.conn, "INSERT INTO piste.mail (outbox_id, round,"
	    " submission_id, state, reason, address, mailbox, network)"
	    " SELECT o.id, 1, o.submission_id, 'sent', '250 ok " ANA "', '" ANA
	    "', '" ANA "', '198.51.100.0/24' FROM piste.outbox AS o"
	    " WHERE o.submission_id = '00000000-0000-7000-8000-000000000001'");
	sample_run(c.conn, "INSERT INTO piste.mail_address (address,"
	    " confirmed_at) VALUES ('" ANA "', now());"
	    "INSERT INTO piste.mail_domain (domain, mail)"
	    " VALUES ('firm.fr', 'exchanger');"
	    "INSERT INTO piste.email_quality (submission_id, domain, kind,"
	    " is_role, mail) VALUES ('00000000-0000-7000-8000-000000000001',"
	    " 'firm.fr', 'company', false, 'exchanger');"
	    "UPDATE piste.lead SET score = 5, score_parts ="
	    " '[{\"rule\":\"company-domain\",\"points\":5,\"reason\":"
	    "\"firm.fr\"}]'");
	return c;
}

static struct erase_place
place_of(void)
{
	struct str dir = suite_directory();
	struct arena *a = suite_arena();

	return (struct erase_place){ buf_join(a, dir, STR("/spool")),
		buf_join(a, dir, STR("/uploads")),
		buf_join(a, dir, STR("/mail")) };
}

static void
erase_by(struct pg *db, const struct erase_place *place, const char *name)
{
	struct erase_found f;

	ck_assert_int_eq(erase_find(db, suite_arena(), str_of(name), &f), OK);
	ck_assert(!erase_is_done(&f));
	ck_assert_int_eq(erase_run(db, place, &f, STR("asked by letter")), OK);
}

/* How many rows of all tables hold a word, in any column. */
static struct str
rows_with(PGconn *conn, const char *word)
{
	sample_run(conn, "CREATE OR REPLACE FUNCTION pg_temp.rows_with(word"
	    " text) RETURNS text LANGUAGE plpgsql AS $$ DECLARE t record;"
	    " n bigint; told text := ''; BEGIN FOR t IN SELECT c.relname"
	    " FROM pg_class AS c WHERE c.relnamespace = 'piste'::regnamespace"
	    " AND c.relkind = 'r' ORDER BY 1 LOOP EXECUTE format("
	    "'SELECT count(*) FROM piste.%I AS t WHERE strpos(lower("
	    "to_jsonb(t)::text), lower($1)) > 0', t.relname) INTO n USING word;"
	    " IF n > 0 THEN told := told || t.relname || ' '; END IF; END LOOP;"
	    " RETURN told; END $$");
	return sample_text(conn, arena_copy(suite_arena(), buf_fmt(
	    suite_arena(), 200, "SELECT pg_temp.rows_with('%s')", word)).p);
}

static const char *const words[] = { ANA, "ana.l@home.fr", "612345678",
	"Anastasia", "Lopes", "198.51.100", "click-of-ana", "75011", "\"Paris",
	"req-ana", "aside\"", "reason\": \"firm.fr" };

START_TEST(nothing_of_them_is_left)
{
	struct sample c = with_ana();
	const struct erase_place place = place_of();
	struct pg *db = connect(&c);

	for (size_t i = 0; i < COUNT(words); i++)
		ck_assert_msg(rows_with(c.conn, words[i]).n, "%s is nowhere"
		    " before", words[i]);
	erase_by(db, &place, _i ? ANA : "1");
	for (size_t i = 0; i < COUNT(words) - 1; i++)
		ck_assert_str_same(rows_with(c.conn, words[i]), STR_EMPTY);
	ck_assert_str_same(rows_with(c.conn, "other@firm.fr"),
	    STR("person person_key submission "));
	ck_assert_str_same(sample_text(c.conn, "SELECT count(*)::text FROM"
	    " piste.lead WHERE score_parts::text LIKE '%firm.fr%'"), STR("1"));
} END_TEST

/* Sums that may not move. */
static const char figures[] =
    "SELECT jsonb_build_object("
    "'submissions', (SELECT jsonb_agg(f ORDER BY f) FROM (SELECT"
    " jsonb_build_array(page_key, variant_key, outcome, lang, geo_country,"
    " geo_region, received_at::date, count(*)) AS f FROM piste.submission"
    " GROUP BY page_key, variant_key, outcome, lang, geo_country, geo_region,"
    " received_at::date) AS s),"
    "'leads', (SELECT jsonb_agg(f ORDER BY f) FROM (SELECT"
    " jsonb_build_array(offer_key, stage, sum(score), count(*)) AS f"
    " FROM piste.lead GROUP BY offer_key, stage) AS l),"
    "'hours', (SELECT jsonb_agg(to_jsonb(h) ORDER BY to_jsonb(h))"
    " FROM piste.experiment_hour AS h),"
    "'counts', (SELECT jsonb_agg(to_jsonb(x) ORDER BY to_jsonb(x)) FROM"
    " piste.experiment_counts('x', 1, ARRAY['2100-01-01'::timestamptz])"
    " AS x),"
    "'exclusions', (SELECT jsonb_agg(to_jsonb(x) ORDER BY to_jsonb(x)) FROM"
    " piste.experiment_exclusions('x', 1, '2100-01-01') AS x),"
    "'steps', (SELECT jsonb_agg(to_jsonb(d) ORDER BY to_jsonb(d)) FROM"
    " piste.delivery_steps(NULL, NULL, NULL) AS d),"
    "'rows', (SELECT jsonb_build_array((SELECT count(*) FROM piste.person),"
    " (SELECT count(*) FROM piste.consent), (SELECT count(*) FROM"
    " piste.conversion), (SELECT count(*) FROM piste.outcome), (SELECT"
    " count(*) FROM piste.outbox), (SELECT count(*) FROM piste.mail))))";

static const char experiment[] =
    "INSERT INTO piste.experiment (key, page_key, seed, weights, coverage,"
    " goal, window_s, alpha, planned_visitors, state, phase, bucket_version,"
    " variants_revision, position, definition) VALUES ('x', 'p1', 's',"
    " '{\"a\": 1}', 1, 'lead', 86400, 0.05, 0, 'running', 1, 1, 1, 1, '{}')";

START_TEST(figures_stay)
{
	struct sample c = said_new();
	const struct sample_row row = { 7, .email = "seven@firm.fr",
		.suspect = "trapped" };
	const struct erase_place place = place_of();
	struct pg *db = connect(&c);
	struct ledger_report report;
	struct str before;

	sample_run(c.conn, experiment);
	said_submit(c.conn, 1, "", PARTICULARS);
	SAID_ASK(c.conn, 2);
	sample_take(c.conn, sample_batch(&row, 1));
	said_confirm(c.conn, 2);
	before = sample_text(c.conn, figures);
	ck_assert_msg(strstr(arena_copy(suite_arena(), before).p,
	    "\"leads\""), "no figures");
	erase_by(db, &place, ANA);
	ck_assert_str_same(sample_text(c.conn, figures), before);
	ck_assert_int_eq(ledger_verify(db, suite_arena(), STR_EMPTY, &report),
	    OK);
	ck_assert_str_same(report.fault, STR_EMPTY);
	ck_assert_int_eq(report.rows, 3);
} END_TEST

START_TEST(twice_is_told)
{
	struct sample c = with_ana();
	const struct erase_place place = place_of();
	static const char *const names[] = { "1", ANA, "ANA@Firm.fr" };
	struct pg *db = connect(&c);
	struct erase_found f;

	erase_by(db, &place, ANA);
	for (size_t i = 0; i < COUNT(names); i++) {
		ck_assert_int_eq(erase_find(db, suite_arena(),
		    str_of(names[i]), &f), OK);
		ck_assert(erase_is_done(&f));
	}
	ck_assert_int_eq(erase_find(db, suite_arena(),
	    STR("nobody@firm.fr"), &f), ERR_ABSENT);
	ck_assert_int_eq(erase_find(db, suite_arena(), STR("99"), &f),
	    ERR_ABSENT);
	ck_assert_int_eq(erase_find(db, suite_arena(), STR("not one"), &f),
	    ERR_INPUT);
	/* Who sends a form anew is somebody new. */
	SAID_GIVE(c.conn, 8);
	ck_assert_str_same(sample_text(c.conn, "SELECT outcome || ' ' ||"
	    " (person_id > 4)::text FROM piste.submission WHERE id ="
	    " '00000000-0000-7000-8000-000000000008'"), STR("new false"));
	ck_assert_int_eq(erase_find(db, suite_arena(), STR(ANA), &f), OK);
	ck_assert(!erase_is_done(&f));
} END_TEST

/* Who never sent the form is held all the same, and may be gone already. */
START_TEST(half_filled_forms_are_found)
{
	struct sample c = with_ana();
	const struct erase_place place = place_of();
	struct pg *db = connect(&c);
	struct erase_found f;
	struct str told;

	erase_by(db, &place, ANA);
	for (size_t i = 0; i < 2; i++) {
		static const char *const names[] = { ANA, "half@firm.fr" };

		sample_run(c.conn, "INSERT INTO piste.draft (id, page_key,"
		    " form_key, lang, fields, email, agreed_text, expires_at)"
		    " SELECT gen_random_uuid(), 'p1', 'f1', 'fr', '{}', e.e,"
		    " 'Keep it', now() + interval '1 day' FROM (VALUES ('" ANA
		    "'), ('Half@firm.fr')) AS e (e)");
		ck_assert_int_eq(erase_find(db, suite_arena(),
		    str_of(names[i]), &f), OK);
		ck_assert(erase_is_held(&f));
		ck_assert_int_eq(f.draft_count, 1);
		ck_assert_int_eq(erase_export(db, suite_arena(), &place, &f,
		    &told), OK);
		ck_assert_msg(strstr(arena_copy(suite_arena(), told).p,
		    "Keep it"), "the export has it");
		erase_by(db, &place, names[i]);
		ck_assert_str_same(sample_text(c.conn, buf_fmt(suite_arena(),
		    200, "SELECT count(*) FROM piste.draft WHERE lower(email)"
		    " = '%s'", names[i]).p), STR("0"));
		sample_run(c.conn, "DELETE FROM piste.draft");
		ck_assert_int_eq(erase_find(db, suite_arena(),
		    str_of(names[i]), &f), OK);
		ck_assert(erase_is_done(&f) && !f.draft_count);
	}
} END_TEST

START_TEST(files_go_with_them)
{
	struct sample c = said_new();
	const struct erase_place place = place_of();
	struct pg *db = connect(&c);
	char path[512];
	struct str mail;
	struct stat st;

	said_submit(c.conn, 1, "", ",\"nothing\":1");
	sample_run(c.conn, "SET session_replication_role = replica; UPDATE"
	    " piste.submission SET fields = fields || '{\"cv\":{\"file\":\""
	    FILE_ID "\"}}'; SET session_replication_role = origin");
	ck_assert_int_eq(upload_keep(place.uploads, STR(FILE_ID),
	    STR("%PDF")), OK);
	snprintf(path, sizeof path, "%.*s/" FILE_ID, STR_ARG(place.uploads));
	ck_assert_int_eq(stat(path, &st), 0);
	sample_run(c.conn, "INSERT INTO piste.mail (outbox_id, round,"
	    " submission_id, state) SELECT o.id, 1, o.submission_id, 'sent'"
	    " FROM piste.outbox AS o");
	mail = buf_fmt(suite_arena(), 40, "%.*s.1", STR_ARG(sample_text(
	    c.conn, "SELECT outbox_id::text FROM piste.mail")));
	ck_assert_int_eq(caught_write(place.mail_caught, mail,
	    STR("To: " ANA)), OK);
	erase_by(db, &place, ANA);
	ck_assert_int_ne(stat(path, &st), 0);
	ck_assert_int_eq(caught_remove(place.mail_caught, mail), ERR_ABSENT);
} END_TEST

/* Who waits on the disk is found too. */
START_TEST(spool_is_taken_in)
{
	struct sample c = said_new();
	const struct erase_place place = place_of();
	const struct sample_row row = { 6, .email = ANA };
	struct pg *db = connect(&c);
	struct pg *away = pg_new(suite_silent_server(), "test");
	struct str record = sample_row(&row);
	struct spool *sp;
	struct erase_found f;
	int64_t aside;

	ck_assert_int_eq(spool_open(place.spool, 1 << 20, &sp), OK);
	ck_assert_int_eq(spool_append(sp, &record, 1), OK);
	spool_close(sp);
	ck_assert_int_eq(erase_drain(away, place.spool, &aside), ERR_AWAY);
	ck_assert_int_eq(erase_drain(db, place.spool, &aside), OK);
	ck_assert_int_eq(aside, 0);
	ck_assert_int_eq(erase_find(db, suite_arena(), STR(ANA), &f), OK);
	ck_assert_int_eq(f.submission_count, 1);
	pg_free(away);
} END_TEST

/* Only the whole, and only by piste.erase(). */
static const char *const refused[] = {
	"UPDATE piste.submission SET email = NULL",
	"UPDATE piste.submission SET fields = '{}', email = NULL, phone = NULL,"
	    " declared_postcode = NULL, ip_prefix = NULL, geo_city = NULL,"
	    " geo_radius_km = NULL, click_id = NULL, request_id = NULL,"
	    " source = NULL",
	"BEGIN; INSERT INTO piste.erasure (kind, persons, submissions) VALUES"
	    " ('request', '{}', 0); UPDATE piste.submission SET email = NULL;",
	"BEGIN; INSERT INTO piste.erasure (kind, persons, submissions) VALUES"
	    " ('request', '{}', 0); UPDATE piste.submission SET page_key ="
	    " 'p2'",
	"DELETE FROM piste.erasure",
	"UPDATE piste.objection_key SET inner_key = outer_key",
	"SET ROLE piste_worker; SELECT piste.erase('{1}', NULL, NULL,"
	    " 'request', NULL)",
	"SET ROLE piste_worker; SELECT piste.objection_print('email', 'x')",
	"SET ROLE piste_worker; SELECT piste.retention_step('prospect', '0',"
	    " now(), NULL, 9)",
};
START_TEST(nobody_else_empties)
{
	struct sample c = with_ana();
	struct pg *db = connect(&c);
	const struct erase_place place = place_of();
	PGresult *r;

	erase_by(db, &place, "3");
	r = PQexec(c.conn, refused[_i]);
	ck_assert_int_eq(PQresultStatus(r), PGRES_FATAL_ERROR);
	ck_assert_msg(strstr("23001 42501", PQresultErrorField(r,
	    PG_DIAG_SQLSTATE)) != NULL, "%s", PQerrorMessage(c.conn));
	PQclear(r);
} END_TEST

/* What holds after ANA was erased and then came by one road or another. */
static const struct { const char *via; bool may; } roads[] = {
	{ "form", true }, { "spool", true }, { "api", true },
	{ "import", false },
};
START_TEST(objection_outlives_them)
{
	struct sample c = said_new();
	const struct erase_place place = place_of();
	struct pg *db = connect(&c);

	SAID_GIVE(c.conn, 1);
	erase_by(db, &place, ANA);
	sample_run(c.conn, "SELECT pg_sleep(0.001)");
	sample_run(c.conn, arena_copy(suite_arena(), buf_fmt(suite_arena(),
	    4096, "SELECT piste.submit_group(json_build_array(replace(replace("
	    "'%.*s', repeat('0', 64), " TEXT_HASH_SQL "), '\"form\"', '\"%s\"')"
	    "::json))", STR_ARG(sample_row(&(struct sample_row){ 2,
	    .email = ANA })), roads[_i].via)).p);
	ck_assert_str_same(sample_text(c.conn, "SELECT piste.may_contact("
	    "max(id), 'newsletter', 'email', 'us')::text FROM piste.person"),
	    roads[_i].may ? STR("true") : STR("false"));
	ck_assert_str_same(sample_text(c.conn, "SELECT count(*)::text FROM"
	    " piste.contactable"), roads[_i].may ? STR("1") : STR("0"));
	ck_assert_str_same(sample_text(c.conn, "SELECT (piste.objection_since("
	    "'Ana@Firm.fr', NULL) IS NOT NULL)::text || (piste."
	    "objection_since('x@firm.fr', NULL) IS NOT NULL)::text"),
	    STR("truefalse"));
} END_TEST

/* A table, or one of its columns, that names no human being, and why. */
static const char exceptions[] =
    "VALUES ('erasure', 'ids that only count since'),"
    " ('objection', 'fingerprints, told by their key alone'),"
    " ('exposure', 'a cookie, never joined to a person'),"
    " ('outcome', 'a salted hash of that cookie'),"
    " ('import', 'files, not rows: which came by them is import_submission')";
/* Columns that hold people, by their names or by what they refer to. */
static const char unknown_places[] =
    "SELECT string_agg(DISTINCT n.table_name, ' ') FROM ("
    "SELECT c.table_name FROM information_schema.columns AS c"
    " JOIN information_schema.tables AS t USING (table_schema, table_name)"
    " WHERE c.table_schema = 'piste' AND t.table_type = 'BASE TABLE'"
    " AND c.column_name ~ '(person|submission|lead|email|phone|address"
    "|mailbox|visitor|unit|first_name|last_name|ip_prefix|network|from_id"
    "|into_id)' AND c.column_name !~ '(_max|_at|_visitors|_seq)$'"
    /* A number of them is not one of them. */
    " AND NOT (c.data_type = 'bigint' AND c.column_name IN ('leads',"
    " 'visitors', 'opportunities'))"
    " UNION ALL SELECT r.relname FROM pg_constraint AS k"
    " JOIN pg_class AS r ON r.oid = k.conrelid WHERE k.contype = 'f'"
    " AND k.confrelid IN ('piste.person'::regclass, 'piste.lead'::regclass,"
    " 'piste.submission'::regclass)) AS n (table_name)"
    " WHERE n.table_name NOT IN (SELECT place FROM piste.held)"
    " AND n.table_name NOT IN (SELECT x.place FROM (%s) AS x (place, why))";

START_TEST(every_place_is_known)
{
	struct sample c = sample_new();
	struct arena *a = suite_arena();

	ck_assert_str_same(sample_text(c.conn, arena_copy(a, buf_fmt(a, 4096,
	    unknown_places, exceptions)).p), STR_EMPTY);
	/* So it can fail. */
	sample_run(c.conn, "CREATE TABLE piste.call (lead bigint REFERENCES"
	    " piste.lead (id)); CREATE TABLE piste.fax (phone text)");
	ck_assert_str_same(sample_text(c.conn, arena_copy(a, buf_fmt(a, 4096,
	    unknown_places, exceptions)).p), STR("call fax"));
} END_TEST

START_TEST(export_has_it_all)
{
	struct sample c = with_ana();
	const struct erase_place place = place_of();
	struct pg *db = connect(&c);
	static const char *const parts[] = { "\"person\"", "Anastasia",
		"ana.l@home.fr", PHONE, "click-of-ana", "\"score_parts\"",
		"Anastasia herself said so", "\"email_quality\"",
		"\"what\": \"given\"", "\"text\": \"Oui", "250 ok",
		"\"aside\"", "\"uploads\":[]", "/new/", "newsletter" };
	struct erase_found f;
	struct str told;

	ck_assert_int_eq(erase_find(db, suite_arena(), STR(ANA), &f), OK);
	ck_assert_int_eq(erase_export(db, suite_arena(), &place, &f, &told),
	    OK);
	told = arena_copy(suite_arena(), told);
	for (size_t i = 0; i < COUNT(parts); i++)
		ck_assert_msg(strstr(told.p, parts[i]), "no %s in %s",
		    parts[i], told.p);
	ck_assert_msg(!strstr(told.p, "other@firm.fr"), "%s", told.p);
	ck_assert_str_same(sample_text(c.conn, arena_copy(suite_arena(),
	    buf_fmt(suite_arena(), (size_t)1 << 20, "SELECT (SELECT"
	    " string_agg(place, ' ' ORDER BY place) FROM piste.held) ="
	    " (SELECT string_agg(k, ' ' ORDER BY k) FROM jsonb_object_keys("
	    "$j$%.*s$j$::jsonb->'held') AS k)", STR_ARG(told))).p), STR("t"));
} END_TEST

SUITE_APART(erase)
{
	SUITE_LOOP(nothing_of_them_is_left, 2);
	SUITE_TEST(figures_stay);
	SUITE_TEST(twice_is_told);
	SUITE_TEST(half_filled_forms_are_found);
	SUITE_TEST(files_go_with_them);
	SUITE_TEST(spool_is_taken_in);
	SUITE_LOOP(nobody_else_empties, COUNT(refused));
	SUITE_LOOP(objection_outlives_them, COUNT(roads));
	SUITE_TEST(every_place_is_known);
	SUITE_TEST(export_has_it_all);
}
