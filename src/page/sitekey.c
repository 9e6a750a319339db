/* Implements sitekey.h. */
#include <stdlib.h>
#include <string.h>

#include "page/sitekey.h"

struct keyed {
	struct str key;
};

static int
compare(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;
	size_t n = x->key.n < y->key.n ? x->key.n : y->key.n;
	int order = n ? memcmp(x->key.p, y->key.p, n) : 0;

	return order ? order : (x->key.n > y->key.n) - (x->key.n < y->key.n);
}

void
sitekey_sort(void *all, size_t count, size_t size)
{
	if (count)
		qsort(all, count, size, compare);
}

const void *
sitekey_find(const void *sorted, size_t count, size_t size, struct str key)
{
	const struct keyed wanted = { key };

	return count ? bsearch(&wanted, sorted, count, size, compare) : NULL;
}
