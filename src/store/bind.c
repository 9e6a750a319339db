/* Implements bind.h: the values stand side by side in one piece of memory. */
#include <stdlib.h>
#include <string.h>

#include "store/bind.h"

static void
make_room(struct bind *b, size_t bytes)
{
	if (bytes <= b->capacity)
		return;
	free(b->bytes);
	b->bytes = malloc(bytes);
	if (!b->bytes)
		abort();
	b->capacity = bytes;
}

enum err
bind_values(struct bind *b, const struct str *param, size_t count,
    const char **values)
{
	size_t bytes = 0, at = 0;

	for (size_t i = 0; i < count; i++) {
		if (param[i].n && memchr(param[i].p, '\0', param[i].n))
			return ERR_INPUT;
		bytes += param[i].n + 1;
	}
	make_room(b, bytes);
	for (size_t i = 0; i < count; i++) {
		values[i] = param[i].p ? b->bytes + at : NULL;
		if (param[i].n)
			memcpy(b->bytes + at, param[i].p, param[i].n);
		at += param[i].n;
		b->bytes[at++] = '\0';
	}
	return OK;
}

void
bind_clear(struct bind *b)
{
	free(b->bytes);
	*b = (struct bind){ 0 };
}
