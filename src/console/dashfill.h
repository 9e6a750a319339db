/*
 * Knows what the screen of figures says of those that were read; names,
 * definitions and values are track/kpi's and report/bulletinword's.
 */
#ifndef PISTE_CONSOLE_DASHFILL_H
#define PISTE_CONSOLE_DASHFILL_H

#include "base/lang.h"
#include "base/str.h"
#include "console/shell.h"
#include "report/bulletin.h"

struct arena;
struct kpi;
struct kpi_wish;
struct view;

#define BOARDFILL_PICTURES 4

struct dashfill {
	struct arena *a;	/* until the answer */
	enum lang lang;
	struct view *v;
	const struct kpi_wish *wish;
	const struct kpi *kpi;
	struct shell_picture picture[BOARDFILL_PICTURES];
	size_t pictures;
};

/* "campaign" as people call it. */
struct str dashfill_split(struct str key, enum lang l);
/* "day", "week" or "month": of these days a few points. */
struct str dashfill_trend(struct str from, struct str to);
/* Charts of k, which is by that. */
void dashfill_charts(struct dashfill *f, const struct kpi *k,
    struct str split);
/* Cards, funnel, tables, definitions, and what else to know. */
void dashfill_all(struct dashfill *f);

#endif
