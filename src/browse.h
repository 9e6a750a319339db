/*
 * Knows how to be many visitors of a site at once: HTTP through libcurl on a
 * few connections that stay open.
 */
#ifndef PISTE_BROWSE_H
#define PISTE_BROWSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct arena;

#define BROWSE_CONNECTIONS 16
#define BROWSE_TIMEOUT_MS 20000L	/* one answer */
#define BROWSE_REST_MS 500		/* before asking again after a 429 */
#define BROWSE_ANSWER_BYTES_MAX ((size_t)1 << 20)

/* What one visitor asks for; borrowed until the answer is taken. */
struct browse_request {
	struct str url;
	struct str cookie;	/* the visitor's, empty for none */
	struct str form;	/* urlencoded, to be posted; empty: GET */
	size_t tag;		/* the caller's */
};

struct browse_answer {
	long status;		/* 0: none came */
	struct str body;
	struct str cookie;	/* set by it, empty for none */
};

struct browse_plan {
	const char *agent;
	struct str language;	/* Accept-Language */
	/* What to ask for now; false: nothing. */
	bool (*next)(void *context, struct browse_request *out);
	/* What came; borrowed for the call. */
	void (*take)(void *context, const struct browse_request *rq,
	    const struct browse_answer *answer);
	void *context;
};

/*
 * Ask until there is nothing to ask for and nothing on its way.  After a 429
 * the same is asked again, as often as it takes; *limited counts them.
 * Redirects are not followed, proxies of the environment not used.  ERR_AWAY
 * when libcurl can't be had; ERR_DENIED when *stop became non-zero.
 */
MUST_USE enum err browse_run(const struct browse_plan *plan,
    const volatile int *stop, size_t *limited);

#endif
