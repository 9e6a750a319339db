/*
 * Tests track/behaviour against a real table: what is told arrives once, under
 * a name only with consent, and the name goes where the person goes.
 */
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "consent/said.h"
#include "store/pg.h"
#include "track/behaviour.h"

#define AWAIT_MS 50000
#define FLUSH_MS 20
#define AT_MS INT64_C(1795348800000)	/* 2026-11-22 12:00 UTC */
#define OBSERVE "INSERT INTO piste.origin (key, position, definition) VALUES" \
	" ('www', 1, '{\"observe\": {\"purpose\": \"newsletter\"}}')"
/* "kind name via person submission" of events, then "kind name n" of sums. */
#define TOLD "SELECT concat_ws(';', (SELECT string_agg(concat_ws(' ', kind," \
	" name, via, coalesce(person_id::text, '-'), right(" \
	"submission_id::text, 1)), ';' ORDER BY id) FROM piste.event)," \
	" (SELECT string_agg(concat_ws(' ', kind, name, n), ';' ORDER BY" \
	" kind, name) FROM piste.event_count))"
#define WHOSE "SELECT coalesce(string_agg(coalesce(person_id::text, '-'), '" \
	" ' ORDER BY id), 'none') FROM piste.event"

/* A pass's first steps: days ahead, and names. */
#define UPKEEP "SELECT piste.event_upkeep('2020-01-01', after, 1) FROM" \
    " unnest(ARRAY[NULL, 'names']) AS after"
#define DAYS "SELECT coalesce(string_agg(c.relname, ' ' ORDER BY 1), '')" \
	" FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = inhrelid" \
	" WHERE inhparent = 'piste.event'::regclass" \
	" AND c.relname < 'event_2026'"

struct scene {
	struct sample c;
	struct behaviour_log *log;
};

static struct scene
begin(void)
{
	struct scene k = { .c = said_new() };

	log_level_set((enum log_level)(LOG_ERROR + 1));
	sample_run(k.c.conn, OBSERVE);
	ck_assert_int_eq(behaviour_new(k.c.conninfo, FLUSH_MS, &k.log), OK);
	return k;
}

static struct behaviour_count
counts_of(struct behaviour_log *log)
{
	struct behaviour_count n;

	behaviour_counts(log, &n);
	return n;
}

static void
settle(struct behaviour_log *log)
{
	int64_t until = clock_mono_ms() + AWAIT_MS;

	while (counts_of(log).waiting) {
		ck_assert_int_lt(clock_mono_ms(), until);
		poll(NULL, 0, 1);
	}
}

/* Of submission id; 0: of nobody. */
static struct behaviour
event_of(int id, const char *telling)
{
	return (struct behaviour){
		.kind = BEHAVIOUR_PAGE_MEANINGFUL,
		.via = BEHAVIOUR_BEACON,
		.whose = id ? BEHAVIOUR_SUBMISSIONS : BEHAVIOUR_NOBODYS,
		.name = STR("prices"),
		.who = id ? str_of(said_uuid(id)) : STR_EMPTY,
		.telling = str_of(telling),
		.at_ms = AT_MS,
	};
}

static void
tell(struct scene *k, int id, const char *telling)
{
	struct behaviour b = event_of(id, telling);

	behaviour_tell(k->log, &b);
	settle(k->log);
}

START_TEST(a_name_needs_consent)
{
	struct scene k = begin();

	said_submit(k.c.conn, 1, ",\"confirm\":true", "");
	tell(&k, 1, "before it is confirmed");
	ck_assert_str_same(sample_text(k.c.conn, TOLD),
	    STR("page_meaningful prices 1"));
	said_confirm(k.c.conn, 1);
	tell(&k, 1, "after");
	tell(&k, 0, "nobody");
	tell(&k, 7, "a form that never was");
	ck_assert_str_same(sample_text(k.c.conn, TOLD),
	    STR("page_meaningful prices beacon 1 1;page_meaningful prices 3"));
	ck_assert_str_same(sample_text(k.c.conn, "SELECT n::text FROM"
	    " piste.behaviour WHERE name = 'prices'"), STR("4"));
	/* Another purpose is another question. */
	sample_run(k.c.conn, "UPDATE piste.origin SET definition ="
	    " '{\"observe\": {\"purpose\": \"other\"}}'");
	tell(&k, 1, "for another purpose");
	sample_run(k.c.conn, "UPDATE piste.origin SET definition = '{}'");
	tell(&k, 1, "for none");
	ck_assert_str_same(sample_text(k.c.conn, WHOSE), STR("1"));
	behaviour_free(k.log);
} END_TEST

START_TEST(told_again_it_is_the_same)
{
	struct scene k = begin();
	struct behaviour b = event_of(0, "once");

	SAID_GIVE(k.c.conn, 1);
	for (int i = 0; i < 3; i++)
		behaviour_tell(k.log, &b);
	settle(k.log);
	tell(&k, 1, "once");
	tell(&k, 1, "twice");
	tell(&k, 1, "twice");
	/* Of another kind it is another. */
	b = event_of(1, "twice");
	b.kind = BEHAVIOUR_MAIL_LINK;
	b.via = BEHAVIOUR_LINK;
	behaviour_tell(k.log, &b);
	settle(k.log);
	ck_assert_str_same(sample_text(k.c.conn, TOLD),
	    STR("page_meaningful prices beacon 1 1;mail_link prices link 1 1;"
	    "page_meaningful prices 1"));
	behaviour_free(k.log);
} END_TEST

START_TEST(a_link_names_a_person)
{
	struct scene k = begin();
	struct behaviour b = event_of(1, "person");

	SAID_GIVE(k.c.conn, 1);
	SAID_GIVE(k.c.conn, 2);
	b.whose = BEHAVIOUR_PERSONS;
	b.who = STR("1");
	behaviour_tell(k.log, &b);
	sample_run(k.c.conn, "INSERT INTO piste.recipient (id, page_key,"
	    " person_id, parts, expires_at) SELECT i, 'p1', 1, '{}', t FROM"
	    " (VALUES ('00000000-0000-7000-8000-000000000008'::uuid,"
	    " now() + interval '1 day'),"
	    " ('00000000-0000-7000-8000-000000000009', now())) AS v (i, t)");
	b.whose = BEHAVIOUR_LINKS;
	b.who = str_of(said_uuid(8));
	b.telling = STR("link");
	behaviour_tell(k.log, &b);
	b.who = str_of(said_uuid(9));
	b.telling = STR("link that is over");
	behaviour_tell(k.log, &b);
	settle(k.log);
	/* They follow the last submission. */
	ck_assert_str_same(sample_text(k.c.conn, TOLD),
	    STR("page_meaningful prices beacon 1 2;page_meaningful prices"
	    " beacon 1 2;page_meaningful prices 1"));
	behaviour_free(k.log);
} END_TEST

START_TEST(the_name_goes_with_the_person)
{
	struct scene k = begin();
	struct sample_row other = { .id = 2, .email = "bob@firm.fr" };

	SAID_GIVE(k.c.conn, 1);
	tell(&k, 1, "a");
	sample_take(k.c.conn, sample_batch(&other, 1));
	sample_run(k.c.conn, "SELECT piste.person_merge(1, 2, 'test', NULL)");
	ck_assert_str_same(sample_text(k.c.conn, WHOSE), STR("2"));
	tell(&k, 1, "b");
	sample_run(k.c.conn, "SELECT piste.person_unmerge(1, 'test')");
	ck_assert_str_same(sample_text(k.c.conn, WHOSE), STR("1 1"));
	behaviour_free(k.log);
} END_TEST

static const struct { const char *change, *whose; } ends[] = {
	{ "SELECT piste.erase(ARRAY[1::bigint], NULL, NULL,"
	    " 'request', NULL)", "- -" },
	{ "SELECT piste.consent_withdraw(1, NULL, NULL, NULL, 'link')",
	    "- -" },
	/* What else they said is not about this. */
	{ "SELECT piste.consent_withdraw(1, 'other', NULL, NULL, 'link')",
	    "1 1" },
};
START_TEST(the_name_ends)
{
	struct scene k = begin();

	SAID_GIVE(k.c.conn, 1);
	tell(&k, 1, "a");
	tell(&k, 1, "b");
	ck_assert_str_same(sample_text(k.c.conn, "SELECT (piste.held_export("
	    "piste.subject_of(ARRAY[1::bigint], NULL, NULL))->'event'->0"
	    "->>'name')"),
	    STR("prices"));
	sample_run(k.c.conn, ends[_i].change);
	ck_assert_str_same(sample_text(k.c.conn, WHOSE),
	    str_of(ends[_i].whose));
	ck_assert_str_same(sample_text(k.c.conn, "SELECT count(*)::text FROM"
	    " piste.event WHERE (person_id IS NULL) <>"
	    " (submission_id IS NULL)"), STR("0"));
	ck_assert_str_same(sample_text(k.c.conn, "SELECT n::text FROM"
	    " piste.behaviour WHERE name = 'prices'"), STR("2"));
	tell(&k, 1, "c");
	ck_assert_str_same(sample_text(k.c.conn, "SELECT count(*)::text FROM"
	    " piste.event"), _i < 2 ? STR("2") : STR("3"));
	behaviour_free(k.log);
} END_TEST

/* By e-mail and by phone. */
START_TEST(the_last_word_is_for_all_channels)
{
	struct scene k = begin();

	SAID_GIVE(k.c.conn, 1);
	said_submit(k.c.conn, 2, ",\"channel\":\"phone\"", "");
	tell(&k, 1, "a");
	sample_run(k.c.conn, "SELECT piste.consent_withdraw(1, NULL, 'phone',"
	    " NULL, 'link')");
	ck_assert_str_same(said_ledger(k.c.conn),
	    STR("given1 given2 withdrawn2"));
	ck_assert_str_same(sample_text(k.c.conn, WHOSE), STR("-"));
	tell(&k, 1, "b");
	ck_assert_str_same(sample_text(k.c.conn, WHOSE), STR("-"));
	SAID_GIVE(k.c.conn, 3);
	tell(&k, 1, "c");
	ck_assert_str_same(sample_text(k.c.conn, WHOSE), STR("- 1"));
	behaviour_free(k.log);
} END_TEST

/* A word on something else reads no day; what it was on once goes later. */
START_TEST(another_purpose_reads_no_day)
{
	struct scene k = begin();

	SAID_GIVE(k.c.conn, 1);
	tell(&k, 1, "a");
	sample_run(k.c.conn, "UPDATE piste.origin SET definition ="
	    " '{\"observe\": {\"purpose\": \"other\"}}'");
	sample_run(k.c.conn, "BEGIN");
	sample_run(k.c.conn, "SELECT piste.consent_withdraw(1, NULL, NULL,"
	    " NULL, 'link')");
	ck_assert_str_same(sample_text(k.c.conn, "SELECT count(*)::text FROM"
	    " pg_locks AS k JOIN pg_inherits AS i ON i.inhrelid = k.relation"
	    " WHERE i.inhparent = 'piste.event'::regclass AND k.pid ="
	    " pg_backend_pid()"), STR("0"));
	sample_run(k.c.conn, "COMMIT");
	sample_run(k.c.conn, UPKEEP);
	ck_assert_str_same(sample_text(k.c.conn, WHOSE), STR("-"));
	behaviour_free(k.log);
} END_TEST

/* As if it had been written while they took their word back. */
START_TEST(a_missed_name_goes_later)
{
	struct scene k = begin();

	SAID_GIVE(k.c.conn, 1);
	tell(&k, 1, "a");
	sample_run(k.c.conn, UPKEEP);
	ck_assert_str_same(sample_text(k.c.conn, WHOSE), STR("1"));
	sample_run(k.c.conn, "SELECT piste.consent_withdraw(1, NULL, NULL,"
	    " NULL, 'link')");
	sample_run(k.c.conn, "UPDATE piste.event SET person_id = 1");
	sample_run(k.c.conn, UPKEEP);
	ck_assert_str_same(sample_text(k.c.conn, WHOSE), STR("-"));
	behaviour_free(k.log);
} END_TEST

/* What each step of a pass as of a moment comes to: "done next, …". */
static struct str
pass(PGconn *conn, const char *as_of)
{
	struct buf said;
	struct str next = STR_EMPTY;

	buf_init(&said, suite_arena(), 400);
	do {
		struct str r = sample_text(conn, buf_fmt(suite_arena(), 300,
		    "SELECT concat_ws(' ', done, next) FROM"
		    " piste.retention_step('event', '12 months', '%s',"
		    " nullif('%.*s', ''), 1)", as_of, STR_ARG(next)).p);
		ptrdiff_t blank = str_find(r, ' ');

		buf_addf(&said, "%s%.*s", said.n ? ", " : "", STR_ARG(r));
		next = blank < 0 ? STR_EMPTY :
		    str_slice(r, (size_t)blank + 1, r.n);
	} while (next.n);
	return buf_str(&said);
}

START_TEST(days_come_and_go)
{
	struct scene k = begin();
	struct behaviour b = event_of(1, "day");
	char telling[] = "day 0";

	SAID_GIVE(k.c.conn, 1);
	/* 23:59:59.999, 00:00, and the day after. */
	for (int i = 0; i < 3; i++) {
		b.at_ms = INT64_C(1767225600000) +
		    (i == 0 ? -1 : i == 1 ? 0 : 86400000);
		telling[4]++;
		b.telling = str_of(telling);
		behaviour_tell(k.log, &b);
		settle(k.log);
	}
	ck_assert_str_same(sample_text(k.c.conn, "SELECT string_agg(c.relname,"
	    " ' ' ORDER BY 1) FROM pg_inherits AS i JOIN pg_class AS c ON"
	    " c.oid = inhrelid WHERE inhparent = 'piste.event'::regclass"),
	    STR("event_20251231 event_20260101 event_20260102"));
	ck_assert_str_same(sample_text(k.c.conn, "SELECT piste.retention_due("
	    "'event', '12 months', '2027-01-02T00:00:01Z')"), STR("2"));
	/* The day it is over in stays whole. */
	ck_assert_str_same(pass(k.c.conn, "2027-01-01T23:59:59Z"),
	    STR("0 names, 0 told, 0 days, 1 days, 0"));
	ck_assert_str_same(sample_text(k.c.conn, "SELECT string_agg(at::date"
	    "::text, ' ' ORDER BY at) FROM piste.event"),
	    STR("2026-01-01 2026-01-02"));
	ck_assert_str_same(sample_text(k.c.conn, "SELECT count(*)::text FROM"
	    " generate_series(0, 7) AS n WHERE to_regclass('piste.event_' ||"
	    " to_char(now() AT TIME ZONE 'UTC' + n * interval '1 day',"
	    " 'YYYYMMDD')) IS NOT NULL"), STR("8"));
	behaviour_free(k.log);
} END_TEST

/* Days ahead first; what is many by parts; days one at a time, last. */
START_TEST(upkeep_goes_by_steps)
{
	struct scene k = begin();

	sample_run(k.c.conn, "SELECT piste.event_partition(d::date) FROM"
	    " generate_series('2025-01-01'::date, '2025-01-02', '1 day') AS d");
	sample_run(k.c.conn, "INSERT INTO piste.event_once (id, at) SELECT"
	    " gen_random_uuid(), now() - interval '3 days' FROM"
	    " generate_series(1, 101)");
	sample_run(k.c.conn, UPKEEP);
	ck_assert_str_same(sample_text(k.c.conn, DAYS),
	    STR("event_20250101 event_20250102"));
	ck_assert_str_same(sample_text(k.c.conn, "SELECT concat_ws(' ',"
	    " (SELECT count(*) FROM piste.event_once), (SELECT count(*) FROM"
	    " pg_inherits WHERE inhparent = 'piste.event'::regclass))"),
	    STR("101 10"));
	ck_assert_str_same(pass(k.c.conn, "2027-01-01T00:00:00Z"),
	    STR("0 names, 0 told, 0 told, 0 told, 0 told, 0 days, 0 days, "
	    "0 days, 0"));
	ck_assert_str_same(sample_text(k.c.conn, DAYS), STR(""));
	behaviour_free(k.log);
} END_TEST

START_TEST(a_telling_is_forgotten)
{
	struct scene k = begin();

	tell(&k, 0, "old");
	tell(&k, 0, "new");
	sample_run(k.c.conn, "UPDATE piste.event_once SET at = now() -"
	    " interval '3 days' WHERE id ="
	    " md5('page_meaningful old')::uuid");
	sample_run(k.c.conn, "SELECT piste.event_upkeep('2020-01-01', 'told',"
	    " 1)");
	ck_assert_str_same(sample_text(k.c.conn, "SELECT string_agg(id::text,"
	    " '') = md5('page_meaningful new')::uuid::text FROM"
	    " piste.event_once"), STR("t"));
	behaviour_free(k.log);
} END_TEST

static const struct { size_t name, who, telling; uint64_t lost; } sizes[] = {
	{ BEHAVIOUR_NAME_BYTES_MAX, 0, BEHAVIOUR_TELLING_BYTES_MAX, 0 },
	{ BEHAVIOUR_NAME_BYTES_MAX + 1, 0, 1, 1 },
	{ 0, 0, 1, 1 },
	{ 1, BEHAVIOUR_WHO_BYTES_MAX, 1, 0 },
	{ 1, BEHAVIOUR_WHO_BYTES_MAX + 1, 1, 1 },
	{ 1, 0, BEHAVIOUR_TELLING_BYTES_MAX + 1, 1 },
};
START_TEST(texts_have_limits)
{
	struct scene k = begin();
	char text[BEHAVIOUR_TELLING_BYTES_MAX + 1];
	struct behaviour b = event_of(0, "");

	/* Doubled in an array's literal: the longest there is. */
	memset(text, '"', sizeof text);
	b.name = (struct str){ text, sizes[_i].name };
	b.who = (struct str){ text, sizes[_i].who };
	b.telling = (struct str){ text, sizes[_i].telling };
	behaviour_tell(k.log, &b);
	settle(k.log);
	ck_assert_uint_eq(counts_of(k.log).lost, sizes[_i].lost);
	ck_assert_uint_eq(counts_of(k.log).written, 1 - sizes[_i].lost);
	behaviour_free(k.log);
} END_TEST

START_TEST(a_bad_one_is_lost_alone)
{
	struct scene k = begin();
	struct behaviour good = event_of(0, ""), bad = event_of(0, "bad");
	char telling[STR_I64_BYTES];

	bad.name = STR("\xff");
	for (int i = 0; i < BEHAVIOUR_BATCH_MAX + 1; i++) {
		if (i == BEHAVIOUR_BATCH_MAX / 3)
			behaviour_tell(k.log, &bad);
		good.telling = str_from_i64(telling, i);
		behaviour_tell(k.log, &good);
	}
	settle(k.log);
	ck_assert_uint_eq(counts_of(k.log).lost, 1);
	ck_assert_uint_eq(counts_of(k.log).written, BEHAVIOUR_BATCH_MAX + 1);
	ck_assert_str_same(sample_text(k.c.conn, "SELECT sum(n)::text FROM"
	    " piste.event_count"), STR("101"));
	behaviour_free(k.log);
} END_TEST

/* PostgreSQL is away: what waits is bounded, and what is lost is told. */
START_TEST(the_queue_has_a_limit)
{
	struct behaviour_log *log;
	struct behaviour b = event_of(0, "x");

	log_level_set((enum log_level)(LOG_ERROR + 1));
	ck_assert_int_eq(behaviour_new(STR("host=/nonexistent"), FLUSH_MS,
	    &log), OK);
	for (int i = 0; i < BEHAVIOUR_QUEUE_MAX; i++)
		behaviour_tell(log, &b);
	ck_assert_uint_eq(counts_of(log).lost, 0);
	ck_assert_uint_eq(counts_of(log).waiting, BEHAVIOUR_QUEUE_MAX);
	behaviour_tell(log, &b);
	ck_assert_uint_eq(counts_of(log).lost, 1);
	ck_assert_uint_eq(counts_of(log).waiting, BEHAVIOUR_QUEUE_MAX);
	behaviour_free(log);
} END_TEST

START_TEST(an_origin_has_a_limit)
{
	struct behaviour_log *log;
	const int64_t minute = AT_MS - AT_MS % 60000;

	log_level_set((enum log_level)(LOG_ERROR + 1));
	ck_assert_int_eq(behaviour_new(STR("host=/nonexistent"), FLUSH_MS,
	    &log), OK);
	for (int i = 0; i < BEHAVIOUR_NAMELESS_MAX; i++)
		ck_assert(behaviour_has_room(log, 0, minute));
	ck_assert(!behaviour_has_room(log, 0, minute + 59999));
	ck_assert_uint_eq(counts_of(log).lost, 1);
	ck_assert(behaviour_has_room(log, 0, minute + 60000));
	ck_assert(behaviour_has_room(log, BEHAVIOUR_ORIGINS_MAX - 1, minute));
	ck_assert_uint_eq(counts_of(log).lost, 1);
	behaviour_free(log);
} END_TEST

/* Both what is being written and what came meanwhile. */
START_TEST(the_end_writes_what_waits)
{
	struct scene k = begin();
	struct behaviour b = event_of(0, "a");

	behaviour_tell(k.log, &b);
	b.telling = STR("b");
	behaviour_tell(k.log, &b);
	behaviour_free(k.log);
	ck_assert_str_same(sample_text(k.c.conn, TOLD),
	    STR("page_meaningful prices 2"));
} END_TEST

SUITE_APART(behaviour)
{
	SUITE_TEST(a_name_needs_consent);
	SUITE_TEST(told_again_it_is_the_same);
	SUITE_TEST(a_link_names_a_person);
	SUITE_TEST(the_name_goes_with_the_person);
	SUITE_LOOP(the_name_ends, COUNT(ends));
	SUITE_TEST(the_last_word_is_for_all_channels);
	SUITE_TEST(another_purpose_reads_no_day);
	SUITE_TEST(a_missed_name_goes_later);
	SUITE_TEST(days_come_and_go);
	SUITE_TEST(upkeep_goes_by_steps);
	SUITE_TEST(a_telling_is_forgotten);
	SUITE_LOOP(texts_have_limits, COUNT(sizes));
	SUITE_TEST(a_bad_one_is_lost_alone);
	SUITE_TEST(the_queue_has_a_limit);
	SUITE_TEST(an_origin_has_a_limit);
	SUITE_TEST(the_end_writes_what_waits);
}
