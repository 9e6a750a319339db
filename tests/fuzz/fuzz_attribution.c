/*
 * Fuzzes track/attribution: whatever an address and a referrer say, the touch
 * is text that fits, with a channel, and its ticket opens again as it was.
 */
#include <assert.h>

#include "base/arena.h"
#include "form/ticket.h"
#include "http/url.h"
#include "track/attribution.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct token_key key;
	static struct arena *a;
	const struct str_pair *pair = NULL;
	struct str query, referrer;
	struct ticket t = { .page = STR("p") }, again;
	size_t count;

	if (!a) {
		token_init();
		a = arena_new(ARENA_REQUEST_BYTES_MAX);
	}
	arena_reset(a);
	str_cut((struct str){ (const char *)data, size }, '\n', &query,
	    &referrer);
	count = url_pairs(a, query, &pair);
	attribution_read(a, pair, count, referrer, &t.touch);
	assert(t.touch.source.n <= TICKET_TOUCH_BYTES_MAX);
	assert(t.touch.keyword.n <= TICKET_TOUCH_BYTES_MAX);
	assert(!t.touch.click_id.n || t.touch.click_kind.n);
	assert(str_is_utf8(t.touch.source) && str_is_utf8(t.touch.content));
	t.touch.channel = attribution_channel(&t.touch, STR_EMPTY);
	assert(t.touch.channel.n && t.touch.channel.n <= TICKET_KEY_BYTES_MAX);
	assert(!ticket_open(a, &key, ticket_seal(a, &key, &t), &again));
	assert(str_eq(again.touch.keyword, t.touch.keyword));
	assert(str_eq(again.touch.click_id, t.touch.click_id));
	assert(str_eq(again.touch.channel, t.touch.channel));
	return 0;
}
