/*
 * Fuzzes track/shown: a payload that is parsed says the same once it has been
 * sealed and opened, and no text opens that was not sealed.
 */
#include <assert.h>

#include "base/arena.h"
#include "base/token.h"
#include "track/shown.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
is_same(const struct shown *x, const struct shown *y)
{
	return str_eq(x->page, y->page) && str_eq(x->variant, y->variant) &&
	    str_eq(x->experiment, y->experiment) &&
	    str_eq(x->source, y->source) && x->lang == y->lang &&
	    x->bucket_version == y->bucket_version && x->epoch == y->epoch &&
	    x->issued_ms == y->issued_ms && x->is_first == y->is_first &&
	    x->is_prefetched == y->is_prefetched;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct token_key key;
	static struct arena *a;
	struct str input = { (const char *)data, size }, text;
	struct shown s, again;

	if (!a) {
		token_init();
		a = arena_new(ARENA_REQUEST_BYTES_MAX);
	}
	arena_reset(a);
	assert(shown_open(a, &key, STR("v"), input, &s) == ERR_DENIED);
	if (shown_parse(input, &s))
		return 0;
	text = shown_seal(a, &key, STR("v"), &s);
	assert(!shown_open(a, &key, STR("v"), text, &again));
	assert(is_same(&s, &again));
	return 0;
}
