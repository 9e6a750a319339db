/*
 * Knows the pages behind the links in our mails: confirm, unsubscribe.  A GET
 * shows a button, whoever follows the link; only its POST does anything.
 */
#ifndef PISTE_CONFIRM_H
#define PISTE_CONFIRM_H

#include <stdbool.h>

#include "base/lang.h"
#include "base/str.h"
#include "http/route.h"

struct request;
struct site_page;
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

/*
 * Whose mail it was that led to a page of ours: in the words of the landing
 * page it was about, which may be NULL, else in those it came by.
 */
struct str confirm_brand(const struct request *rq, const struct site_page *pg,
    enum lang l);

#endif
