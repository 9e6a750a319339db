/*
 * FastCGI records: scanning at once and byte by byte come to the same end,
 * and a request that is let through lies within its bytes and limits.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "http/frame.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct str in = { (const char *)data, size };
	struct frame whole, step;
	enum frame_state s, t = FRAME_PARTIAL;
	size_t n = 0;

	frame_init(&whole);
	s = frame_scan(&whole, in);
	assert(s != FRAME_PARTIAL || size < FRAME_BYTES_MAX);
	assert(s != FRAME_BAD || whole.fault);
	frame_init(&step);
	while (t == FRAME_PARTIAL && n <= size)
		t = frame_scan(&step, str_slice(in, 0, n++));
	assert(s == t);
	if (s != FRAME_COMPLETE && s != FRAME_TOO_BIG)
		return 0;
	assert(step.feed == whole.feed && step.end == whole.end);
	assert(whole.feed <= size && whole.end <= size);
	assert(whole.feed >= 2 * FRAME_HEADER_BYTES);
	assert(whole.body_bytes <= REQUEST_BODY_BYTES_MAX);
	assert(whole.params_bytes <= FRAME_PARAMS_BYTES_MAX);
	return 0;
}
