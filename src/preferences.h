/*
 * Handlers of the page where somebody chooses what they receive.  GET shows
 * it, and changes nothing: mail scanners follow links.
 */
#ifndef PISTE_PREFERENCES_H
#define PISTE_PREFERENCES_H

#include "http/route.h"

struct request;

/* GET /preferences/TOKEN */
enum turn preferences_ask(struct request *rq);
/* POST: what was shown and is not kept is taken back. */
enum turn preferences_take(struct request *rq);

#endif
