/*
 * Knows when a figure is out of its usual band.  Pure, deterministic.
 *
 * A figure here is a count (leads, robots' views) over what it came of
 * (visitors, money, all views).  What is judged, the last day or the last
 * seven, is held against the same weekdays of the eight weeks before: x of
 * exposure n against X of N.  Were the rate the same, x of all x + X would be
 * binomial with share n / (n + N), whatever the rate is (Przyborowski and
 * Wilenski 1940, Biometrika 31, 313): exact for Poisson counts however small,
 * with the uncertainty of the past in it, and cautious for leads among
 * visitors, which vary less.  Its tails are incomplete beta functions (DLMF
 * 8.17.5).
 *
 * Counts that vary more than Poisson's from day to day (a fair, a mailing)
 * are divided by how much more, as quasi-likelihood has it (McCullagh and
 * Nelder 1989, Generalized Linear Models, 4.5): Pearson's X^2 of the 56 days,
 * each against its weekday's rate, over its degrees of freedom; never less
 * than 1.
 *
 * Days of no exposure are left out with their count.  An alarm needs a tail
 * below alpha / 2 on its side, and a rate that differs by at least
 * ALARM_RATIO_MIN: of a million visitors a hundredth part is certain, and
 * nobody's worry.
 */
#ifndef PISTE_REPORT_ALARM_H
#define PISTE_REPORT_ALARM_H

#include <stdbool.h>
#include <stddef.h>

#define ALARM_WEEKS 8		/* that are usual */
#define ALARM_DAYS 63		/* these, and the seven that may be judged */
#define ALARM_DAYS_MIN 21	/* with any exposure among the usual ones */
#define ALARM_RATIO_MIN 1.25
/*
 * Of a false alarm on a day, of all that is judged on it together: each of n
 * judgements gets an nth of it (Bonferroni).
 */
#define ALARM_ALPHA .01
/*
 * Where nothing is usual yet visitors and no leads are an alarm once so many
 * have come that none would be a chance below alpha at this rate.
 */
#define ALARM_SILENT_RATE .01

/* A day's count and what it is of; days are in their order. */
struct alarm_day {
	double count;
	double of;
};

enum alarm_side { ALARM_NONE, ALARM_LOW, ALARM_HIGH };
/* What may be told of a figure: both sides, or one. */
enum alarm_watch { ALARM_BOTH, ALARM_LOW_ALONE, ALARM_HIGH_ALONE };

struct alarm_verdict {
	enum alarm_side side;
	bool is_judged;		/* false: too little is known of before */
	double count;		/* what is judged */
	double of;
	double p;		/* tail of the side it is on, one-sided */
	double spread;		/* times Poisson's variance; 1 at least */
	/* The band: counts in it are no alarm, as rates. */
	double low;
	double high;
};

/*
 * Judge the last span (1 or 7) of ALARM_DAYS days.  alpha is this judgement's
 * own.
 */
struct alarm_verdict alarm_judge(const struct alarm_day day[ALARM_DAYS],
    size_t span, enum alarm_watch watch, double alpha);

/*
 * Visitors of the last seven days and no lead: ALARM_LOW when that is out of
 * the band, or, where nothing is usual, beyond ALARM_SILENT_RATE.
 */
struct alarm_verdict alarm_silent(const struct alarm_day day[ALARM_DAYS],
    double alpha);

#endif
