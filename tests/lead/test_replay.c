/* Tests of lead/replay.c, and a month of leads (make simulate-allocation). */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "lead/replay.h"
#include "support/suite.h"

#define HOUR INT64_C(3600000)
#define DAY (24 * HOUR)
#define MONDAY INT64_C(1767571200000)	/* 2026-01-05 00:00 UTC */
#define MONTH_DAYS 28
#define MONTH_SELLERS 40
#define MONTH_LEADS 2000
#define MONTH_MS 60000

static struct str mql[] = { { "mql", 3 } };
static struct shift_hours nine_to_six[] = { { 31, 540, 1080 } };

static struct allocate_seller
seller(void)
{
	static int64_t id;

	return (struct allocate_seller){ .id = ++id, .key = STR("s"),
		.weight = 1, .open_max = 1000000, .stage = mql, .stages = 1,
		.is_general = true, .tag = ALLOCATE_NEVER };
}

static struct replay_lead
lead(int64_t at_ms, int64_t free_ms)
{
	return (struct replay_lead){ .free_ms = free_ms, .lead = {
		.at_ms = at_ms, .stage = STR("mql"),
		.potential = ALLOCATE_UNKNOWN,
		.radius_km = ALLOCATE_UNKNOWN } };
}

START_TEST(places_get_free_again)
{
	struct allocate_seller s = seller();
	struct allocate_plan p = { .seller = &s, .sellers = 1 };
	struct replay_lead l[] = { lead(MONDAY, MONDAY + HOUR),
		lead(MONDAY + 1, REPLAY_OPEN),
		lead(MONDAY + 2 * HOUR, REPLAY_OPEN) };
	struct replay_told told;

	s.open_max = 1;
	replay_run(suite_arena(), &p, l, 3, &told);
	ck_assert_uint_eq(l[0].chosen, 0);
	/* It is tried every ten minutes, and has the place before the third. */
	ck_assert_uint_eq(l[1].chosen, 0);
	ck_assert_int_eq(l[1].given_ms, MONDAY + 1 + HOUR);
	ck_assert_uint_eq(l[2].chosen, ALLOCATE_NOBODY);
	ck_assert_uint_eq(told.waited, 2);
	ck_assert_uint_eq(told.nobody, 1);
} END_TEST

START_TEST(what_comes_at_night_waits_for_the_morning)
{
	struct allocate_seller s = seller();
	struct allocate_plan p = { .seller = &s, .sellers = 1 };
	struct replay_lead l[] = { lead(MONDAY, REPLAY_OPEN),
		lead(MONDAY + 1, MONDAY + HOUR),
		lead(MONDAY + 12 * HOUR, REPLAY_OPEN) };
	struct replay_told told;

	s.shift.hours = nine_to_six;
	s.shift.hours_count = 1;
	replay_run(suite_arena(), &p, l, 3, &told);
	ck_assert_int_eq(l[0].given_ms, MONDAY + 9 * HOUR);
	/* That one was closed by then. */
	ck_assert_uint_eq(l[1].chosen, ALLOCATE_NOBODY);
	ck_assert_uint_eq(l[2].chosen, 0);
	ck_assert_uint_eq(told.waited, 2);
} END_TEST

struct month {
	struct allocate_seller seller[MONTH_SELLERS];
	struct shift_absence away[MONTH_SELLERS];
	struct allocate_plan plan;
	struct replay_lead *lead;
	size_t count;
};

static void
fill(struct month *m, struct arena *a, size_t count, unsigned seed)
{
	static struct allocate_territory half[] = {
		{ { "FR", 2 }, ALLOCATE_REGION, { "IDF", 3 } },
		{ { "FR", 2 }, ALLOCATE_REGION, { "BRE", 3 } } };

	for (size_t i = 0; i < MONTH_SELLERS; i++) {
		m->seller[i] = seller();
		m->seller[i].is_general = false;
		m->seller[i].territory = &half[i % 2];
		m->seller[i].territories = 1;
		m->seller[i].shift.hours = nine_to_six;
		m->seller[i].shift.hours_count = 1;
		/* Every fourth is away for a week. */
		m->away[i].from_ms = MONDAY + (int64_t)(i % 3) * 7 * DAY;
		m->away[i].to_ms = m->away[i].from_ms + 7 * DAY;
		m->seller[i].shift.absence = &m->away[i];
		m->seller[i].shift.absences = i % 4 == 0;
	}
	m->plan = (struct allocate_plan){ .seller = m->seller,
		.sellers = MONTH_SELLERS };
	m->count = count;
	m->lead = arena_array(a, count, sizeof *m->lead);
	for (size_t i = 0; i < count; i++) {
		int64_t at = MONDAY + (int64_t)i * (MONTH_DAYS * DAY) /
		    (int64_t)count;

		m->lead[i] = lead(at, rand_r(&seed) % 2 ? at + DAY :
		    REPLAY_OPEN);
		m->lead[i].lead.country = STR("FR");
		m->lead[i].lead.postcode = rand_r(&seed) % 2 ?
		    STR("75001") : STR("35000");
	}
}

/*
 * Those of one zone who are never away have the same, however the rest comes
 * and goes; and who was away has the less, the longer.
 */
START_TEST(a_month_is_shared_evenly)
{
	const char *asked = getenv("PISTE_ALLOCATIONS");
	struct arena *a = arena_new((size_t)1 << 30);
	uint32_t count = MONTH_LEADS;
	struct replay_told told;
	struct month m;
	int64_t begun;

	if (asked)
		ck_assert(str_u32(str_of(asked), 1, 1000000, &count));
	fill(&m, a, count, 7);
	begun = clock_mono_ms();
	replay_run(a, &m.plan, m.lead, m.count, &told);
	begun = clock_mono_ms() - begun;
	printf("replay: %u leads, %d sellers: %lld ms, evenness %.6f,"
	    " %zu waited, %zu nobody's\n", count, MONTH_SELLERS,
	    (long long)begun, told.evenness, told.waited, told.nobody);
	ck_assert_int_lt(begun, MONTH_MS);
	for (size_t i = 0; i < MONTH_SELLERS; i++)
		for (size_t k = i % 2; k < i; k += 2)
			if (i % 4 && k % 4) {
				double off = told.got[i] - told.got[k];

				ck_assert(off >= -1 && off <= 1);
			} else if (i % 4 == 0 && k % 4 != 0) {
				ck_assert(told.got[i] < told.got[k]);
			}
	ck_assert_double_ge(told.evenness, 0.995);
	arena_free(a);
} END_TEST

SUITE(replay)
{
	SUITE_TEST(places_get_free_again);
	SUITE_TEST(what_comes_at_night_waits_for_the_morning);
	SUITE_TEST(a_month_is_shared_evenly);
}
