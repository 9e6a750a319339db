/*
 * Implements banditline.h: reads and writes JSON, the arithmetic is bandit's
 * and bayes'.
 */
#include <math.h>

#include "experiment/bandit.h"
#include "experiment/bayes.h"
#include "experiment/jsonline.h"
#include "experiment/testread.h"
#include "experiment/banditline.h"

#define SUM_LOW .99
#define SUM_HIGH 1.01

static const struct jsonline_range floors = { 0, 1, -1,
	"floor: must be from 0 to 1" };
static const struct jsonline_range visitors = { 0, STATS_COUNT_MAX,
	BANDIT_VISITORS_MIN, "min_visitors_per_arm: must be from 0 to 1e12" };
static const struct jsonline_range weights = { 0, 1, NAN,
	"current_weights: must be numbers from 0 to 1, one for each arm" };

#define LEAVES_MAX 1000

struct question {
	struct stats_arm arm[BANDIT_ARMS_MAX];
	size_t arms;
	struct bayes_beta prior;
	double floor;
	double visitors_min;
	double current[BANDIT_ARMS_MAX];
};

static void
read_weights(struct jsonline *q, struct question *asked)
{
	const json_t *list = jsonline_member(q, "current_weights");
	double sum = 0;

	for (size_t i = 0; i < asked->arms; i++)
		asked->current[i] = 1 / (double)asked->arms;
	if (!list || json_is_null(list))
		return;
	if (jsonline_numbers(q, list, &weights, BANDIT_ARMS_MAX,
	    asked->current) != asked->arms)
		jsonline_fail(q, weights.error);
	for (size_t i = 0; i < asked->arms; i++)
		sum += asked->current[i];
	if (sum < SUM_LOW || sum > SUM_HIGH)
		jsonline_fail(q, "current_weights: must sum to 1");
}

static bool
read_question(struct jsonline *q, struct question *asked)
{
	asked->arms = jsonline_arms(q, jsonline_member(q, "n"),
	    jsonline_member(q, "x"), asked->arm);
	if (q->error)
		return false;
	asked->prior = testread_prior(q);
	asked->floor = jsonline_number(q, "floor", &floors);
	if (asked->floor < 0)
		asked->floor = bandit_floor(asked->arms);
	asked->visitors_min = jsonline_number(q, "min_visitors_per_arm",
	    &visitors);
	read_weights(q, asked);
	return !q->error;
}

static bool
read_leaf(struct jsonline *q, const json_t *from, const struct question *asked,
    struct stats_arm *arm)
{
	if (!json_is_object(from))
		return jsonline_fail(q, "leaves: must be objects of n and x");
	return jsonline_arms(q, json_object_get(from, "n"),
	    json_object_get(from, "x"), arm) == asked->arms ||
	    jsonline_fail(q, "leaves: must have the same arms as n");
}

/* The weights of each leaf; NULL when one can't be read. */
static json_t *
tell_leaves(struct jsonline *q, const json_t *list,
    const struct question *asked)
{
	json_t *out = json_array();
	const json_t *one;
	size_t i;

	json_array_foreach((json_t *)list, i, one) {
		struct stats_arm arm[BANDIT_ARMS_MAX];
		int64_t bucket[BANDIT_ARMS_MAX];
		struct bandit_leaf leaf;

		if (!read_leaf(q, one, asked, arm)) {
			json_decref(out);
			return NULL;
		}
		bandit_leaf(arm, asked->arm, asked->arms, asked->floor, &leaf);
		bandit_buckets(leaf.weight, asked->arms, bucket);
		json_array_append_new(out, json_pack("{s:b, s:o, s:o, s:o}",
		    "ready", leaf.is_ready,
		    "p_best", jsonline_reals(leaf.p_best, asked->arms),
		    "weights", jsonline_reals(leaf.weight, asked->arms),
		    "bucket_weights_10000", jsonline_integers(bucket,
			asked->arms)));
	}
	return out;
}

/* "leaves" beside got, when they are asked for; got, or NULL. */
static json_t *
add_leaves(struct jsonline *q, const struct question *asked, json_t *got)
{
	const json_t *list = jsonline_member(q, "leaves");
	json_t *leaves;

	if (!list || json_is_null(list))
		return got;
	if (!json_is_array(list) || json_array_size(list) > LEAVES_MAX)
		jsonline_fail(q, "leaves: must be a list of at most 1000");
	leaves = q->error ? NULL : tell_leaves(q, list, asked);
	if (leaves) {
		json_object_set_new(got, "leaves", leaves);
		return got;
	}
	json_decref(got);
	return NULL;
}

json_t *
banditline_answer(struct jsonline *q)
{
	double best[BANDIT_ARMS_MAX], raw[BANDIT_ARMS_MAX], pvr95;
	struct bayes_beta beta[BANDIT_ARMS_MAX];
	int64_t bucket[BANDIT_ARMS_MAX];
	const double *applied;
	struct question asked;
	size_t leader;
	bool is_ready;

	if (!read_question(q, &asked))
		return NULL;
	for (size_t i = 0; i < asked.arms; i++)
		beta[i] = bayes_posterior(asked.arm[i], asked.prior);
	bayes_best(beta, asked.arms, best);
	leader = bandit_leader(best, asked.arms);
	pvr95 = bayes_pvr95(beta, asked.arms, leader);
	bandit_weights(best, asked.arms, asked.floor, raw);
	is_ready = bandit_is_ready(asked.arm, asked.arms,
	    (int64_t)ceil(asked.visitors_min));
	applied = is_ready ? raw : asked.current;
	bandit_buckets(applied, asked.arms, bucket);
	return add_leaves(q, &asked, json_pack(
	    "{s:o, s:o, s:b, s:o, s:o, s:i, s:o, s:b}",
	    "p_best", jsonline_reals(best, asked.arms),
	    "raw_weights", jsonline_reals(raw, asked.arms),
	    "ready", is_ready,
	    "applied_weights", jsonline_reals(applied, asked.arms),
	    "bucket_weights_10000", jsonline_integers(bucket, asked.arms),
	    "leader", (int)leader,
	    "pvr95", jsonline_real(pvr95),
	    "stop", bandit_is_over(best[leader], pvr95)));
}
