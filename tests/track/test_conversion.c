/* Tests track/conversion, and the views of touches it stands beside. */
#include <string.h>

#include "base/buf.h"
#include "store/pg.h"
#include "support/sample.h"
#include "track/conversion.h"

#define CONSENT ",\"consents\":[{\"key\":\"ads\",\"purpose\":\"ads\"," \
    "\"channel\":\"email\",\"recipient\":\"us\",\"version\":1," \
    "\"text_hash\":\"%064d\"}]"

/* A form of mail's, on day T10:00:00Z, with what else its row says. */
static void
send(struct sample *c, int id, const char *mail, const char *day,
    const char *more)
{
	struct buf b;

	buf_init(&b, suite_arena(), SAMPLE_ROW_BYTES_MAX);
	buf_addf(&b, "[{\"id\":\"00000000-0000-7000-8000-%012d\","
	    "\"page_key\":\"p1\",\"form_key\":\"f1\",\"offer_key\":\"o1\","
	    "\"duplicates\":\"email\",\"lang\":\"fr\",\"via\":\"form\","
	    "\"campaign_key\":\"c1\",\"fields\":{\"n\":\"%d\"}", id, id);
	buf_json_pair(&b, "email", str_of(mail));
	buf_json_pair(&b, "email_key", str_of(mail));
	buf_addf(&b, ",\"received_at\":\"%sT10:00:00Z\",\"rendered_at\":"
	    "\"%sT09:58:00Z\"%s}]", day, day, more);
	ck_assert(!b.full);
	(void)sample_take(c->conn, arena_copy(suite_arena(), buf_str(&b)));
}

static const char *
agreed(const char *more)
{
	return arena_copy(suite_arena(), buf_fmt(suite_arena(), 1000,
	    "%s" CONSENT, more, 0)).p;
}

#define CLICK(kind, id) ",\"channel\":\"sea\",\"click_kind\":\"" kind \
    "\",\"click_id\":\"" id "\""

static const struct conversion_wish leads = {
	.platform = CONVERSION_GOOGLE, .goal = STR("lead"),
	.name = STR("Lead, \"new\""), .since = STR("2026-10-01"),
	.purpose = STR("ads"), .zone = STR("Europe/Paris"),
	.value = STR("12.50"), .currency = STR("EUR"),
};

#define COLUMNS "Conversion Name,Conversion Time,Conversion Value," \
    "Conversion Currency\r\n"
#define NAMES "Google Click ID,GBRAID,WBRAID," COLUMNS
#define ZONE "Parameters:TimeZone=Europe/Paris,,,,,,\r\n"
#define LEAD ",\"Lead, \"\"new\"\"\","

static struct conversion_file
write_file(struct pg *db, const struct conversion_wish *w)
{
	struct conversion_file f;

	ck_assert_int_eq(conversion_write(db, suite_arena(), w, &f), OK);
	return f;
}

static void
fill(struct sample *c)
{
	/* Before and after the end of summer time. */
	send(c, 1, "summer@x.fr", "2026-10-24", agreed(CLICK("gclid", "G-1")));
	send(c, 2, "winter@x.fr", "2026-10-26", agreed(CLICK("gclid", "G_2")));
	send(c, 3, "silent@x.fr", "2026-10-26", CLICK("gclid", "G3"));
	send(c, 4, "bing@x.fr", "2026-10-26", agreed(CLICK("msclkid", "b4")));
	send(c, 5, "none@x.fr", "2026-10-26", agreed(",\"channel\":\"seo\""));
	send(c, 6, "early@x.fr", "2026-09-30", agreed(CLICK("gclid", "G6")));
	send(c, 7, "formula@x.fr", "2026-10-26",
	    agreed(CLICK("gclid", "=HYPERLINK(1)")));
	/* Leads are made when their forms were sent. */
	sample_run(c->conn, "UPDATE piste.lead AS l SET created_at ="
	    " s.received_at FROM piste.submission AS s"
	    " WHERE s.lead_id = l.id AND s.outcome = 'new'");
}

START_TEST(each_conversion_is_exported_once)
{
	struct sample c = sample_new();
	struct pg *db = pg_new(c.conninfo, "test");
	struct conversion_wish w = leads;
	struct conversion_file f, again;

	fill(&c);
	w.is_test = true;
	f = write_file(db, &w);
	ck_assert_int_eq(f.number, 0);
	ck_assert_int_eq(f.count, 2);
	ck_assert_str_same(sample_text(c.conn, "SELECT count(*)"
	    " FROM piste.conversion_file"), STR("0"));
	w.is_test = false;
	f = write_file(db, &w);
	ck_assert_int_gt(f.number, 0);
	ck_assert_str_same(f.csv, STR(ZONE NAMES
	    "G-1,," LEAD "2026-10-24 12:00:00+0200,12.50,EUR\r\n"
	    "G_2,," LEAD "2026-10-26 11:00:00+0100,12.50,EUR\r\n"));
	ck_assert_int_eq(write_file(db, &w).count, 0);
	send(&c, 8, "later@x.fr", "2026-10-27", agreed(CLICK("gclid", "G8")));
	again = write_file(db, &w);
	ck_assert_int_eq(again.count, 1);
	ck_assert_int_ne(again.number, f.number);
	/* A lost file, and one whom somebody has left since. */
	ck_assert_int_eq(conversion_again(db, suite_arena(), &w, f.number,
	    &again), OK);
	ck_assert_str_same(again.csv, f.csv);
	w.platform = CONVERSION_MICROSOFT;
	ck_assert_int_eq(conversion_again(db, suite_arena(), &w, f.number,
	    &again), ERR_ABSENT);
	w.zone = STR("America/St_Johns");
	w.value = STR_EMPTY;
	ck_assert_str_same(write_file(db, &w).csv,
	    STR("Parameters:TimeZone=+0000,,,,\r\nMicrosoft Click ID," COLUMNS
	    "b4" LEAD "2026-10-26 10:00:00,,\r\n"));
	sample_run(c.conn, "SELECT piste.erase(ARRAY[p.id], NULL, NULL,"
	    " 'request', NULL) FROM piste.person AS p"
	    " WHERE p.email = 'summer@x.fr'");
	w = leads;
	ck_assert_int_eq(conversion_again(db, suite_arena(), &w, f.number,
	    &again), OK);
	ck_assert_int_eq(again.count, 1);
	pg_free(db);
} END_TEST

/* Two who turn out to be one: their leads are one, with both one's forms. */
START_TEST(a_lead_that_gave_way_is_not_exported_again)
{
	struct sample c = sample_new();
	struct pg *db = pg_new(c.conninfo, "test");

	send(&c, 1, "one@x.fr", "2026-10-26", agreed(",\"channel\":\"seo\""));
	send(&c, 2, "two@x.fr", "2026-10-26", agreed(CLICK("gclid", "G2")));
	send(&c, 3, "spam@x.fr", "2026-10-26", agreed(CLICK("gclid", "G3")));
	sample_run(c.conn, "SELECT piste.lead_move(l.id, 'disqualified', 'x',"
	    " 'operator', 'spam', NULL) FROM piste.lead AS l"
	    " JOIN piste.person AS p ON p.id = l.person_id"
	    " WHERE p.email = 'spam@x.fr'");
	ck_assert_int_eq(write_file(db, &leads).count, 1);
	sample_run(c.conn, "SELECT piste.person_merge(b.id, a.id, 'x', 'x')"
	    " FROM piste.person AS a, piste.person AS b"
	    " WHERE a.email = 'one@x.fr' AND b.email = 'two@x.fr'");
	ck_assert_str_same(sample_text(c.conn, "SELECT count(*)"
	    " FROM piste.submission AS s JOIN piste.person AS p"
	    " ON p.id = s.person_id WHERE p.email = 'one@x.fr'"), STR("2"));
	ck_assert_int_eq(write_file(db, &leads).count, 0);
	pg_free(db);
} END_TEST

/* An order is worth its amount, by the last click before it. */
START_TEST(an_order_has_its_own_value)
{
	struct sample c = sample_new();
	struct pg *db = pg_new(c.conninfo, "test");
	struct conversion_wish w = leads;

	w.goal = STR("customer");
	w.name = STR("Order");
	send(&c, 1, "a@x.fr", "2026-10-02", agreed(CLICK("gclid", "first")));
	send(&c, 2, "a@x.fr", "2026-10-05", CLICK("gclid", "second"));
	send(&c, 3, "a@x.fr", "2026-10-09", CLICK("gclid", "after"));
	send(&c, 4, "old@x.fr", "2026-06-01", agreed(CLICK("gclid", "old")));
	sample_run(c.conn, "INSERT INTO piste.deal (lead_id, kind, amount,"
	    " currency, day, order_ref, actor) SELECT l.id, 'win', 1200.5,"
	    " 'CHF', '2026-10-06', 'R' || l.id, 'x' FROM piste.lead AS l");
	ck_assert_str_same(write_file(db, &w).csv, STR(ZONE NAMES
	    "second,,,Order,2026-10-06 12:00:00+0200,1200.50,CHF\r\n"));
	pg_free(db);
} END_TEST

/* Google's clicks on devices that keep gclid away, and another's. */
START_TEST(each_kind_of_click_has_its_column)
{
	struct sample c = sample_new();
	struct pg *db = pg_new(c.conninfo, "test");

	send(&c, 1, "a@x.fr", "2026-10-26", agreed(CLICK("gbraid", "A1")));
	send(&c, 2, "w@x.fr", "2026-10-27", agreed(CLICK("wbraid", "W2")));
	send(&c, 3, "f@x.fr", "2026-10-27", agreed(CLICK("fbclid", "F3")));
	sample_run(c.conn, "UPDATE piste.lead AS l SET created_at ="
	    " s.received_at FROM piste.submission AS s"
	    " WHERE s.lead_id = l.id AND s.outcome = 'new'");
	ck_assert_str_same(write_file(db, &leads).csv, STR(ZONE NAMES
	    ",A1," LEAD "2026-10-26 11:00:00+0100,12.50,EUR\r\n"
	    ",,W2" LEAD "2026-10-27 11:00:00+0100,12.50,EUR\r\n"));
	pg_free(db);
} END_TEST

#define TOUCHES(mail) "SELECT string_agg(concat_ws('/', t.kind, t.channel," \
    " t.source), ' ' ORDER BY t.at) FROM piste.touch AS t" \
    " JOIN piste.person AS p ON p.id = t.person_id" \
    " JOIN piste.lead AS l ON l.id = t.lead_id AND l.offer_key = 'o1'" \
    " WHERE p.email = '" mail "'"
#define THREE "SELECT concat_ws(' ', t.first_channel, t.last_channel," \
    " t.submit_channel) FROM piste.lead_touch AS t" \
    " JOIN piste.lead AS l ON l.id = t.lead_id AND l.offer_key = 'o1'"

START_TEST(touches_are_a_leads_own)
{
	struct sample c = sample_new();

	send(&c, 1, "a@x.fr", "2026-10-01", ",\"channel\":\"direct\"");
	send(&c, 2, "a@x.fr", "2026-10-03",
	    ",\"channel\":\"email\",\"source\":\"news\"");
	/* Sent before, and in the spool until now. */
	send(&c, 3, "a@x.fr", "2026-10-02",
	    ",\"channel\":\"seo\",\"source\":\"google\"");
	/* Taken before channels were kept: by the campaign, or the medium. */
	send(&c, 4, "a@x.fr", "2026-10-04", ",\"source\":\"old\"");
	send(&c, 5, "a@x.fr", "2026-10-05",
	    ",\"campaign_key\":\"\",\"medium\":\"fair\"");
	send(&c, 6, "a@x.fr", "2026-10-06", ",\"campaign_key\":\"gone\"");
	ck_assert_str_same(sample_text(c.conn, TOUCHES("a@x.fr")),
	    STR("submission/direct submission/seo/google"
	    " submission/email/news submission/sea/old submission/fair"
	    " submission/other"));
	ck_assert_str_same(sample_text(c.conn, THREE),
	    STR("direct direct direct"));
	/* A page that was left open before all of them. */
	send(&c, 7, "a@x.fr", "2026-09-20", ",\"channel\":\"fair\"");
	ck_assert_str_same(sample_text(c.conn, "SELECT min(t.channel)"
	    " FROM piste.touch AS t WHERE t.at < '2026-10-01'"), STR("fair"));
	ck_assert_str_same(sample_text(c.conn, THREE),
	    STR("direct direct direct"));
} END_TEST

/* Another offer's touches are known where the person may be observed. */
START_TEST(touches_of_other_leads_need_consent)
{
	struct sample c = sample_new();
	const char *other = ",\"offer_key\":\"o2\",\"channel\":\"fair\"";

	sample_run(c.conn, "INSERT INTO piste.origin (key, position,"
	    " definition) VALUES ('www', 1,"
	    " '{\"observe\": {\"purpose\": \"ads\"}}')");
	send(&c, 1, "a@x.fr", "2026-10-01", other);
	send(&c, 2, "a@x.fr", "2026-10-02", ",\"channel\":\"direct\"");
	ck_assert_str_same(sample_text(c.conn, TOUCHES("a@x.fr")),
	    STR("submission/direct"));
	ck_assert_str_same(sample_text(c.conn, THREE),
	    STR("direct direct direct"));
	send(&c, 3, "a@x.fr", "2026-10-03", agreed(",\"channel\":\"seo\""));
	ck_assert_str_same(sample_text(c.conn, TOUCHES("a@x.fr")),
	    STR("submission/fair submission/direct submission/seo"));
	ck_assert_str_same(sample_text(c.conn, THREE),
	    STR("fair fair direct"));
	sample_run(c.conn, "SELECT piste.event_partition('2026-10-01')");
	sample_run(c.conn, "INSERT INTO piste.event (at, kind, name,"
	    " person_id, submission_id, via) SELECT '2026-10-01 20:00Z',"
	    " 'mail_link', 'p1', s.person_id, s.id, 'link'"
	    " FROM piste.submission AS s WHERE s.id ="
	    " '00000000-0000-7000-8000-000000000002'");
	ck_assert_str_same(sample_text(c.conn, TOUCHES("a@x.fr")),
	    STR("submission/fair mail_link/email submission/direct"
	    " submission/seo"));
} END_TEST

START_TEST(channels_roll_up)
{
	struct sample c = sample_new();

	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg(part_of,"
	    " ' ' ORDER BY depth) FROM piste.channel_part"
	    " WHERE key = 'sea'"), STR("sea search"));
	ck_assert_str_same(sample_text(c.conn, "SELECT count(*)"
	    " FROM piste.channel AS c LEFT JOIN piste.channel AS p"
	    " ON p.key = c.parent WHERE p.strategy <> c.strategy"),
	    STR("0"));
} END_TEST

SUITE_APART(conversion)
{
	SUITE_TEST(each_conversion_is_exported_once);
	SUITE_TEST(a_lead_that_gave_way_is_not_exported_again);
	SUITE_TEST(an_order_has_its_own_value);
	SUITE_TEST(each_kind_of_click_has_its_column);
	SUITE_TEST(touches_are_a_leads_own);
	SUITE_TEST(touches_of_other_leads_need_consent);
	SUITE_TEST(channels_roll_up);
}
