/* Knows the screen of what was put aside, and its release. */
#ifndef PISTE_CONSOLE_ASIDE_H
#define PISTE_CONSOLE_ASIDE_H

#include "http/route.h"

enum turn aside_show(struct request *rq);	/* GET /console/quarantine */
/* POST /console/quarantine: one or more "id", or "reason" for all of it */
enum turn aside_release(struct request *rq);

#endif
