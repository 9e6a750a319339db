/*
 * User agents: whatever is sent, the same is found with blanks around it and
 * in a copy that ends where it ends, and a sign of a robot is never hidden.
 */
#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "track/bot.h"
#include "track/device.h"

#define SIGN " HeadlessChrome/1"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static struct arena *a;
	struct str in = { (const char *)data, size };
	enum device device = device_of(in), again;
	char *longer;

	if (!a)
		a = arena_new(ARENA_REQUEST_BYTES_MAX);
	arena_reset(a);
	longer = arena_take(a, size + sizeof SIGN);
	memset(longer, ' ', size + sizeof SIGN);
	memcpy(longer + 1, data, size);
	assert(bot_is((struct str){ longer, size + 2 }) == bot_is(in));
	assert(device_of((struct str){ longer, size + 2 }) == device);
	assert(!device_parse(device_name(device), &again) && again == device);
	memcpy(longer, data, size);
	memcpy(longer + size, SIGN, sizeof SIGN - 1);
	assert(bot_is((struct str){ longer, size + sizeof SIGN - 1 }));
	return 0;
}
