/* Knows what short addresses answer: /go/CODE, and paths of their own. */
#ifndef PISTE_GOLINK_H
#define PISTE_GOLINK_H

#include "http/route.h"

/*
 * On to the page that the code leads to, with what else the address says (302,
 * never to another site); 404 for a code that is unknown or has ended.
 */
enum turn golink_follow(struct request *rq);
/* The same for codes that are "vanity" alone. */
enum turn golink_vanity(struct request *rq);

#endif
