/*
 * Percent-coding and queries: what decodes is text, and encoding what was
 * decoded decodes to the same again.
 */
#include <assert.h>

#include "base/arena.h"
#include "base/buf.h"
#include "http/url.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static struct arena *a;
	struct str in = { (const char *)data, size }, out, again, value;
	struct buf b;

	if (!a)
		a = arena_new(ARENA_REQUEST_BYTES_MAX);
	arena_reset(a);
	value = url_query(a, in, STR("a"));
	assert(str_is_utf8(value));
	for (int plus_ok = 0; plus_ok < 2; plus_ok++) {
		if (url_decode(a, in, plus_ok, &out))
			continue;
		assert(out.n <= in.n && str_is_utf8(out));
		buf_init(&b, a, 3 * out.n);
		url_encode(&b, out);
		assert(!b.full);
		assert(!url_decode(a, buf_str(&b), plus_ok, &again));
		assert(str_eq(again, out));
	}
	return 0;
}
