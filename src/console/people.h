/* Knows the screens on which people are looked up. */
#ifndef PISTE_CONSOLE_PEOPLE_H
#define PISTE_CONSOLE_PEOPLE_H

#include "http/route.h"

enum turn people_search(struct request *rq);	/* GET /console/people */
enum turn people_show(struct request *rq);	/* GET /console/people/:id */
/* POST /console/people/:id/withdraw: purpose, channel, recipient, or all */
enum turn people_withdraw(struct request *rq);

#endif
