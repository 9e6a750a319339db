/* Knows the second step of a login: a one-time code, or a recovery code. */
#ifndef PISTE_CONSOLE_LOGINCODE_H
#define PISTE_CONSOLE_LOGINCODE_H

#include "http/route.h"

enum turn logincode_ask(struct request *rq);	/* GET /console/login/code */
enum turn logincode_take(struct request *rq);	/* POST */

#endif
