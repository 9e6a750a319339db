/*
 * Implements arena.h: chunks in a list, taken from front to back.  The first
 * chunk is kept across resets, so a pooled request allocates nothing.
 */
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

#define CHUNK_BYTES_MIN ((size_t)64 << 10)

struct chunk {
	struct chunk *next;
	size_t capacity;
	size_t used;
	alignas(max_align_t) char bytes[];
};

struct arena {
	struct chunk *newest;	/* the first chunk is the list's last */
	size_t used;
	size_t bytes_max;
};

static void
give_up(const char *why, size_t n)
{
	fprintf(stderr, "level=error event=arena.%s bytes=%zu\n", why, n);
	abort();
}

static struct chunk *
chunk_new(size_t capacity)
{
	struct chunk *c = malloc(sizeof *c + capacity);

	if (!c)
		give_up("no-memory", capacity);
	c->next = NULL;
	c->capacity = capacity;
	c->used = 0;
	return c;
}

struct arena *
arena_new(size_t bytes_max)
{
	struct arena *a = malloc(sizeof *a);

	if (!a)
		give_up("no-memory", sizeof *a);
	a->newest = chunk_new(CHUNK_BYTES_MIN);
	a->used = 0;
	a->bytes_max = bytes_max;
	return a;
}

void
arena_free(struct arena *a)
{
	if (!a)
		return;
	arena_reset(a);
	free(a->newest);
	free(a);
}

void
arena_reset(struct arena *a)
{
	while (a->newest->next) {
		struct chunk *c = a->newest;

		a->newest = c->next;
		free(c);
	}
	a->newest->used = 0;
	a->used = 0;
}

void *
arena_room(struct arena *a, size_t n)
{
	size_t align = alignof(max_align_t);
	size_t need = n > a->bytes_max ? n : (n + align - 1) / align * align;
	void *p;

	if (need > a->bytes_max - a->used)
		give_up("overrun", n);
	if (need > a->newest->capacity - a->newest->used) {
		struct chunk *c = chunk_new(need > CHUNK_BYTES_MIN ?
		    need : CHUNK_BYTES_MIN);

		c->next = a->newest;
		a->newest = c;
	}
	p = a->newest->bytes + a->newest->used;
	a->newest->used += need;
	a->used += need;
	return p;
}

void *
arena_take(struct arena *a, size_t n)
{
	return memset(arena_room(a, n), 0, n);
}

void *
arena_array(struct arena *a, size_t count, size_t size)
{
	size_t n;

	if (__builtin_mul_overflow(count, size, &n))
		give_up("overrun", count);
	return arena_take(a, n);
}

struct str
arena_copy(struct arena *a, struct str s)
{
	char *p = arena_take(a, s.n + 1);

	if (s.n)
		memcpy(p, s.p, s.n);
	return (struct str){ p, s.n };
}

size_t
arena_used(const struct arena *a)
{
	return a->used;
}
