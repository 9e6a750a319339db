/*
 * Bytes as a drain may find them on a disk: what is taken for a record lies
 * within them, is whole, and comes back from its own form unchanged.
 */
#include <assert.h>
#include <sodium.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "store/segment.h"
#include "store/spool.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_record(struct str bytes, struct str record, size_t used)
{
	struct str again;
	size_t again_used;

	assert(used == SEGMENT_HEADER_BYTES + record.n && used <= bytes.n);
	assert(record.p == bytes.p + SEGMENT_HEADER_BYTES);
	assert(segment_parse(str_slice(bytes, 0, used - 1), &again, &again_used)
	    == ERR_ABSENT);
	assert(!segment_parse(str_slice(bytes, 0, used), &again, &again_used));
	assert(again_used == used && str_eq(again, record));
}

/* Any payload survives its form, and one flipped bit of it is noticed. */
static void
check_form(struct str payload)
{
	size_t n = SEGMENT_HEADER_BYTES + payload.n, used;
	char *form = malloc(n);
	struct str record;

	assert(form && segment_put(form, payload) == form + n);
	assert(!segment_parse((struct str){ form, n }, &record, &used));
	assert(used == n && str_eq(record, payload));
	form[payload.n % n] ^= 1;
	assert(segment_parse((struct str){ form, n }, &record, &used));
	free(form);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = { (const char *)data, size }, record;
	size_t at = 0, used;

	if (sodium_init() < 0)
		abort();
	if (size <= SPOOL_RECORD_BYTES_MAX)
		check_form(bytes);
	while (at < size) {
		struct str rest = str_slice(bytes, at, size);

		if (segment_parse(rest, &record, &used)) {
			at++;
			continue;
		}
		check_record(rest, record, used);
		at += used;
	}
	return 0;
}
