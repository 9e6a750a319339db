/*
 * Fuzzes form/ticket: a payload that is parsed is the payload its ticket is
 * sealed with, but for version 1, which is no longer sealed.
 */
#include <assert.h>

#include "base/arena.h"
#include "form/ticket.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct token_key key;
	static struct arena *a;
	struct str input = { (const char *)data, size }, text, payload;
	struct ticket t, again;

	if (!a) {
		token_init();
		a = arena_new(ARENA_REQUEST_BYTES_MAX);
	}
	arena_reset(a);
	assert(ticket_open(a, &key, input, &t) == ERR_DENIED);
	if (ticket_parse(input, &t))
		return 0;
	text = ticket_seal(a, &key, &t);
	assert(!token_open(a, &key, "form", text, &payload));
	assert(str_eq(payload, input) || input.p[0] != TICKET_VERSION);
	assert(!ticket_open(a, &key, text, &again));
	return 0;
}
