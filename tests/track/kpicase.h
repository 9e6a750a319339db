/* A small site whose figures are counted and read, for tests of track/kpi. */
#ifndef PISTE_TESTS_TRACK_KPICASE_H
#define PISTE_TESTS_TRACK_KPICASE_H

#include "base/buf.h"
#include "lead/leadcase.h"
#include "store/pg.h"
#include "track/kpi.h"

#define PARIS "Europe/Paris"
#define SQL_BYTES_MAX 8192

static struct pg *db;
static struct sample sample;

static inline void
setup(void)
{
	sample = sample_new();
	db = pg_new(sample.conninfo, "piste-test");
}

static inline void
run(const char *sql)
{
	sample_run(sample.conn, sql);
}

/* Count all that has changed, by a zone's days. */
static inline void
count_in(const char *zone)
{
	int64_t done, left;

	do
		ck_assert_int_eq(kpi_turn(db, str_of(zone), &done, &left), OK);
	while (left);
}

/* Is what is kept what would be counted from what happened, to the row? */
static inline void
assert_recounted(const char *zone)
{
	struct str told;

	count_in(zone);
	told = sample_text(sample.conn, buf_fmt(suite_arena(), SQL_BYTES_MAX,
	    "WITH days AS (SELECT array_agg(d::date) AS days FROM"
	    " generate_series('2024-01-01'::timestamp, '2027-12-31',"
	    " '1 day') AS d), anew AS (SELECT c FROM days CROSS JOIN LATERAL"
	    " piste.figure_count('all', days.days, '%s') AS c), kept AS"
	    " (SELECT f FROM piste.figure_day AS f)"
	    " SELECT string_agg(o.what || o.row, E'\\n') FROM ("
	    "SELECT 'kept ' AS what, k.f::text AS row FROM kept AS k"
	    " EXCEPT ALL SELECT 'kept ', a.c::text FROM anew AS a UNION ALL"
	    " (SELECT 'anew ', a.c::text FROM anew AS a"
	    " EXCEPT ALL SELECT 'anew ', k.f::text FROM kept AS k)) AS o",
	    zone).p);
	ck_assert_str_same(told, STR_EMPTY);
}

static inline struct kpi
read_days(const char *split, const char *from, const char *to,
    bool is_recount)
{
	struct kpi k;

	ck_assert_int_eq(kpi_read(db, suite_arena(), &(struct kpi_wish){
	    .split = str_of(split), .from = str_of(from), .to = str_of(to),
	    .currency = STR("EUR"), .zone = STR(PARIS),
	    .is_recount = is_recount }, &k), OK);
	return k;
}

static inline struct str
text_of(const struct kpi_cell *c, enum kpi_figure figure)
{
	return c->value[figure].is_known ? c->value[figure].text : STR("n/a");
}

#define COST(campaign, from, to, amount, currency) \
    "INSERT INTO piste.cost (campaign_key, kind, from_day, to_day, amount," \
    " currency, source, actor, hash, copy) SELECT '" campaign "', 'media'," \
    " '" from "', '" to "', " amount ", '" currency "', 'command', 'ines'," \
    " repeat('0', 64), 1 + count(*) FROM piste.cost;"

/* Twenty leads of c1 by a form, two of them customers, 500 of margin. */
#define TWENTY(day) \
    "WITH p AS (INSERT INTO piste.person (email) SELECT n || '@firm.fr'" \
    " FROM generate_series(1, 20) AS n RETURNING id), l AS (INSERT INTO" \
    " piste.lead (person_id, offer_key, created_at) SELECT id, 'o1', " day \
    " FROM p ORDER BY id RETURNING id, person_id) INSERT INTO" \
    " piste.submission (id, page_key, form_key, offer_key, person_id," \
    " lead_id, outcome, fields, via, campaign_key, source)" \
    " SELECT gen_random_uuid(), 'p1', 'f1', 'o1', person_id, id, 'new'," \
    " '{}', 'form', 'c1', '=cmd|x' FROM l;" \
    "SELECT piste.lead_move(l, s, 'ines', 'operator', NULL, NULL) FROM" \
    " unnest('{mql,sql,opportunity,customer}'::text[]) WITH ORDINALITY AS" \
    " t (s, n) CROSS JOIN generate_series(1, 2) AS l ORDER BY n;" \
    "INSERT INTO piste.deal (lead_id, kind, amount, currency, margin, day," \
    " order_ref, actor) VALUES (1, 'win', 900, 'EUR', 200, current_date," \
    " 'A', 'ines'), (2, 'win', 800, 'EUR', 300, current_date, 'B'," \
    " 'ines');"
#define SEEN(hour, human, visitors, engaged) \
    "INSERT INTO piste.audience (hour, page_key, variant, class," \
    " campaign_key, channel, source, medium, keyword, country, region," \
    " views, visitors, engaged) VALUES (" hour ", 'p1', 'a', 'human'," \
    " 'c1', 'sea', '', '', '', 'FR', '', " human ", " visitors ", " engaged \
    "), (" hour ", 'p1', 'a', 'robot', 'c1', 'sea', '', '', '', '', '', 7," \
    " 0, 0);"

#endif
