/* Tests of piste.funnel on the demo year, and of the year itself. */
#include <stdio.h>
#include <string.h>

#include "dayword.h"
#include "lead/funnel.h"
#include "lead/recycle.h"
#include "lead/scorepass.h"
#include "page/define.h"
#include "store/pg.h"
#include "support/sample.h"
#include "track/kpi.h"

#define YEAR_BYTES_MAX ((size_t)1 << 20)
#define YEAR_FROM STR("2025-08-28")
#define YEAR_TO STR("2026-10-01")

static struct pg *db;

static struct str
slurp(const char *path)
{
	char *text = arena_room(suite_arena(), YEAR_BYTES_MAX);
	FILE *f = fopen(path, "r");
	size_t n;

	ck_assert_msg(f, "%s: %m", path);
	n = fread(text, 1, YEAR_BYTES_MAX, f);
	fclose(f);
	ck_assert(n < YEAR_BYTES_MAX);
	return arena_copy(suite_arena(), (struct str){ text, n });
}

/* What `make demo-data` loads, a small one of a day that is always the same. */
static struct sample
with_year(void)
{
	struct sample c = { .conninfo = suite_database() };
	FILE *out = fopen("/dev/null", "w");

	c.conn = PQconnectdb(c.conninfo.p);
	db = pg_new(c.conninfo, "piste-test");
	ck_assert_int_eq(define_apply(db, suite_arena(),
	    slurp("templates/demo/year.json"), out, out), OK);
	fclose(out);
	sample_run(c.conn, "SET demo.size = 600; SET demo.until ="
	    " '2026-09-01'");
	sample_run(c.conn, slurp("templates/demo/year.sql").p);
	return c;
}

/* Sums close over every split, and nobody real is there. */
START_TEST(the_demo_year_adds_up)
{
	struct sample c = with_year();
	struct funnel real;

	for (size_t i = 0; funnel_split(i); i++) {
		struct funnel_cell sum = { 0 };
		struct funnel f;

		ck_assert_int_eq(funnel_read(db, suite_arena(), &(struct
		    funnel_wish){ str_of(funnel_split(i)), YEAR_FROM, YEAR_TO,
		    true }, &f), OK);
		ck_assert_int_gt(f.cells, 2);
		for (size_t k = 0; k + 1 < f.cells; k++) {
			const struct funnel_cell *cell = &f.cell[k];

			sum.visitors += cell->visitors;
			sum.visits += cell->visits;
			sum.leads += cell->leads;
			sum.mqls += cell->mqls;
			sum.sqls += cell->sqls;
			sum.opportunities += cell->opportunities;
			sum.customers += cell->customers;
			sum.young += cell->young;
			sum.mature_customers += cell->mature_customers;
			ck_assert(cell->leads >= cell->mqls &&
			    cell->mqls >= cell->sqls &&
			    cell->sqls >= cell->opportunities &&
			    cell->opportunities >= cell->customers);
		}
		ck_assert_int_eq(sum.leads, f.cell[f.cells - 1].leads);
		ck_assert_int_eq(sum.mqls, f.cell[f.cells - 1].mqls);
		ck_assert_int_eq(sum.sqls, f.cell[f.cells - 1].sqls);
		ck_assert_int_eq(sum.opportunities,
		    f.cell[f.cells - 1].opportunities);
		ck_assert_int_eq(sum.customers, f.cell[f.cells - 1].customers);
		ck_assert_int_eq(sum.young, f.cell[f.cells - 1].young);
		ck_assert_int_eq(sum.mature_customers,
		    f.cell[f.cells - 1].mature_customers);
		ck_assert(sum.visitors < 0 ||
		    sum.visitors == f.cell[f.cells - 1].visitors);
		ck_assert(sum.visits < 0 ||
		    sum.visits == f.cell[f.cells - 1].visits);
	}
	ck_assert_int_eq(funnel_read(db, suite_arena(), &(struct funnel_wish){
	    STR("campaign"), YEAR_FROM, YEAR_TO, false }, &real), OK);
	ck_assert_uint_eq(real.cells, 1);
	ck_assert_int_eq(real.cell[0].leads + real.cell[0].visits, 0);
	PQfinish(c.conn);
	pg_free(db);
} END_TEST

/* What the funnel says of a cell of kpi; of one that only costs, nothing. */
static const struct funnel_cell *
cell_of(const struct funnel *f, const struct kpi_cell *k)
{
	static const struct funnel_cell nothing;

	for (size_t i = 0; i < f->cells; i++)
		if (str_eq(f->cell[i].name, k->name) &&
		    f->cell[i].kind == (enum funnel_kind)k->kind)
			return &f->cell[i];
	return &nothing;
}

static void
assert_same(const struct kpi_cell *k, const struct funnel_cell *f)
{
	const struct { enum kpi_figure figure; int64_t n; } same[] = {
		{ KPI_VIEWS, f->visits }, { KPI_VISITORS, f->visitors },
		{ KPI_LEADS, f->leads }, { KPI_MQLS, f->mqls },
		{ KPI_SQLS, f->sqls }, { KPI_OPPORTUNITIES, f->opportunities },
		{ KPI_CUSTOMERS, f->customers },
	};

	for (size_t i = 0; i < COUNT(same); i++)
		if (same[i].n != FUNNEL_UNKNOWN)
			ck_assert_int_eq(k->value[same[i].figure].part,
			    same[i].n);
}

/* Also the demo experiments: two roads, one figure, whatever the split. */
START_TEST(funnel_and_figures_agree)
{
	struct sample c = with_year();
	FILE *out = fopen("/dev/null", "w");
	int64_t left;

	ck_assert_int_eq(define_apply(db, suite_arena(),
	    slurp("templates/demo/experiments.json"), out, out), OK);
	fclose(out);
	/* Behind what is psql's alone; PQreset drops the year's functions. */
	PQreset(c.conn);
	sample_run(c.conn, strstr(slurp("templates/demo/history.sql").p,
	    "BEGIN;"));
	ck_assert_int_eq(kpi_catch_up(db, STR("Europe/Paris"), 1000, &left),
	    OK);
	for (size_t i = 0; funnel_split(i); i++) {
		struct kpi_wish w = { .split = str_of(funnel_split(i)),
			.from = dayword_ago(suite_arena(), 398), .to =
			dayword_ago(suite_arena(), 0), .is_synthetic = true,
			.currency = STR("EUR"), .zone = STR("Europe/Paris") };
		struct funnel f;
		struct kpi k;

		ck_assert_int_eq(funnel_read(db, suite_arena(), &(struct
		    funnel_wish){ w.split, w.from, w.to, true }, &f), OK);
		ck_assert_int_eq(kpi_read(db, suite_arena(), &w, &k), OK);
		ck_assert_uint_ge(k.cells, f.cells);
		ck_assert_int_gt(f.cell[f.cells - 1].visits, 50000);
		for (size_t n = 0; n < k.cells; n++)
			assert_same(&k.cell[n], cell_of(&f, &k.cell[n]));
	}
	PQfinish(c.conn);
	pg_free(db);
} END_TEST

static const struct { const char *what, *ask; } facts[] = {
	{ "as many leads as asked", "SELECT count(*) BETWEEN 590 AND 600"
	    " FROM piste.lead" },
	{ "an audience of those who looked", "SELECT sum(views) ="
	    " (SELECT sum(t.views) FROM piste.traffic AS t) AND sum(visitors)"
	    " BETWEEN 20000 AND 27858 AND bool_and(engaged <= visitors AND"
	    " visitors <= views) AND count(DISTINCT country) > 3"
	    " AND sum(engaged) > (SELECT count(*) FROM piste.submission)"
	    " FROM piste.audience" },
	{ "all stages", "SELECT count(DISTINCT stage) = 8 FROM piste.lead" },
	{ "history ends where they stand", "SELECT bool_and(l.stage ="
	    " h.to_stage AND l.stage_reason IS NOT DISTINCT FROM h.reason)"
	    " FROM piste.lead AS l CROSS JOIN LATERAL (SELECT o.to_stage,"
	    " o.reason FROM piste.lead_history AS o WHERE o.lead_id = l.id"
	    " ORDER BY o.id DESC LIMIT 1) AS h" },
	{ "moves that are allowed", "SELECT count(*) = 0"
	    " FROM piste.lead_history AS h LEFT JOIN piste.stage_move AS m"
	    " USING (from_stage, to_stage) WHERE h.from_stage IS NOT NULL"
	    " AND (m.roles IS NULL OR NOT h.role = ANY (m.roles)"
	    " OR m.needs_reason AND h.reason IS NULL)" },
	{ "reasons that there are", "SELECT count(*) = 0"
	    " FROM piste.lead_history AS h LEFT JOIN piste.lead_reason AS r"
	    " ON r.key = h.reason WHERE h.reason IS NOT NULL"
	    " AND r.key IS NULL" },
	{ "one move after the other", "SELECT bool_and(ok) FROM (SELECT h.at"
	    " >= lag(h.at, 1, h.at) OVER w AND h.from_stage IS NOT DISTINCT"
	    " FROM lag(h.to_stage) OVER w AS ok FROM piste.lead_history AS h"
	    " WINDOW w AS (PARTITION BY h.lead_id ORDER BY h.id)) AS o" },
	{ "nothing after its end", "SELECT max(at) < '2026-09-01 00:00+00'"
	    " FROM piste.lead_history" },
	{ "orders with amounts", "SELECT count(*) > 5 AND bool_and(amount > 0)"
	    " FROM piste.win" },
	{ "each customer has an order", "SELECT count(*) = 0 FROM piste.lead"
	    " AS l LEFT JOIN piste.win AS w ON w.lead_id = l.id"
	    " WHERE (l.stage = 'customer') <> (w.lead_id IS NOT NULL)" },
	{ "leads that came up again", "SELECT count(DISTINCT woken_by) = 3"
	    " AND count(back_at) > 0 FROM piste.recycling" },
	{ "sellers with absences", "SELECT count(*) = 8 AND bool_and(NOT"
	    " s.is_active AND EXISTS (SELECT FROM piste.seller_absence AS a"
	    " WHERE a.seller_id = s.id)) FROM piste.seller AS s" },
	{ "leads given to nobody who is away", "SELECT count(*) = 0"
	    " FROM piste.allocation AS a JOIN piste.seller_absence AS b"
	    " USING (seller_id) WHERE a.at >= b.starts_at AND a.at < b.ends_at"
	    },
	{ "none to allocate", "SELECT count(*) = 0 FROM piste.lead"
	    " WHERE owner_id IS NULL" },
	{ "invented addresses", "SELECT bool_and(email LIKE '%.example' AND"
	    " (phone IS NULL OR phone LIKE '+3363998%')) FROM piste.person" },
	{ "nobody to write to", "SELECT (SELECT count(*) FROM piste.consent)"
	    " + (SELECT count(*) FROM piste.outbox) + (SELECT count(*)"
	    " FROM piste.qualification_queue) = 0" },
	{ "nothing to do for a worker", "SELECT (SELECT count(*)"
	    " FROM piste.waiting) + (SELECT count(*) FROM piste.score_due)"
	    " + (SELECT count(*) FROM piste.nurture_cause) = 0" },
	{ "seasons", "SELECT (count(*) FILTER (WHERE extract(month FROM"
	    " created_at) = 3)) > 2 * count(*) FILTER (WHERE"
	    " extract(month FROM created_at) = 8) FROM piste.lead" },
};

/* Also a second time, which adds nothing. */
START_TEST(the_demo_year_is_plausible)
{
	struct sample c = with_year();

	PQreset(c.conn);
	sample_run(c.conn, slurp("templates/demo/year.sql").p);
	for (size_t i = 0; i < COUNT(facts); i++)
		ck_assert_msg(str_eq(sample_text(c.conn, facts[i].ask),
		    STR("t")), "%s", facts[i].what);
	PQfinish(c.conn);
	pg_free(db);
} END_TEST

/* The same whenever it is made; the worker leaves it as it is. */
START_TEST(the_demo_year_is_the_same_each_time)
{
	struct sample c = with_year();
	struct scorepass scored = { 0 };
	struct recycle p = { 0 };
	bool is_over = false;

	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg(concat_ws("
	    "' ', cell, visitors, visits, leads, mqls, sqls, opportunities,"
	    " customers),"
	    " '; ') FROM piste.funnel('strategy', '2020-01-01', '2099-12-31',"
	    " true, 10)"), STR("inbound 23637 25188 481 216 120 74 35;"
	    " outbound 2603 2670 106 61 36 22 10;"
	    " 26240 27858 587 277 156 96 45"));
	while (!is_over)
		ck_assert_int_eq(recycle_turn(db, &p, &is_over), OK);
	ck_assert_int_eq(p.laid + p.moved, 0);
	for (is_over = false; !is_over;)
		ck_assert_int_eq(scorepass_turn(db, &scored, &is_over), OK);
	ck_assert_int_eq(scored.leads, 0);
	PQfinish(c.conn);
	pg_free(db);
} END_TEST

SUITE_APART(funnel_year)
{
	SUITE_TEST(the_demo_year_adds_up);
	SUITE_TEST(funnel_and_figures_agree);
	SUITE_TEST(the_demo_year_is_plausible);
	SUITE_TEST(the_demo_year_is_the_same_each_time);
}
