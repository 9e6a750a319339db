/* Implements looks.h. */
#include <math.h>

#include "experiment/looks.h"

void
looks_init(struct looks *l, const struct looks_plan *plan)
{
	*l = (struct looks){ .plan = *plan, .first_significant = LOOKS_NONE,
		.running_p = 1, .split_p = 1 };
}

void
looks_add(struct looks *l, struct stats_arm control,
    struct stats_arm treatment, struct looks_row *out)
{
	struct stats_av_plan plan = { l->plan.alpha, l->plan.n_star };
	struct stats_ratio ratio = stats_log_ratio(control, treatment);
	double c = stats_av_c(&plan, (double)control.n +
	    (double)treatment.n);
	const int64_t converted[] = { control.x, treatment.x };

	out->lift = stats_av_lift(ratio, c, l->plan.alpha);
	out->p = stats_av_p(ratio, c);
	out->is_ready = stats_av_is_ready(control, treatment);
	if (out->is_ready)
		l->running_p = fmin(l->running_p, out->p);
	if (l->running_p <= l->plan.alpha &&
	    l->first_significant == LOOKS_NONE)
		l->first_significant = l->count;
	l->split_p = fmin(l->split_p, exp(-stats_srm_ln_bf(converted,
	    l->plan.weight, 2, l->plan.split_concentration)));
	l->count++;
	out->running_p = l->running_p;
	out->split_p = l->split_p;
}
