/*
 * The scan and libfcgi agree: what frame_scan lets through, libfcgi takes to
 * the last byte, without aborting, and makes variables of that can be judged.
 */
#include <assert.h>

#include "base/arena.h"
#include "http/exchange.h"
#include "http/frame.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static struct exchange *x;
	static int feed = -1;
	struct str bytes = { (const char *)data, size }, body;
	enum frame_state s;
	struct frame f;

	if (!x) {
		assert(!FCGX_Init());
		x = exchange_new();
	}
	frame_init(&f);
	s = frame_scan(&f, bytes);
	if (s != FRAME_COMPLETE && s != FRAME_TOO_BIG)
		return 0;
	arena_reset(x->rq.arena);
	assert(!exchange_read(x, &feed, bytes, &f, &body));
	assert(body.n == (s == FRAME_COMPLETE ? f.body_bytes : 0));
	if (request_fill(&x->rq, x->fcgi.envp, body))
		assert(x->rq.response.status >= 400);
	exchange_drop(x);
	return 0;
}
