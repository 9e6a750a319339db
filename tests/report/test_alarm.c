/* Tests src/report/alarm.c. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "report/alarm.h"
#include "support/suite.h"

#define DAYS_JUDGED 4000	/* of a simulation */
#define ALPHA .002

/* Weeks alike, weekends a fifth of a working day. */
static void
usual(struct alarm_day *day, double count, double of)
{
	for (size_t i = 0; i < ALARM_DAYS; i++) {
		double share = i % 7 > 4 ? .2 : 1;

		day[i] = (struct alarm_day){ count * share, of * share };
	}
}

/* The last seven days and the last one, as counts of what is usual's share. */
static const struct {
	double count;		/* of a working day */
	double of;
	double factor;		/* the last seven days' count, times */
	size_t span;
	enum alarm_side side;
} cases[] = {
	{ 20, 500, 1, 7, ALARM_NONE },
	{ 20, 500, .75, 7, ALARM_NONE },	/* 78 of 104: might be */
	{ 20, 500, .5, 7, ALARM_LOW },
	{ 20, 500, 0, 7, ALARM_LOW },
	{ 20, 500, 2, 7, ALARM_HIGH },
	{ 20, 500, .9, 1, ALARM_NONE },
	{ 20, 500, 0, 1, ALARM_NONE },		/* a Sunday: none of four */
	{ 200, 5000, 0, 1, ALARM_LOW },		/* none of forty */
	{ 1, 50, 0, 7, ALARM_NONE },		/* none of five */
	{ 4, 50, 0, 7, ALARM_LOW },
	{ 0, 50, 1, 7, ALARM_NONE },
	/* Certain, and nobody's worry; then not. */
	{ 100000, 1e6, 1.2, 7, ALARM_NONE },
	{ 100000, 1e6, 1.26, 7, ALARM_HIGH },
	{ 100000, 1e6, .81, 7, ALARM_NONE },
	{ 100000, 1e6, .79, 7, ALARM_LOW },
	{ 20, 0, 1, 7, ALARM_NONE },
};

START_TEST(a_figure_is_held_against_its_weekdays)
{
	struct alarm_day day[ALARM_DAYS];
	struct alarm_verdict v;

	usual(day, cases[_i].count, cases[_i].of);
	for (size_t i = ALARM_DAYS - 7; i < ALARM_DAYS; i++)
		day[i].count *= cases[_i].factor;
	v = alarm_judge(day, cases[_i].span, ALARM_BOTH, ALPHA);
	ck_assert_int_eq(v.side, cases[_i].side);
	ck_assert(isfinite(v.p) && v.p >= 0 && v.p <= 1);
	ck_assert_double_eq(v.spread, 1);
	/* The band says the same as the side. */
	if (v.is_judged) {
		double rate = v.count / v.of;

		ck_assert_int_eq(v.side == ALARM_LOW,
		    rate < v.low - 1e-9 || (rate <= v.low && rate > 0 &&
		    v.side == ALARM_LOW) || (rate <= v.low && v.low > 0));
		ck_assert_int_eq(v.side == ALARM_HIGH, rate >= v.high);
	}
} END_TEST

START_TEST(a_side_may_be_nobodys_worry)
{
	struct alarm_day day[ALARM_DAYS];

	usual(day, 20, 500);
	for (size_t i = ALARM_DAYS - 7; i < ALARM_DAYS; i++)
		day[i].count *= _i ? 3 : .1;
	ck_assert_int_eq(alarm_judge(day, 7, _i ? ALARM_LOW_ALONE :
	    ALARM_HIGH_ALONE, ALPHA).side, ALARM_NONE);
	ck_assert_int_eq(alarm_judge(day, 7, _i ? ALARM_HIGH_ALONE :
	    ALARM_LOW_ALONE, ALPHA).side, _i ? ALARM_HIGH : ALARM_LOW);
} END_TEST

/* The same sum on other weekdays is another thing. */
START_TEST(the_day_of_the_week_counts)
{
	struct alarm_day day[ALARM_DAYS];

	usual(day, 100, 1);
	for (size_t i = 0; i < ALARM_DAYS; i++)
		day[i].of = 1;	/* counts alone, however many came */
	ck_assert_int_eq(alarm_judge(day, 1, ALARM_BOTH, ALPHA).side,
	    ALARM_NONE);
	day[ALARM_DAYS - 1].count = 100;
	ck_assert_int_eq(alarm_judge(day, 1, ALARM_BOTH, ALPHA).side,
	    ALARM_HIGH);
} END_TEST

/* n weekdays of before are too few, n + 1 are enough. */
START_TEST(too_little_is_known_of_what_is_new)
{
	struct alarm_day day[ALARM_DAYS];
	size_t unknown = ALARM_WEEKS * 7 - ALARM_DAYS_MIN + !_i;

	usual(day, 20, 500);
	for (size_t i = 0; i < unknown; i++)
		day[i] = (struct alarm_day){ 0, 0 };
	for (size_t i = ALARM_DAYS - 7; i < ALARM_DAYS; i++)
		day[i].count = 0;
	ck_assert_int_eq(alarm_judge(day, 7, ALARM_BOTH, ALPHA).is_judged,
	    _i);
	ck_assert_int_eq(alarm_judge(day, 7, ALARM_BOTH, ALPHA).side,
	    _i ? ALARM_LOW : ALARM_NONE);
} END_TEST

/* Leads of before there were visitors to count, or costs. */
START_TEST(a_day_of_no_exposure_tells_nothing)
{
	struct alarm_day day[ALARM_DAYS];
	struct alarm_verdict v;

	usual(day, 20, 500);
	for (size_t i = 0; i < 4 * 7; i++)
		day[i].of = _i ? -500 : 0;
	v = alarm_judge(day, 7, ALARM_BOTH, ALPHA);
	ck_assert(v.is_judged);
	ck_assert_int_eq(v.side, ALARM_NONE);
	ck_assert_double_eq(v.spread, 1);
	day[ALARM_DAYS - 1].of = 0;
	ck_assert_double_eq(alarm_judge(day, 7, ALARM_BOTH, ALPHA).count,
	    104);
	ck_assert(!alarm_judge(day, 1, ALARM_BOTH, ALPHA).is_judged);
	for (size_t i = ALARM_WEEKS * 7; i < ALARM_DAYS - 1; i++)
		day[i].count = 0;
	/* A lead is one, whenever somebody was seen. */
	ck_assert_int_eq(alarm_silent(day, ALPHA).side, ALARM_NONE);
	day[ALARM_DAYS - 1].count = 0;
	ck_assert_int_eq(alarm_silent(day, ALPHA).side, ALARM_LOW);
} END_TEST

/* Fairs and mailings are usual where they are. */
START_TEST(what_swings_has_a_wider_band)
{
	struct alarm_day day[ALARM_DAYS];
	struct alarm_verdict v;

	usual(day, 20, 500);
	for (size_t i = 0; i < ALARM_WEEKS * 7; i++)
		day[i].count *= i / 7 % 2 ? .2 : 1.8;
	for (size_t i = ALARM_WEEKS * 7; i < ALARM_DAYS; i++)
		day[i].count *= .5;
	v = alarm_judge(day, 7, ALARM_BOTH, ALPHA);
	ck_assert_double_gt(v.spread, 5);
	ck_assert_int_eq(v.side, ALARM_NONE);
} END_TEST

static const struct {
	size_t days;		/* with visitors, of before */
	double leads;		/* each of them */
	double visitors;	/* of each day */
	double now;		/* leads of the last day */
	enum alarm_side side;
} silences[] = {
	{ 56, 4, 100, 0, ALARM_LOW },
	{ 56, 4, 100, 1, ALARM_NONE },
	{ 56, .2, 100, 0, ALARM_NONE },		/* it has such weeks */
	{ 56, 0, 20, 0, ALARM_NONE },		/* 140 visitors */
	{ 56, 0, 200, 0, ALARM_LOW },		/* 1400 */
	{ 0, 0, 88, 0, ALARM_NONE },		/* .99^616 is .00205 */
	{ 0, 0, 89, 0, ALARM_LOW },		/* .99^623 is .00191 */
	{ 0, 0, 0, 0, ALARM_NONE },
};

START_TEST(visitors_without_leads_are_told)
{
	struct alarm_day day[ALARM_DAYS] = { { 0, 0 } };

	for (size_t i = ALARM_WEEKS * 7 - silences[_i].days; i < ALARM_DAYS;
	    i++)
		day[i] = (struct alarm_day){ i < ALARM_WEEKS * 7 ?
			silences[_i].leads : 0, silences[_i].visitors };
	day[ALARM_DAYS - 1].count = silences[_i].now;
	ck_assert_int_eq(alarm_silent(day, ALPHA).side, silences[_i].side);
} END_TEST

/* Numbers of a simulation: the same in each run (splitmix64). */
static double
chance(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return ((double)((z ^ z >> 31) >> 11) + .5) * 0x1p-53;
}

/* By exponential waits; means of some dozens. */
static double
poisson(uint64_t *state, double mean)
{
	double n = -1;

	for (double t = 0; t < mean; n++)
		t -= log(chance(state));
	return fmax(n, 0);
}

/*
 * Gamma-Poisson: variance spread times the mean.  The gamma of whole shape is
 * a sum of exponentials.
 */
static double
swinging(uint64_t *state, double mean, double spread)
{
	double shape = round(mean / (spread - 1)), sum = 0;

	for (double i = 0; i < shape; i++)
		sum -= log(chance(state));
	return poisson(state, sum * (spread - 1));
}

static const struct {
	double count;
	double spread;		/* 1: Poisson */
	double most;		/* alarms, as multiples of alpha */
} worlds[] = {
	{ .2, 1, 1 }, { 1, 1, 1 }, { 4, 1, 1.3 }, { 20, 1, 1.3 },
	{ 6, 2, 3 }, { 20, 3, 3 },
};

/*
 * False alarms are as rare as they are said to be: with small numbers rarer,
 * and where days swing, of which 56 days are an estimate, not many times more.
 */
START_TEST(false_alarms_are_rare)
{
	static struct alarm_day day[DAYS_JUDGED + ALARM_DAYS];
	double alpha = .02, spread = worlds[_i].spread;
	uint64_t state = 7 + (uint64_t)_i;
	size_t alarms[2] = { 0, 0 };

	for (size_t i = 0; i < COUNT(day); i++) {
		double share = i % 7 > 4 ? .5 : 1;
		double mean = worlds[_i].count * share;

		day[i] = (struct alarm_day){ spread > 1 ?
			swinging(&state, mean, spread) :
			poisson(&state, mean), 1000 * share };
	}
	for (size_t i = 0; i < DAYS_JUDGED; i++)
		for (size_t k = 0; k < 2; k++)
			alarms[k] += alarm_judge(day + i, k ? 7 : 1,
			    ALARM_BOTH, alpha).side != ALARM_NONE;
	for (size_t k = 0; k < 2; k++)
		ck_assert_msg((double)alarms[k] <= worlds[_i].most * alpha *
		    DAYS_JUDGED, "%zu of %d days, span %d", alarms[k],
		    DAYS_JUDGED, k ? 7 : 1);
} END_TEST

/* A page that fell to a quarter is found in a week, nine of ten times. */
START_TEST(what_breaks_is_found)
{
	uint64_t state = 3;
	size_t found = 0;

	for (int round = 0; round < 200; round++) {
		struct alarm_day day[ALARM_DAYS];

		for (size_t i = 0; i < ALARM_DAYS; i++)
			day[i] = (struct alarm_day){ poisson(&state,
			    i < ALARM_DAYS - 7 ? 6 : 1.5), 100 };
		found += alarm_judge(day, 7, ALARM_BOTH, ALPHA / 10).side ==
		    ALARM_LOW;
	}
	ck_assert_msg(found >= 180, "%zu of 200", found);
} END_TEST

SUITE(alarm)
{
	SUITE_LOOP(a_figure_is_held_against_its_weekdays, COUNT(cases));
	SUITE_LOOP(a_side_may_be_nobodys_worry, 2);
	SUITE_TEST(the_day_of_the_week_counts);
	SUITE_LOOP(too_little_is_known_of_what_is_new, 2);
	SUITE_LOOP(a_day_of_no_exposure_tells_nothing, 2);
	SUITE_TEST(what_swings_has_a_wider_band);
	SUITE_LOOP(visitors_without_leads_are_told, COUNT(silences));
	SUITE_LOOP(false_alarms_are_rare, COUNT(worlds));
	SUITE_TEST(what_breaks_is_found);
}
