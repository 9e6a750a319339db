/* Knows how a figure is written, in each language; a dash where it can't be. */
#ifndef PISTE_EXPERIMENT_REPORTCELL_H
#define PISTE_EXPERIMENT_REPORTCELL_H

#include <stdint.h>

#include "base/lang.h"
#include "base/str.h"
#include "experiment/stats.h"

struct arena;

/* Whose arena holds what is written. */
struct reportcell {
	struct arena *arena;
	enum lang lang;
};

struct str reportcell_whole(const struct reportcell *c, int64_t n);
/* With so many decimals; a comma before them in French. */
struct str reportcell_number(const struct reportcell *c, double v,
    int digits);
/* "5.20 %" of .052. */
struct str reportcell_percent(const struct reportcell *c, double v,
    int digits);
/* "+36.5 %" of .365. */
struct str reportcell_lift(const struct reportcell *c, double v);
/* "p = 0.0123", "p < 0.0001". */
struct str reportcell_p(const struct reportcell *c, double p);
/* "3.99 … 6.76 %", by the above; with is_lift signed. */
struct str reportcell_percents(const struct reportcell *c,
    struct stats_interval i, bool is_lift);
/* "3.99 … 6.76". */
struct str reportcell_numbers(const struct reportcell *c,
    struct stats_interval i, int digits);
/* "2026-12-01 08:00 UTC". */
struct str reportcell_moment(const struct reportcell *c, int64_t ms);

#endif
