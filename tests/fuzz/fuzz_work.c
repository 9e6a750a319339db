/*
 * Fuzzes form/work: whoever has not got the key is believed nothing.
 */
#include <assert.h>

#include "base/arena.h"
#include "base/token.h"
#include "form/ticket.h"
#include "form/work.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct token_key key = { "fuzz" };
	static const struct ticket t = { .issued_ms = 1700000000000 };
	static struct arena *a;

	if (!a) {
		token_init();
		a = arena_new(ARENA_REQUEST_BYTES_MAX);
	}
	arena_reset(a);
	assert(!work_is_solved(a, &key, &t, (struct str){ (const char *)data,
	    size }, t.issued_ms));
	return 0;
}
