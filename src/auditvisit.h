/*
 * Knows how to look at a page as a browser gets it, cookies and all, without
 * being counted: as one that fetches ahead.
 */
#ifndef PISTE_AUDITVISIT_H
#define PISTE_AUDITVISIT_H

#include "base/str.h"

struct arena;

#define AUDITVISIT_BYTES_MAX ((size_t)2 << 20)
#define AUDITVISIT_COOKIES_MAX 32
#define AUDITVISIT_TIMEOUT_MS 20000L

struct auditvisit {
	long status;
	struct str body;
	struct str policy;	/* Content-Security-Policy, or empty */
	struct str cookie[AUDITVISIT_COOKIES_MAX];	/* Set-Cookie lines */
	size_t cookies;		/* more than there is room for are counted */
};
/*
 * Ask for url with these cookies ("name=value", empty for none); what comes
 * lives in a.  Redirects are not followed.  ERR_AWAY: no answer; *why says.
 */
MUST_USE enum err auditvisit_get(struct arena *a, struct str url,
    struct str cookies, struct auditvisit *out, struct str *why);

#endif
