/*
 * Knows the screen of figures: what piste kpi tells, a few of them first, all
 * behind.  The address carries the whole choice, so that a view is shared by
 * it: from, to, by, of, currency, compare.
 */
#ifndef PISTE_CONSOLE_DASH_H
#define PISTE_CONSOLE_DASH_H

#include "http/route.h"

enum turn dash_show(struct request *rq);	/* GET /console/figures */
/* GET …/figures.csv: as piste kpi --csv has it, of the same choice */
enum turn dash_csv(struct request *rq);

#endif
