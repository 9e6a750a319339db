/*
 * Knows the entrance for visitors: shows a page, takes a form, thanks,
 * delivers the asset, answers health questions.  Translates only.
 */
#ifndef PISTE_VISITOR_H
#define PISTE_VISITOR_H

#include <stddef.h>

#include "base/str.h"

struct arena;
struct conf;
struct request;
struct route;
struct token_key;

/* The cookie that keeps a visitor on one variant; 13 months, never renewed. */
#define VISITOR_COOKIE "piste"
#define VISITOR_COOKIE_AGE_S (390 * 86400)
#define VISITOR_OBJECTS "no"	/* its value for who is not to be measured */

/* All of our routes. */
size_t visitor_routes(const struct route **out);

/* A page of ours for what no route answers. */
void visitor_refuse(struct request *rq, int status);

/*
 * The address that shows one variant of a page without counting, for whoever
 * holds the key; it works for VISITOR_PREVIEW_MS.
 */
#define VISITOR_PREVIEW_MS INT64_C(604800000)
struct str visitor_preview(struct arena *a, const struct conf *c,
    const struct token_key *k, struct str page, struct str variant);

#endif
