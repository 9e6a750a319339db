/*
 * Implements disposable.h: bisects one text, since a hundred thousand pointers
 * would be relocated at every start.
 */
#include <string.h>

#include "lead/disposable_list.h"

#include "lead/disposable.h"

/* The line that byte at is in, without its end. */
static struct str
line_at(size_t at)
{
	size_t from = at, to = at;

	while (from > 0 && disposable_list[from - 1] != '\n')
		from--;
	while (disposable_list[to] != '\n')
		to++;
	return (struct str){ disposable_list + from, to - from };
}

static int
compare(struct str a, struct str b)
{
	int order = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	return order ? order : (a.n > b.n) - (a.n < b.n);
}

bool
disposable_has(struct str name)
{
	size_t low = 0, high = disposable_list_bytes;

	while (low < high) {
		struct str line = line_at(low + (high - low) / 2);
		int order = compare(name, line);

		if (!order)
			return true;
		if (order < 0)
			high = (size_t)(line.p - disposable_list);
		else
			low = (size_t)(line.p - disposable_list) + line.n + 1;
	}
	return false;
}

bool
disposable_is_sorted(void)
{
	struct str before = STR_EMPTY;

	for (size_t at = 0; at < disposable_list_bytes; at += before.n + 1) {
		struct str line = line_at(at);

		if (before.n && compare(before, line) >= 0)
			return false;
		before = line;
	}
	return true;
}

size_t
disposable_count(void)
{
	size_t lines = 0;

	for (size_t i = 0; i < disposable_list_bytes; i++)
		lines += disposable_list[i] == '\n';
	return lines;
}
