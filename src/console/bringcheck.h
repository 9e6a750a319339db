/* Knows the screen of one file: its columns, its rows, what became of it. */
#ifndef PISTE_CONSOLE_BRINGCHECK_H
#define PISTE_CONSOLE_BRINGCHECK_H

#include "http/route.h"

enum turn bringcheck_show(struct request *rq);	/* GET /console/import/:id */
/* POST the same: deed is map (with map-0, map-1…), take or drop */
enum turn bringcheck_do(struct request *rq);

#endif
