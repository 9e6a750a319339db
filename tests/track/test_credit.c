/* Tests of track/credit.c: paths by hand, and what they are credited with. */
#include "lead/leadcase.h"
#include "store/pg.h"
#include "track/credit.h"

#define TOLD_BYTES_MAX 4096
/* A lead with its first touch when it is made, ten days ago. */
#define CAME "INSERT INTO piste.submission (id, page_key, form_key," \
    " offer_key, person_id, lead_id, outcome, fields, via, source, channel," \
    " campaign_key, rendered_at, received_at) SELECT gen_random_uuid(), 'p1'," \
    " 'f1', l.offer_key, l.person_id, l.id, 'new', '{}', 'form',"
#define FIRST(lead, source) CAME " '" source "', 'ch-" source "', 'c'," \
    " l.created_at, l.created_at FROM piste.lead AS l WHERE l.id = " lead ";"
#define LATER(lead, source, days) CAME " '" source "', 'ch-" source "'," \
    " 'c', now() - interval '" days " days', now() FROM piste.lead AS l" \
    " WHERE l.id = " lead ";"
#define WON(lead, margin, currency) \
    MOVE(lead, "customer", "seller", "NULL", "NULL") ";" \
    "INSERT INTO piste.deal (lead_id, kind, amount, currency, margin, day," \
    " order_ref, actor) VALUES (" lead ", 'win', 100, '" currency "', " \
    margin ", current_date, 'R" lead "', 'ines');"

/*
 * As in test_model: 2 a won, 1 b won, 1 a b won, 1 a lost.  What comes after
 * the order of 1 led to nothing.
 */
static const char journeys[] =
    "INSERT INTO piste.person (email) SELECT i || '@firm.fr'"
    " FROM generate_series(1, 6) AS i;"
    LEAD("1", "o1", "opportunity") LEAD("2", "o1", "opportunity")
    LEAD("3", "o1", "opportunity") LEAD("4", "o1", "opportunity")
    LEAD("5", "o1", "opportunity")
    "UPDATE piste.lead SET created_at = now() - interval '10 days';"
    FIRST("1", "a") FIRST("2", "a") FIRST("3", "b") FIRST("4", "a")
    FIRST("5", "a") LATER("4", "b", "3")
    WON("1", "10", "EUR") WON("2", "20", "EUR") WON("3", "5.55", "EUR")
    WON("4", "8.01", "EUR");

static struct pg *db;

static struct credit_wish
wish(const char *split, enum credit_of of)
{
	return (struct credit_wish){ str_of(split), of, STR("2020-01-01"),
	    STR("2029-12-31"), STR("Europe/Paris"), STR("EUR"), false };
}

/* "leads won total unknown; name first last linear position decay markov". */
static struct str
told(const struct credit_wish *w)
{
	struct credit c;
	struct buf b;

	if (credit_read(db, suite_arena(), w, &c))
		return arena_copy(suite_arena(), str_of(pg_message(db)));
	buf_init(&b, suite_arena(), TOLD_BYTES_MAX);
	buf_addf(&b, "%d %d %d %d", (int)c.leads, (int)c.won, (int)c.total,
	    (int)c.unknown);
	for (size_t i = 0; i < c.cells; i++) {
		buf_addf(&b, "; %.*s", STR_ARG(c.cell[i].name));
		for (size_t k = 0; k < MODEL_KINDS; k++)
			buf_addf(&b, " %d", (int)c.cell[i].credit[k]);
	}
	return buf_str(&b);
}

#define DECAYED_A "233"	/* 3 - .5 and more by a week: 2 + 1 / (1 + 2) */
static const struct {
	const char *split;
	enum credit_of of;
	const char *told;
} wishes[] = {
	{ "source", CREDIT_LEADS, "5 5 500 0; a 400 400 400 400 400 400;"
	    " b 100 100 100 100 100 100" },
	{ "source", CREDIT_CUSTOMERS, "5 4 400 0;"
	    " a 300 200 250 250 " DECAYED_A " 240;"
	    " b 100 200 150 150 167 160" },
	/* The odd cent of 8.01 goes to the first of equals. */
	{ "channel", CREDIT_MARGIN, "5 4 4356 0;"
	    " ch-a 3801 3000 3401 3401 3267 2614;"
	    " ch-b 555 1356 955 955 1089 1742" },
	{ "campaign", CREDIT_CUSTOMERS, "5 4 400 0;"
	    " c 400 400 400 400 400 400" },
	{ "keyword", CREDIT_LEADS, "5 5 500 0;  500 500 500 500 500 500" },
};

START_TEST(paths_are_credited_as_worked_by_hand)
{
	struct sample c = sample_new();
	struct credit_wish w;

	sample_run(c.conn, journeys);
	/* A week apart, as decay counts. */
	sample_run(c.conn, "UPDATE piste.lead SET customer_at = now()");
	db = pg_new(c.conninfo, "piste-test");
	pg_tells(db);
	for (size_t i = 0; i < COUNT(wishes); i++) {
		w = wish(wishes[i].split, wishes[i].of);
		ck_assert_str_same(told(&w), str_of(wishes[i].told));
	}
	/* An order in francs, and one whose margin nobody said. */
	sample_run(c.conn, LEAD("5", "o2", "opportunity")
	    LEAD("6", "o1", "opportunity") FIRST("6", "a") FIRST("7", "d")
	    WON("6", "3", "CHF") WON("7", "NULL", "EUR"));
	w = wish("source", CREDIT_MARGIN);
	ck_assert(str_has_prefix(told(&w), STR("7 6 4356 2; a 3801")));
	/* Nobody invented them. */
	w.is_synthetic = true;
	ck_assert_str_same(told(&w), STR("0 0 0 0"));
	w.zone = STR("Europe/Atlantis");
	ck_assert(strstr(told(&w).p, "Europe/Atlantis"));
	pg_free(db);
} END_TEST

/* Days are the site's; and of very many names most are told as one. */
START_TEST(days_and_names_have_limits)
{
	struct sample c = sample_new();
	struct credit_wish w = wish("source", CREDIT_LEADS);
	struct credit credit;
	int64_t sum = 0;

	sample_run(c.conn, "INSERT INTO piste.person (email) SELECT i ||"
	    " '@firm.fr' FROM generate_series(1, 140) AS i;"
	    "INSERT INTO piste.lead (person_id, offer_key, created_at) SELECT"
	    " id, 'o1', '2026-10-31T23:30Z' FROM piste.person;"
	    CAME " 's' || l.id, 'x', 'c', l.created_at, l.created_at FROM"
	    " piste.lead AS l");
	db = pg_new(c.conninfo, "piste-test");
	w.from = w.to = STR("2026-11-01");
	ck_assert_int_eq(credit_read(db, suite_arena(), &w, &credit), OK);
	ck_assert_int_eq(credit.leads, 140);
	ck_assert_uint_eq(credit.cells, MODEL_KEYS_MAX);
	ck_assert_str_same(credit.cell[0].name, STR("*"));
	ck_assert_int_eq(credit.cell[0].credit[MODEL_LAST], 1300);
	for (size_t i = 0; i < credit.cells; i++)
		sum += credit.cell[i].credit[MODEL_MARKOV];
	ck_assert_int_eq(sum, 14000);
	/* What was put aside is told beside, by the same days. */
	ck_assert_int_eq(credit.quarantined, 0);
	sample_run(c.conn, "INSERT INTO piste.submission (id, page_key,"
	    " form_key, offer_key, outcome, quarantine_reason, via, fields,"
	    " received_at) SELECT gen_random_uuid(), 'p1', 'f1', 'o1',"
	    " 'quarantined', 'trapped', 'form', '{}', d::timestamptz"
	    " FROM unnest(ARRAY['2026-10-31T22:59Z', '2026-10-31T23:00Z',"
	    " '2026-11-01T22:59Z', '2026-11-01T23:00Z']) AS d");
	ck_assert_int_eq(credit_read(db, suite_arena(), &w, &credit), OK);
	ck_assert_int_eq(credit.quarantined, 2);
	w.zone = STR("UTC");
	ck_assert_str_same(told(&w), STR("0 0 0 0"));
	/* More touches than a path may have, or are read at once. */
	sample_run(c.conn, CAME " 't', 'x', 'c', l.created_at - i * interval"
	    " '1 day', l.created_at FROM piste.lead AS l CROSS JOIN"
	    " generate_series(1, 10100) AS i WHERE l.id = 1");
	w.from = w.to = STR("2026-10-31");
	ck_assert_int_eq(credit_read(db, suite_arena(), &w, &credit), OK);
	ck_assert_int_eq(credit.leads, 140);
	ck_assert_int_eq(credit.total, 14000);
	pg_free(db);
} END_TEST

SUITE_APART(credit)
{
	SUITE_TEST(paths_are_credited_as_worked_by_hand);
	SUITE_TEST(days_and_names_have_limits);
}
