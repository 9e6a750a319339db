#include <math.h>
#include <signal.h>
#include <string.h>

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

static const struct { size_t n; char c; bool ok; } names[] = {
	{ 0, 'u', false },
	{ 1, 'u', true },
	{ ASSIGN_UNIT_BYTES_MAX, 'u', true },
	{ ASSIGN_UNIT_BYTES_MAX + 1, 'u', false },
	{ 1, '\x7f', true },
	{ 1, '\x80', false },
	{ 9, '\xff', false },
};

START_TEST(a_unit_is_ascii)
{
	char name[ASSIGN_UNIT_BYTES_MAX + 1];

	memset(name, names[_i].c, sizeof name);
	ck_assert_int_eq(assign_is_unit((struct str){ name, names[_i].n }),
	    names[_i].ok);
} END_TEST

/*
 * Two arms at halves, version 5, rows below 3 blocked.  The seed s gives v1
 * the bucket .168, so arm 0, and v3 .7163, so arm 1.
 */
#define NO_ROW UINT32_MAX
static const struct {
	const char *unit;
	uint32_t arm, version;		/* of its row, or NO_ROW */
	uint64_t archived;
	double coverage;
	int served, analysed;
	enum assign_reason reason;
	bool is_new;
} visits[] = {
	{ "v1", NO_ROW, 0, 0, 1, 0, 0, ASSIGN_ASSIGNED, true },
	{ "v3", NO_ROW, 0, 0, 1, 1, 1, ASSIGN_ASSIGNED, true },
	{ "v1", NO_ROW, 0, 0, .1, 0, -1, ASSIGN_NOT_INCLUDED, false },
	{ "v3", NO_ROW, 0, 2, 1, 0, -1, ASSIGN_NOT_INCLUDED, false },
	{ "v3", NO_ROW, 0, 1, 1, 1, 1, ASSIGN_ASSIGNED, true },
	{ "v1", 1, 5, 0, 1, 1, 1, ASSIGN_STICKY, false },
	{ "v1", 0, 5, 0, 1, 0, 0, ASSIGN_STICKY, false },
	{ "v1", 1, 5, 0, 0, 1, 1, ASSIGN_STICKY, false },
	{ "v1", 1, 5, 1, 1, 1, 1, ASSIGN_STICKY, false },
	{ "v1", 1, 5, 2, 1, 0, 1, ASSIGN_ARCHIVED, false },
	{ "v3", 0, 5, 1, 1, 0, 0, ASSIGN_ARCHIVED, false },
	{ "v1", 2, 5, 0, 1, 0, 2, ASSIGN_ARCHIVED, false },	/* gone */
	{ "v1", 1, 6, 0, 1, 1, 1, ASSIGN_STICKY, false },
	{ "v1", 1, 4, 0, 1, 0, 0, ASSIGN_ASSIGNED, true },
	{ "v1", 1, 3, 0, 1, 0, 0, ASSIGN_ASSIGNED, true },
	{ "v3", 0, 4, 0, 1, 1, 1, ASSIGN_ASSIGNED, true },
	{ "v1", 1, 4, 2, 1, 0, 0, ASSIGN_ASSIGNED, true },
	{ "v1", 1, 4, 0, .1, 0, -1, ASSIGN_NOT_INCLUDED, false },
	{ "v1", 1, 2, 0, 1, 0, -1, ASSIGN_BLOCKED, false },
	{ "v1", 1, 2, 2, 1, 0, -1, ASSIGN_BLOCKED, false },
	{ "v1", 0, 0, 0, 1, 0, -1, ASSIGN_BLOCKED, false },
};

START_TEST(a_row_goes_before_the_hash)
{
	static const double halves[] = { .5, .5 };
	struct assign_row row = { visits[_i].arm, visits[_i].version };
	struct assign_range range[2];
	struct assign_config c = { .seed = STR("s"), .range = range,
		.arms = 2, .archived = visits[_i].archived,
		.bucket_version = 5, .bucket_version_min = 3 };
	struct assign_verdict v;

	assign_ranges(halves, 2, visits[_i].coverage, range);
	v = assign_judge(&c, str_of(visits[_i].unit),
	    row.arm == NO_ROW ? NULL : &row);
	ck_assert_int_eq(v.served, visits[_i].served);
	ck_assert_int_eq(v.analysed, visits[_i].analysed);
	ck_assert_int_eq(v.reason, visits[_i].reason);
	ck_assert_int_eq(v.is_new, visits[_i].is_new);
	if (v.is_new) {
		ck_assert_int_eq(v.row.arm, visits[_i].analysed);
		ck_assert_uint_eq(v.row.bucket_version, 5);
	}
} END_TEST

/*
 * From halves to a fifth and four: without rows three visitors of ten would
 * change sides; with them nobody does.
 */
START_TEST(weights_move_nobody_who_has_a_row)
{
	static const double before[] = { .5, .5 }, after[] = { .2, .8 };
	struct assign_range range[2];
	struct assign_config c = { .seed = STR("s"), .range = range,
		.arms = 2, .bucket_version = 1 };
	int moved = 0;

	for (char unit[] = "0000"; unit[0] <= '9'; unit[0]++) {
		struct assign_verdict was, is;

		assign_ranges(before, 2, 1, range);
		was = assign_judge(&c, str_of(unit), NULL);
		assign_ranges(after, 2, 1, range);
		is = assign_judge(&c, str_of(unit), &was.row);
		ck_assert_int_eq(is.served, was.served);
		moved += assign_judge(&c, str_of(unit), NULL).served !=
		    was.served;
	}
	ck_assert_int_gt(moved, 0);
} END_TEST

SUITE_APART(assign)
{
	SUITE_LOOP(a_unit_is_ascii, COUNT(names));
	SUITE_LOOP(a_row_goes_before_the_hash, COUNT(visits));
	SUITE_TEST(weights_move_nobody_who_has_a_row);
	SUITE_LOOP(fnv_is_fnv, COUNT(hashes));
	SUITE_LOOP(a_unit_has_its_bucket, COUNT(units));
	SUITE_LOOP(ranges_are_cut, COUNT(ranges));
	SUITE_TEST(a_range_holds_its_start_only);
	SUITE_TEST(coverage_moves_nobody);
	SUITE_TEST(many_arms_share_the_buckets);
	tcase_add_test_raise_signal(suite_case, too_many_arms_are_a_bug,
	    SIGABRT);
}
