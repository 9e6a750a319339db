/* Knows the form that tells what an experiment would take. */
#ifndef PISTE_CONSOLE_LABPLAN_H
#define PISTE_CONSOLE_LABPLAN_H

#include "base/lang.h"
#include "base/str.h"
#include "experiment/outlook.h"
#include "http/route.h"

/* GET /console/experiments/:key/plan?baseline=4.2&mde=20&power=80 */
enum turn labplan_show(struct request *rq);

/* Why there is no plan; empty: there is one. */
struct str labplan_why(enum outlook_refusal refusal, enum lang l);

#endif
