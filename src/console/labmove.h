/*
 * Knows how an experiment is moved at the console: what is offered, the page
 * that names what will happen, and the deed, by trialmove as commands do it.
 */
#ifndef PISTE_CONSOLE_LABMOVE_H
#define PISTE_CONSOLE_LABMOVE_H

#include "http/route.h"

struct desk;
struct report;
struct roster_row;
struct view;

/* Links to what may be done with it now, for who may do it. */
void labmove_offer(struct desk *d, struct view *v,
    const struct roster_row *row, const struct report *rep);

/* GET /console/experiments/:key/:deed, a word of piste experiment; ?arm= */
enum turn labmove_ask(struct request *rq);
/* POST the same: arm, reason, and was, the state it was shown in */
enum turn labmove_do(struct request *rq);

#endif
