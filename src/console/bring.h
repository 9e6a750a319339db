/* Knows the screens by which a file of leads is brought in. */
#ifndef PISTE_CONSOLE_BRING_H
#define PISTE_CONSOLE_BRING_H

#include "http/route.h"

enum turn bring_ask(struct request *rq);	/* GET /console/import */
enum turn bring_take(struct request *rq);	/* POST: file and particulars */

#endif
