/* Implements decideline.h: reads and writes JSON, the verdict is decide's. */
#include <math.h>

#include "experiment/decide.h"
#include "experiment/decideline.h"
#include "experiment/testread.h"

#define DAYS_MAX 1e6

static double
read_setting(struct jsonline *q, const char *name, double fallback,
    double high)
{
	struct jsonline_range range = { 0, high, fallback,
		"settings: must be numbers from 0 within reason" };

	return jsonline_number(q, name, &range);
}

static void
read_settings(struct jsonline *q, struct decide_settings *s)
{
	const json_t *settings = jsonline_member(q, "settings");
	struct jsonline of = { .inputs = settings };

	*s = decide_default;
	if (!settings || json_is_null(settings))
		return;
	if (!json_is_object(settings)) {
		jsonline_fail(q, "settings: must be an object");
		return;
	}
	s->alpha = testread_alpha(&of);
	s->n_star = testread_n_star(&of, "n_star");
	s->days_min = read_setting(&of, "min_days", s->days_min, DAYS_MAX);
	s->n_min = (int64_t)ceil(read_setting(&of, "min_n", (double)s->n_min,
	    STATS_COUNT_MAX));
	s->x_min = (int64_t)ceil(read_setting(&of, "min_x", (double)s->x_min,
	    STATS_COUNT_MAX));
	s->loss_tol = read_setting(&of, "loss_tol", s->loss_tol, 1);
	s->p_best_min = read_setting(&of, "p_best_min", s->p_best_min, 1);
	s->equivalence = read_setting(&of, "equivalence", s->equivalence, 1);
	s->srm_p = read_setting(&of, "srm_p", s->srm_p, 1);
	if (of.error)
		jsonline_fail(q, of.error);
}

/* False when nothing is planned. */
static bool
read_planned(struct jsonline *q, size_t arms, int64_t *out)
{
	static const struct jsonline_range range = { 1, STATS_COUNT_MAX, NAN,
		"planned_n: must be from 1 to 1e12, one or by arm" };
	const json_t *planned = jsonline_member(q, "planned_n");
	double n[STATS_ARMS_MAX];

	if (!planned || json_is_null(planned))
		return false;
	if (!json_is_array(planned)) {
		n[0] = jsonline_number(q, "planned_n", &range);
		for (size_t i = 1; i < arms; i++)
			n[i] = n[0];
	} else if (jsonline_numbers(q, planned, &range, arms, n) != arms)
		jsonline_fail(q, range.error);
	for (size_t i = 0; i < arms && !q->error; i++)
		out[i] = (int64_t)ceil(n[i]);
	return true;
}

static void
read_prior_p(struct jsonline *q, size_t treatments, double *out)
{
	static const struct jsonline_range range = { 0, 1, NAN,
		"prior_running_p: must be from 0 to 1, one a treatment" };
	const json_t *list = jsonline_member(q, "prior_running_p");

	for (size_t i = 0; i < treatments; i++)
		out[i] = 1;
	if (list && !json_is_null(list) &&
	    jsonline_numbers(q, list, &range, treatments, out) != treatments)
		jsonline_fail(q, range.error);
}

static json_t *
tell(const struct decide_answer *a, size_t arms)
{
	json_t *states = json_array();

	for (size_t i = 0; i + 1 < arms; i++)
		json_array_append_new(states,
		    json_string(decide_state_name(a->state[i])));
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:s, s:o}",
	    "states", states,
	    "p_holm", jsonline_reals(a->p_holm, arms - 1),
	    "srm_p", jsonline_real(a->srm.p),
	    "p_best", jsonline_reals(a->p_best, arms),
	    "expected_loss", jsonline_reals(a->expected_loss, arms),
	    "verdict", decide_verdict_name(a->verdict),
	    "arm", a->arm == DECIDE_NO_ARM ? json_null() :
	    json_integer(a->arm));
}

json_t *
decideline_answer(struct jsonline *q)
{
	static const struct jsonline_range days = { 0, DAYS_MAX, NAN,
		"days: must be from 0 to 1e6" };
	static const struct jsonline_range p = { 0, 1, 1,
		"srm_seq_p: must be from 0 to 1" };
	static const struct jsonline_range share = { 0, 1, 0,
		"multi_exposed_share: must be from 0 to 1" };
	struct stats_arm arm[STATS_ARMS_MAX];
	double weight[STATS_ARMS_MAX], prior_p[STATS_ARMS_MAX];
	int64_t planned[STATS_ARMS_MAX];
	struct decide_question d = { .arm = arm, .weight = weight,
		.prior_p = prior_p };
	struct decide_answer a;

	d.arms = jsonline_arms(q, jsonline_member(q, "n"),
	    jsonline_member(q, "x"), arm);
	if (!d.arms || !testread_weights(q, d.arms, weight))
		return NULL;
	read_settings(q, &d.settings);
	read_prior_p(q, d.arms - 1, prior_p);
	d.planned_n = read_planned(q, d.arms, planned) ? planned : NULL;
	d.days = jsonline_number(q, "days", &days);
	d.srm_seq_p = jsonline_number(q, "srm_seq_p", &p);
	d.multi_exposed_share = jsonline_number(q, "multi_exposed_share",
	    &share);
	if (q->error)
		return NULL;
	decide_answer(&d, &a);
	return tell(&a, d.arms);
}
