/* Tests of lead/submit.c. */
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/token.h"
#include "form/form.h"
#include "form/ticket.h"
#include "geo/geo.h"
#include "lead/submit.h"
#include "store/pg.h"
#include "store/spool.h"
#include "support/sample.h"

#define Z(text) { text, sizeof (text) - 1 }
#define SPOOL_BYTES ((int64_t)8 << 20)

static const struct form_consent consents[] = {
	{ Z("news"), Z("newsletter"), Z("email"), Z("us"), 3, false, false,
	    { { Z("Oui"), Z("Yes") } } },
	{ Z("call"), Z("prospecting"), Z("phone"), Z("us"), 1, false, false,
	    { { Z("Appelez"), Z("Call") } } },
	{ Z("mail"), Z("prospecting"), Z("post"), Z("us"), 2, false, true,
	    { { Z("Lettre"), Z("") } } },
};

/* The whole of it; parts are taken away by the tests. */
struct whole {
	struct ticket ticket;
	struct form form;
	struct form_result result;
	struct place place;
	bool granted[COUNT(consents)];
	struct submit submit;
};

static void
whole_init(struct whole *w)
{
	*w = (struct whole){
		.ticket = { .page = STR("p1"), .revision = 4,
		    .variant = STR("b"), .experiment = STR("x"),
		    .bucket_version = 7,
		    .lang = LANG_EN, .consent_hash = STR("e3b0c44298fc1c149a"
		    "fbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
		    .issued_ms = 1700000000123, .touch = {
		    .source = STR("goo\"gle"), .medium = STR("cpc"),
		    .campaign = STR("winter"),
		    .click_id = STR("gclid-1") } },
		.form = { .key = STR("f1"), .country = STR("FR"),
		    .duplicates = FORM_BY_EMAIL_OR_PHONE,
		    .consent = consents, .consents = COUNT(consents) },
		.result = { .email = STR("Ana@firm.fr"),
		    .email_key = STR("ana@firm.fr"),
		    .phone = STR("+33612345678"), .first_name = STR("Ana"),
		    .last_name = STR("Roy"), .company = STR("Firm"),
		    .postcode = STR("75001"), .country = STR("BE"),
		    .fields = STR("{\"email\":\"Ana@firm.fr\"}") },
		.place = { STR("FR"), STR("IDF"), STR("Paris"), 0,
		    STR("2026-06-05") },
		.granted = { true, false, true },
	};
	ck_assert_int_eq(token_uuid_parse(
	    STR("01890a5d-ac96-774b-bcce-b302099a8057"), &w->ticket.id), OK);
	w->result.granted = w->granted;
	w->submit = (struct submit){ .ticket = &w->ticket, .form = &w->form,
	    .result = &w->result, .place = &w->place, .offer = STR("o1"),
	    .campaign = STR("c1"), .ip_prefix = STR("192.0.2.0/24"),
	    .request_id = STR("r1"), .visitor = STR("v1"),
	    .via = STR("form"),
	    .received_ms = 1700000009000 };
}

static struct str
wrap(struct str row)
{
	struct buf b;

	buf_init(&b, suite_arena(), row.n + 2);
	buf_byte(&b, '[');
	buf_add(&b, row);
	buf_byte(&b, ']');
	return arena_copy(suite_arena(), buf_str(&b));
}

#define TOUCH "SELECT concat_ws(' ', source, medium, campaign_key," \
    " click_id, channel, content, keyword, product, click_kind, code," \
    " affiliate, promo) FROM piste.submission"

/* A code that was typed goes before the touch, if it is a link's. */
START_TEST(all_of_a_touch_is_stored)
{
	struct sample c = sample_new();
	struct whole w;

	whole_init(&w);
	w.ticket.touch.content = STR("ad");
	w.ticket.touch.keyword = STR("heat");
	w.ticket.touch.product = STR("42");
	w.ticket.touch.affiliate = STR("p7");
	w.ticket.touch.channel = STR("sea");
	w.ticket.touch.click_kind = STR("gclid");
	w.ticket.touch.code = STR("lyon24");
	w.result.promo = STR("BUS");
	ck_assert_str_same(sample_take(c.conn,
	    wrap(submit_row(suite_arena(), &w.submit))), STR("new"));
	ck_assert_str_same(sample_text(c.conn, TOUCH), STR("goo\"gle cpc"
	    " winter gclid-1 sea ad heat 42 gclid lyon24 p7 BUS"));
	w.submit.promo_campaign = STR("bus");
	w.submit.promo_channel = STR("poster");
	w.result.promo = STR("ana@firm.fr");
	w.ticket.id.bytes[0] ^= 1;
	ck_assert_str_same(sample_take(c.conn,
	    wrap(submit_row(suite_arena(), &w.submit))), STR("repeat"));
	ck_assert_str_same(sample_text(c.conn, TOUCH
	    " ORDER BY seq DESC"), STR("goo\"gle cpc"
	    " bus gclid-1 poster ad heat 42 gclid lyon24 p7"));
} END_TEST

START_TEST(row_is_stored_as_it_is)
{
	struct sample c = sample_new();
	struct whole w;

	whole_init(&w);
	ck_assert_str_same(sample_take(c.conn,
	    wrap(submit_row(suite_arena(), &w.submit))), STR("new"));
	ck_assert_str_same(sample_text(c.conn, "SELECT concat_ws(' ', id,"
	    " page_key, page_revision, variant_key, experiment_key, form_key,"
	    " offer_key, lang, email, phone, declared_postcode, form_country,"
	    " ip_prefix, geo_country, geo_region, geo_city, geo_radius_km,"
	    " geo_build) FROM piste.submission"),
	    STR("01890a5d-ac96-774b-bcce-b302099a8057 p1 4 b x f1 o1 en"
	    " Ana@firm.fr +33612345678 75001 BE 192.0.2.0/24 FR IDF Paris 0"
	    " 2026-06-05"));
	ck_assert_str_same(sample_text(c.conn, "SELECT concat_ws(' ',"
	    " source, medium, campaign_key, click_id, left(consent_hash, 6),"
	    " via, request_id, fields, extract(epoch FROM rendered_at),"
	    " extract(epoch FROM received_at)) FROM piste.submission"),
	    STR("goo\"gle cpc winter gclid-1 e3b0c4 form r1"
	    " {\"email\": \"Ana@firm.fr\"} 1700000000.123000"
	    " 1700000009.000000"));
	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg(concat_ws("
	    "' ', consent_key, purpose, channel, recipient, version, lang,"
	    " text_hash = encode(sha256(CASE consent_key WHEN 'news' THEN"
	    " 'Yes' ELSE 'Lettre' END::bytea), 'hex'), needs_confirm), ', '"
	    " ORDER BY"
	    " consent_key) FROM piste.consent"),
	    STR("mail prospecting post us 2 en t t,"
	    " news newsletter email us 3 en t f"));
	ck_assert_str_same(sample_text(c.conn, "SELECT concat_ws(' ',"
	    " experiment_key, visitor, variant, bucket_version)"
	    " FROM piste.exposure"), STR("x v1 b 7"));
	ck_assert_str_same(sample_text(c.conn, "SELECT concat_ws(' ', email,"
	    " phone, first_name, last_name, company) FROM piste.person"),
	    STR("Ana@firm.fr +33612345678 Ana Roy Firm"));
} END_TEST

/* What is unknown is absent from the row and NULL in the table. */
START_TEST(unknown_is_null)
{
	struct sample c = sample_new();
	struct whole w;

	whole_init(&w);
	w.ticket.touch = (struct touch){ 0 };
	w.ticket.experiment = w.ticket.consent_hash = STR_EMPTY;
	w.result.phone = w.result.country = w.result.postcode = STR_EMPTY;
	w.place = (struct place){ .radius_km = -1 };
	w.submit.visitor = w.submit.ip_prefix = STR_EMPTY;
	w.form.consents = 0;
	ck_assert_str_same(sample_take(c.conn,
	    wrap(submit_row(suite_arena(), &w.submit))), STR("new"));
	ck_assert_str_same(sample_text(c.conn, "SELECT num_nonnulls(phone,"
	    " declared_postcode, ip_prefix, geo_country, geo_region, geo_city,"
	    " geo_radius_km, geo_build, source, medium, click_id,"
	    " consent_hash, experiment_key) FROM piste.submission"),
	    STR("0"));
	/* The page's campaign and the form's country stand in. */
	ck_assert_str_same(sample_text(c.conn, "SELECT concat(campaign_key,"
	    " form_country) FROM piste.submission"), STR("c1FR"));
	ck_assert_str_same(sample_text(c.conn, "SELECT count(*)"
	    " FROM piste.exposure"), STR("0"));
} END_TEST

static const struct {
	enum form_duplicates policy;
	const char *word;
} policies[] = {
	{ FORM_BY_EMAIL, "\"duplicates\":\"email\"," },
	{ FORM_BY_EMAIL_OR_PHONE, "\"duplicates\":\"email_or_phone\"," },
	{ FORM_ALWAYS_NEW, "\"duplicates\":\"new\"," },
};

START_TEST(policy_is_told)
{
	struct whole w;
	struct str row;

	whole_init(&w);
	w.form.duplicates = policies[_i].policy;
	row = submit_row(suite_arena(), &w.submit);
	ck_assert_ptr_nonnull(memmem(row.p, row.n, policies[_i].word,
	    strlen(policies[_i].word)));
} END_TEST

static const struct {
	enum submit_suspect suspect;
	const char *reason;
} suspects[] = {
	{ SUBMIT_TRAPPED, "trapped" }, { SUBMIT_TOO_FAST, "too-fast" },
};

START_TEST(suspect_is_put_aside)
{
	struct sample c = sample_new();
	struct whole w;

	whole_init(&w);
	w.submit.suspect = suspects[_i].suspect;
	ck_assert_str_same(sample_take(c.conn,
	    wrap(submit_row(suite_arena(), &w.submit))), STR("quarantined"));
	ck_assert_str_same(sample_text(c.conn, "SELECT quarantine_reason"
	    " FROM piste.submission"), str_of(suspects[_i].reason));
} END_TEST

/* The spool must be able to take whatever a row can be. */
START_TEST(row_has_a_limit)
{
	struct whole w;
	struct str row;
	size_t rest;

	whole_init(&w);
	w.result.fields = STR_EMPTY;
	rest = submit_row(suite_arena(), &w.submit).n;
	w.result.fields.n = SPOOL_RECORD_BYTES_MAX - rest;
	w.result.fields.p = arena_take(suite_arena(), w.result.fields.n + 1);
	row = submit_row(suite_arena(), &w.submit);
	ck_assert_uint_eq(row.n, SPOOL_RECORD_BYTES_MAX);
	w.result.fields.n++;
	row = submit_row(suite_arena(), &w.submit);
	ck_assert_uint_eq(row.n, 0);
} END_TEST

static const struct {
	const char *word;
	enum submit_verdict verdict;
} verdicts[] = {
	{ "new", SUBMIT_NEW }, { "update", SUBMIT_UPDATE },
	{ "repeat", SUBMIT_REPEAT }, { "quarantined", SUBMIT_QUARANTINED },
	{ "replay", SUBMIT_REPLAY }, { "conflict", SUBMIT_CONFLICT },
	{ "", SUBMIT_ODD }, { "news", SUBMIT_ODD }, { "NEW", SUBMIT_ODD },
};

START_TEST(verdict_is_read)
{
	ck_assert_int_eq(submit_verdict(str_of(verdicts[_i].word)),
	    verdicts[_i].verdict);
} END_TEST

static void
spool_up(struct str dir, const struct sample_row *row, size_t count)
{
	struct spool *sp;

	ck_assert_int_eq(spool_open(dir, SPOOL_BYTES, &sp), OK);
	for (size_t i = 0; i < count; i++) {
		struct str record = sample_row(&row[i]);

		ck_assert_int_eq(spool_append(sp, &record, 1), OK);
	}
	spool_close(sp);
}

static struct spool_depth
depth(struct str dir)
{
	struct spool_depth d;

	ck_assert_int_eq(spool_depth(dir, &d), OK);
	return d;
}

static const struct sample_row spooled[] = {
	{ 1, .email = "ana@firm.fr" },
	{ 2, .email = "bob@firm.fr" },
	{ 1, .email = "ana@firm.fr" },			/* a replay */
	{ 1, .email = "ana@firm.fr", .text = "other" },	/* a conflict */
	{ 1, .email = "ana@firm.fr", .text = "other" },
	{ 3, .email = "eve@firm.fr", .suspect = "trapped" },
	{ 9, .email = "ana@firm.fr" },	/* stored by other hands before */
};

/* Drained twice, spooled rows are there once. */
START_TEST(spool_is_drained)
{
	struct sample c = sample_new();
	struct str dir = suite_directory();
	struct pg *db = pg_new(c.conninfo, "piste-test");
	int64_t drained;

	sample_take(c.conn, sample_batch(&(struct sample_row){ 9,
	    .email = "zoe@firm.fr", .text = "first" }, 1));
	for (int turn = 0; turn < 2; turn++) {
		spool_up(dir, spooled, COUNT(spooled));
		ck_assert_int_eq(submit_drain(db, dir, -1, &drained), OK);
		ck_assert_int_eq(drained, COUNT(spooled));
		ck_assert_int_eq(depth(dir).records, 0);
		ck_assert_int_eq(depth(dir).bad, 0);
		/* 1, 2, 3, 9 and two under derived ids. */
		ck_assert_str_same(sample_text(c.conn, "SELECT count(*)"
		    " FROM piste.submission"), STR("6"));
		ck_assert_str_same(sample_text(c.conn, "SELECT count(*)"
		    " FROM piste.submission WHERE via = 'spool'"), STR("5"));
		ck_assert_str_same(sample_text(c.conn, "SELECT count(*)"
		    " FROM piste.person"), STR("3"));
		ck_assert_str_same(sample_text(c.conn, "SELECT string_agg("
		    "fields ->> 'text', ' ' ORDER BY seq) FROM"
		    " piste.submission WHERE email = 'ana@firm.fr'"),
		    STR("hello other hello"));
	}
	pg_free(db);
} END_TEST

/* One that PostgreSQL can't take is kept aside; its neighbours go in. */
START_TEST(bad_record_is_kept_aside)
{
	static const struct sample_row rows[] = {
		{ 1, .email = "ana@firm.fr" },
		{ 2, .email = "bob@firm.fr", .country = "FRA" },
		{ 3, .email = "eve@firm.fr", .page = "gone" },
		{ 4, .email = "zoe@firm.fr" },
	};
	struct sample c = sample_new();
	struct str dir = suite_directory();
	struct pg *db = pg_new(c.conninfo, "piste-test");
	int64_t drained;

	spool_up(dir, rows, COUNT(rows));
	ck_assert_int_eq(submit_drain(db, dir, -1, &drained), OK);
	ck_assert_int_eq(depth(dir).records, 0);
	ck_assert_int_eq(depth(dir).bad, 2);
	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg(email,"
	    " ' ' ORDER BY seq) FROM piste.submission"),
	    STR("ana@firm.fr zoe@firm.fr"));
	pg_free(db);
} END_TEST

/* Not the records' fault: nobody is there, or nothing is migrated yet. */
START_TEST(what_cannot_be_taken_now_stays)
{
	struct sample c = sample_new();
	struct str dir = suite_directory();
	struct pg *db = pg_new(_i ? c.conninfo :
	    STR("host=/nonexistent dbname=no"), "piste-test");
	int64_t drained;

	if (_i)
		sample_run(c.conn, "ALTER FUNCTION piste.submit_group"
		    " RENAME TO submit_later");
	spool_up(dir, spooled, COUNT(spooled));
	ck_assert_int_eq(submit_drain(db, dir, -1, &drained), ERR_AWAY);
	ck_assert_int_eq(depth(dir).records, COUNT(spooled));
	ck_assert_int_eq(depth(dir).bad, 0);
	pg_free(db);
} END_TEST

START_TEST(drain_stops_when_woken)
{
	struct sample c = sample_new();
	struct str dir = suite_directory();
	struct pg *db = pg_new(c.conninfo, "piste-test");
	int64_t drained;
	int wake[2];

	ck_assert_int_eq(pipe(wake), 0);
	ck_assert_int_eq(write(wake[1], "x", 1), 1);
	spool_up(dir, spooled, COUNT(spooled));
	ck_assert_int_eq(submit_drain(db, dir, wake[0], &drained), OK);
	ck_assert_int_eq(drained, 0);
	ck_assert_int_eq(depth(dir).records, COUNT(spooled));
	pg_free(db);
} END_TEST

SUITE_APART(submit)
{
	SUITE_TEST(all_of_a_touch_is_stored);
	SUITE_TEST(row_is_stored_as_it_is);
	SUITE_TEST(unknown_is_null);
	SUITE_LOOP(policy_is_told, COUNT(policies));
	SUITE_LOOP(suspect_is_put_aside, COUNT(suspects));
	SUITE_TEST(row_has_a_limit);
	SUITE_LOOP(verdict_is_read, COUNT(verdicts));
	SUITE_TEST(spool_is_drained);
	SUITE_TEST(bad_record_is_kept_aside);
	SUITE_LOOP(what_cannot_be_taken_now_stays, 2);
	SUITE_TEST(drain_stops_when_woken);
}
