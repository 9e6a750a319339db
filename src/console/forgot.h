/* Knows how a password that was forgotten is set anew, by mail. */
#ifndef PISTE_CONSOLE_FORGOT_H
#define PISTE_CONSOLE_FORGOT_H

#include "http/route.h"

enum turn forgot_ask(struct request *rq);	/* GET /console/reset */
enum turn forgot_send(struct request *rq);	/* POST */
enum turn forgot_open(struct request *rq);	/* GET /console/reset/:token */
enum turn forgot_take(struct request *rq);	/* POST */

#endif
