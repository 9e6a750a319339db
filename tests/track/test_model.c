/*
 * Tests of track/model.c: examples worked by hand, and what holds of any
 * paths.
 */
#include <math.h>
#include <signal.h>
#include <string.h>

#include "support/suite.h"
#include "track/model.h"

#define DAY INT64_C(86400000)
#define NEAR 1e-12
#define KEYS 7
#define PATHS 60
#define SEEDS 8

/* Touches every 7 days, the last one on the day of the success. */
static struct model_path
weekly(struct model_touch *touch, const char *keys, bool is_won)
{
	size_t n = strlen(keys);

	for (size_t i = 0; i < n; i++)
		touch[i] = (struct model_touch){ (size_t)(keys[i] - 'a'),
		    (int64_t)i * 7 * DAY };
	return (struct model_path){ touch, n, 1, is_won };
}

static const struct {
	const char *keys;
	enum model_kind kind;
	double share[5];
} shares[] = {
	{ "a", MODEL_FIRST, { 1 } },
	{ "a", MODEL_LAST, { 1 } },
	{ "a", MODEL_LINEAR, { 1 } },
	{ "a", MODEL_POSITION, { 1 } },
	{ "a", MODEL_DECAY, { 1 } },
	{ "ab", MODEL_POSITION, { .5, .5 } },
	{ "ab", MODEL_DECAY, { 1.0 / 3, 2.0 / 3 } },
	{ "abc", MODEL_FIRST, { 1, 0, 0 } },
	{ "abc", MODEL_LAST, { 0, 0, 1 } },
	{ "abc", MODEL_LINEAR, { 1.0 / 3, 1.0 / 3, 1.0 / 3 } },
	{ "abc", MODEL_POSITION, { .4, .2, .4 } },
	{ "abc", MODEL_DECAY, { 1.0 / 7, 2.0 / 7, 4.0 / 7 } },
	{ "abcde", MODEL_POSITION, { .4, .2 / 3, .2 / 3, .2 / 3, .4 } },
	{ "abac", MODEL_LINEAR, { .25, .25, .25, .25 } },
};

START_TEST(a_path_is_shared_as_worked_by_hand)
{
	struct model_touch touch[5];
	struct model_path p = weekly(touch, shares[_i].keys, true);
	double got[5];

	model_share(shares[_i].kind, &p, got);
	for (size_t i = 0; i < p.touches; i++)
		ck_assert_double_eq_tol(got[i], shares[_i].share[i], NEAR);
} END_TEST

/* A year of touches, and all at once: no share runs out of digits. */
START_TEST(old_touches_decay)
{
	struct model_touch touch[] = { { 0, 0 }, { 1, 3660 * DAY },
		{ 2, 3660 * DAY } };
	struct model_path p = { touch, 3, 1, true };
	double got[3];

	model_share(MODEL_DECAY, &p, got);
	ck_assert_double_eq_tol(got[0], 0, NEAR);
	ck_assert_double_eq_tol(got[1], .5, NEAR);
	ck_assert_double_eq_tol(got[2], .5, NEAR);
} END_TEST

struct journey {
	const char *keys;
	int won;
	int lost;
};
static const struct {
	size_t keys;
	struct journey journey[4];
	double effect[4];
	int64_t credit[4];	/* in thousandths */
} chains[] = {
	/*
	 * 1 a b c won, 1 a lost, 1 b c lost.  From the start to a 2/3, to b
	 * 1/3; a to b 1/2; b to c; c to success 1/2: success 1/3.  Without a
	 * 1/6, without b or c nothing: effects 1/2, 1, 1.
	 */
	{ 3, { { "abc", 1, 0 }, { "a", 0, 1 }, { "bc", 0, 1 } },
	    { .5, 1, 1 }, { 200, 400, 400 } },
	/*
	 * 2 a won, 1 b won, 1 a b won, 1 a lost.  To a 4/5, to b 1/5; a to
	 * success 1/2, to b 1/4; b to success: success 1/5 + 4/5 (1/2 + 1/4) =
	 * 4/5.  Without a 1/5, without b 2/5: effects 3/4, 1/2.
	 */
	{ 2, { { "a", 2, 1 }, { "b", 1, 0 }, { "ab", 1, 0 } },
	    { .75, .5 }, { 2400, 1600 } },
	/* A step to itself changes nothing; c leads nowhere, d is not seen. */
	{ 4, { { "aaa", 2, 1 }, { "bb", 1, 0 }, { "ab", 1, 0 },
	    { "ac", 0, 4 } }, { -1 }, { -1 } },
	/* Whoever succeeds, nothing is known of why: all are needed. */
	{ 2, { { "ab", 3, 0 } }, { 1, 1 }, { 1500, 1500 } },
	{ 2, { { "ab", 0, 3 } }, { 0, 0 }, { 0, 0 } },
};

static struct model *
chain(const struct journey *j, size_t count, size_t keys)
{
	struct model *m = model_new(suite_arena(), keys);
	struct model_touch touch[8];

	for (size_t i = 0; i < count && j[i].keys; i++) {
		struct model_path p = weekly(touch, j[i].keys, true);

		for (int n = 0; n < j[i].won + j[i].lost; n++) {
			p.is_won = n < j[i].won;
			model_add(m, &p);
		}
	}
	return m;
}

START_TEST(removal_is_as_worked_by_hand)
{
	size_t keys = chains[_i].keys;
	struct model *m = chain(chains[_i].journey, 4, keys);
	int64_t credit[4];
	double effect[4];

	model_removal(m, effect);
	model_credit(m, MODEL_MARKOV, 1000, credit);
	for (size_t k = 0; k < keys && chains[_i].effect[0] >= 0; k++) {
		ck_assert_double_eq_tol(effect[k], chains[_i].effect[k],
		    NEAR);
		ck_assert_int_eq(credit[k], chains[_i].credit[k]);
	}
	for (size_t k = 2; k < keys && chains[_i].effect[0] < 0; k++)
		ck_assert(effect[k] == 0 && credit[k] == 0);
} END_TEST

/* Paths by chance, the same for a seed; all that are lost end in one key. */
struct lot {
	struct model_touch touch[PATHS][8];
	struct model_path path[PATHS];
};

static uint64_t
draw(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) +
	    UINT64_C(1442695040888963407);
	return *seed >> 33;
}

static struct lot *
lot_of(uint64_t seed)
{
	struct lot *l = ARENA_NEW(suite_arena(), struct lot);

	for (size_t i = 0; i < PATHS; i++) {
		bool is_won = draw(&seed) % 3 != 0;
		size_t n = 1 + draw(&seed) % 8;
		int64_t at = 0;

		for (size_t t = 0; t < n; t++) {
			at += (int64_t)(draw(&seed) % (9 * DAY));
			l->touch[i][t] = (struct model_touch){
			    draw(&seed) % (KEYS - 1), at };
		}
		if (!is_won)
			l->touch[i][n - 1].key = KEYS - 1;
		l->path[i] = (struct model_path){ l->touch[i], n,
		    (int64_t)(draw(&seed) % 100000) - 20000, is_won };
	}
	return l;
}

static struct model *
model_of(const struct lot *l)
{
	struct model *m = model_new(suite_arena(), KEYS);

	for (size_t i = 0; i < PATHS; i++)
		model_add(m, &l->path[i]);
	return m;
}

START_TEST(shares_sum_to_one)
{
	struct lot *l = lot_of((uint64_t)_i);
	double share[8];

	for (size_t i = 0; i < PATHS; i++)
		for (int kind = 0; kind < MODEL_MARKOV; kind++) {
			double sum = 0;

			model_share((enum model_kind)kind, &l->path[i],
			    share);
			for (size_t t = 0; t < l->path[i].touches; t++) {
				ck_assert(share[t] >= 0 && share[t] <= 1);
				sum += share[t];
			}
			ck_assert_double_eq_tol(sum, 1, NEAR);
		}
} END_TEST

START_TEST(credits_sum_to_the_total)
{
	struct lot *l = lot_of((uint64_t)_i);
	struct model *m = model_of(l);
	struct model_sums s = model_sums(m);
	int64_t credit[KEYS], value = 0;

	for (size_t i = 0; i < PATHS; i++)
		value += l->path[i].is_won ? l->path[i].value : 0;
	ck_assert_int_eq(s.value, value);
	ck_assert_int_eq(s.paths, PATHS);
	for (int kind = 0; kind < MODEL_KINDS; kind++)
		for (int64_t unit = 1; unit <= 100; unit *= 100) {
			int64_t sum = 0;

			model_credit(m, (enum model_kind)kind, unit, credit);
			for (size_t k = 0; k < KEYS; k++)
				sum += credit[k];
			ck_assert_int_eq(sum, value * unit);
		}
} END_TEST

/* A key that nothing is won from gets nothing, by no model. */
START_TEST(a_null_player_gets_nothing)
{
	struct model *m = model_of(lot_of((uint64_t)_i));
	int64_t credit[KEYS];
	double effect[KEYS];

	model_removal(m, effect);
	ck_assert(effect[KEYS - 1] == 0);
	for (int kind = 0; kind < MODEL_KINDS; kind++) {
		model_credit(m, (enum model_kind)kind, 100, credit);
		ck_assert_int_eq(credit[KEYS - 1], 0);
	}
} END_TEST

/* Other names for the keys, in another order of paths: the same effects. */
START_TEST(names_and_order_do_not_matter)
{
	struct lot *l = lot_of((uint64_t)_i);
	struct model *m = model_of(l), *n = model_new(suite_arena(), KEYS);
	double was[KEYS], is[KEYS];

	for (size_t i = PATHS; i-- > 0; ) {
		for (size_t t = 0; t < l->path[i].touches; t++)
			l->touch[i][t].key = (l->touch[i][t].key * 3 + 2) %
			    KEYS;
		model_add(n, &l->path[i]);
	}
	model_removal(m, was);
	model_removal(n, is);
	for (size_t k = 0; k < KEYS; k++)
		ck_assert_double_eq_tol(is[(k * 3 + 2) % KEYS], was[k], NEAR);
} END_TEST

/* The chance of success, whoever comes to `without` failing: by many steps. */
static double
by_steps(const struct lot *l, size_t without)
{
	double n[KEYS + 1][KEYS + 1] = { { 0 } }, all[KEYS + 1] = { 0 },
	    at[KEYS + 1] = { [KEYS] = 1 }, won = 0;

	for (size_t i = 0; i < PATHS; i++) {
		size_t from = KEYS;

		for (size_t t = 0; t < l->path[i].touches; t++) {
			n[from][l->touch[i][t].key]++;
			all[from]++;
			from = l->touch[i][t].key;
		}
		n[from][KEYS] += l->path[i].is_won;
		all[from]++;
	}
	for (int step = 0; step < 2000; step++) {
		double next[KEYS + 1] = { 0 };

		for (size_t i = 0; i <= KEYS; i++)
			for (size_t k = 0; k < KEYS && all[i] > 0; k++)
				if (k != without)
					next[k] += at[i] * n[i][k] / all[i];
		for (size_t i = 0; i < KEYS; i++)
			won += all[i] > 0 ? at[i] * n[i][KEYS] / all[i] : 0;
		memcpy(at, next, sizeof at);
	}
	return won;
}

START_TEST(removal_is_what_removing_does)
{
	struct lot *l = lot_of((uint64_t)_i);
	double effect[KEYS], whole = by_steps(l, KEYS);

	model_removal(model_of(l), effect);
	for (size_t k = 0; k < KEYS; k++)
		ck_assert_double_eq_tol(effect[k], 1 - by_steps(l, k) / whole,
		    1e-9);
} END_TEST

/* As many keys and touches as there may be. */
START_TEST(the_limits_hold)
{
	struct model *m = model_new(suite_arena(), MODEL_KEYS_MAX);
	struct model_touch touch[MODEL_TOUCHES_MAX];
	struct model_path p = { touch, MODEL_TOUCHES_MAX, 1, true };
	int64_t credit[MODEL_KEYS_MAX], sum = 0;

	for (size_t i = 0; i < MODEL_TOUCHES_MAX; i++)
		touch[i] = (struct model_touch){ i % MODEL_KEYS_MAX,
		    (int64_t)i };
	model_add(m, &p);
	model_credit(m, MODEL_MARKOV, 100, credit);
	for (size_t k = 0; k < MODEL_KEYS_MAX; k++)
		sum += credit[k];
	ck_assert_int_eq(sum, 100);
} END_TEST

START_TEST(too_much_is_a_mistake_of_ours)
{
	static struct model_touch touch[MODEL_TOUCHES_MAX + 1];
	struct model_path p = { touch, MODEL_TOUCHES_MAX + 1, 1, true };

	if (_i == 0)
		(void)model_new(suite_arena(), MODEL_KEYS_MAX + 1);
	else
		model_add(model_new(suite_arena(), 1), &p);
} END_TEST

SUITE_APART(model)
{
	SUITE_LOOP(a_path_is_shared_as_worked_by_hand, COUNT(shares));
	SUITE_TEST(old_touches_decay);
	SUITE_LOOP(removal_is_as_worked_by_hand, COUNT(chains));
	SUITE_LOOP(shares_sum_to_one, SEEDS);
	SUITE_LOOP(credits_sum_to_the_total, SEEDS);
	SUITE_LOOP(a_null_player_gets_nothing, SEEDS);
	SUITE_LOOP(names_and_order_do_not_matter, SEEDS);
	SUITE_LOOP(removal_is_what_removing_does, SEEDS);
	SUITE_TEST(the_limits_hold);
	tcase_add_loop_test_raise_signal(suite_case,
	    too_much_is_a_mistake_of_ours, SIGABRT, 0, 2);
}
