/* Tests of lead/person.c and of what it calls in src/sql. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "lead/person.h"
#include "lead/queue.h"
#include "store/pg.h"
#include "support/sample.h"

#define A "ana@firm.fr"
#define B "bob@firm.fr"
#define P "+33612345678"
#define Q "+33687654321"
#define R(number, address, ...) \
	{ .id = (number), .email = (address) __VA_OPT__(,) __VA_ARGS__ }
#define ROWS_MAX 6
#define TOLD_BYTES_MAX 4096

/* Everything a merge may touch, as text. */
#define ALL(table) " (SELECT string_agg(t::text, ';' ORDER BY t::text)" \
    " FROM piste." table " AS t),"
static const char everything[] = "SELECT concat(" ALL("person")
    ALL("person_key") ALL("lead") ALL("submission") ALL("consent")
    ALL("qualification_queue") ALL("conversion") ALL("outcome")
    ALL("exposure") ALL("outbox") " '')";

/* What must hold at any time. */
static const char broken[] = "SELECT concat_ws(' ', (SELECT count(*)"
    " FROM piste.submission AS s JOIN piste.lead AS l ON l.id = s.lead_id"
    " JOIN piste.person AS p ON p.id = s.person_id"
    " WHERE s.person_id <> l.person_id OR l.merged_into IS NOT NULL"
    " OR p.merged_into IS NOT NULL), (SELECT count(*) FROM"
    " piste.person_key AS k JOIN piste.person AS p ON p.id = k.person_id"
    " WHERE p.merged_into IS NOT NULL), (SELECT count(*) FROM"
    " piste.consent AS c JOIN piste.submission AS s"
    " ON s.id = c.submission_id WHERE c.person_id <> s.person_id))";

static const char trial[] = "INSERT INTO piste.experiment (key, page_key,"
    " seed, weights, coverage, goal, window_s, alpha, planned_visitors,"
    " state, phase, bucket_version, variants_revision, position, definition)"
    " VALUES ('x', 'p1', 's', '{\"a\": 1}', 1, 'lead', 86400, 0.05, 0,"
    " 'running', 1, 1, 1, 1, '{}')";

static const struct person_note note = { STR("ines"), STR("one person") };

/* Person 1 is who stays, person 2 who goes. */
static const struct scenario {
	const char *name;
	struct sample_row row[ROWS_MAX];	/* until id 0 */
	const char *meanwhile;			/* before the merge */
	const char *leads;			/* of 1 after it, open ones */
} scenarios[] = {
	{ "two offers", { R(1, A), R(2, B, .offer = "o2") }, "",
	    "1 o1,2 o2" },
	{ "one offer", { R(1, A), R(2, B), R(3, B, .text = "more") }, "",
	    "1 o1" },
	{ "one offer, who goes is further on", { R(1, A), R(2, B) },
	    "UPDATE piste.lead SET stage = 'sql' WHERE id = 2", "2 o1" },
	{ "one offer, who stays is further on", { R(1, A), R(2, B) },
	    "UPDATE piste.lead SET stage = CASE id WHEN 1 THEN 'mql'"
	    " ELSE 'nurturing' END", "1 o1" },
	{ "one of them closed", { R(1, A), R(2, B) },
	    "UPDATE piste.lead SET stage = 'customer' WHERE id = 1",
	    "2 o1" },
	{ "particulars", { R(1, A), R(2, B, .phone = P, .company = "F") },
	    "", "1 o1" },
	{ "no keys", { R(1, A), R(2, "") }, "", "1 o1" },
	{ "several of each", { R(1, A, .phone = Q), R(2, B, .phone = P),
	    R(3, A, .offer = "o2"), R(4, B, .offer = "o2"),
	    R(5, B, .offer = "o2", .text = "more") }, "", "1 o1,3 o2" },
};

struct scene {
	struct sample c;
	struct pg *db;
};

static struct scene
scene_new(const struct scenario *s)
{
	struct scene k = { .c = sample_new() };

	k.db = pg_new(k.c.conninfo, "piste-test");
	sample_run(k.c.conn, trial);
	for (size_t i = 0; i < ROWS_MAX && s->row[i].id; i++)
		sample_take(k.c.conn, sample_batch(&s->row[i], 1));
	if (*s->meanwhile)
		sample_run(k.c.conn, s->meanwhile);
	return k;
}

/* What was written. */
static struct str
merge(struct scene *k, bool is_preview, enum err want)
{
	char *told = arena_take(suite_arena(), TOLD_BYTES_MAX);
	FILE *out = fmemopen(told, TOLD_BYTES_MAX, "w");
	enum err e = person_merge(k->db, &(struct person_pair){ STR("2"),
	    STR("1") }, &note, is_preview, out);

	fclose(out);
	ck_assert_msg(e == want, "%d: %s", (int)e, pg_message(k->db));
	return str_of(told);
}

static struct str
open_leads(struct scene *k)
{
	return sample_text(k->c.conn, "SELECT string_agg(id || ' ' ||"
	    " offer_key, ',' ORDER BY id) FROM piste.lead WHERE is_open"
	    " AND person_id = 1 AND merged_into IS NULL");
}

START_TEST(merge_is_undone_exactly)
{
	const struct scenario *s = &scenarios[_i];
	struct scene k = scene_new(s);
	struct str before = sample_text(k.c.conn, everything);

	ck_assert_str_same(sample_text(k.c.conn, "SELECT (SELECT count(*)"
	    " FROM piste.conversion) = count(*) AND count(*) > 1"
	    " FROM piste.submission"), STR("t"));
	merge(&k, true, OK);
	ck_assert_str_same(sample_text(k.c.conn, everything), before);
	merge(&k, false, OK);
	ck_assert_msg(str_eq(open_leads(&k), str_of(s->leads)), "%s: %.*s",
	    s->name, STR_ARG(open_leads(&k)));
	ck_assert_str_same(sample_text(k.c.conn, broken), STR("0 0 0"));
	ck_assert_str_same(sample_text(k.c.conn, "SELECT (SELECT count(*)"
	    " FROM piste.lead WHERE person_id = 2) + (SELECT count(*) FROM"
	    " piste.person_key WHERE person_id = 2) + (SELECT count(*) FROM"
	    " piste.submission WHERE person_id = 2)"), STR("0"));
	ck_assert_str_same(sample_text(k.c.conn, "SELECT count(*) FROM"
	    " piste.conversion AS c JOIN piste.submission AS s"
	    " ON s.id = c.submission_id WHERE c.lead_id <> s.lead_id"),
	    STR("0"));
	ck_assert_int_eq(person_unmerge(k.db, STR("2"), STR("ines")), OK);
	ck_assert_str_same(sample_text(k.c.conn, everything), before);
	ck_assert_str_same(sample_text(k.c.conn, "SELECT concat_ws(' ', who,"
	    " reason, undone_by) FROM piste.person_merge"),
	    STR("ines one person ines"));
	/* And once more, under another id. */
	merge(&k, false, OK);
	ck_assert_int_eq(person_unmerge(k.db, STR("3"), STR("ines")), OK);
	ck_assert_str_same(sample_text(k.c.conn, everything), before);
	pg_free(k.db);
} END_TEST

/* The rows that person 2 had, for comparison. */
#define THEIRS "SELECT concat((SELECT string_agg(t::text, ';' ORDER BY" \
    " t::text) FROM piste.submission AS t WHERE person_id = 2), (SELECT" \
    " string_agg(t::text, ';' ORDER BY t::text) FROM piste.lead AS t" \
    " WHERE person_id = 2), (SELECT string_agg(t::text, ';' ORDER BY" \
    " t::text) FROM piste.person_key AS t WHERE person_id = 2), (SELECT" \
    " t::text FROM piste.person AS t WHERE id = 2), (SELECT" \
    " string_agg(t::text, ';' ORDER BY t::text) FROM piste.consent AS t" \
    " WHERE person_id = 2))"

/* What comes after the merge, by either's key, stays with who stayed. */
START_TEST(what_came_since_stays)
{
	const struct scenario *s = &scenarios[_i];
	const struct sample_row since[] = {
		R(101, B, .text = "since"), R(102, A, .text = "since",
		    .offer = "o2"), R(103, B, .phone = "+3225551234",
		    .offer = "o2", .text = "again") };
	struct scene k = scene_new(s);
	struct str theirs = sample_text(k.c.conn, THEIRS);
	struct str own = sample_text(k.c.conn, "SELECT string_agg(id::text ||"
	    " lead_id, ' ' ORDER BY seq) FROM piste.submission"
	    " WHERE person_id = 1");
	bool has_key;

	merge(&k, false, OK);
	has_key = str_eq(sample_text(k.c.conn, "SELECT count(*) > 0 FROM"
	    " piste.person_key WHERE value = '" B "' AND person_id = 1"),
	    STR("t"));
	sample_take(k.c.conn, sample_batch(since, COUNT(since)));
	ck_assert_str_same(sample_text(k.c.conn, "SELECT count(*) FROM"
	    " piste.submission WHERE fields ->> 'text' IN ('since', 'again')"
	    " AND person_id = 1"), has_key ? STR("3") : STR("1"));
	ck_assert_int_eq(person_unmerge(k.db, STR("1"), STR("ines")), OK);
	ck_assert_msg(str_eq(sample_text(k.c.conn, THEIRS), theirs),
	    "%s:\n%.*s\n%.*s", s->name, STR_ARG(theirs),
	    STR_ARG(sample_text(k.c.conn, THEIRS)));
	ck_assert_str_same(sample_text(k.c.conn, broken), STR("0 0 0"));
	ck_assert_str_same(sample_text(k.c.conn, "SELECT count(*) FROM"
	    " piste.submission WHERE fields ->> 'text' IN ('since', 'again')"
	    " AND person_id = 1"), has_key ? STR("3") : STR("1"));
	ck_assert_str_same(sample_text(k.c.conn, "SELECT string_agg(id::text"
	    " || lead_id, ' ' ORDER BY seq) FROM piste.submission"
	    " WHERE person_id = 1 AND fields ->> 'text' NOT IN ('since',"
	    " 'again')"), own);
	/* A phone typed since is known to be theirs who stayed. */
	ck_assert_str_same(sample_text(k.c.conn, "SELECT count(*) FROM"
	    " piste.person_key WHERE value = '+3225551234' AND person_id ="
	    " 2"), STR("0"));
	/* Every open lead still is in the queue, by a submission of its own. */
	ck_assert_str_same(sample_text(k.c.conn, "SELECT count(*) FROM"
	    " piste.lead AS l LEFT JOIN piste.qualification_queue AS q"
	    " ON q.lead_id = l.id LEFT JOIN piste.submission AS s"
	    " ON s.id = q.submission_id AND s.lead_id = l.id"
	    " WHERE l.merged_into IS NULL AND s.id IS NULL"), STR("0"));
	pg_free(k.db);
} END_TEST

/* Person 1 had no phone and no company, took over 2's, and typed one. */
START_TEST(what_was_typed_since_is_kept)
{
	static const struct scenario s = { "", { R(1, A), R(2, B,
	    .phone = P, .company = "Firm") }, "", "" };
	struct scene k = scene_new(&s);
	const char *has = "SELECT concat_ws(' ', phone, company)"
	    " FROM piste.person WHERE id = 1";

	merge(&k, false, OK);
	ck_assert_str_same(sample_text(k.c.conn, has), STR(P " Firm"));
	sample_take(k.c.conn, sample_batch(&(struct sample_row)R(3, A,
	    .company = "Firm"), 1));
	ck_assert_int_eq(person_unmerge(k.db, STR("1"), STR("ines")), OK);
	ck_assert_str_same(sample_text(k.c.conn, has), STR("Firm"));
	pg_free(k.db);
} END_TEST

START_TEST(preview_shows_what_happens)
{
	static const char *const lines[] = {
		"merge       person 2 into person 1\n",
		"takes over  phone " P "\n", "key         email " B " moves\n",
		"lead        1 o1 lead stays and gives way to lead 2\n",
		"lead        2 o1 sql moves\n", " stays now of lead 2\n",
		" moves\n", "consents    1 move with them\n" };
	static const struct scenario s = { "", { R(1, A), R(2, B,
	    .phone = P) }, "UPDATE piste.lead SET stage = 'sql'"
	    " WHERE id = 2", "" };
	struct scene k = scene_new(&s);
	struct str preview = merge(&k, true, OK), done = merge(&k, false, OK);

	for (size_t i = 0; i < COUNT(lines); i++)
		ck_assert_msg(strstr(preview.p, lines[i]) != NULL, "%s in %s",
		    lines[i], preview.p);
	ck_assert(str_has_prefix(done, preview));
	ck_assert_ptr_nonnull(strstr(done.p, "done as     2\n"));
	pg_free(k.db);
} END_TEST

static const struct {
	const char *from, *into;
	const char *why;
} refusals[] = {
	{ "1", "1", "person 1 can't be merged into itself" },
	{ "1", "99", "there is no person 99" },
	{ "99", "1", "there is no person 99" },
	{ "3", "2", "person 3 is merged into 1 already" },
	{ "2", "3", "person 3 is merged into 1 already" },
	{ "9223372036854775807", "1", "there is no person" },
};

START_TEST(merge_is_refused)
{
	static const struct scenario s = { "", { R(1, A), R(2, B),
	    R(3, "eve@firm.fr") }, "", "" };
	struct scene k = scene_new(&s);
	FILE *quiet = fopen("/dev/null", "w");
	const struct person_pair first = { STR("3"), STR("1") };
	const struct person_pair pair = { str_of(refusals[_i].from),
	    str_of(refusals[_i].into) };
	struct str before;

	ck_assert_int_eq(person_merge(k.db, &first, &note, false, quiet), OK);
	before = sample_text(k.c.conn, everything);
	ck_assert_int_eq(person_merge(k.db, &pair, &note, false, quiet),
	    ERR_INPUT);
	ck_assert_msg(strstr(pg_message(k.db), refusals[_i].why) != NULL,
	    "%s", pg_message(k.db));
	ck_assert_str_same(sample_text(k.c.conn, everything), before);
	fclose(quiet);
	pg_free(k.db);
} END_TEST

static void
refuse_unmerge(struct scene *k, const char *merged, const char *why)
{
	ck_assert_int_eq(person_unmerge(k->db, str_of(merged), STR("ines")),
	    ERR_INPUT);
	ck_assert_msg(strstr(pg_message(k->db), why) != NULL, "%s",
	    pg_message(k->db));
}

/* Three merged in a row are parted in the other order, and no other. */
START_TEST(merges_are_undone_last_first)
{
	static const struct scenario s = { "", { R(1, A), R(2, B),
	    R(3, "eve@firm.fr"), R(4, "zoe@firm.fr") }, "", "" };
	static const struct person_pair chain[] = {
		{ STR("2"), STR("1") }, { STR("3"), STR("1") },
		{ STR("1"), STR("4") } };
	struct scene k = scene_new(&s);
	FILE *quiet = fopen("/dev/null", "w");
	struct str before = sample_text(k.c.conn, everything);

	for (size_t i = 0; i < COUNT(chain); i++)
		ck_assert_int_eq(person_merge(k.db, &chain[i], &note, false,
		    quiet), OK);
	ck_assert_str_same(sample_text(k.c.conn, "SELECT concat_ws(' ',"
	    " piste.person_now(2), piste.person_now(4), piste.lead_now(2),"
	    " piste.person_now(99))"), STR("4 4 4"));
	refuse_unmerge(&k, "1", "merge 3 rests on merge 1");
	refuse_unmerge(&k, "2", "merge 3 rests on merge 2");
	ck_assert_int_eq(person_unmerge(k.db, STR("3"), STR("ines")), OK);
	refuse_unmerge(&k, "1", "merge 2 rests on merge 1");
	refuse_unmerge(&k, "3", "merge 3 is undone already");
	refuse_unmerge(&k, "99", "there is no merge 99");
	ck_assert_int_eq(person_unmerge(k.db, STR("2"), STR("ines")), OK);
	ck_assert_int_eq(person_unmerge(k.db, STR("1"), STR("ines")), OK);
	ck_assert_str_same(sample_text(k.c.conn, everything), before);
	fclose(quiet);
	pg_free(k.db);
} END_TEST

/*
 * The lead that was further on is won, who stayed asks again and gets another;
 * then the one that gave way comes back, and there may be only one.
 */
START_TEST(lead_opened_since_gives_way)
{
	static const struct scenario s = { "", { R(1, A), R(2, B) },
	    "UPDATE piste.lead SET stage = 'sql' WHERE id = 2", "" };
	struct scene k = scene_new(&s);

	merge(&k, false, OK);
	sample_run(k.c.conn, "UPDATE piste.lead SET stage = 'customer'"
	    " WHERE id = 2");
	sample_take(k.c.conn, sample_batch(&(struct sample_row)R(3, A,
	    .text = "again"), 1));
	ck_assert_str_same(open_leads(&k), STR("3 o1"));
	ck_assert_int_eq(person_unmerge(k.db, STR("1"), STR("ines")), OK);
	ck_assert_str_same(open_leads(&k), STR("1 o1"));
	ck_assert_str_same(sample_text(k.c.conn, "SELECT string_agg(lead_id"
	    "::text, ' ' ORDER BY seq) FROM piste.submission"),
	    STR("1 2 1"));
	ck_assert_str_same(sample_text(k.c.conn, broken), STR("0 0 0"));
	pg_free(k.db);
} END_TEST

/* A lead that gave way is qualified as the one that took its place. */
START_TEST(merged_lead_is_scored_by_proxy)
{
	static const struct scenario s = { "", { R(1, A), R(2, B) }, "", "" };
	struct scene k = scene_new(&s);
	int64_t done;

	sample_run(k.c.conn, "DELETE FROM piste.qualification_queue"
	    " WHERE lead_id = 1");
	merge(&k, false, OK);
	ck_assert_int_eq(queue_turn(k.db, STR("w"), 60000, &done), OK);
	ck_assert_int_eq(done, 1);
	ck_assert_str_same(sample_text(k.c.conn, "SELECT string_agg(concat("
	    "id, scored_at IS NOT NULL), ' ' ORDER BY id) FROM piste.lead"),
	    STR("1t 2f"));
	ck_assert_str_same(sample_text(k.c.conn, "SELECT state"
	    " FROM piste.qualification_queue"), STR("done"));
	pg_free(k.db);
} END_TEST

START_TEST(person_is_shown)
{
	static const struct scenario s = { "", { R(1, A, .phone = P),
	    R(2, B) }, "", "" };
	static const char *const lines[] = { "person      1\n",
		"email       " A "\n", "phone       " P "\n",
		"key         email " A "\n", "key         email " B "\n",
		"lead        1 o1 lead of 2 submissions\n",
		"lead        2 o1 lead of 0 submissions gave way to 1\n",
		"merge       1 of 2 into 1 " };
	struct scene k = scene_new(&s);
	char told[TOLD_BYTES_MAX] = "";
	FILE *out = fmemopen(told, sizeof told, "w");

	merge(&k, false, OK);
	ck_assert_int_eq(person_show(k.db, STR("1"), out), OK);
	ck_assert_int_eq(person_show(k.db, STR("99"), out), ERR_ABSENT);
	fclose(out);
	for (size_t i = 0; i < COUNT(lines); i++)
		ck_assert_msg(strstr(told, lines[i]) != NULL, "%s in %s",
		    lines[i], told);
	pg_free(k.db);
} END_TEST

static const struct { const char *typed; bool is; } ids[] = {
	{ "1", true }, { "9223372036854775807", true },
	{ "9223372036854775808", false }, { "0", false }, { "-1", false },
	{ "", false }, { "1 ", false }, { "one", false },
};

START_TEST(id_is_read)
{
	ck_assert_int_eq(person_is_id(str_of(ids[_i].typed)), ids[_i].is);
} END_TEST

#define CROWD 4
#define SENT 40
#define MERGES 20

struct sender {
	const char *conninfo;
	int first;
	char *failure;
};

/* Somebody who types either address, with a phone now and then. */
static void *
send_all(void *context)
{
	struct sender *w = context;
	PGconn *conn = PQconnectdb(w->conninfo);

	for (int i = 0; i < SENT && !w->failure; i++) {
		char row[2048];
		const char *value = row;
		PGresult *r;

		snprintf(row, sizeof row, "[{\"id\":\"00000000-0000-7000-8000"
		    "-%012d\",\"page_key\":\"p1\",\"offer_key\":\"%s\","
		    "\"duplicates\":\"email\",\"email\":\"%s\","
		    "\"phone\":\"+3361234%04d\",\"form_key\":\"f1\","
		    "\"lang\":\"fr\",\"via\":\"form\",\"consents\":[],"
		    "\"fields\":{\"n\":\"%d\"}}]", w->first + i,
		    i % 3 ? "o1" : "o2", i % 2 ? A : B, w->first + i, i);
		r = PQexecParams(conn, "SELECT verdict FROM"
		    " piste.submit_group($1::json)", 1, NULL, &value, NULL,
		    NULL, 0);
		if (PQresultStatus(r) != PGRES_TUPLES_OK)
			w->failure = strdup(PQerrorMessage(conn));
		PQclear(r);
	}
	PQfinish(conn);
	return NULL;
}

/* Merges and submissions of the same people at once: none is lost. */
START_TEST(crowd_and_merges_agree)
{
	static const struct scenario s = { "", { R(1, A), R(2, B) }, "",
	    "" };
	struct scene k = scene_new(&s);
	const char *conninfo = arena_copy(suite_arena(), k.c.conninfo).p;
	struct sender sender[CROWD] = { 0 };
	pthread_t thread[CROWD];
	FILE *quiet = fopen("/dev/null", "w");

	for (int i = 0; i < CROWD; i++) {
		sender[i] = (struct sender){ .conninfo = conninfo,
		    .first = 1000 * (i + 1) };
		ck_assert_int_eq(pthread_create(&thread[i], NULL, send_all,
		    &sender[i]), 0);
	}
	for (int i = 1; i <= MERGES; i++) {
		char id[12];

		snprintf(id, sizeof id, "%d", i);
		ck_assert_msg(!person_merge(k.db, &(struct person_pair){
		    STR("2"), STR("1") }, &note, false, quiet), "%s",
		    pg_message(k.db));
		ck_assert_str_same(sample_text(k.c.conn, broken),
		    STR("0 0 0"));
		ck_assert_msg(!person_unmerge(k.db, str_of(id), STR("ines")),
		    "%s", pg_message(k.db));
	}
	for (int i = 0; i < CROWD; i++) {
		pthread_join(thread[i], NULL);
		ck_assert_msg(!sender[i].failure, "%s", sender[i].failure);
	}
	ck_assert_str_same(sample_text(k.c.conn, broken), STR("0 0 0"));
	ck_assert_str_same(sample_text(k.c.conn, "SELECT concat_ws(' ',"
	    " (SELECT count(*) FROM piste.submission), (SELECT count(*) FROM"
	    " piste.person))"), STR("162 2"));
	fclose(quiet);
	pg_free(k.db);
} END_TEST

SUITE(person)
{
	SUITE_LOOP(merge_is_undone_exactly, COUNT(scenarios));
	SUITE_LOOP(what_came_since_stays, COUNT(scenarios));
	SUITE_TEST(what_was_typed_since_is_kept);
	SUITE_TEST(preview_shows_what_happens);
	SUITE_LOOP(merge_is_refused, COUNT(refusals));
	SUITE_TEST(merges_are_undone_last_first);
	SUITE_TEST(lead_opened_since_gives_way);
	SUITE_TEST(merged_lead_is_scored_by_proxy);
	SUITE_TEST(person_is_shown);
	SUITE_LOOP(id_is_read, COUNT(ids));
	SUITE_TEST(crowd_and_merges_agree);
}
