/*
 * Fuzzes page/fetched, which reads a whole page as a visitor gets it: what is
 * found lies within the text, in its order but for a set's, and reading ends.
 */
#include <assert.h>

#include "page/fetched.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
is_within(struct str part, struct str whole)
{
	return !part.n || (part.p >= whole.p &&
	    part.p + part.n <= whole.p + whole.n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str page = { (const char *)data, size }, url, tag;
	const char *last = page.p;
	size_t found = 0;
	struct fetched f;

	fetched_begin(&f, page);
	while (fetched_next(&f, &url)) {
		assert(url.n && is_within(url, page) && url.p >= last);
		assert(++found <= size);
		last = url.p;
		(void)fetched_is_foreign(url, STR("https://www.firm.fr:8443"));
	}
	assert(!f.text.n && !f.pending.n);
	if (fetched_ticked_box(page, &tag))
		assert(tag.n && is_within(tag, page));
	return 0;
}
