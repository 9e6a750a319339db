#include <math.h>
#include <signal.h>

#include "experiment/assign.h"
#include "support/suite.h"

/* The published vectors of FNV-1a, 32 bits. */
static const struct { const char *in; uint32_t hash; } hashes[] = {
	{ "", 0x811c9dc5 },
	{ "a", 0xe40c292c },
	{ "foobar", 0xbf9cf968 },
	{ "spring-herov00000001", 493021288 },
	{ "spring-hero8f14e45f-ceea-467f-a9c5-1d2e3f4a5b6c", 2798028859 },
};

START_TEST(fnv_is_fnv)
{
	ck_assert_uint_eq(assign_fnv32a(str_of(hashes[_i].in)),
	    hashes[_i].hash);
} END_TEST

/* Statistics, worked example 10. */
static const struct { const char *unit; double bucket; int half, fifth; }
units[] = {
	{ "v00000001", .4458, 0, -1 },
	{ "v00000002", .7921, 1, -1 },
	{ "visitor-42", .1228, 0, -1 },
	{ "8f14e45f-ceea-467f-a9c5-1d2e3f4a5b6c", .5371, 1, 1 },
};

START_TEST(a_unit_has_its_bucket)
{
	static const double halves[] = { .5, .5 };
	struct assign_range range[2];
	double bucket = assign_bucket(STR("spring-hero"),
	    str_of(units[_i].unit));

	ck_assert_double_eq(bucket, units[_i].bucket);
	assign_ranges(halves, 2, 1, range);
	ck_assert_int_eq(assign_pick(range, 2, bucket), units[_i].half);
	assign_ranges(halves, 2, .2, range);
	ck_assert_int_eq(assign_pick(range, 2, bucket), units[_i].fifth);
} END_TEST

#define ARMS 3
static const struct {
	double weight[ARMS];
	double coverage;
	double start[ARMS], end[ARMS];
} ranges[] = {
	{ { .2, .3, .5 }, 1, { 0, .2, .2 + .3 },
	    { .2, .2 + .3, .2 + .3 + .5 } },
	{ { .2, .3, .5 }, .5, { 0, .2, .2 + .3 },
	    { .5 * .2, .2 + .5 * .3, .2 + .3 + .5 * .5 } },
	{ { .2, .3, .5 }, 7, { 0, .2, .2 + .3 },
	    { .2, .2 + .3, .2 + .3 + .5 } },
	{ { .2, .3, .5 }, -1, { 0, .2, .2 + .3 }, { 0, .2, .2 + .3 } },
	{ { .2, .3, .5 }, NAN, { 0, .2, .2 + .3 }, { 0, .2, .2 + .3 } },
	/* No weights to use: equal ones. */
	{ { .2, .3, .6 }, 1, { 0, 1.0 / 3, 1.0 / 3 + 1.0 / 3 },
	    { 1.0 / 3, 1.0 / 3 + 1.0 / 3, 1.0 / 3 + 1.0 / 3 + 1.0 / 3 } },
	{ { -.5, .5, 1 }, 1, { 0, 1.0 / 3, 1.0 / 3 + 1.0 / 3 },
	    { 1.0 / 3, 1.0 / 3 + 1.0 / 3, 1.0 / 3 + 1.0 / 3 + 1.0 / 3 } },
	{ { NAN, .5, .5 }, 1, { 0, 1.0 / 3, 1.0 / 3 + 1.0 / 3 },
	    { 1.0 / 3, 1.0 / 3 + 1.0 / 3, 1.0 / 3 + 1.0 / 3 + 1.0 / 3 } },
	/* Within .01 of one they are used as they are. */
	{ { .2, .3, .495 }, 1, { 0, .2, .2 + .3 },
	    { .2, .2 + .3, .2 + .3 + .495 } },
};

START_TEST(ranges_are_cut)
{
	struct assign_range range[ARMS];

	assign_ranges(ranges[_i].weight, ARMS, ranges[_i].coverage, range);
	for (size_t i = 0; i < ARMS; i++) {
		ck_assert_double_eq(range[i].start, ranges[_i].start[i]);
		ck_assert_double_eq(range[i].end, ranges[_i].end[i]);
	}
} END_TEST

START_TEST(a_range_holds_its_start_only)
{
	const struct assign_range range[] = { { 0, .5 }, { .5, 1 } };

	ck_assert_int_eq(assign_pick(range, 2, 0), 0);
	ck_assert_int_eq(assign_pick(range, 2, .5), 1);
	ck_assert_int_eq(assign_pick(range, 2, 1), -1);
	ck_assert_int_eq(assign_pick(range, 1, .5), -1);
	ck_assert_int_eq(assign_pick(range, 0, .1), -1);
} END_TEST

/* More coverage takes people in; it moves nobody from arm to arm. */
START_TEST(coverage_moves_nobody)
{
	static const double weight[] = { .2, .3, .5 };
	struct assign_range less[ARMS], more[ARMS];

	for (int percent = 0; percent < 100; percent += 5) {
		assign_ranges(weight, ARMS, percent / 100.0, less);
		assign_ranges(weight, ARMS, (percent + 5) / 100.0, more);
		for (int b = 0; b < ASSIGN_BUCKETS; b++) {
			double bucket = b / (double)ASSIGN_BUCKETS;
			int was = assign_pick(less, ARMS, bucket);

			ck_assert(was < 0 ||
			    was == assign_pick(more, ARMS, bucket));
		}
	}
} END_TEST

START_TEST(many_arms_share_the_buckets)
{
	double weight[ASSIGN_ARMS_MAX] = { 0 };
	struct assign_range range[ASSIGN_ARMS_MAX];

	assign_ranges(weight, ASSIGN_ARMS_MAX, 1, range);
	ck_assert_int_eq(assign_pick(range, ASSIGN_ARMS_MAX, .9999),
	    ASSIGN_ARMS_MAX - 1);
} END_TEST

START_TEST(too_many_arms_are_a_bug)
{
	static const double weight[ASSIGN_ARMS_MAX + 1];
	struct assign_range range[ASSIGN_ARMS_MAX + 1];

	assign_ranges(weight, ASSIGN_ARMS_MAX + 1, 1, range);
	ck_abort_msg("the assertion should have ended this test");
} END_TEST

SUITE(assign)
{
	SUITE_LOOP(fnv_is_fnv, COUNT(hashes));
	SUITE_LOOP(a_unit_has_its_bucket, COUNT(units));
	SUITE_LOOP(ranges_are_cut, COUNT(ranges));
	SUITE_TEST(a_range_holds_its_start_only);
	SUITE_TEST(coverage_moves_nobody);
	SUITE_TEST(many_arms_share_the_buckets);
	tcase_add_test_raise_signal(suite_case, too_many_arms_are_a_bug,
	    SIGABRT);
}
