/*
 * Experiments from beginning to end, as they are split, counted, looked at
 * and decided, many of them: without a difference a winner is rare however
 * often one looks, with one it is found.  Deterministic.  PISTE_SIMULATIONS
 * says how many; make simulate runs ten times as many.
 *
 * What can go wrong with experiments (the method's list of pitfalls), and the
 * test that would tell:
 *
 *  1 weights by a control loop: a_split_follows_its_weights
 *  2 exposure logged elsewhere than the assignment: e2e "views and exposures
 *    are told apart by class"
 *  3 views or leads as denominator: e2e "who comes again is one visitor"
 *  4 conversions before exposure, or to the last arm: rules, the_rules_hold;
 *    counting_history, every_count_agrees
 *  5 weights changed without rows: assign, weights_move_nobody_who_has_a_row;
 *    e2e "new weights move nobody who was counted"
 *  6 pooling over epochs: epoch, pooled_counts_lie; figures,
 *    epochs_are_standardised
 *  7 robots dropped by what they did: rules, the_rules_hold (R8); whether a
 *    form is a robot's is asked before its arm is known
 *  8 a cache serves one arm to all: e2e "security headers are on every answer"
 *  9 the cookie's host: e2e "the one cookie"; rows win, as in 5
 * 10 N* changed after looking: trial, a_change_while_running_has_its_effect
 * 11 read before it is ready: looks, nothing_counts_before_it_is_ready;
 *    a_few_conversions_are_no_winner
 * 12 adjusted p with plain intervals: intervals_and_p_agree
 * 13 the winner's curse: an_early_winner_is_inflated
 * 14 whole weeks: power, weeks_are_whole
 * 15 immature visitors: old_traffic_is_no_better
 * 16 a boundary of constant width: a_boundary_grows
 * 17 a bandit against its last weights: a_bandit_is_no_mismatch
 * 18 edges of ranges: assign, a_range_holds_its_start_only
 * 19 no identifier without consent: not tested, since the cookie names nobody
 *    and is asked of everybody
 * 20 previews, internal addresses: e2e "views and exposures are told apart by
 *    class"
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "experiment/assign.h"
#include "experiment/decide.h"
#include "experiment/epoch.h"
#include "experiment/looks.h"
#include "experiment/power.h"
#include "experiment/stats.h"
#include "support/suite.h"

#define ALPHA .05
#define SIMULATIONS 500
#define SIMULATIONS_MAX 100000
#define LOOKS 60
#define VISITORS_A_LOOK 100
#define ARMS_MAX 5
#define CHANCE .001	/* of more than the bound though all is well */
#define TEXT_BYTES 40

/* splitmix64 (Steele, Lea, Flood 2014). */
static uint64_t
mix(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static double
chance(uint64_t test, uint64_t n)
{
	return (double)(mix(mix(test) ^ n) >> 11) * 0x1p-53;
}

static uint32_t
simulations(void)
{
	uint32_t count = SIMULATIONS;

	(void)str_u32(str_of(getenv("PISTE_SIMULATIONS")), 1,
	    SIMULATIONS_MAX, &count);
	return count;
}

/* More than so many of n by p have a chance of CHANCE at most. */
static uint32_t
bound(uint32_t n, double p)
{
	double term = exp(n * log1p(-p)), below = term;
	uint32_t k = 0;

	for (; k < n && 1 - below > CHANCE; k++) {
		term *= (n - k) / (k + 1.) * p / (1 - p);
		below += term;
	}
	return k;
}

/* An experiment while it goes on. */
struct trial {
	uint64_t number;
	size_t arms;
	const double *weight;
	double rate[ARMS_MAX];
	double n_star;		/* of a pair */
	struct stats_arm arm[ARMS_MAX];
	struct looks looks[ARMS_MAX];	/* by treatment, from 1 */
	uint64_t visitors;
	double srm_p;		/* least of the sequential */
	bool is_naive;		/* a naive test has ever found something */
};

static void
begin(struct trial *t)
{
	t->visitors = 0;
	t->srm_p = 1;
	t->is_naive = false;
	for (size_t i = 0; i < t->arms; i++) {
		t->arm[i] = (struct stats_arm){ 0, 0 };
		looks_init(&t->looks[i], &(struct looks_plan){ .alpha = ALPHA,
			.n_star = t->n_star, .weight = { .5, .5 },
			.split_concentration = LOOKS_SPLIT_CONCENTRATION });
	}
}

/* So many visitors come, by the product's own hash. */
static void
visit(struct trial *t, uint64_t count)
{
	struct assign_range range[ARMS_MAX];
	char seed[TEXT_BYTES], unit[TEXT_BYTES];
	struct str s = { seed, (size_t)snprintf(seed, sizeof seed,
	    "simulation-%llu", (unsigned long long)t->number) };

	assign_ranges(t->weight, t->arms, 1, range);
	for (uint64_t end = t->visitors + count; t->visitors < end;
	    t->visitors++) {
		struct str u = { unit, (size_t)snprintf(unit, sizeof unit,
		    "v%llu", (unsigned long long)t->visitors) };
		int arm = assign_pick(range, t->arms, assign_bucket(s, u));

		ck_assert_int_ge(arm, 0);
		t->arm[arm].n++;
		t->arm[arm].x += chance(t->number, t->visitors) <
		    t->rate[arm];
	}
}

/* Somebody looks: at what we say, and at what a naive test would. */
static bool
look(struct trial *t)
{
	double running[ARMS_MAX] = { 1 }, naive[ARMS_MAX] = { 1 };
	double holm[ARMS_MAX];
	int64_t count[ARMS_MAX];
	size_t treatments = t->arms - 1;
	bool has_winner = false;
	double srm;

	for (size_t i = 0; i < t->arms; i++) {
		struct looks_row row;

		count[i] = t->arm[i].n;
		if (!i)
			continue;
		looks_add(&t->looks[i], t->arm[0], t->arm[i], &row);
		running[i - 1] = row.running_p;
		naive[i - 1] = stats_p(t->arm[0], t->arm[i]);
	}
	stats_holm(running, treatments, holm);
	for (size_t i = 0; i < treatments; i++)
		has_winner |= holm[i] <= ALPHA;
	stats_holm(naive, treatments, holm);
	for (size_t i = 0; i < treatments; i++)
		t->is_naive |= holm[i] <= ALPHA;
	srm = exp(-stats_srm_ln_bf(count, t->weight, t->arms,
	    STATS_SRM_CONCENTRATION));
	t->srm_p = srm < t->srm_p ? srm : t->srm_p;
	return has_winner;
}

static const struct {
	size_t arms;
	double weight[ARMS_MAX];
} splits[] = {
	{ 2, { .5, .5 } },
	{ 2, { .9, .1 } },
	{ 3, { .4, .3, .3 } },
	{ 5, { .2, .2, .2, .2, .2 } },
};
static const double baselines[] = { .01, .03, .1, .3 };

START_TEST(without_a_difference_a_winner_is_rare)
{
	uint32_t count = simulations(), winners = 0, naive = 0, alarms = 0;
	struct trial t = { .arms = splits[_i].arms,
		.weight = splits[_i].weight, .n_star = STATS_N_STAR };

	for (uint32_t i = 0; i < count; i++) {
		bool has_winner = false;

		t.number = i * COUNT(splits) + (uint64_t)_i;
		for (size_t k = 0; k < t.arms; k++)
			t.rate[k] = baselines[i % COUNT(baselines)];
		begin(&t);
		for (int k = 0; k < LOOKS; k++) {
			visit(&t, VISITORS_A_LOOK);
			has_winner |= look(&t);
		}
		winners += has_winner;
		naive += t.is_naive;
		alarms += t.srm_p < STATS_SRM_P;
	}
	ck_assert_msg(winners <= bound(count, ALPHA), "%u of %u have a winner",
	    winners, count);
	ck_assert_msg(alarms <= bound(count, STATS_SRM_P),
	    "%u of %u have an alarm", alarms, count);
	/* The same bound is one that can be missed. */
	ck_assert_msg(naive > 2 * bound(count, ALPHA),
	    "a naive test finds only %u of %u", naive, count);
} END_TEST

/* How many of count find a lift of 20 % among n visitors an arm. */
static uint32_t
found(struct trial *t, uint32_t count, double n)
{
	uint32_t winners = 0;

	for (uint32_t i = 0; i < count; i++) {
		bool has_winner = false;

		t->number = UINT64_C(1) << 40 | i;
		begin(t);
		for (int k = 0; k < LOOKS; k++) {
			visit(t, (uint64_t)(2 * n / LOOKS));
			has_winner |= look(t);
		}
		winners += has_winner && t->arm[1].x * t->arm[0].n >
		    t->arm[0].x * t->arm[1].n;
	}
	return winners;
}

/*
 * Of the size for a power of 80 % at one look of a fixed test, always-valid
 * looks find half of what there is, with twice as many visitors nine tenths.
 */
START_TEST(a_lift_is_found)
{
	const struct power_plan plan = { .baseline = .1, .alpha = ALPHA,
		.ratio = 1, .sides = 2, .variants = 2 };
	double n = power_size(&plan, .12, .8).raw;
	uint32_t count = simulations() / 4, half, most;
	struct trial t = { .arms = 2, .weight = splits[0].weight,
		.rate = { .1, .12 }, .n_star = 2 * n };

	half = found(&t, count, n);
	most = found(&t, count, 2 * n);
	ck_assert_msg(half > count * .4 && half < count * .64,
	    "%u of %u at 1 n", half, count);
	ck_assert_msg(most > count * .8 && most < count * .95,
	    "%u of %u at 2 n", most, count);
	/* The plan for looking says its 80 % of the last look alone. */
	t.n_star = 2 * power_av_size(&plan, .12, .8);
	ck_assert_uint_ge(found(&t, count, t.n_star / 2),
	    (uint32_t)(count * .8));
} END_TEST

/* Pitfall 1: visitors are split by chance, not evened out by counters. */
START_TEST(a_split_follows_its_weights)
{
	uint32_t count = simulations(), uneven = 0, equal = 0;

	for (uint32_t i = 0; i < count; i++) {
		struct trial t = { .number = UINT64_C(1) << 41 | i,
			.arms = 2, .weight = splits[0].weight,
			.n_star = STATS_N_STAR };
		int64_t n[2];

		begin(&t);
		visit(&t, 1000);
		n[0] = t.arm[0].n;
		n[1] = t.arm[1].n;
		uneven += stats_srm(n, t.weight, 2, (struct stats_srm_limit){
			.05, STATS_SRM_TOTAL_MIN }).is_flagged;
		equal += n[0] == n[1];
	}
	/* A control loop would give 0, and always the same. */
	ck_assert_uint_gt(uneven, count / 60);
	ck_assert_uint_le(uneven, bound(count, .05));
	ck_assert_uint_le(equal, bound(count, .026));
} END_TEST

/* Pitfall 11: nine to nothing is no winner yet. */
START_TEST(a_few_conversions_are_no_winner)
{
	struct looks l;
	struct looks_row row;

	looks_init(&l, &(struct looks_plan){ .alpha = ALPHA, .n_star = 200,
		.weight = { .5, .5 },
		.split_concentration = LOOKS_SPLIT_CONCENTRATION });
	looks_add(&l, (struct stats_arm){ 1000, 9 },
	    (struct stats_arm){ 1000, 200 }, &row);
	ck_assert(!row.is_ready);
	ck_assert_double_eq(row.running_p, 1);
	looks_add(&l, (struct stats_arm){ 1001, 10 },
	    (struct stats_arm){ 1001, 200 }, &row);
	ck_assert(row.is_ready);
	ck_assert_double_le(row.running_p, ALPHA);
	looks_add(&l, (struct stats_arm){ 0, 0 }, (struct stats_arm){ 5, 0 },
	    &row);
	ck_assert(!row.lift.is_known);
	ck_assert_double_eq(row.p, 1);
} END_TEST

/* Pitfall 12: an interval at alpha / (k - 1) excludes 0 when Holm's p says. */
START_TEST(intervals_and_p_agree)
{
	const struct stats_av_plan plan = { ALPHA, STATS_N_STAR };
	const double weights[] = { 1, 1, 1 }, never[] = { 1, 1 };
	const struct stats_arm control = { 4000, 400 };

	for (int64_t x = 400; x < 700; x++) {
		const struct stats_arm arm[] = { control, { 4000, x },
			{ 4000, 400 } };
		struct stats_ratio r = stats_log_ratio(control, arm[1]);
		struct stats_interval i = stats_av_lift(r, stats_av_c(&plan,
		    8000), ALPHA / 2);
		struct decide_answer a;
		struct decide_question q = { .arm = arm, .weight = weights,
			.arms = 3, .days = 30, .srm_seq_p = 1,
			.prior_p = never, .settings = decide_default };

		q.settings.n_star = STATS_N_STAR;
		decide_answer(&q, &a);
		ck_assert_int_eq(i.low > 0, a.state[0] == DECIDE_WINNING);
		ck_assert_double_eq_tol(a.av[0].low, i.low, 1e-12);
	}
} END_TEST

/* Pitfall 13: so the interval is shown, and the figure called provisional. */
START_TEST(an_early_winner_is_inflated)
{
	uint32_t count = simulations() / 2, winners = 0, covered = 0;
	double sum = 0;

	for (uint32_t i = 0; i < count; i++) {
		struct trial t = { .number = UINT64_C(1) << 42 | i,
			.arms = 2, .weight = splits[0].weight,
			.rate = { .1, .12 }, .n_star = STATS_N_STAR };
		bool is_over = false;

		begin(&t);
		for (int k = 0; k < LOOKS && !is_over; k++) {
			const struct stats_av_plan plan = { ALPHA,
				t.n_star };
			struct stats_ratio r;
			struct stats_interval av;

			visit(&t, VISITORS_A_LOOK);
			is_over = look(&t);
			if (!is_over)
				continue;
			r = stats_log_ratio(t.arm[0], t.arm[1]);
			av = stats_av_lift(r, stats_av_c(&plan,
			    (double)t.visitors), ALPHA);
			winners++;
			sum += exp(r.theta) - 1;
			covered += av.low <= .2 && .2 <= av.high;
		}
	}
	ck_assert_uint_gt(winners, 10);
	ck_assert_double_gt(sum / winners, .25);
	ck_assert_uint_gt(covered, winners * 9 / 10);
} END_TEST

/*
 * Pitfall 15: one arm's visitors came when the weights were others, and have
 * had their time; the other's have not.  Only who is mature may be compared.
 */
START_TEST(old_traffic_is_no_better)
{
	/* 10 % convert, 4 % do so at once; the rest within the window. */
	const struct stats_arm live[] = { { 9000, 900 },
		{ 1000 + 8000, 100 + 320 } };
	const struct stats_arm mature[] = { { 9000, 900 }, { 1000, 100 } };

	ck_assert_double_le(stats_p(live[0], live[1]), 1e-6);
	ck_assert_double_eq_tol(stats_p(mature[0], mature[1]), 1, 1e-9);
} END_TEST

/* Pitfall 16: a boundary of constant width is crossed sooner or later. */
START_TEST(a_boundary_grows)
{
	const struct stats_av_plan plan = { ALPHA, STATS_N_STAR };
	double before = 0;

	for (double n = STATS_N_STAR; n < 1e12; n *= 10) {
		double b = stats_av_critical(stats_av_c(&plan, n), ALPHA);

		ck_assert_double_gt(b, before);
		/* The law of the iterated logarithm asks for this much. */
		ck_assert_double_gt(b, sqrt(2 * log(log(n))));
		before = b;
	}
} END_TEST

/* Pitfall 17: what each epoch's weights sent is as it should be. */
START_TEST(a_bandit_is_no_mismatch)
{
	const struct stats_srm_limit limit = { STATS_SRM_P,
		STATS_SRM_TOTAL_MIN };
	const double even[] = { .5, .5 }, later[] = { .1, .9 };
	const struct stats_arm first[] = { { 5000, 0 }, { 5000, 0 } };
	const struct stats_arm second[] = { { 1000, 0 }, { 9000, 0 } };
	const struct epoch epoch[] = { { first, even }, { second, later } };
	const struct epoch_series s = { epoch, 2, 2 };
	const int64_t pooled[] = { 6000, 14000 };

	ck_assert(!epoch_srm(&s, limit).is_flagged);
	ck_assert(stats_srm(pooled, later, 2, limit).is_flagged);
} END_TEST

SUITE(simulation)
{
	SUITE_LOOP(without_a_difference_a_winner_is_rare, COUNT(splits));
	SUITE_TEST(a_lift_is_found);
	SUITE_TEST(a_split_follows_its_weights);
	SUITE_TEST(a_few_conversions_are_no_winner);
	SUITE_TEST(intervals_and_p_agree);
	SUITE_TEST(an_early_winner_is_inflated);
	SUITE_TEST(old_traffic_is_no_better);
	SUITE_TEST(a_boundary_grows);
	SUITE_TEST(a_bandit_is_no_mismatch);
}
