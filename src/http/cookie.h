/* Knows cookies (RFC 6265). */
#ifndef PISTE_HTTP_COOKIE_H
#define PISTE_HTTP_COOKIE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct request;

#define COOKIE_HEADER_BYTES_MAX 8192	/* more is ignored, not refused */

/* The value of the first cookie called name in a Cookie header, or empty. */
struct str cookie_find(struct str header, struct str name);

/*
 * Is host, behind which a port may stand, domain or below it?  ASCII case is
 * ignored; nothing is below an empty domain.
 */
bool cookie_is_within(struct str host, struct str domain);

/*
 * Add Set-Cookie to rq's answer: Path=/, HttpOnly, SameSite=Lax, Max-Age, and
 * Secure when the request came by https.  The value must be plain ASCII.  It
 * is for every host of domain, if rq's is one of them; else for rq's alone.
 */
void cookie_set(struct request *rq, struct str name, struct str value,
    struct str domain, int64_t max_age_s);

#endif
