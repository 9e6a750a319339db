/*
 * Fuzzes what POST /e takes of a page view: a body that is read holds what the
 * header promises, whatever was sent, and every pattern's answer comes.
 */
#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "http/body.h"
#include "page/siteobserve.h"
#include "track/pageview.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const patterns[] = { "/", "/prices*", "/*/demo/*",
		"/*a*a*a*b" };
	static struct arena *a;
	struct pageview v;
	struct body b;

	if (!a)
		a = arena_new(ARENA_REQUEST_BYTES_MAX);
	arena_reset(a);
	(void)!body_parse(a, STR("application/x-www-form-urlencoded"),
	    (struct str){ (const char *)data, size }, &b);
	if (pageview_read(b.field, b.count, &v))
		return 0;
	assert(v.path.n && v.path.n <= PAGEVIEW_PATH_BYTES_MAX);
	assert(v.path.p[0] == '/' && !memchr(v.path.p, '?', v.path.n));
	assert(v.who.n <= TOKEN_TEXT_BYTES_MAX && (v.who.n || !v.is_linked));
	assert(siteobserve_matches(v.path, v.path));
	assert(siteobserve_matches(STR("/*"), v.path));
	for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
		(void)siteobserve_matches(str_of(patterns[i]), v.path);
	return 0;
}
