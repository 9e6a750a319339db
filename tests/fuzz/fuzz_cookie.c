/*
 * Cookies: a value that is found lies within the header, and one that may be
 * set comes back as it was.
 */
#include <assert.h>

#include "base/arena.h"
#include "base/log.h"
#include "http/cookie.h"
#include "http/request.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static struct arena *a;
	struct request rq = { 0 };
	struct str in = { (const char *)data, size }, found;

	if (!a)
		a = arena_new(ARENA_REQUEST_BYTES_MAX);
	arena_reset(a);
	/* Refusals are logged as errors, and they are no news here. */
	log_level_set(LOG_ERROR + 1);
	found = cookie_find(in, STR("v"));
	assert(!found.n || (found.p >= in.p &&
	    found.p + found.n <= in.p + in.n));
	rq.arena = a;
	cookie_set(&rq, STR("v"), in, STR_EMPTY, 60);
	if (!rq.response.headers)
		return 0;
	str_cut(rq.response.header[0].value, ';', &found, &(struct str){ 0 });
	assert(str_eq(cookie_find(found, STR("v")), in));
	return 0;
}
