/* Implements strataline.h: reads and writes JSON; strata has the arithmetic. */
#include <math.h>

#include "experiment/jsonline.h"
#include "experiment/strata.h"
#include "experiment/testread.h"
#include "experiment/strataline.h"

#define ARMS 2

static size_t
read_segments(struct jsonline *q, struct strata_segment *s)
{
	const json_t *list = jsonline_member(q, "segments"), *one;
	struct stats_arm arm[STATS_ARMS_MAX];
	size_t i;

	if (!json_array_size(list) || json_array_size(list) > STRATA_MAX) {
		jsonline_fail(q, "segments: must be a list of 1 to 1000");
		return 0;
	}
	json_array_foreach(list, i, one) {
		size_t arms = jsonline_arms(q, json_object_get(one, "n"),
		    json_object_get(one, "x"), arm);

		if (arms != ARMS) {
			jsonline_fail(q, "n, x: must be of two arms");
			return 0;
		}
		s[i] = (struct strata_segment){ arm[0], arm[1] };
	}
	return i;
}

static json_t *
figure(bool is_known, double v)
{
	return is_known ? jsonline_real(v) : json_null();
}

static json_t *
tell(const struct strata_pool *all, const struct strata_figure *f,
    size_t count)
{
	json_t *p_z = json_array(), *p_bh = json_array();
	json_t *shrunk = json_array(), *claims = json_array();
	bool is_known = all->segments > 0;

	for (size_t i = 0; i < count; i++) {
		json_array_append_new(p_z, figure(f[i].has_p, f[i].p_z));
		json_array_append_new(p_bh, figure(f[i].has_p, f[i].p_bh));
		json_array_append_new(shrunk, figure(f[i].ratio.is_known,
		    expm1(f[i].theta_shrunk)));
		json_array_append_new(claims, json_boolean(f[i].is_claim));
	}
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:i, s:o, s:o, s:o, s:o,"
	    " s:o}",
	    "p_z", p_z, "p_bh", p_bh,
	    "pooled_log_rr", figure(is_known, all->theta),
	    "pooled_lift", figure(is_known, expm1(all->theta)),
	    "Q", figure(is_known, all->q), "df", (int)all->df,
	    "p_heterogeneity", figure(is_known, all->p),
	    "I2", figure(is_known, all->i2),
	    "tau2", figure(is_known, all->tau2),
	    "shrunk_lift", shrunk, "claim", claims);
}

json_t *
strataline_answer(struct jsonline *q)
{
	double alpha = testread_alpha(q);
	struct strata_segment segment[STRATA_MAX];
	struct strata_figure figures[STRATA_MAX];
	size_t count = read_segments(q, segment);
	struct strata_pool all;

	if (q->error)
		return NULL;
	all = strata_analyze(segment, count, alpha, figures);
	return tell(&all, figures, count);
}
