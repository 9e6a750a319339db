/* Tests of lead/quarantine.c and of the release in src/sql/0011. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "lead/quarantine.h"
#include "store/pg.h"
#include "support/sample.h"

#define TOLD_BYTES_MAX 4096
#define BLOCK_HASH "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee" \
    "eeeeeeeeeeee"
#define ID(n) "00000000-0000-7000-8000-00000000000" #n

static const char site[] =
    "UPDATE piste.form SET definition = '{\"fields\": ["
    "{\"name\": \"other\", \"kind\": \"name\"},"
    "{\"name\": \"first_name\", \"kind\": \"name\"},"
    "{\"name\": \"last_name\", \"kind\": \"name\"},"
    "{\"name\": \"firm\", \"kind\": \"company\"}]}';"
    "INSERT INTO piste.consent_block (hash, block) VALUES ('" BLOCK_HASH "',"
    " E'[\"news\",3,\"newsletter\",\"email\",\"us\",false,\"Oui\"]\\n"
    "[\"call\",1,\"prospecting\",\"phone\",\"us\",false,\"Appelez\"]\\n')";

/* What no word leaves out. */
static const struct quarantine_choice everything = { .reason = { "", 0 } };

struct scene {
	struct sample c;
	struct pg *db;
};

static struct scene
scene_new(void)
{
	struct scene s = { .c = sample_new() };

	s.db = pg_new(s.c.conninfo, "piste-test");
	sample_run(s.c.conn, site);
	return s;
}

/* One row, as it comes in: suspect puts it aside, fields is what was typed. */
static struct str
take(struct scene *s, int id, const char *suspect, const char *fields)
{
	struct buf b;

	buf_init(&b, suite_arena(), TOLD_BYTES_MAX);
	buf_addf(&b, "[{\"id\":\"00000000-0000-7000-8000-%012d\","
	    "\"page_key\":\"p1\",\"form_key\":\"f1\",\"offer_key\":\"o1\","
	    "\"duplicates\":\"email\",\"lang\":\"fr\",\"email\":\"a%d@x.fr\","
	    "\"consent_hash\":\"" BLOCK_HASH "\",\"via\":\"form\","
	    "\"variant_key\":\"a\",\"experiment_key\":\"x\","
	    "\"bucket_version\":1,\"visitor\":\"v\",\"suspect\":\"%s\","
	    "\"ip_prefix\":\"192.0.2.0/24\",\"received_at\":"
	    "\"2026-03-0%dT10:00:00Z\",\"consents\":[],\"fields\":{%s}}]",
	    id, id, suspect, id, fields);
	ck_assert(!b.full);
	return sample_take(s->c.conn, arena_copy(suite_arena(), buf_str(&b)));
}

static struct quarantine_done
release(struct scene *s, struct quarantine_choice c)
{
	struct quarantine_done done;

	ck_assert_msg(quarantine_release(s->db, &c, &done) == OK, "%s",
	    pg_message(s->db));
	return done;
}

#define TYPED "\"other\":\"Nope\",\"first_name\":\"Ana\",\"last_name\":" \
    "\"Roy\",\"firm\":\"ACME\",\"consent.news\":true,\"consent.call\":false"

static const char lead[] = "SELECT concat_ws(' ', s.outcome,"
    " s.quarantine_reason, p.email, p.first_name, p.last_name, p.company,"
    " l.offer_key, l.stage, q.state, o.kind, o.state)"
    " FROM piste.submission AS s JOIN piste.person AS p ON p.id = s.person_id"
    " JOIN piste.person_key AS k ON k.person_id = p.id AND k.value = p.email"
    " JOIN piste.lead AS l ON l.id = s.lead_id"
    " JOIN piste.qualification_queue AS q ON q.lead_id = l.id"
    " JOIN piste.outbox AS o ON o.submission_id = s.id";

/* Everything the road in would have written; twice is once. */
START_TEST(release_makes_a_lead)
{
	struct scene s = scene_new();
	struct quarantine_done done;

	ck_assert_str_same(take(&s, 1, "trapped", TYPED), STR("quarantined"));
	ck_assert_str_same(sample_text(s.c.conn, lead), STR(""));
	for (int i = 0; i < 2; i++) {
		done = release(&s, everything);
		ck_assert_int_eq(done.made, !i);
		ck_assert_int_eq(done.updates + done.repeats, 0);
		ck_assert_str_same(sample_text(s.c.conn, lead),
		    STR("new trapped a1@x.fr Ana Roy ACME o1 lead ready"
		    " submission.accepted ready"));
		ck_assert_str_same(sample_text(s.c.conn, "SELECT count(*)"
		    " FROM piste.outbox"), STR("1"));
	}
	/* Whose it was in the experiment is not known any more. */
	ck_assert_str_same(sample_text(s.c.conn, "SELECT concat_ws(' ',"
	    " submission_id, experiment_key, bucket_version)"
	    " FROM piste.stray"), STR(ID(1) " x"));
} END_TEST

/* What was ticked, by the block that was shown, as then; and chained. */
START_TEST(release_gives_consent)
{
	struct scene s = scene_new();

	take(&s, 1, "trapped", TYPED);
	release(&s, everything);
	ck_assert_str_same(sample_text(s.c.conn, "SELECT string_agg("
	    "concat_ws(' ', consent_key, purpose, channel, recipient, version,"
	    " text_hash = encode(sha256('Oui'), 'hex'), what, needs_confirm,"
	    " left(block_hash, 3), via, given_at AT TIME ZONE 'UTC', lang),"
	    " ',') FROM piste.consent"), STR("news newsletter email us 3 t"
	    " given f eee form 2026-03-01 10:00:00 fr"));
	ck_assert_str_same(sample_text(s.c.conn, "SELECT piste.may_contact("
	    "person_id, 'newsletter', 'email', 'us')::text || seq || (hash ="
	    " (SELECT h.hash FROM piste.consent_head AS h))::text"
	    " FROM piste.consent"), STR("true1true"));
} END_TEST

/* Who has said no since has not said yes again. */
START_TEST(release_revives_no_consent)
{
	struct scene s = scene_new();

	take(&s, 1, "", TYPED);
	sample_run(s.c.conn, "SELECT piste.quarantine_agree(ARRAY[s.id],"
	    " ARRAY[piste.quarantine_fact(s)], ARRAY[s.person_id])"
	    " FROM piste.submission AS s");
	take(&s, 2, "trapped", TYPED);
	sample_run(s.c.conn, "UPDATE piste.person_key SET value = 'a2@x.fr';"
	    "SELECT piste.consent_withdraw(id, NULL, NULL, NULL, 'letter')"
	    " FROM piste.person");
	ck_assert_int_eq(release(&s, everything).repeats,
	    1);
	ck_assert_str_same(sample_text(s.c.conn, "SELECT string_agg(what, ' '"
	    " ORDER BY seq) FROM piste.consent"), STR("given withdrawn"));
} END_TEST

/* By the rules of the road in: new once, then update and repeat. */
START_TEST(release_follows_the_rules)
{
	struct scene s = scene_new();
	struct quarantine_done done;

	for (int i = 1; i <= 3; i++)
		take(&s, i, "too-fast", i < 3 ? TYPED : TYPED ",\"n\":\"3\"");
	sample_run(s.c.conn, "ALTER TABLE piste.submission DISABLE TRIGGER"
	    " submission_guard; UPDATE piste.submission SET email = 'a@x.fr';"
	    " ALTER TABLE piste.submission ENABLE TRIGGER submission_guard");
	done = release(&s, everything);
	ck_assert_int_eq(done.made, 1);
	ck_assert_int_eq(done.repeats, 1);
	ck_assert_int_eq(done.updates, 1);
	ck_assert_str_same(sample_text(s.c.conn, "SELECT string_agg(outcome,"
	    " ' ' ORDER BY seq) FROM piste.submission"),
	    STR("new repeat update"));
	ck_assert_str_same(sample_text(s.c.conn, "SELECT concat_ws(' ',"
	    " (SELECT count(*) FROM piste.person), (SELECT count(*) FROM"
	    " piste.lead), (SELECT count(*) FROM piste.qualification_queue))"),
	    STR("1 1 1"));
} END_TEST

static const struct {
	struct quarantine_choice choice;
	const char *released;	/* of 1 trapped, 2 too-fast, 3 trapped */
	int lines;
} choices[] = {
	{ { .reason = { "", 0 } }, "1 2 3", 3 },
	{ { .reason = { "trapped", 7 } }, "1 3", 2 },
	{ { .reason = { "trapped", 7 }, .since = { "2026-03-02", 10 } },
	    "3", 1 },
	{ { .reason = { "nobody", 6 } }, "", 0 },
	{ { .since = { "2026-03-03T10:00:00Z", 20 } }, "3", 1 },
	{ { .since = { "2026-03-03T10:00:01Z", 20 } }, "", 0 },
	{ { .ids = { "{" ID(2) "," ID(9) "}", 75 } }, "2", 1 },
};

START_TEST(choice_is_kept_to)
{
	struct scene s = scene_new();
	char told[TOLD_BYTES_MAX] = "";
	FILE *out = fmemopen(told, sizeof told, "w");
	int lines = 0;

	take(&s, 1, "trapped", TYPED);
	take(&s, 2, "too-fast", TYPED);
	take(&s, 3, "trapped", TYPED);
	ck_assert_int_eq(quarantine_list(s.db, &choices[_i].choice, _i % 2,
	    out), OK);
	fclose(out);
	for (const char *p = told; (p = strchr(p, '\n')) != NULL; p++)
		lines++;
	ck_assert_int_eq(lines, choices[_i].lines);
	release(&s, choices[_i].choice);
	ck_assert_str_same(sample_text(s.c.conn, "SELECT string_agg(right("
	    "id::text, 1), ' ' ORDER BY seq) FROM piste.submission"
	    " WHERE outcome <> 'quarantined'"), str_of(choices[_i].released));
} END_TEST

START_TEST(list_says_what_there_is)
{
	struct scene s = scene_new();
	char told[TOLD_BYTES_MAX] = "";
	FILE *out = fmemopen(told, sizeof told, "w");

	take(&s, 1, "trapped", TYPED);
	ck_assert_int_eq(quarantine_list(s.db, &everything, false, out), OK);
	fclose(out);
	ck_assert_str_eq(told, ID(1) "\t2026-03-01T10:00:00Z\ttrapped\tp1\t"
	    "192.0.2.0/24\ta1@x.fr\n");
} END_TEST

START_TEST(moment_must_be_one)
{
	struct scene s = scene_new();
	struct quarantine_done done;
	const struct quarantine_choice c = { .since = STR("soon") };

	ck_assert_int_eq(quarantine_list(s.db, &c, false, stdout), ERR_INPUT);
	ck_assert_int_eq(quarantine_release(s.db, &c, &done), ERR_INPUT);
} END_TEST

START_TEST(reasons_are_counted)
{
	struct scene s = scene_new();
	struct quarantine_count of[QUARANTINE_REASONS_MAX];
	size_t count;

	take(&s, 1, "trapped", TYPED);
	take(&s, 2, "too-fast", TYPED);
	take(&s, 3, "trapped", TYPED);
	take(&s, 4, "", TYPED);
	ck_assert_int_eq(quarantine_counts(s.db, of, &count), OK);
	ck_assert_uint_eq(count, 2);
	ck_assert_str_eq(of[0].reason, "too-fast");
	ck_assert_int_eq(of[0].submissions, 1);
	ck_assert_str_eq(of[1].reason, "trapped");
	ck_assert_int_eq(of[1].submissions, 2);
} END_TEST

/* More than a transaction takes, all the same. */
START_TEST(all_are_released)
{
	struct scene s = scene_new();
	struct quarantine_done done;
	FILE *out = fopen("/dev/null", "w");

	sample_run(s.c.conn, "INSERT INTO piste.submission (id, page_key,"
	    " form_key, offer_key, outcome, quarantine_reason, fields, email,"
	    " via) SELECT gen_random_uuid(), 'p1', 'f1', 'o1', 'quarantined',"
	    " 'trapped', '{\"a\": 1}', 'e' || n || '@x.fr', 'form'"
	    " FROM generate_series(0, 500) AS n");
	ck_assert_int_eq(quarantine_list(s.db, &everything, false, out), OK);
	fclose(out);
	done = release(&s, everything);
	ck_assert_int_eq(done.made, QUARANTINE_BATCH_MAX + 1);
} END_TEST

/* Nobody is called about a form that is empty by now. */
START_TEST(emptied_ones_stay_aside)
{
	struct scene s = scene_new();
	struct quarantine_count of[QUARANTINE_REASONS_MAX];
	struct quarantine_done done;
	size_t count;

	take(&s, 1, "trapped", TYPED);
	take(&s, 2, "trapped", TYPED);
	sample_run(s.c.conn, "SELECT piste.erase('{}',"
	    " piste.email_key('a1@x.fr'), NULL, 'request', NULL)");
	ck_assert_int_eq(quarantine_counts(s.db, of, &count), OK);
	ck_assert_uint_eq(count, 1);
	ck_assert_int_eq(of[0].submissions, 1);
	/* Named or not. */
	done = release(&s, (struct quarantine_choice){ .ids =
	    STR("{" ID(1) "}") });
	ck_assert_int_eq(done.made, 0);
	sample_run(s.c.conn, "SELECT piste.quarantine_release(ARRAY['" ID(1)
	    "']::uuid[])");
	done = release(&s, everything);
	ck_assert_int_eq(done.made, 1);
	ck_assert_str_same(sample_text(s.c.conn, "SELECT string_agg(email,"
	    " ',') || count(*) FROM piste.person"), STR("a2@x.fr1"));
} END_TEST

/* A screen of them, and that there are others: the last first. */
START_TEST(pages_are_as_long_as_a_screen)
{
	struct scene s = scene_new();
	struct quarantine_page *page = ARENA_NEW(suite_arena(),
	    struct quarantine_page);
	struct sample_row rows[QUARANTINE_PAGE_ROWS + 1];
	struct quarantine_place from = { .before = STR_EMPTY };

	for (int i = 0; i <= QUARANTINE_PAGE_ROWS; i++)
		rows[i] = (struct sample_row){ .id = i + 1,
			.email = "ana@x.fr", .suspect = "trapped" };
	sample_take(s.c.conn, sample_batch(rows, QUARANTINE_PAGE_ROWS));
	ck_assert_int_eq(quarantine_page(s.db, suite_arena(), &from, page),
	    OK);
	ck_assert_uint_eq(page->rows, QUARANTINE_PAGE_ROWS);
	ck_assert(!page->is_more);
	sample_take(s.c.conn, sample_batch(&rows[QUARANTINE_PAGE_ROWS], 1));
	ck_assert_int_eq(quarantine_page(s.db, suite_arena(), &from, page),
	    OK);
	ck_assert_uint_eq(page->rows, QUARANTINE_PAGE_ROWS);
	ck_assert(page->is_more);
	ck_assert_str_same(page->row[0].email, STR("ana@x.fr"));
	from = (struct quarantine_place){ STR("trapped"),
		page->row[QUARANTINE_PAGE_ROWS - 1].seq, true };
	ck_assert_int_eq(quarantine_page(s.db, suite_arena(), &from, page),
	    OK);
	ck_assert_uint_eq(page->rows, 1);
	ck_assert_str_same(page->row[0].email, STR("a…@x.fr"));
	from.reason = STR("other");
	ck_assert_int_eq(quarantine_page(s.db, suite_arena(), &from, page),
	    OK);
	ck_assert_uint_eq(page->rows, 0);
} END_TEST

SUITE_APART(quarantine)
{
	SUITE_TEST(pages_are_as_long_as_a_screen);
	SUITE_TEST(release_makes_a_lead);
	SUITE_TEST(release_gives_consent);
	SUITE_TEST(release_revives_no_consent);
	SUITE_TEST(release_follows_the_rules);
	SUITE_LOOP(choice_is_kept_to, COUNT(choices));
	SUITE_TEST(list_says_what_there_is);
	SUITE_TEST(moment_must_be_one);
	SUITE_TEST(reasons_are_counted);
	SUITE_TEST(all_are_released);
	SUITE_TEST(emptied_ones_stay_aside);
}
