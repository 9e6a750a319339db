/* Knows the memory of one request: taken in pieces, given back at once. */
#ifndef PISTE_BASE_ARENA_H
#define PISTE_BASE_ARENA_H

#include <stddef.h>

#include "base/str.h"

/*
 * What one request may use.  Input and definitions are bounded so that this is
 * never reached: the largest form takes half of it, the usual one 100 KB.
 */
#define ARENA_REQUEST_BYTES_MAX ((size_t)32 << 20)

struct arena;

/* An arena that aborts beyond bytes_max; release with arena_free. */
struct arena *arena_new(size_t bytes_max);
void arena_free(struct arena *a);	/* NULL is accepted */

/* Forget everything taken; the first chunk stays for the next request. */
void arena_reset(struct arena *a);

/* n bytes, zeroed, aligned for any type; valid until reset or free. */
void *arena_take(struct arena *a, size_t n);
/* The same, but of no meaning: for who writes all of them at once. */
void *arena_room(struct arena *a, size_t n);
/* count zeroed objects of size bytes each. */
void *arena_array(struct arena *a, size_t count, size_t size);
#define ARENA_NEW(a, type) ((type *)arena_take((a), sizeof(type)))

/* A copy with a NUL behind it, so that .p is a C string if s holds no NUL. */
struct str arena_copy(struct arena *a, struct str s);

/* Bytes in use now. */
size_t arena_used(const struct arena *a);

#endif
