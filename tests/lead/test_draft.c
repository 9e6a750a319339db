/* Tests src/lead/draft.c: what is kept of a half-filled form, and how long. */
#include "base/token.h"
#include "lead/draft.h"
#include "store/pg.h"
#include "support/sample.h"
#include "support/suite.h"

#define COUNTED "SELECT count(*) FROM piste.draft"

static struct draft
draft_of(struct sample *s, const struct uuid *id)
{
	return (struct draft){ .id = id, .page = STR("p1"),
		.form = sample_text(s->conn,
		    "SELECT form_key FROM piste.page WHERE key = 'p1'"),
		.lang = LANG_FR, .fields = STR("{\"a\": \"1\"}"),
		.email = STR("Ana@a.example"), .agreed = STR("Keep it"),
		.days = 14 };
}

START_TEST(a_draft_is_kept_once)
{
	struct sample s = sample_new();
	struct pg *db = pg_new(s.conninfo, "test");
	const struct uuid id = token_uuid7(1800000000000);
	struct draft d = draft_of(&s, &id);

	ck_assert_int_eq(draft_keep(db, &d), OK);
	d.fields = STR("{\"a\": \"2\"}");
	d.email = STR_EMPTY;
	d.phone = STR("+33612345678");
	ck_assert_int_eq(draft_keep(db, &d), OK);
	ck_assert_str_same(sample_text(s.conn, COUNTED), STR("1"));
	ck_assert_str_same(sample_text(s.conn, "SELECT fields->>'a' ||"
	    " (email IS NULL)::text || phone || agreed_text || (expires_at -"
	    " updated_at)::text FROM piste.draft"),
	    STR("2true+33612345678Keep it14 days"));
	ck_assert_int_eq(draft_drop(db, &id), OK);
	ck_assert_str_same(sample_text(s.conn, COUNTED), STR("0"));
	ck_assert_int_eq(draft_drop(db, &id), OK);
	pg_free(db);
} END_TEST

START_TEST(what_was_sent_is_no_draft)
{
	static const struct sample_row row = { .id = 7 };
	struct sample s = sample_new();
	struct pg *db = pg_new(s.conninfo, "test");
	struct uuid id, other = token_uuid7(1800000000000);
	struct draft d;

	sample_take(s.conn, sample_batch(&row, 1));
	ck_assert_int_eq(token_uuid_parse(sample_text(s.conn,
	    "SELECT id FROM piste.submission"), &id), OK);
	d = draft_of(&s, &id);
	ck_assert_int_eq(draft_keep(db, &d), OK);
	ck_assert_str_same(sample_text(s.conn, COUNTED), STR("0"));
	/* Kept before it is sent, it goes; another's stays. */
	sample_run(s.conn, "DELETE FROM piste.qualification_queue;"
	    " DELETE FROM piste.outbox");
	d.id = &other;
	ck_assert_int_eq(draft_keep(db, &d), OK);
	sample_run(s.conn, "INSERT INTO piste.draft (id, page_key, form_key,"
	    " lang, fields, agreed_text, expires_at) SELECT"
	    " '00000000-0000-7000-8000-000000000009', page_key, form_key, lang,"
	    " fields, agreed_text, expires_at FROM piste.draft;"
	    " INSERT INTO piste.submission (id, page_key, form_key, offer_key,"
	    " outcome, quarantine_reason, fields, via) SELECT"
	    " '00000000-0000-7000-8000-000000000009', page_key, form_key, 'o1',"
	    " 'quarantined', 'trapped', '{}', 'form' FROM piste.draft LIMIT 1");
	ck_assert_str_same(sample_text(s.conn, COUNTED), STR("1"));
	pg_free(db);
} END_TEST

START_TEST(what_is_over_goes)
{
	struct sample s = sample_new();
	struct pg *db = pg_new(s.conninfo, "test");
	const struct uuid a = token_uuid7(1800000000000);
	const struct uuid b = token_uuid7(1800000000000);
	struct draft d = draft_of(&s, &a);
	int64_t removed;

	ck_assert_int_eq(draft_keep(db, &d), OK);
	sample_run(s.conn, "UPDATE piste.draft SET expires_at = now()");
	d.id = &b;
	ck_assert_int_eq(draft_keep(db, &d), OK);
	ck_assert_int_eq(draft_expire(db, &removed), OK);
	ck_assert_int_eq(removed, 1);
	ck_assert_str_same(sample_text(s.conn, COUNTED), STR("1"));
	ck_assert_int_eq(draft_expire(db, &removed), OK);
	ck_assert_int_eq(removed, 0);
	pg_free(db);
} END_TEST

SUITE_APART(draft)
{
	token_init();
	SUITE_TEST(a_draft_is_kept_once);
	SUITE_TEST(what_was_sent_is_no_draft);
	SUITE_TEST(what_is_over_goes);
}
