/* Knows cookies (RFC 6265). */
#ifndef PISTE_HTTP_COOKIE_H
#define PISTE_HTTP_COOKIE_H

#include "base/str.h"

struct request;

#define COOKIE_HEADER_BYTES_MAX 8192	/* more is ignored, not refused */

/* The value of the first cookie called name in a Cookie header, or empty. */
struct str cookie_find(struct str header, struct str name);

/*
 * Add Set-Cookie to rq's answer: Path=/, HttpOnly, SameSite=Lax, Max-Age, and
 * Secure when the request came by https.  The value must be plain ASCII.
 */
void cookie_set(struct request *rq, struct str name, struct str value,
    int64_t max_age_s);

#endif
