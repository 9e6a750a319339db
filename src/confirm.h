/*
 * Knows the pages behind the links in our mails: confirm, unsubscribe.  A GET
 * shows a button, whoever follows the link; only its POST does anything.
 */
#ifndef PISTE_CONFIRM_H
#define PISTE_CONFIRM_H

#include <stdbool.h>

#include "http/route.h"

struct uuid;

enum turn confirm_ask(struct request *rq);	/* GET /c/:token */
enum turn confirm_take(struct request *rq);	/* POST /c/:token */
enum turn confirm_leave_ask(struct request *rq);	/* GET /u/:token */
enum turn confirm_leave(struct request *rq);	/* POST /u/:token, RFC 8058 */

/*
 * A person, not a robot, has the link's page shown, or fetches its asset: a
 * count, made when PostgreSQL is quick, and nothing else.
 */
void confirm_note(struct request *rq, const struct uuid *submission,
    bool is_fetched);

#endif
