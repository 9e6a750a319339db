/*
 * Knows the screen of costs: the ledger, what is entered in it, what is
 * countered, and budgets; by track/cost, as piste cost does it.
 */
#ifndef PISTE_CONSOLE_SPEND_H
#define PISTE_CONSOLE_SPEND_H

#include "http/route.h"

enum turn spend_show(struct request *rq);	/* GET /console/costs */
enum turn spend_add(struct request *rq);	/* POST */
enum turn spend_budget(struct request *rq);	/* POST …/budgets */
enum turn spend_entry(struct request *rq);	/* GET …/:id */
enum turn spend_correct(struct request *rq);	/* POST …/:id */

#endif
