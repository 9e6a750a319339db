/* Knows the screens on which people are looked up. */
#ifndef PISTE_CONSOLE_PEOPLE_H
#define PISTE_CONSOLE_PEOPLE_H

#include "http/route.h"

struct desk;
struct standing_word;
struct view;

enum turn people_search(struct request *rq);	/* GET /console/people */
enum turn people_show(struct request *rq);	/* GET /console/people/:id */
/* POST /console/people/:id/withdraw: purpose, channel, recipient, or all */
enum turn people_withdraw(struct request *rq);

/* What somebody last said of one consent, as a row CONSENT. */
void people_consent(struct desk *d, struct view *v,
    const struct standing_word *said);

#endif
