/*
 * Knows how a visitor refuses to be measured: a button, and a cookie that says
 * so in place of the one by chance.  CNIL asks it of what needs no consent.
 */
#ifndef PISTE_OBJECTION_H
#define PISTE_OBJECTION_H

#include "http/route.h"

/* How it stands, and a button to change that: GET /p/:page/measure. */
enum turn objection_ask(struct request *rq);
/* 303 to the same; nothing of this browser is measured from now on. */
enum turn objection_take(struct request *rq);
enum turn objection_take_back(struct request *rq);	/* it is again */

#endif
