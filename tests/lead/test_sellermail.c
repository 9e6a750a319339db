/* Tests of lead/sellermail.c. */
#include <pthread.h>
#include <string.h>

#include "consent/workerrole.h"
#include "lead/promise.h"
#include "lead/sellercase.h"
#include "lead/sellerdesk.h"
#include "lead/sellermail.h"

#define MANY 60

static const struct str alarm_address = { "boss@sells.example", 18 };

/* Mornings apart: they come once a day. */
static void
turn(struct sellercase *s)
{
	struct sellermail m = { .alarm_to = alarm_address,
		.alarm_lang = LANG_EN, .morning_at_ms = INT64_MAX,
		.zone = STR("Europe/Paris") };
	struct promise p = { 0 };
	int64_t done;

	ck_assert_int_eq(promise_turn(s->db, &p, &done), OK);
	ck_assert_int_eq(sellermail_turn(s->db, &m, &done), OK);
}

static void
morning(struct sellercase *s)
{
	struct sellermail m = { .alarm_lang = LANG_EN };
	int64_t done;

	ck_assert_int_eq(sellermail_turn(s->db, &m, &done), OK);
	ck_assert_int_gt(m.morning_at_ms, 0);
}

static struct str
letters(struct sellercase *s)
{
	return sample_text(s->c.conn, "SELECT string_agg(concat_ws(' ',"
	    " recipient, once_key), ', ' ORDER BY once_key)"
	    " FROM piste.letter");
}

/* What it says if it is sent now. */
static struct str
body(struct sellercase *s, const char *key)
{
	sample_run(s->c.conn, "UPDATE piste.outbox SET state = 'claimed',"
	    " locked_by = 'w', locked_until = now() WHERE state = 'ready'"
	    " AND kind = 'mail.letter'");
	return sample_text(s->c.conn, buf_fmt(suite_arena(), 300, "SELECT"
	    " r.body FROM piste.letter AS l CROSS JOIN LATERAL"
	    " piste.letter_read(l.outbox_id, 'w') AS r"
	    " WHERE l.once_key = '%s'%c", key, 0).p);
}

START_TEST(who_gets_a_lead_is_told_once)
{
	struct sellercase s = sellercase_new(2, SELLERCASE_TWO);

	sellercase_give(&s);
	turn(&s);
	turn(&s);
	/* Bob has no address. */
	ck_assert_str_same(letters(&s),
	    STR("ana@sells.example seller.given 1"));
	ck_assert_str_same(sample_text(s.c.conn, "SELECT concat_ws(' ',"
	    " subject, lead_id, jsonb_path_query_array(buttons,"
	    " '$[*].link.at')) FROM piste.letter"), STR("Le lead 1 est à vous"
	    " (chaud) 1 [\"accept\", \"contact\", \"refuse\", \"note\"]"));
	ck_assert_str_same(sample_text(s.c.conn, "SELECT bool_and(told_at IS"
	    " NOT NULL) FROM piste.allocation"), STR("t"));
} END_TEST

START_TEST(language_is_the_sellers)
{
	struct sellercase s = sellercase_new(1, SELLERCASE_ONE);

	ck_assert_int_eq(sellerdesk_language(s.db, STR("ana"), LANG_EN), OK);
	ck_assert_int_eq(sellerdesk_language(s.db, STR("eve"), LANG_EN),
	    ERR_ABSENT);
	sellercase_give(&s);
	turn(&s);
	ck_assert_str_same(sample_text(s.c.conn, "SELECT lang || ' ' ||"
	    " subject FROM piste.letter"), STR("en Lead 1 is yours (hot)"));
} END_TEST

/* Nothing of a person is in the letter until it is sent, nor after erasure. */
START_TEST(a_letter_says_what_holds_when_it_is_sent)
{
	struct sellercase s = sellercase_new(1, SELLERCASE_ONE);
	struct str first;

	sellercase_give(&s);
	turn(&s);
	ck_assert_str_same(sample_text(s.c.conn, "SELECT text !~"
	    " 'firm|hello|newsletter' FROM piste.letter"), STR("t"));
	first = body(&s, "seller.given 1");
	for (size_t i = 0; i < 4; i++) {
		static const char *const parts[] = {
			"Score : 80. Ce qui le compose : email +20, spam -5.",
			"email : oui (", "p1@firm.fr", "text : hello" };

		ck_assert_msg(strstr(first.p, parts[i]), "no %s in %s",
		    parts[i], first.p);
	}
	sample_run(s.c.conn, "SELECT piste.consent_withdraw(1, NULL, 'email',"
	    " NULL, 'phone'); UPDATE piste.lead SET score = 7");
	first = body(&s, "seller.given 1");
	ck_assert_msg(strstr(first.p, "email : non ("), "%s", first.p);
	ck_assert_msg(strstr(first.p, "Score : 7."), "%s", first.p);
	sample_run(s.c.conn, "SELECT piste.erase(ARRAY(SELECT id FROM"
	    " piste.person), NULL, NULL, 'request', 'test')");
	ck_assert_str_same(sample_text(s.c.conn, "SELECT concat_ws(' ',"
	    " l.text = '', l.buttons, o.state) FROM piste.letter AS l"
	    " JOIN piste.outbox AS o ON o.id = l.outbox_id"),
	    STR("t [] done"));
} END_TEST

/* Typed words are not read as ours. */
START_TEST(typed_words_fill_nothing)
{
	struct sellercase s = sellercase_new(1, SELLERCASE_ONE);

	sample_take(s.c.conn, sample_batch(&(struct sample_row){ 2,
	    .email = "p1@firm.fr",
	    .text = "{score} {consents a|b|c} {why}" }, 1));
	sellercase_give(&s);
	turn(&s);
	ck_assert_msg(strstr(body(&s, "seller.given 1").p,
	    "text : {score} {consents a|b|c} {why}"), "%s",
	    body(&s, "seller.given 1").p);
} END_TEST

static struct str
begun(struct sellercase *s)
{
	return sample_text(s->c.conn, "SELECT coalesce(refusal, recipient)"
	    " FROM piste.mail_begin((SELECT outbox_id FROM piste.letter"
	    " ORDER BY outbox_id LIMIT 1), 'w', 5, 5)");
}

/* So is a promise that was kept, or at least met, while it waited. */
START_TEST(what_is_done_by_then_is_not_sent)
{
	struct sellercase s = sellercase_new(1, SELLERCASE_ONE);
	struct promise_word w = { .lead = STR("1"), .who = STR("ana"),
		.is_contact = true };
	bool is_new;

	sellercase_give(&s);
	turn(&s);
	sample_run(s.c.conn, buf_fmt(suite_arena(), 300, "DELETE FROM"
	    " piste.letter; UPDATE piste.waiting SET remind_at = now(),"
	    " due_at = now() %s WHERE step = 'contacted'%c", _i ? "" :
	    "+ interval '1 hour'", 0).p);
	turn(&s);
	sample_run(s.c.conn, "DELETE FROM piste.letter WHERE once_key LIKE"
	    " 'promise.alarm%'");
	(void)body(&s, "");
	ck_assert_str_same(begun(&s), STR("ana@sells.example"));
	ck_assert_int_eq(promise_tell(s.db, &w, &is_new), OK);
	ck_assert_str_same(begun(&s), STR("over"));
} END_TEST

/* Done late, before anybody saw that it was: broken, and no reminder. */
START_TEST(what_was_done_is_not_asked_for)
{
	struct sellercase s = sellercase_new(1, SELLERCASE_ONE);
	struct promise_word w = { .lead = STR("1"), .who = STR("ana"),
		.is_contact = true };
	bool is_new;

	sellercase_give(&s);
	turn(&s);
	sample_run(s.c.conn, "DELETE FROM piste.letter; UPDATE piste.waiting"
	    " SET since = now() - interval '2 hours', due_at = now() -"
	    " interval '1 hour' WHERE step = 'contacted'");
	ck_assert_int_eq(promise_tell(s.db, &w, &is_new), OK);
	turn(&s);
	ck_assert_str_same(sample_text(s.c.conn, "SELECT string_agg(recipient,"
	    " ' ') || ' ' || (SELECT count(*) FROM piste.breach)"
	    " FROM piste.letter"), STR("boss@sells.example 1"));
} END_TEST

START_TEST(what_is_anothers_by_then_is_not_sent)
{
	struct sellercase s = sellercase_new(1, SELLERCASE_ONE);

	sellercase_give(&s);
	turn(&s);
	(void)body(&s, "");
	if (_i)
		ck_assert_int_eq(allot_refuse(s.db, STR("1"), STR("away")),
		    OK);
	ck_assert_str_same(begun(&s), _i ? STR("over") :
	    STR("ana@sells.example"));
} END_TEST

/* Before it is broken, and after; never before when it is broken already. */
START_TEST(promises_are_reminded_of_and_told_broken)
{
	struct sellercase s = sellercase_new(2, SELLERCASE_ONE);

	sellercase_give(&s);
	turn(&s);
	sample_run(s.c.conn, "DELETE FROM piste.letter; UPDATE piste.waiting"
	    " SET remind_at = now(), due_at = now() + interval '1 minute'"
	    " WHERE step = 'contacted' AND lead_id = 1; UPDATE piste.waiting"
	    " SET remind_at = since, due_at = now()"
	    " WHERE step = 'contacted' AND lead_id = 2");
	turn(&s);
	turn(&s);
	ck_assert_str_same(sample_text(s.c.conn, "SELECT string_agg(recipient"
	    " || ' ' || subject, ', ' ORDER BY once_key) FROM piste.letter"),
	    STR("boss@sells.example Promises broken: 1, ana@sells.example"
	    " Lead 2 (chaud) : le premier contact promis n'a pas eu lieu,"
	    " ana@sells.example Lead 1 (chaud) : le premier contact est"
	    " attendu bientôt"));
	sample_run(s.c.conn, "UPDATE piste.waiting SET due_at = now()");
	turn(&s);
	ck_assert_str_same(sample_text(s.c.conn, "SELECT count(*) || ' ' ||"
	    " count(*) FILTER (WHERE text LIKE 'Lead 1 (hot): to be spoken"
	    " with by %(Europe/Paris); seller: ana.') FROM piste.letter"),
	    STR("5 1"));
} END_TEST

/* Killed before its end, a turn has told nothing, and the next one tells. */
START_TEST(what_is_not_written_is_told_again)
{
	struct sellercase s = sellercase_new(1, SELLERCASE_ONE);
	struct sellermail m = { .morning_at_ms = INT64_MAX };
	int64_t done;

	sellercase_give(&s);
	sample_run(s.c.conn, "CREATE FUNCTION piste.no() RETURNS trigger"
	    " LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;"
	    "CREATE TRIGGER no BEFORE INSERT ON piste.letter"
	    " FOR EACH ROW EXECUTE FUNCTION piste.no()");
	ck_assert_int_ne(sellermail_turn(s.db, &m, &done), OK);
	ck_assert_int_eq(done, 0);
	sample_run(s.c.conn, "DROP TRIGGER no ON piste.letter");
	turn(&s);
	ck_assert_str_same(letters(&s),
	    STR("ana@sells.example seller.given 1"));
} END_TEST

struct rival {
	struct str conninfo;
	pthread_barrier_t *start;
	enum err err;
};

static void *
tell_until_none(void *context)
{
	struct rival *r = context;
	struct pg *db = pg_new(r->conninfo, "piste-test");
	struct sellermail m = { 0 };
	int64_t done = 1;

	pthread_barrier_wait(r->start);
	for (int i = 0; !r->err && i < MANY; i++) {
		m.morning_at_ms = 0;
		r->err = sellermail_turn(db, &m, &done);
	}
	pg_free(db);
	return NULL;
}

START_TEST(two_workers_tell_once)
{
	struct sellercase s = sellercase_new(MANY, SELLERCASE_ONE);
	pthread_barrier_t start;
	struct rival rival[2];
	pthread_t thread[2];

	sellercase_give(&s);
	pthread_barrier_init(&start, NULL, 2);
	for (int i = 0; i < 2; i++) {
		rival[i] = (struct rival){ s.c.conninfo, &start, OK };
		ck_assert_int_eq(pthread_create(&thread[i], NULL,
		    tell_until_none, &rival[i]), 0);
	}
	for (int i = 0; i < 2; i++) {
		pthread_join(thread[i], NULL);
		ck_assert_int_eq(rival[i].err, OK);
	}
	ck_assert_str_same(sample_text(s.c.conn, "SELECT concat_ws(' ',"
	    " count(*) FILTER (WHERE lead_id IS NOT NULL),"
	    " count(DISTINCT lead_id), count(*) = (SELECT count(*)"
	    " FROM piste.outbox WHERE kind = 'mail.letter'))"
	    " FROM piste.letter"), STR("60 60 t"));
} END_TEST

#define HOURS(days, from, to) "{\"sellers\":[{\"key\":\"ana\",\"general\":" \
	"true,\"email\":\"ana@sells.example\",\"hours\":[{\"days\":[" days \
	"],\"from\":\"" from "\",\"to\":\"" to "\"}]}]}"
#define WEEK "\"mon\",\"tue\",\"wed\",\"thu\",\"fri\",\"sat\",\"sun\""

START_TEST(a_morning_comes_once_a_day)
{
	struct sellercase s = sellercase_new(2, HOURS(WEEK, "00:00",
	    "24:00"));

	morning(&s);
	ck_assert_str_same(letters(&s), STR_EMPTY);	/* nothing to do */
	sample_run(s.c.conn, "UPDATE piste.seller SET digest_on ="
	    " digest_on - 1");
	sellercase_give(&s);
	turn(&s);
	sample_run(s.c.conn, "UPDATE piste.waiting SET broken_at = now()"
	    " WHERE step = 'contacted' AND lead_id = 2; INSERT INTO"
	    " piste.next_action (lead_id, action, due_on, author) VALUES (1,"
	    " 'call Ines', current_date, 'ana')");
	morning(&s);
	morning(&s);
	ck_assert_str_same(sample_text(s.c.conn, "SELECT string_agg(subject"
	    " || ' ' || jsonb_array_length(buttons), ', ')"
	    " FROM piste.letter WHERE once_key LIKE 'seller.digest %'"),
	    STR("Votre journée, choses à faire : 5 2"));
	ck_assert_str_same(sample_text(s.c.conn, "SELECT regexp_replace(text,"
	    " '\\d{4}-\\d\\d-\\d\\d( \\d\\d:\\d\\d)?', 'T', 'g') FROM"
	    " piste.letter WHERE once_key LIKE 'seller.digest %'"),
	    STR("Lead 2 (chaud) : en retard, le premier contact était promis"
	    " pour le T (UTC).\n\n"
	    "Lead 1 (chaud) : à accepter avant le T (UTC).\n\n"
	    "Lead 2 (chaud) : à accepter avant le T (UTC).\n\n"
	    "Lead 1 (chaud) : premier contact promis avant le T (UTC).\n\n"
	    "Lead 1 (chaud) : une action est prévue pour le T."));
} END_TEST

/* The worker needs no more than its role for any of it. */
START_TEST(workers_role_is_enough)
{
	struct sellercase s = sellercase_new(2, HOURS(WEEK, "00:00",
	    "24:00")), worker = s;

	worker.db = pg_new(s.c.conninfo, "piste-work");
	pg_session(worker.db, "SET ROLE " WORKERROLE_NAME);
	turn(&worker);
	sellercase_give(&worker);
	turn(&worker);
	sample_run(s.c.conn, "UPDATE piste.waiting SET remind_at = now(),"
	    " due_at = now() + (lead_id - 1) * interval '1 hour'"
	    " WHERE step = 'contacted'");
	turn(&worker);
	morning(&worker);
	ck_assert_str_same(sample_text(s.c.conn, "SELECT string_agg(DISTINCT"
	    " split_part(once_key, ' ', 1), ' ') FROM piste.letter"),
	    STR("promise.alarm promise.broken promise.soon seller.digest"
	    " seller.given"));
	pg_free(worker.db);
} END_TEST

/* So many of a sort, and how many there are. */
START_TEST(a_long_morning_is_cut)
{
	struct sellercase s = sellercase_new(SELLERMAIL_LINES_MAX + 1,
	    HOURS(WEEK, "00:00", "24:00"));

	sellercase_give(&s);
	turn(&s);
	morning(&s);
	ck_assert_str_same(sample_text(s.c.conn, "SELECT concat_ws(' ',"
	    " subject, cardinality(string_to_array(text, E'\\n\\n')),"
	    " jsonb_array_length(buttons), substring(text FROM 'Et.*'))"
	    " FROM piste.letter WHERE once_key LIKE 'seller.digest %'"),
	    STR("Votre journée, choses à faire : 42 41 8 Et aussi, moins"
	    " pressé : 2."));
} END_TEST

START_TEST(who_is_away_has_no_morning)
{
	struct sellercase s = sellercase_new(1, HOURS(WEEK, "00:00",
	    "24:00"));

	sellercase_give(&s);
	sample_run(s.c.conn, "INSERT INTO piste.seller_absence (seller_id,"
	    " starts_at, ends_at, created_by) SELECT id, now() - interval"
	    " '1 hour', now() + interval '1 hour', 't' FROM piste.seller");
	morning(&s);
	ck_assert_str_same(sample_text(s.c.conn, "SELECT digest_on IS NULL"
	    " FROM piste.seller"), STR("t"));
	sample_run(s.c.conn, "UPDATE piste.seller_absence SET ends_at ="
	    " now()");
	morning(&s);
	ck_assert_str_same(sample_text(s.c.conn, "SELECT digest_on ="
	    " (now() AT TIME ZONE 'UTC')::date FROM piste.seller"),
	    STR("t"));
} END_TEST

static struct str
alarms(struct sellercase *s)
{
	return sample_text(s->c.conn, "SELECT string_agg(concat_ws(' ',"
	    " subject, cardinality(string_to_array(text, E'\\n\\n')),"
	    " substring(text FROM 'And.*')), ', ' ORDER BY outbox_id)"
	    " FROM piste.letter WHERE once_key LIKE 'promise.alarm %'");
}

/* One by one they are told of together; of very many not each by itself. */
START_TEST(alarms_are_gathered)
{
	struct sellercase s = sellercase_new(1, SELLERCASE_ONE);
	struct sellermail m = { .alarm_to = alarm_address,
		.alarm_lang = LANG_EN, .morning_at_ms = INT64_MAX };
	int64_t done;

	for (int i = 0; i < 3; i++) {
		sample_run(s.c.conn, buf_fmt(suite_arena(), 300, "INSERT INTO"
		    " piste.waiting (lead_id, step, since, due_at) SELECT 1,"
		    " 'scored', now() - n * interval '1 hour', now()"
		    " FROM generate_series(%d, %d) AS n%c", 100 * i + 1,
		    100 * i + 1 + (i == 2) * SELLERMAIL_ALARM_LINES_MAX,
		    0).p);
		if (i == 2)
			m.broken_at_ms = 0;
		ck_assert_int_eq(sellermail_turn(s.db, &m, &done), OK);
		ck_assert_int_eq(m.broken_at_ms > 0, 1);
	}
	ck_assert_str_same(alarms(&s), STR("Promises broken: 1 1, Promises"
	    " broken: 52 51 And 2 more: piste promises --broken tells them"
	    " all."));
} END_TEST

/* Whose turn another worker writes has their morning the next time. */
START_TEST(a_morning_waits_for_nobody)
{
	struct sellercase s = sellercase_new(1, HOURS(WEEK, "00:00",
	    "24:00"));

	sample_run(s.c.conn, "BEGIN; UPDATE piste.seller SET turn = 1");
	morning(&s);
	ck_assert_str_same(sample_text(s.c.conn, "SELECT digest_on IS NULL"
	    " FROM piste.seller"), STR("t"));
	sample_run(s.c.conn, "COMMIT");
	morning(&s);
	ck_assert_str_same(sample_text(s.c.conn, "SELECT digest_on IS NULL"
	    " FROM piste.seller"), STR("f"));
} END_TEST

/* Erased before the seller was told: there is nobody to tell of. */
START_TEST(nobody_is_told_of_who_was_erased)
{
	struct sellercase s = sellercase_new(1, SELLERCASE_ONE);

	sellercase_give(&s);
	sample_run(s.c.conn, "SELECT piste.erase(ARRAY(SELECT id FROM"
	    " piste.person), NULL, NULL, 'request', 'test')");
	turn(&s);
	(void)body(&s, "");
	ck_assert_str_same(begun(&s), STR("over"));
} END_TEST

/* What somebody typed is cut before it is more than a mail may hold. */
START_TEST(long_answers_are_cut)
{
	struct sellercase s = sellercase_new(1, SELLERCASE_ONE);

	sample_run(s.c.conn, "SET session_replication_role = replica;"
	    "UPDATE piste.submission SET fields = (SELECT"
	    " jsonb_object_agg('f' || n, repeat('\"', 2001))"
	    " FROM generate_series(1, 40) AS n)");
	ck_assert_str_same(sample_text(s.c.conn, "SELECT length("
	    "piste.lead_asked(1, 'en'))"), STR("30000"));
} END_TEST

SUITE_APART(sellermail)
{
	SUITE_TEST(alarms_are_gathered);
	SUITE_TEST(a_morning_waits_for_nobody);
	SUITE_TEST(nobody_is_told_of_who_was_erased);
	SUITE_TEST(long_answers_are_cut);
	SUITE_TEST(who_gets_a_lead_is_told_once);
	SUITE_TEST(language_is_the_sellers);
	SUITE_TEST(a_letter_says_what_holds_when_it_is_sent);
	SUITE_TEST(typed_words_fill_nothing);
	SUITE_LOOP(what_is_done_by_then_is_not_sent, 2);
	SUITE_TEST(what_was_done_is_not_asked_for);
	SUITE_LOOP(what_is_anothers_by_then_is_not_sent, 2);
	SUITE_TEST(promises_are_reminded_of_and_told_broken);
	SUITE_TEST(what_is_not_written_is_told_again);
	SUITE_TEST(two_workers_tell_once);
	SUITE_TEST(a_morning_comes_once_a_day);
	SUITE_TEST(workers_role_is_enough);
	SUITE_TEST(a_long_morning_is_cut);
	SUITE_TEST(who_is_away_has_no_morning);
}
