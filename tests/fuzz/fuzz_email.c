/*
 * Fuzzes form/email and form/suggest: what is taken has the shape of an
 * address, and what is suggested needs no other suggestion.
 */
#include <assert.h>

#include "base/arena.h"
#include "form/email.h"
#include "form/suggest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct arena *a;
	struct str address, key, again, again_key, meant;

	if (!a)
		a = arena_new(ARENA_REQUEST_BYTES_MAX);
	arena_reset(a);
	if (email_parse(a, (struct str){ (const char *)data, size }, &address,
	    &key))
		return 0;
	assert(address.n <= EMAIL_BYTES_MAX && address.n == key.n);
	assert(str_eq_fold(address, key));
	assert(str_find(address, '@') > 0 && str_find(address, '.') > 0);
	for (size_t i = 0; i < address.n; i++)
		assert(address.p[i] > ' ' && address.p[i] < 0x7f);
	/* An address is its own normal form, and so is its key. */
	assert(!email_parse(a, address, &again, &again_key));
	assert(str_eq(again, address) && str_eq(again_key, key));
	assert(!email_parse(a, key, &again, &again_key));
	assert(str_eq(again, key) && str_eq(again_key, key));
	meant = suggest_email(a, address);
	assert(!meant.n || !suggest_email(a, meant).n);
	return 0;
}
