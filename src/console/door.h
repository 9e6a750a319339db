/*
 * Knows the door of the console: the cookie of a session, whether a post
 * comes from our own pages, and where one may be sent after a login.
 */
#ifndef PISTE_CONSOLE_DOOR_H
#define PISTE_CONSOLE_DOOR_H

#include <stdbool.h>

#include "base/lang.h"
#include "base/str.h"
#include "http/body.h"

struct pg;
struct request;

/* What the cookie holds; by https its name begins with __Host-. */
struct str door_session(const struct request *rq);
void door_set_session(struct request *rq, struct str session);
void door_clear_session(struct request *rq);
/* The token of a browser that has logged in before. */
struct str door_device(const struct request *rq);
void door_set_device(struct request *rq, struct str token);

/*
 * Does it come from a page of ours?  By Sec-Fetch-Site, and by Origin, as far
 * as the browser sends them: whoever sends neither is judged by the form's
 * token alone.
 */
bool door_is_ours(const struct request *rq);

/* A path of the console: next, or its home for anything else. */
struct str door_next(struct str next);

/* The language of who is not known yet: ?lang=, else the browser's. */
enum lang door_lang(const struct request *rq);

/*
 * What is posted before a login.  False, and answered: not from a page of
 * ours, or malformed; without the token of its form 303 to that form.
 */
bool door_take_post(struct request *rq, struct body *out);
struct str door_field(const struct body *b, struct str name);

/*
 * What forms before a login carry: the proof of the session that the cookie
 * holds, of nobody's so far, which is begun by this if there is none.
 */
struct str door_proof(struct request *rq);

/* A connection that may log somebody in and nothing else; and back. */
struct pg *door_open(struct request *rq);
void door_close(struct request *rq, struct pg *db);

/* The visitor's network, as it is stored. */
struct str door_network(const struct request *rq);

#endif
