/* Tests src/draw.c. */
#include "base/buf.h"
#include "draw.h"
#include "experiment/assign.h"
#include "page/site.h"
#include "support/suite.h"

#define UNITS 4000

static double all[] = { .5, .5 }, mobile[] = { .2, .8 }, even[] = { .5, .5 };
static const struct site_leaf leaves[] = {
	{ .key = { "mobile", 6 }, .epoch = 2, .weight = mobile },
	{ .key = { "", 0 }, .epoch = 3, .weight = mobile },
	{ .is_even = true, .epoch = 4, .weight = even },
};
static const struct site_page page = { .variants = 2 };

static struct site_experiment
experiment(size_t count)
{
	return (struct site_experiment){ .page = &page, .seed = STR("s"),
		.explore = STR("s:explore"), .weight = all, .coverage = 1,
		.leaf = leaves, .leaves = count };
}

static struct str
unit(int i)
{
	return buf_fmt(suite_arena(), 20, "visitor-%d", i);
}

static int
arm_of(const struct site_experiment *x, struct str who, const char *context)
{
	struct assign_range range[SITE_VARIANTS_MAX];

	draw_ranges(x, draw_leaf(x, who, str_of(context)), who, range);
	return assign_pick(range, 2, assign_bucket(x->seed, who));
}

/* Of those who don't explore; without case. */
static const struct { const char *context; uint32_t epoch; } drawn[] = {
	{ "mobile", 2 }, { "MoBiLe", 2 }, { "", 3 }, { "mobil", 0 },
	{ "desktop", 0 },
};
START_TEST(a_context_has_its_leaf)
{
	struct site_experiment x = experiment(COUNT(leaves));
	int explorers = 0;

	for (int i = 0; i < UNITS; i++) {
		const struct site_leaf *l = draw_leaf(&x, unit(i),
		    str_of(drawn[_i].context));

		if (l && l->is_even)
			explorers++;
		else
			ck_assert_uint_eq(l ? l->epoch : 0, drawn[_i].epoch);
	}
	/* A tenth, within four standard deviations of 19. */
	ck_assert_int_gt(explorers, UNITS / 10 - 76);
	ck_assert_int_lt(explorers, UNITS / 10 + 76);
} END_TEST

START_TEST(who_explores_does_so_wherever)
{
	struct site_experiment x = experiment(COUNT(leaves));
	int second = 0, explorers = 0;

	for (int i = 0; i < UNITS; i++) {
		const struct site_leaf *l = draw_leaf(&x, unit(i),
		    STR("mobile"));
		int arm = arm_of(&x, unit(i), "mobile");

		if (!l->is_even)
			continue;
		explorers++;
		second += arm;
		ck_assert_ptr_eq(draw_leaf(&x, unit(i), STR("desktop")), l);
		ck_assert(draw_keeps(&x, unit(i), (uint32_t)arm));
		ck_assert(!draw_keeps(&x, unit(i), (uint32_t)!arm));
	}
	/* Half of some 400; four standard deviations are 40. */
	ck_assert_int_gt(second, explorers / 2 - 40);
	ck_assert_int_lt(second, explorers / 2 + 40);
} END_TEST

/* An arm stays where every context that there may be has it. */
START_TEST(an_arm_is_kept_by_every_leaf_or_none)
{
	struct site_experiment x = experiment(COUNT(leaves));
	int moving = 0;

	for (int i = 0; i < UNITS; i++) {
		int here = arm_of(&x, unit(i), "mobile");
		int there = arm_of(&x, unit(i), "desktop");

		ck_assert(draw_keeps(&x, unit(i), (uint32_t)here) ==
		    (here == there));
		moving += here != there;
	}
	/* Three of ten, but the tenth that explores. */
	ck_assert_int_gt(moving, UNITS * 27 / 100 - 120);
	ck_assert_int_lt(moving, UNITS * 27 / 100 + 120);
} END_TEST

START_TEST(without_leaves_the_hash_says_it_all)
{
	struct site_experiment x = experiment(0);

	for (int i = 0; i < 200; i++) {
		int arm = arm_of(&x, unit(i), "mobile");

		ck_assert_ptr_null(draw_leaf(&x, unit(i), STR("mobile")));
		ck_assert(draw_keeps(&x, unit(i), (uint32_t)arm));
		ck_assert(!draw_keeps(&x, unit(i), (uint32_t)!arm));
	}
	x.coverage = 0;
	ck_assert(!draw_keeps(&x, unit(1), 0) && !draw_keeps(&x, unit(1), 1));
} END_TEST

SUITE(draw)
{
	SUITE_LOOP(a_context_has_its_leaf, COUNT(drawn));
	SUITE_TEST(who_explores_does_so_wherever);
	SUITE_TEST(an_arm_is_kept_by_every_leaf_or_none);
	SUITE_TEST(without_leaves_the_hash_says_it_all);
}
