/* Knows how somebody logs in at the console, and out. */
#ifndef PISTE_CONSOLE_LOGIN_H
#define PISTE_CONSOLE_LOGIN_H

#include "base/str.h"
#include "http/route.h"

struct pg;
struct throttle_try;

enum turn login_ask(struct request *rq);	/* GET /console/login */
enum turn login_take(struct request *rq);	/* POST */
enum turn login_out(struct request *rq);	/* POST /console/logout */
enum turn login_language(struct request *rq);	/* POST /console/language */

/*
 * Begin a session for that account, in the place of the cookie's, and send
 * its browser to next: whole, or half with a code still asked for.
 */
struct login_who {
	int64_t user;
	struct str login;
	struct str next;
	bool is_whole;
};
enum turn login_begin(struct request *rq, struct pg *db,
    const struct login_who *who);

/* A refusal, for the log: of whom, by a tag that tells it to nobody else. */
void login_note(const struct throttle_try *t, enum err e);

#endif
