/*
 * Knows how many visitors a test needs, and what it can find with those it
 * has: two rates, normal approximation (Fleiss 1981; R's power.prop.test when
 * the arms are of one size).  Pure, deterministic.
 */
#ifndef PISTE_EXPERIMENT_POWER_H
#define PISTE_EXPERIMENT_POWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define POWER_WEEKS_LONG 8	/* a plan beyond it deserves a warning */
#define POWER_DAYS_TRAILING 7	/* what today's pace is measured on */

struct power_plan {
	double baseline;	/* the control's rate, 0 < baseline < 1 */
	double alpha;		/* of the whole experiment, 0 < alpha < 1 */
	double ratio;		/* treatment's visitors by control's, > 0 */
	int sides;		/* 1 or 2 */
	size_t variants;	/* with the control: each gets alpha / (k-1) */
};

/*
 * The chance that control visitors of the control, and ratio as many of a
 * treatment of that rate, make the difference significant.
 */
double power_reached(const struct power_plan *p, double rate, double control);

struct power_size {
	double raw;		/* control's, not rounded */
	int64_t control;
	int64_t treatment;	/* each of them */
	int64_t total;
	bool is_known;		/* false: more than STATS_COUNT_MAX an arm */
};
/*
 * n of the control = [z_{1-a/s} sqrt((1+1/r) p q) + z_power
 * sqrt(p1 q1 + p2 q2 / r)]^2 / (p2-p1)^2, with p = (p1 + r p2) / (1+r).
 */
struct power_size power_size(const struct power_plan *p, double rate,
    double power);
/*
 * Visitors an arm, arms of one size, that the always-valid interval needs at
 * one look at n_star: (b + z_power)^2 ((1-p1)/p1 + (1-p2)/p2) / ln(p2/p1)^2,
 * b the boundary of stats_av_critical there.  Two-sided whatever p says, and
 * INFINITY beyond STATS_COUNT_MAX.
 */
double power_av_size(const struct power_plan *p, double rate, double power);
/*
 * The control's, not rounded, when a treatment has p's ratio of them: (1-p2) /
 * (p2 r) in the place of the second quotient.
 */
double power_av_control(const struct power_plan *p, double rate,
    double power);

/*
 * The smallest relative change, upwards or downwards, found with that power;
 * both positive, INFINITY when no rate is far enough.
 */
double power_mde_up(const struct power_plan *p, double control, double power);
double power_mde_down(const struct power_plan *p, double control,
    double power);

/* ceil(total / daily): daily counts those included; INFINITY for none. */
double power_days(double total, double daily);
/* Whole weeks, at least one: weekdays differ. */
double power_full_weeks(double days);
/*
 * Days until planned at the pace of the last POWER_DAYS_TRAILING, in which
 * trailing came; 0 when it is reached, INFINITY when nobody came.
 */
double power_days_left(int64_t planned, int64_t n, int64_t trailing);

#endif
