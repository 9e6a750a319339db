/* Knows how a page's script tells what happens to it: POST /e. */
#ifndef PISTE_BEACON_H
#define PISTE_BEACON_H

#include "http/route.h"

#define BEACON_BODY_BYTES_MAX 4096	/* nginx has the same */
#define BEACON_AGE_MS_MAX INT64_C(86400000)	/* a tab may wait for so long */

/*
 * A form of "kind" and what that kind needs: "activate" a "token", "view" what
 * pageview_read reads.  204 when it was taken and when there is nothing to
 * count; 400 for a kind we don't know or a view that makes no sense, 403 for a
 * token that is not ours or another visitor's, or an origin that nothing is
 * taken of; 413, 415; 429 for one more view by nobody than an origin may tell
 * of.  Safe to send again.
 */
enum turn beacon_take(struct request *rq);

#endif
