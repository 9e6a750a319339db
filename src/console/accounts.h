/* Knows the administrator's page of accounts. */
#ifndef PISTE_CONSOLE_ACCOUNTS_H
#define PISTE_CONSOLE_ACCOUNTS_H

#include "http/route.h"

enum turn accounts_show(struct request *rq);	/* GET /console/accounts */
enum turn accounts_add(struct request *rq);	/* POST */
enum turn accounts_change(struct request *rq);	/* POST …/change */

#endif
