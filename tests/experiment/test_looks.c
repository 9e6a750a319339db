#include <math.h>

#include "experiment/looks.h"
#include "support/suite.h"

static const struct looks_plan plan = { .05, 5000, { .5, .5 },
	LOOKS_SPLIT_CONCENTRATION };

static struct looks_row
look(struct looks *l, struct stats_arm a, struct stats_arm b)
{
	struct looks_row row;

	looks_add(l, a, b, &row);
	return row;
}

/* Far apart, but one conversion short of being ready. */
static const struct { int64_t x; bool is_ready; } readiness[] = {
	{ 9, false }, { 10, true },
};
START_TEST(nothing_counts_before_it_is_ready)
{
	struct looks_row row;
	struct looks l;

	looks_init(&l, &plan);
	row = look(&l, (struct stats_arm){ 5000, readiness[_i].x },
	    (struct stats_arm){ 5000, 100 });
	ck_assert_int_eq(row.is_ready, readiness[_i].is_ready);
	ck_assert(row.p < .001);
	ck_assert_double_eq(row.running_p, row.is_ready ? row.p : 1);
	ck_assert_int_eq(l.first_significant, row.is_ready ? 0 : LOOKS_NONE);
} END_TEST

START_TEST(the_least_p_stays)
{
	struct looks_row first, second, third;
	struct looks l;

	looks_init(&l, &plan);
	first = look(&l, (struct stats_arm){ 1000, 50 },
	    (struct stats_arm){ 1000, 60 });
	second = look(&l, (struct stats_arm){ 2000, 100 },
	    (struct stats_arm){ 2000, 200 });
	third = look(&l, (struct stats_arm){ 4000, 300 },
	    (struct stats_arm){ 4000, 310 });
	ck_assert_double_eq(first.running_p, 1);
	ck_assert(second.p < .05);
	ck_assert_double_eq(second.running_p, second.p);
	ck_assert(third.p > second.p);
	ck_assert_double_eq(third.running_p, second.p);
	ck_assert_double_eq(third.split_p, second.split_p);
	ck_assert_int_eq(l.first_significant, 1);
} END_TEST

START_TEST(the_split_needs_no_visitors)
{
	struct looks_row row;
	struct looks l;

	looks_init(&l, &plan);
	row = look(&l, (struct stats_arm){ 0, 0 }, (struct stats_arm){ 0, 0 });
	ck_assert(!row.lift.is_known);
	ck_assert_double_eq(row.p, 1);
	ck_assert_double_eq_tol(row.split_p, 1, 1e-12);
	row = look(&l, (struct stats_arm){ 500, 0 },
	    (struct stats_arm){ 500, 60 });
	ck_assert(!row.lift.is_known);
	ck_assert_double_eq(row.running_p, 1);
	ck_assert(row.split_p < .001);
} END_TEST

SUITE(looks)
{
	SUITE_LOOP(nothing_counts_before_it_is_ready, COUNT(readiness));
	SUITE_TEST(the_least_p_stays);
	SUITE_TEST(the_split_needs_no_visitors);
}
