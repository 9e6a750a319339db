/* Tests of lead/allocate.c. */
#include <stdlib.h>

#include "lead/allocate.h"
#include "support/suite.h"

#define NOON INT64_C(1767610800000)	/* Monday 2026-01-05 11:00 UTC */
#define EQUAL_LEADS 1000
#define RANDOM_RUNS 40
#define SELLERS 12

static struct str mql[] = { { "mql", 3 } };
static struct allocate_territory paris[] = {
	{ { "FR", 2 }, ALLOCATE_DEPARTMENT, { "75", 2 } } };

static struct allocate_seller
seller(const char *key)
{
	static int64_t id;

	return (struct allocate_seller){ .id = ++id, .key = str_of(key),
		.weight = 1, .open_max = 1000000, .stage = mql, .stages = 1,
		.territory = paris, .territories = 1,
		.tag = ALLOCATE_NEVER };
}

static struct allocate_lead
lead(void)
{
	return (struct allocate_lead){ .id = 1, .at_ms = NOON,
		.stage = STR("mql"), .need = STR("solar"),
		.potential = ALLOCATE_UNKNOWN, .country = STR("FR"),
		.postcode = STR("75011"), .radius_km = ALLOCATE_UNKNOWN };
}

static size_t
give(struct allocate_plan *p, const struct allocate_lead *l)
{
	struct allocate_verdict v;

	allocate_decide(p, l, &v);
	if (v.chosen != ALLOCATE_NOBODY)
		allocate_take(p, &v);
	return v.chosen;
}

/* Why the only seller there is does not get it, as bits. */
static uint32_t
why(const struct allocate_seller *s, const struct allocate_lead *l)
{
	static struct allocate_band bands[] = {
		{ { "small", 5 }, 0, 1000, ALLOCATE_ANY },
		{ { "large", 5 }, 1000, 5000, ALLOCATE_ANY } };
	struct allocate_seller copy = *s;
	struct allocate_plan p = { .seller = &copy, .sellers = 1,
		.band = bands, .bands = 2, .confidence_km = 50 };
	struct allocate_verdict v;

	allocate_decide(&p, l, &v);
	ck_assert((v.chosen == ALLOCATE_NOBODY) == (v.reasons[0] != 0));
	return v.reasons[0];
}

static struct str solar[] = { { "solar", 5 } }, heat[] = { { "heat", 4 } };
static struct shift_hours mondays[] = { { 1, 9 * 60, 11 * 60 + 1 } };
static struct shift_hours tuesdays[] = { { 2, 0, SHIFT_DAY_MINUTES } };
static struct shift_absence now[] = { { NOON, NOON + 1 } };
static struct shift_absence past[] = { { NOON - 1, NOON } };
static struct shift_absence later[] = { { NOON + 1, NOON + 2 } };
static const int64_t tried[] = { 77 };

static void
change(int row, struct allocate_seller *s, struct allocate_lead *l)
{
	switch (row) {
	case 0: l->stage = STR("lead"); break;
	case 1: s->need = heat; s->needs = 1; break;
	case 2: s->need = solar; s->needs = 1; break;
	case 3: s->bands = 1; l->potential = 1000; break;
	case 4: s->bands = 1; l->potential = 999; break;
	case 5: s->bands = 3; l->potential = 5000; break;
	case 6: s->bands = 1; break;
	case 7: l->postcode = STR("92100"); break;
	case 8: s->open_max = 3; s->open = 3; break;
	case 9: s->open_max = 3; s->open = 2; break;
	case 10: s->open_max = 3; s->open = 2; s->hot_reserved = 1; break;
	case 11: s->open_max = 3; s->open = 1; s->hot_reserved = 1; break;
	case 12: s->open_max = 3; s->open = 2; s->hot_reserved = 1;
		l->is_hot = true; break;
	case 13: s->open_max = 3; s->open = 3; s->hot_reserved = 1;
		l->is_hot = true; break;
	case 14: s->shift.hours = mondays; s->shift.hours_count = 1; break;
	case 15: s->shift.hours = tuesdays; s->shift.hours_count = 1; break;
	case 16: s->shift.absence = now; s->shift.absences = 1; break;
	case 17: s->shift.absence = past; s->shift.absences = 1; break;
	case 18: s->shift.absence = later; s->shift.absences = 1; break;
	case 19: s->id = 77; l->tried = tried; l->tried_count = 1; break;
	case 20: l->stage = STR("sql"); s->open_max = 0; break;
	default: ck_abort();
	}
}

static const uint32_t expected[] = {
	1u << ALLOCATE_STAGE, 1u << ALLOCATE_NEED, 0, 1u << ALLOCATE_BAND, 0,
	1u << ALLOCATE_BAND, 0, 1u << ALLOCATE_TERRITORY,
	1u << ALLOCATE_FULL, 0, 1u << ALLOCATE_RESERVED, 0, 0,
	1u << ALLOCATE_FULL, 0, 1u << ALLOCATE_HOURS, 1u << ALLOCATE_ABSENT,
	0, 0, 1u << ALLOCATE_TRIED, 1u << ALLOCATE_STAGE | 1u << ALLOCATE_FULL,
};

START_TEST(each_criterion_decides)
{
	struct allocate_seller s = seller("ana");
	struct allocate_lead l = lead();

	ck_assert_uint_eq(why(&s, &l), 0);
	change(_i, &s, &l);
	ck_assert_uint_eq(why(&s, &l), expected[_i]);
} END_TEST

/* Territory: what is covered, by what is known. */
static const struct {
	enum allocate_level level;
	const char *code;
	const char *country, *postcode, *geo_country, *geo_region;
	int32_t radius_km;
	bool is_covered;
} places[] = {
	{ ALLOCATE_COUNTRY, "", "FR", "75011", "", "", -1, true },
	{ ALLOCATE_COUNTRY, "", "BE", "1000", "FR", "", 1, false },
	{ ALLOCATE_REGION, "IDF", "FR", "92100", "", "", -1, true },
	{ ALLOCATE_REGION, "IDF", "FR", "13001", "", "", -1, false },
	{ ALLOCATE_REGION, "IDF", "", "", "FR", "Île-de-France", 50, true },
	{ ALLOCATE_REGION, "IDF", "", "", "FR", "IDF", 51, false },
	{ ALLOCATE_REGION, "IDF", "", "", "FR", "IDF", -1, false },
	{ ALLOCATE_REGION, "IDF", "", "", "FR", "", 1, false },
	/* The postcode beats the address. */
	{ ALLOCATE_REGION, "IDF", "FR", "13001", "FR", "IDF", 1, false },
	{ ALLOCATE_DEPARTMENT, "2A", "FR", "20000", "", "", -1, true },
	{ ALLOCATE_DEPARTMENT, "2A", "FR", "20200", "", "", -1, false },
	{ ALLOCATE_DEPARTMENT, "974", "FR", "97400", "", "", -1, true },
	{ ALLOCATE_POSTCODE, "750", "FR", "75011", "", "", -1, true },
	{ ALLOCATE_POSTCODE, "7502", "FR", "75011", "", "", -1, false },
	{ ALLOCATE_POSTCODE, "10", "BE", "1000", "", "", -1, false },
	/* A country alone says little of where: the address does. */
	{ ALLOCATE_COUNTRY, "", "FR", "", "FR", "", 10, true },
	{ ALLOCATE_COUNTRY, "", "FR", "", "", "", -1, false },
	/* A country is sure, however large the circle, or unknown. */
	{ ALLOCATE_COUNTRY, "", "", "", "FR", "IDF", 51, true },
	{ ALLOCATE_COUNTRY, "", "", "", "FR", "IDF", -1, true },
	{ ALLOCATE_COUNTRY, "", "", "", "BE", "", -1, false },
};

START_TEST(territories_cover)
{
	struct allocate_territory t = { STR("FR"), places[_i].level,
		str_of(places[_i].code) };
	struct allocate_seller s = seller("ana"), pool = seller("pool");
	struct allocate_lead l = lead();

	s.territory = &t;
	pool.territories = 0;
	pool.is_general = true;
	l.country = str_of(places[_i].country);
	l.postcode = str_of(places[_i].postcode);
	l.geo_country = str_of(places[_i].geo_country);
	l.geo_region = str_of(places[_i].geo_region);
	l.radius_km = places[_i].radius_km;
	ck_assert(!why(&s, &l) == places[_i].is_covered);
	/* The general pool takes what nobody covers, and nothing else. */
	struct allocate_seller both[] = { s, pool };
	struct allocate_plan p = { .seller = both, .sellers = 2,
		.confidence_km = 50 };
	ck_assert_uint_eq(give(&p, &l), places[_i].is_covered ? 0 : 1);
} END_TEST

static struct shift_hours tomorrow[] = { { 2, 9 * 60, 18 * 60 } };

/* Why nobody of the zone can have it now. */
static void
hinder(int row, struct allocate_seller *s, struct allocate_lead *l)
{
	switch (row) {
	case 0: s->need = heat; s->needs = 1; break;
	case 1: s->shift.absence = now; s->shift.absences = 1; break;
	case 2: s->open_max = 0; break;
	case 3: s->open_max = s->hot_reserved = 1; break;
	case 4: s->id = 77; l->tried = tried; l->tried_count = 1; break;
	case 5: s->shift.hours = tomorrow; s->shift.hours_count = 1; break;
	default: ck_abort();
	}
}

START_TEST(pool_takes_what_those_of_the_zone_do_not)
{
	struct allocate_seller s[] = { seller("ana"), seller("pool") };
	struct allocate_plan p = { .seller = s, .sellers = 2 };
	struct allocate_lead l = lead();

	s[1].territories = 0;
	s[1].is_general = true;
	ck_assert_uint_eq(give(&p, &l), 0);
	hinder(_i, &s[0], &l);
	/* For the next morning one waits. */
	ck_assert_uint_eq(give(&p, &l), _i == 5 ? ALLOCATE_NOBODY : 1);
} END_TEST

static const struct {
	int hindrance;	/* of hinder(), or -1 */
	const char *stage;
	size_t chosen;
} returns[] = {
	{ -1, "mql", 0 }, { -1, "lead", ALLOCATE_NOBODY }, { 0, "mql", 0 },
	{ 1, "mql", 1 }, { 2, "mql", 1 }, { 3, "mql", 1 }, { 4, "mql", 1 },
	{ 5, "mql", 0 },
};

/* Out of turn and of the zone, at night, but not to who is away or full. */
START_TEST(who_had_it_has_it_again)
{
	struct allocate_seller s[] = { seller("ana"), seller("bob") };
	struct allocate_plan p = { .seller = s, .sellers = 2 };
	struct allocate_lead l = lead();
	struct allocate_verdict v;

	s[0].id = 77;
	s[0].territories = 0;
	s[0].is_external = true;
	ck_assert_uint_eq(give(&p, &l), 1);
	l.had = 77;
	l.stage = str_of(returns[_i].stage);
	if (returns[_i].hindrance >= 0)
		hinder(returns[_i].hindrance, &s[0], &l);
	allocate_decide(&p, &l, &v);
	ck_assert_uint_eq(v.chosen, returns[_i].chosen);
	if (!v.chosen)
		ck_assert_uint_eq(v.reasons[1], 1u << ALLOCATE_RETURNS);
	/* Who has gone is nobody to return to. */
	l.had = 78;
	allocate_decide(&p, &l, &v);
	ck_assert_uint_ne(v.chosen, 0);
} END_TEST

START_TEST(force_follows_potential)
{
	struct allocate_seller s[] = { seller("own"), seller("reseller") };
	struct allocate_band bands[] = {
		{ STR("small"), 0, 1000, ALLOCATE_EXTERNAL },
		{ STR("large"), 1000, 5000, ALLOCATE_INTERNAL } };
	struct allocate_plan p = { .seller = s, .sellers = 2, .band = bands,
		.bands = 2 };
	struct allocate_lead l = lead();

	s[1].is_external = true;
	l.potential = 999;
	for (int i = 0; i < 3; i++)
		ck_assert_uint_eq(give(&p, &l), 1);
	l.potential = 1000;
	for (int i = 0; i < 3; i++)
		ck_assert_uint_eq(give(&p, &l), 0);
	/* A zone without a reseller is our own force's. */
	l.potential = 999;
	s[1].territories = 0;
	ck_assert_uint_eq(give(&p, &l), 0);
} END_TEST

START_TEST(the_other_force_takes_what_one_can_not)
{
	struct allocate_seller s[] = { seller("own"), seller("reseller") };
	struct allocate_band all = { STR("all"), 0, 1000,
		ALLOCATE_EXTERNAL };
	struct allocate_plan p = { .seller = s, .sellers = 2, .band = &all,
		.bands = 1 };
	struct allocate_lead l = lead();

	s[1].is_external = true;
	l.potential = 999;
	ck_assert_uint_eq(give(&p, &l), 1);
	hinder(_i, &s[1], &l);
	ck_assert_uint_eq(give(&p, &l), _i == 5 ? ALLOCATE_NOBODY : 0);
} END_TEST

static void
assert_even(const int *got, size_t n)
{
	for (size_t i = 1; i < n; i++)
		ck_assert_int_le(abs(got[i] - got[0]), 1);
}

START_TEST(equal_leads_are_shared_evenly)
{
	struct allocate_seller s[7];
	struct allocate_plan p = { .seller = s, .sellers = 7 };
	struct allocate_lead l = lead();
	int got[7] = { 0 };

	for (size_t i = 0; i < 7; i++)
		s[i] = seller("s");
	for (int i = 0; i < EQUAL_LEADS; i++) {
		got[give(&p, &l)]++;
		assert_even(got, 7);
	}
} END_TEST

/*
 * Whoever comes and goes, changes weight, or has leads elsewhere: two of the
 * same weight who both may have each lead differ by one at most, over any
 * stretch, also the one right after somebody is back.
 */
START_TEST(two_who_are_there_never_differ_by_more_than_one)
{
	struct allocate_territory lyon = { STR("FR"), ALLOCATE_DEPARTMENT,
		STR("69") };
	struct allocate_seller s[SELLERS];
	struct allocate_plan p = { .seller = s, .sellers = SELLERS };
	struct allocate_lead l = lead(), other = lead();
	unsigned seed = (unsigned)_i + 1;

	other.postcode = STR("69001");
	for (size_t i = 0; i < SELLERS; i++)
		s[i] = seller("s");
	for (int run = 0; run < RANDOM_RUNS; run++) {
		int got[2] = { 0 }, low = 0, high = 0;

		/* Both have been away, or elsewhere, for some leads. */
		for (int i = 0; i < 40; i++) {
			s[rand_r(&seed) % 2].territory = &lyon;
			(void)give(&p, rand_r(&seed) % 2 ? &other : &l);
			s[0].territory = s[1].territory = paris;
		}
		for (int i = 0; i < 200; i++) {
			size_t k = 2 + (size_t)rand_r(&seed) %
			    (SELLERS - 2);
			size_t to;

			s[k].territory = s[k].territory == paris ? &lyon :
			    paris;
			s[k].weight = 1 + (unsigned)rand_r(&seed) % 9;
			(void)give(&p, &other);
			to = give(&p, &l);
			if (to < 2)
				got[to]++;
			if (got[0] - got[1] < low)
				low = got[0] - got[1];
			if (got[0] - got[1] > high)
				high = got[0] - got[1];
			ck_assert_int_le(high - low, 1);
		}
	}
} END_TEST

START_TEST(absence_saves_nothing_up)
{
	struct allocate_seller s[3] = { seller("a"), seller("b"),
		seller("c") };
	struct allocate_plan p = { .seller = s, .sellers = 3 };
	struct allocate_lead l = lead();
	int got[3] = { 0 };

	s[2].shift.absence = now;
	s[2].shift.absences = 1;
	for (int i = 0; i < EQUAL_LEADS; i++)
		ck_assert_uint_ne(give(&p, &l), 2);
	s[2].shift.absences = 0;
	for (int i = 0; i < EQUAL_LEADS; i++) {
		got[give(&p, &l)]++;
		assert_even(got, 3);
	}
} END_TEST

START_TEST(weights_are_shares)
{
	struct allocate_seller s[3] = { seller("a"), seller("b"),
		seller("c") };
	struct allocate_plan p = { .seller = s, .sellers = 3 };
	struct allocate_lead l = lead();
	int got[3] = { 0 };

	s[0].weight = 3;
	s[1].weight = 2;
	for (int i = 0; i < 600; i++)
		got[give(&p, &l)]++;
	ck_assert_int_le(abs(got[0] - 300), 1);
	ck_assert_int_le(abs(got[1] - 200), 1);
	ck_assert_int_le(abs(got[2] - 100), 1);
} END_TEST

START_TEST(nobody_gets_more_than_may_be)
{
	struct allocate_seller s[2] = { seller("a"), seller("b") };
	struct allocate_plan p = { .seller = s, .sellers = 2 };
	struct allocate_lead l = lead();

	s[0].open_max = 5;
	s[0].hot_reserved = 2;
	s[1].open_max = 4;
	for (int i = 0; i < 7; i++)
		ck_assert_uint_ne(give(&p, &l), ALLOCATE_NOBODY);
	ck_assert_uint_eq(s[0].open, 3);
	ck_assert_uint_eq(give(&p, &l), ALLOCATE_NOBODY);
	l.is_hot = true;
	ck_assert_uint_eq(give(&p, &l), 0);
	ck_assert_uint_eq(give(&p, &l), 0);
	ck_assert_uint_eq(give(&p, &l), ALLOCATE_NOBODY);
	ck_assert_uint_eq(s[0].open, 5);
	ck_assert_uint_eq(s[1].open, 4);
} END_TEST

START_TEST(deficit_says_who_is_next)
{
	struct allocate_seller s[2] = { seller("a"), seller("b") };
	struct allocate_plan p = { .seller = s, .sellers = 2 };
	struct allocate_lead l = lead();
	struct allocate_verdict v;

	ck_assert_uint_eq(give(&p, &l), 0);
	allocate_decide(&p, &l, &v);
	ck_assert_uint_eq(v.chosen, 1);
	ck_assert(allocate_deficit(&v, 1) == 1 && allocate_deficit(&v, 0) ==
	    0);
} END_TEST

START_TEST(evenness_is_jains)
{
	static const double nothing[3] = { 0, 0, 0 };
	static const struct {
		double got[3], share[3], is;
	} cases[] = {
		{ { 1, 1, 1 }, { 1, 1, 1 }, 1 },
		{ { 3, 0, 0 }, { 1, 1, 1 }, 1.0 / 3 },
		{ { 2, 1, 7 }, { 2, 1, 0 }, 1 },
	};

	ck_assert(isnan(allocate_evenness(nothing, nothing, 3)));
	ck_assert_double_eq_tol(allocate_evenness(cases[_i].got,
	    cases[_i].share, 3), cases[_i].is, 1e-12);
} END_TEST

SUITE(allocate)
{
	SUITE_LOOP(each_criterion_decides, COUNT(expected));
	SUITE_LOOP(territories_cover, COUNT(places));
	SUITE_LOOP(pool_takes_what_those_of_the_zone_do_not, 6);
	SUITE_TEST(force_follows_potential);
	SUITE_LOOP(the_other_force_takes_what_one_can_not, 6);
	SUITE_TEST(equal_leads_are_shared_evenly);
	SUITE_LOOP(two_who_are_there_never_differ_by_more_than_one, 5);
	SUITE_TEST(absence_saves_nothing_up);
	SUITE_TEST(weights_are_shares);
	SUITE_TEST(nobody_gets_more_than_may_be);
	SUITE_TEST(deficit_says_who_is_next);
	SUITE_LOOP(who_had_it_has_it_again, COUNT(returns));
	SUITE_LOOP(evenness_is_jains, 3);
}
