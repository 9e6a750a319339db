/* Tests of track/kpi.c. */
#include <limits.h>
#include <math.h>

#include "lead/funnel.h"
#include "track/kpicase.h"

/* The trade's own example; old enough to be mature, or of today. */
static const struct { enum kpi_figure figure; const char *text; } example[] = {
	{ KPI_VIEWS, "500" }, { KPI_VISITORS, "400" }, { KPI_ROBOTS, "7" },
	{ KPI_BOUNCE, "0.9000" }, { KPI_LEADS, "20" },
	{ KPI_CONVERSION, "0.0500" }, { KPI_CUSTOMERS, "2" },
	{ KPI_SQLS, "2" }, { KPI_TRANSFORMATION, "0.1000" },
	{ KPI_COST, "100.00" }, { KPI_COST_VISITOR, "0.25" },
	{ KPI_COST_LEAD, "5.00" }, { KPI_COST_SQL, "50.00" },
	{ KPI_COST_CUSTOMER, "50.00" }, { KPI_TURNOVER, "1700.00" },
	{ KPI_MARGIN, "500.00" }, { KPI_LEAD_VALUE, "25.00" },
	{ KPI_ROI, "4.0000" },
};

START_TEST(the_worked_example)
{
	setup();
	run(_i ? TWENTY("now() - interval '1 minute'") :
	    TWENTY("now() - interval '100 days'"));
	run("INSERT INTO piste.cost (campaign_key, kind, from_day, to_day,"
	    " amount, currency, source, actor, hash, copy) SELECT 'c1',"
	    " 'media', (l.created_at AT TIME ZONE '" PARIS "')::date,"
	    " (l.created_at AT TIME ZONE '" PARIS "')::date, 100, 'EUR',"
	    " 'command', 'ines', repeat('0', 64), 1 FROM piste.lead AS l"
	    " WHERE l.id = 1;"
	    SEEN("(SELECT created_at FROM piste.lead WHERE id = 1)", "500",
	    "400", "40"));
	count_in(PARIS);
	for (int road = 0; road < 2; road++) {
		struct kpi k = read_days("campaign", "2020-01-01",
		    "2029-12-31", road);

		ck_assert_uint_eq(k.cells, 2);
		for (size_t i = 0; i < COUNT(example); i++)
			for (size_t c = 0; c < 2; c++)
				ck_assert_msg(str_eq(text_of(&k.cell[c],
				    example[i].figure),
				    str_of(example[i].text)), "%s: %.*s",
				    kpi_definition(example[i].figure)->key,
				    STR_ARG(text_of(&k.cell[c],
				    example[i].figure)));
		ck_assert_int_eq(k.cell[1].young, _i ? 20 : 0);
		ck_assert(k.cell[1].value[KPI_ROI].is_immature == _i);
		ck_assert(k.cell[1].value[KPI_COST_CUSTOMER].is_immature ==
		    _i);
		ck_assert(!k.cell[1].value[KPI_COST_LEAD].is_immature);
	}
	pg_free(db);
} END_TEST

START_TEST(nothing_is_divided_by_nothing)
{
	struct kpi k;

	setup();
	count_in(PARIS);
	k = read_days("", "2026-01-01", "2026-12-31", false);
	ck_assert_uint_eq(k.cells, 1);
	for (int i = 0; i < KPI_FIGURES; i++) {
		const struct kpi_definition *d = kpi_definition(i);
		bool is_sum = d->unit == KPI_COUNT || i == KPI_COST ||
		    i == KPI_TURNOVER || i == KPI_MARGIN;

		ck_assert_msg(k.cell[0].value[i].is_known == is_sum, "%s",
		    d->key);
		ck_assert(d->name[LANG_FR] && d->name[LANG_EN] &&
		    d->text[LANG_FR] && d->text[LANG_EN]);
	}
	pg_free(db);
} END_TEST

/* Young leads punish nobody: not a rate, not a return, not a comparison. */
START_TEST(young_leads_are_marked)
{
	const struct kpi_value *v;
	struct kpi k;

	setup();
	run(TWENTY("now() - interval '100 days'"));
	run("WITH p AS (INSERT INTO piste.person (email) SELECT 'y' || n ||"
	    " '@firm.fr' FROM generate_series(1, 30) AS n RETURNING id)"
	    " INSERT INTO piste.lead (person_id, offer_key) SELECT id, 'o2'"
	    " FROM p;"
	    COST("c1", "2026-01-01", "2026-01-31", "31", "EUR"));
	count_in(PARIS);
	k = read_days("offer", "2020-01-01", "2029-12-31", false);
	ck_assert_uint_eq(k.cells, 3);
	/* o2: all of them are young. */
	v = k.cell[0].value;
	ck_assert_str_same(k.cell[0].name, STR("o2"));
	ck_assert_int_eq(k.cell[0].young, 30);
	ck_assert(v[KPI_TRANSFORMATION].is_immature);
	ck_assert(!v[KPI_COST_CUSTOMER].is_known && !v[KPI_ROI].is_known);
	ck_assert(v[KPI_CUSTOMERS].is_immature && !v[KPI_LEADS].is_immature);
	/* Both: of mature leads alone. */
	v = k.cell[2].value;
	ck_assert_str_same(text_of(&k.cell[2], KPI_TRANSFORMATION),
	    STR("0.1000"));
	ck_assert(!v[KPI_TRANSFORMATION].is_immature &&
	    v[KPI_CUSTOMERS].is_immature);
	ck_assert_int_eq(v[KPI_TRANSFORMATION].of, 20);
	pg_free(db);
} END_TEST

/* Wilson's of 2 of 20; 100 EUR over Poisson's 2; none and all. */
START_TEST(few_have_an_interval)
{
	const struct kpi_value *v;
	struct kpi k;

	setup();
	run(TWENTY("now() - interval '100 days'"));
	run("INSERT INTO piste.cost (campaign_key, kind, from_day, to_day,"
	    " amount, currency, source, actor, hash, copy) VALUES ('c1',"
	    " 'media', current_date, current_date, 100, 'EUR', 'command',"
	    " 'ines', repeat('0', 64), 1)");
	count_in(PARIS);
	k = read_days("campaign", "2020-01-01", "2029-12-31", false);
	v = &k.cell[0].value[KPI_TRANSFORMATION];
	ck_assert(v->has_interval && fabs(v->low - .02787) < 1e-5 &&
	    fabs(v->high - .30103) < 1e-5);
	v = &k.cell[0].value[KPI_COST_CUSTOMER];
	ck_assert(v->has_interval && fabs(v->low - 100 / 7.2928) < 1e-3 &&
	    fabs(v->high - 100 / .54848) < 1e-2);
	v = &k.cell[0].value[KPI_MQL_RATE];
	ck_assert(v->low > 0 && v->high < .31);
	ck_assert(!k.cell[0].value[KPI_CUSTOMERS].has_interval);
	ck_assert_str_same(kpi_text(suite_arena(), KPI_SHARE,
	    &k.cell[0].value[KPI_TRANSFORMATION], STR("EUR")), STR("10.0 %"));
	ck_assert_str_same(kpi_text(suite_arena(), KPI_MONEY,
	    &k.cell[0].value[KPI_COST_CUSTOMER], STR("EUR")),
	    STR("50.00 EUR"));
	ck_assert_str_same(read_days("channel-group", "2020-01-01",
	    "2029-12-31", false).cell[0].name, STR("search"));
	/* What was given back has no limits that would make sense. */
	run("INSERT INTO piste.cost (campaign_key, kind, from_day, to_day,"
	    " amount, currency, source, actor, hash, copy, corrects, why)"
	    " SELECT 'c1', 'media', current_date, current_date, -150, 'EUR',"
	    " 'command', 'ines', repeat('0', 64), 2, id, 'so' FROM"
	    " piste.cost");
	count_in(PARIS);
	k = read_days("campaign", "2020-01-01", "2029-12-31", false);
	v = &k.cell[0].value[KPI_COST_CUSTOMER];
	ck_assert(!v->has_interval);
	ck_assert_str_same(v->text, STR("-25.00"));
	pg_free(db);
} END_TEST

/* The night of a month's end, and of each change of the clock. */
static const struct { const char *at, *day; } nights[] = {
	{ "2026-03-31 21:59:59+00", "2026-03-31" },
	{ "2026-03-31 22:00:00+00", "2026-04-01" },
	{ "2026-03-28 22:59:59+00", "2026-03-28" },
	{ "2026-03-28 23:00:00+00", "2026-03-29" },
	{ "2026-03-29 21:59:59+00", "2026-03-29" },
	{ "2026-03-29 22:00:00+00", "2026-03-30" },
	{ "2026-10-24 22:00:00+00", "2026-10-25" },
	{ "2026-10-25 22:59:59+00", "2026-10-25" },
	{ "2026-10-25 23:00:00+00", "2026-10-26" },
	{ "2025-12-31 23:00:00+00", "2026-01-01" },
};

/* The funnel's months are those of the site, too. */
static void
assert_funnel_agrees(void)
{
	struct kpi k = read_days("month", "2026-01-01", "2026-12-31", false);
	struct funnel f;

	ck_assert_int_eq(funnel_read(db, suite_arena(), &(struct funnel_wish){
	    STR("month"), STR("2026-01-01"), STR("2026-12-31"), false }, &f),
	    OK);
	ck_assert_uint_eq(k.cells, f.cells);
	for (size_t i = 0; i < f.cells; i++) {
		int64_t leads = 0;

		for (size_t c = 0; c < k.cells; c++)
			if (str_eq(k.cell[c].name, f.cell[i].name))
				leads = k.cell[c].value[KPI_LEADS].part;
		ck_assert_int_eq(leads, f.cell[i].leads);
	}
	ck_assert_int_eq(f.cell[f.cells - 1].leads, COUNT(nights));
}

/* By days: one that is young for some hours yet is not. */
static void
assert_alike_young(void)
{
	struct funnel f;
	struct kpi k;

	run("WITH p AS (INSERT INTO piste.person (email) VALUES ('y@firm.fr')"
	    " RETURNING id) INSERT INTO piste.lead (person_id, offer_key,"
	    " created_at) SELECT id, 'o1', ((now() AT TIME ZONE '" PARIS "')"
	    "::date - 89)::timestamp AT TIME ZONE '" PARIS "' - interval"
	    " '1 second' FROM p");
	count_in(PARIS);
	k = read_days("offer", "2020-01-01", "2029-12-31", false);
	ck_assert_int_eq(funnel_read(db, suite_arena(), &(struct funnel_wish){
	    STR("offer"), STR("2020-01-01"), STR("2029-12-31"), false }, &f),
	    OK);
	ck_assert_int_eq(k.cell[k.cells - 1].young,
	    f.cell[f.cells - 1].young);
}

START_TEST(days_are_the_sites)
{
	setup();
	for (size_t i = 0; i < COUNT(nights); i++)
		run(buf_fmt(suite_arena(), SQL_BYTES_MAX, "WITH p AS (INSERT"
		    " INTO piste.person (email) VALUES ('n%zu@firm.fr')"
		    " RETURNING id) INSERT INTO piste.lead (person_id,"
		    " offer_key, created_at) SELECT id, 'o1', '%s' FROM p",
		    i, nights[i].at).p);
	count_in(PARIS);
	for (size_t i = 0; i < COUNT(nights); i++) {
		struct kpi k = read_days("day", "2025-12-01", "2026-12-31",
		    i % 2);
		int64_t found = 0, wanted = 0;

		for (size_t c = 0; c < k.cells; c++)
			if (str_eq(k.cell[c].name, str_of(nights[i].day)))
				found = k.cell[c].value[KPI_LEADS].part;
		for (size_t o = 0; o < COUNT(nights); o++)
			wanted += str_eq(str_of(nights[o].day),
			    str_of(nights[i].day));
		ck_assert_int_eq(found, wanted);
	}
	assert_funnel_agrees();
	/* Elsewhere these are other days. */
	count_in("Asia/Kathmandu");
	assert_recounted("Asia/Kathmandu");
	ck_assert_str_same(sample_text(sample.conn, "SELECT"
	    " string_agg(to_char(day, 'MMDD'), ' ' ORDER BY day) FROM"
	    " piste.figure_day WHERE split = '' AND leads > 0"),
	    STR("0101 0329 0330 0401 1025 1026"));
	assert_alike_young();
	pg_free(db);
} END_TEST

/* Beside the figures, by the site's days; what is a lead's is not. */
START_TEST(what_is_put_aside_is_told)
{
	static const struct { const char *from, *to; int64_t n; } spans[] = {
		{ "2026-03-29", "2026-03-29", 2 },
		{ "2026-03-28", "2026-03-30", 3 },
		{ "2026-03-30", "2026-03-30", 0 },
	};

	setup();
	run("INSERT INTO piste.submission (id, page_key, form_key, offer_key,"
	    " outcome, quarantine_reason, fields, via, received_at) SELECT"
	    " gen_random_uuid(), 'p1', 'f1', 'o1', 'quarantined', 'trapped',"
	    " '{}', 'form', t::timestamptz FROM unnest(ARRAY["
	    "'2026-03-28T22:59:59Z', '2026-03-28T23:00:00Z',"
	    " '2026-03-29T21:59:59Z']) AS t;" TWENTY("'2026-03-29T12:00:00Z'"));
	count_in(PARIS);
	for (size_t i = 0; i < COUNT(spans); i++) {
		struct funnel f;

		ck_assert_int_eq(read_days("page", spans[i].from, spans[i].to,
		    false).quarantined, spans[i].n);
		ck_assert_int_eq(funnel_read(db, suite_arena(),
		    &(struct funnel_wish){ STR("page"), str_of(spans[i].from),
		    str_of(spans[i].to), false }, &f), OK);
		ck_assert_int_eq(f.quarantined, spans[i].n);
	}
	pg_free(db);
} END_TEST

/* What a period is compared with. */
static const struct { const char *from, *to, *before_from, *before_to; }
    periods[] = {
	{ "2026-03-01", "2026-03-31", "2026-02-01", "2026-02-28" },
	{ "2026-01-01", "2026-03-31", "2025-10-01", "2025-12-31" },
	{ "2024-02-01", "2024-02-29", "2024-01-01", "2024-01-31" },
	{ "2026-03-02", "2026-03-08", "2026-02-23", "2026-03-01" },
	{ "2026-03-01", "2026-03-30", "2026-01-30", "2026-02-28" },
};

START_TEST(the_period_before)
{
	struct kpi_wish w = { .split = STR("campaign"),
		.currency = STR("EUR"), .zone = STR(PARIS),
		.has_before = true };
	const struct kpi_cell *c;
	struct kpi k;

	setup();
	run(TWENTY("'2024-02-10'")
	    COST("c1", "2024-01-02", "2024-01-02", "50", "EUR")
	    COST("c1", "2024-02-02", "2024-02-02", "100", "EUR")
	    COST("c1", "2024-02-03", "2024-02-03", "9", "CHF"));
	count_in(PARIS);
	for (size_t i = 0; i < COUNT(periods); i++) {
		w.from = str_of(periods[i].from);
		w.to = str_of(periods[i].to);
		ck_assert_int_eq(kpi_read(db, suite_arena(), &w, &k), OK);
		ck_assert_str_same(k.before_from,
		    str_of(periods[i].before_from));
		ck_assert_str_same(k.before_to, str_of(periods[i].before_to));
	}
	w.from = STR("2024-02-01");
	w.to = STR("2024-02-29");
	ck_assert_int_eq(kpi_read(db, suite_arena(), &w, &k), OK);
	c = &k.cell[0];
	ck_assert_str_same(c->name, STR("c1"));
	ck_assert_str_same(c->before[KPI_COST].text, STR("50.00"));
	ck_assert_str_same(c->change[KPI_COST].text, STR("1.0000"));
	ck_assert(!c->change[KPI_COST_LEAD].is_known);
	ck_assert_str_same(k.others, STR("CHF"));
	pg_free(db);
} END_TEST

/* Each row of time with the one in its place before, wherever weeks begin. */
static const struct {
	const char *split, *from, *to;
	const char *told;	/* cell: leads before, … */
} places[] = {
	{ "week", "2024-02-05", "2024-02-18", "2024-W06: 1 2024-W07: n/a" },
	{ "week", "2024-02-07", "2024-02-20", "2024-W06: 1 2024-W07: n/a" },
	{ "day", "2024-02-05", "2024-02-18", "2024-02-06: n/a 2024-02-07: 1" },
	{ "month", "2024-02-01", "2024-02-29", "2024-02: 1" },
	{ "month", "2024-01-01", "2024-02-29", "2024-01: n/a 2024-02: n/a" },
};

START_TEST(rows_of_time_have_their_counterparts)
{
	struct kpi_wish w = { .currency = STR("EUR"), .zone = STR(PARIS),
		.has_before = true };

	setup();
	run("INSERT INTO piste.person (email) SELECT i || '@firm.fr'"
	    " FROM generate_series(1, 4) AS i;"
	    "INSERT INTO piste.lead (person_id, offer_key, created_at)"
	    " SELECT p.id, 'o1', d.at FROM piste.person AS p JOIN"
	    " unnest(ARRAY['2024-01-24 12:00Z', '2024-02-07 12:00Z',"
	    " '2024-02-06 12:00Z', '2024-02-13 12:00Z']::timestamptz[])"
	    " WITH ORDINALITY AS d (at, n) ON d.n = p.id");
	count_in(PARIS);
	for (size_t i = 0; i < COUNT(places); i++) {
		struct kpi k;
		struct buf b;

		w.split = str_of(places[i].split);
		w.from = str_of(places[i].from);
		w.to = str_of(places[i].to);
		buf_init(&b, suite_arena(), SQL_BYTES_MAX);
		ck_assert_int_eq(kpi_read(db, suite_arena(), &w, &k), OK);
		for (size_t c = 0; c + 1 < k.cells && c < 2; c++)
			buf_addf(&b, "%s%.*s: %.*s", c ? " " : "",
			    STR_ARG(k.cell[c].name), STR_ARG(kpi_text(
			    suite_arena(), KPI_COUNT,
			    &k.cell[c].before[KPI_LEADS], STR_EMPTY)));
		ck_assert_str_same(buf_str(&b), str_of(places[i].told));
	}
	pg_free(db);
} END_TEST

/* Each limit, and one more. */
START_TEST(wishes_are_judged)
{
	static const struct {
		const char *split, *from, *to, *zone;
		enum err e;
	} wishes[] = {
		{ "week", "2016-12-24", "2026-12-31", PARIS, OK },
		{ "week", "2016-12-23", "2026-12-31", PARIS, ERR_INPUT },
		{ "day", "2025-11-27", "2026-12-31", PARIS, OK },
		{ "day", "2025-11-26", "2026-12-31", PARIS, ERR_INPUT },
		{ "day", "2026-12-31", "2026-12-31", PARIS, OK },
		{ "day", "2026-12-31", "2026-12-30", PARIS, ERR_INPUT },
		{ "day", "2026-02-30", "2026-12-30", PARIS, ERR_INPUT },
		{ "day", "2026-02-01", "2026-12-30", "Mars/Gale", ERR_INPUT },
		{ "hour", "2026-02-01", "2026-02-01", PARIS, ERR_INPUT },
		{ "", "2026-02-01", "2026-02-01", PARIS, OK },
	};
	int64_t done, left;
	struct kpi k;

	setup();
	for (size_t i = 0; i < COUNT(wishes); i++)
		ck_assert_msg(kpi_read(db, suite_arena(), &(struct kpi_wish){
		    .split = str_of(wishes[i].split),
		    .from = str_of(wishes[i].from), .to = str_of(wishes[i].to),
		    .currency = STR("EUR"), .zone = str_of(wishes[i].zone) },
		    &k) == wishes[i].e, "row %zu", i);
	ck_assert_int_eq(kpi_turn(db, STR("Mars/Gale"), &done, &left),
	    ERR_INPUT);
	pg_free(db);
} END_TEST

/* Who comes while another counts waits a while, then reads what there is. */
START_TEST(another_counts)
{
	int64_t done, left;
	struct kpi k;

	setup();
	pg_session(db, "SET lock_timeout = '20ms'");
	run(TWENTY("now() - interval '100 days'"));
	run("SELECT pg_advisory_lock(hashtextextended('piste.figure', 0))");
	ck_assert_int_eq(kpi_turn(db, STR(PARIS), &done, &left), OK);
	ck_assert_int_eq(done, 0);
	ck_assert_int_gt(left, 0);
	ck_assert_int_eq(kpi_catch_up(db, STR(PARIS), INT_MAX, &left), OK);
	ck_assert_int_gt(left, 0);
	k = read_days("", "2020-01-01", "2029-12-31", false);
	ck_assert_int_gt(k.waiting, 0);
	ck_assert_int_eq(k.cell[0].value[KPI_LEADS].part, 0);
	run("SELECT pg_advisory_unlock(hashtextextended('piste.figure', 0))");
	ck_assert_int_eq(kpi_catch_up(db, STR(PARIS), INT_MAX, &left), OK);
	ck_assert_int_eq(left, 0);
	k = read_days("", "2020-01-01", "2029-12-31", false);
	ck_assert_int_eq(k.waiting, 0);
	ck_assert_int_eq(k.cell[0].value[KPI_LEADS].part, 20);
	pg_free(db);
} END_TEST

/* Cells told, and cells of a day that are kept: nothing leaves the sum. */
START_TEST(too_many_cells_are_one)
{
	size_t count = _i < 2 ? KPI_CELLS_MAX + (size_t)_i :
	    500 + (size_t)_i - 2;
	struct kpi k;

	setup();
	run(buf_fmt(suite_arena(), SQL_BYTES_MAX, "WITH p AS (INSERT INTO"
	    " piste.person (email) SELECT n || '@firm.fr' FROM"
	    " generate_series(1, %zu) AS n RETURNING id), l AS (INSERT INTO"
	    " piste.lead (person_id, offer_key) SELECT id, 'o1' FROM p"
	    " RETURNING id, person_id) INSERT INTO piste.submission (id,"
	    " page_key, form_key, offer_key, person_id, lead_id, outcome,"
	    " fields, via, keyword) SELECT gen_random_uuid(), 'p1', 'f1',"
	    " 'o1', person_id, id, 'new', '{}', 'form', 'k' || id FROM l",
	    count).p);
	count_in(PARIS);
	k = read_days("keyword", "2020-01-01", "2029-12-31", false);
	ck_assert_uint_eq(k.cells, KPI_CELLS_MAX + 1 + (_i > 0));
	ck_assert_int_eq(k.cell[k.cells - 2].kind, _i ? KPI_OTHERS :
	    KPI_CELL);
	ck_assert_int_eq(k.cell[k.cells - 1].value[KPI_LEADS].part, count);
	ck_assert_str_same(sample_text(sample.conn, "SELECT count(*) || ' ' ||"
	    " sum(leads) FROM piste.figure_day WHERE split = 'keyword'"),
	    buf_fmt(suite_arena(), 64, "%zu %zu", count > 500 ? 501 : count,
	    count));
	pg_free(db);
} END_TEST

/* Known by cell or not: what is not is told in the nameless one alone. */
START_TEST(what_is_nobodys_is_told_apart)
{
	struct kpi k;

	setup();
	run(TWENTY("now() - interval '100 days'")
	    COST("c1", "2026-01-01", "2026-01-31", "31", "EUR")
	    SEEN("now() - interval '100 days'", "500", "400", "40"));
	count_in(PARIS);
	k = read_days("source", "2020-01-01", "2029-12-31", false);
	ck_assert_uint_eq(k.cells, 3);
	ck_assert_str_same(k.cell[0].name, STR("=cmd|x"));
	ck_assert_str_same(text_of(&k.cell[0], KPI_COST), STR("n/a"));
	ck_assert_str_same(text_of(&k.cell[0], KPI_COST_LEAD), STR("n/a"));
	ck_assert_int_eq(k.cell[1].kind, KPI_NAMELESS);
	ck_assert_str_same(text_of(&k.cell[1], KPI_COST), STR("31.00"));
	ck_assert_str_same(text_of(&k.cell[2], KPI_COST_LEAD), STR("1.55"));
	k = read_days("seller", "2020-01-01", "2029-12-31", false);
	ck_assert_str_same(text_of(&k.cell[0], KPI_VISITORS), STR("400"));
	ck_assert_str_same(text_of(&k.cell[0], KPI_CONVERSION), STR("n/a"));
	pg_free(db);
} END_TEST

SUITE_APART(kpi)
{
	SUITE_LOOP(the_worked_example, 2);
	SUITE_TEST(nothing_is_divided_by_nothing);
	SUITE_TEST(young_leads_are_marked);
	SUITE_TEST(few_have_an_interval);
	SUITE_TEST(days_are_the_sites);
	SUITE_TEST(what_is_put_aside_is_told);
	SUITE_TEST(the_period_before);
	SUITE_TEST(rows_of_time_have_their_counterparts);
	SUITE_TEST(wishes_are_judged);
	SUITE_TEST(another_counts);
	SUITE_LOOP(too_many_cells_are_one, 4);
	SUITE_TEST(what_is_nobodys_is_told_apart);
}
