/* Implements fold.h. */
#include <string.h>

#include "base/fold.h"

/* Odd, with as many bits on as off: those of wyhash. */
#define FIRST UINT64_C(0xa0761d6478bd642f)
#define SECOND UINT64_C(0xe7037ed1a0b428db)

static uint64_t
mix(uint64_t a, uint64_t b)
{
	unsigned __int128 wide = (unsigned __int128)a * b;

	return (uint64_t)wide ^ (uint64_t)(wide >> 64);
}

uint64_t
fold_bytes(uint64_t seed, struct str bytes)
{
	const char *p = bytes.p, *end = bytes.p + bytes.n;
	uint64_t h = seed ^ FIRST, word;

	for (; end - p >= (ptrdiff_t)sizeof word; p += sizeof word) {
		memcpy(&word, p, sizeof word);
		h = mix(h ^ word, SECOND);
	}
	word = 0;
	if (bytes.n >= sizeof word)
		memcpy(&word, end - sizeof word, sizeof word);
	else
		for (int shift = 0; p < end; shift += 8)
			word |= (uint64_t)(unsigned char)*p++ << shift;
	return mix(h ^ word, SECOND ^ bytes.n);
}
