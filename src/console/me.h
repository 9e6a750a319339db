/*
 * Knows the page of one's own account: where one is logged in, the password,
 * and the second factor.
 */
#ifndef PISTE_CONSOLE_ME_H
#define PISTE_CONSOLE_ME_H

#include "http/route.h"

enum turn me_show(struct request *rq);		/* GET /console/me */
enum turn me_password(struct request *rq);	/* POST /console/me/password */
enum turn me_revoke(struct request *rq);	/* POST /console/me/sessions */
enum turn me_second(struct request *rq);	/* GET /console/me/second */
enum turn me_second_on(struct request *rq);	/* POST */
enum turn me_second_off(struct request *rq);	/* POST …/second/off */

#endif
