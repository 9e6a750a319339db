/* Tests of lead/person.c and of what it calls in src/sql. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lead/leadcase.h"
#include "lead/mergecase.h"
#include "lead/queue.h"

START_TEST(preview_shows_what_happens)
{
	static const char *const lines[] = {
		"merge       person 2 into person 1\n",
		"takes over  phone " P "\n", "key         email " B " moves\n",
		"lead        1 o1 lead stays and gives way to lead 2\n",
		"lead        2 o1 sql moves\n", " stays now of lead 2\n",
		" moves\n", "consents    1 move with them\n" };
	static const struct scenario s = { "", { R(1, A), R(2, B,
	    .phone = P) }, STAGED("2", "sql", "NULL"), "" };
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
	{ "4", "1", "person 4 was erased" },
	{ "1", "4", "person 4 was erased" },
};

START_TEST(merge_is_refused)
{
	static const struct scenario s = { "", { R(1, A), R(2, B),
	    R(3, "eve@firm.fr"), R(4, "gone@firm.fr") },
	    "SELECT piste.erase('{4}', NULL, NULL, 'request', NULL)", "" };
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

SUITE_APART(person)
{
	SUITE_TEST(preview_shows_what_happens);
	SUITE_LOOP(merge_is_refused, COUNT(refusals));
	SUITE_TEST(merged_lead_is_scored_by_proxy);
	SUITE_TEST(person_is_shown);
	SUITE_LOOP(id_is_read, COUNT(ids));
	SUITE_TEST(crowd_and_merges_agree);
}
