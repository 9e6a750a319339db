/* Knows the console's first screen, and the one that shows its parts. */
#ifndef PISTE_CONSOLE_HOME_H
#define PISTE_CONSOLE_HOME_H

#include "http/route.h"

enum turn home_show(struct request *rq);	/* GET /console */
enum turn home_design(struct request *rq);	/* GET /console/design */

#endif
