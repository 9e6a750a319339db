/*
 * Knows what may be asked of track/kpi and what is meant when nothing is
 * said, for commands and screens alike.
 */
#ifndef PISTE_KPIWISH_H
#define PISTE_KPIWISH_H

#include "track/kpi.h"

struct arena;
struct conf;

#define KPIWISH_DAYS 364	/* before the last one, unless said */

/* By campaign, real offers, until today. */
void kpiwish_usual(const struct conf *c, struct arena *a, struct kpi_wish *w);

enum kpiwish_fault {
	KPIWISH_FINE,
	KPIWISH_SPLIT,		/* nothing to split by */
	KPIWISH_CURRENCY,	/* no currency like EUR */
	KPIWISH_FROM,		/* no day like 2026-12-31 */
	KPIWISH_TO,
};
/* Days are rewritten as dayword_read has them. */
enum kpiwish_fault kpiwish_judge(struct arena *a, struct kpi_wish *w);

#endif
