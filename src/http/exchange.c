/*
 * The only place that calls libfcgi for a request.
 *
 * libfcgi reads ahead and blocks, so it never reads from a connection: a
 * request that is whole is laid into a memory file, the feed, and that is
 * lent as FCGX_Request.ipcFd; the answer goes out with ipcFd set to the
 * connection.  Lending the connection itself was the alternative, with the
 * request only peeked at: then whatever follows it would be swallowed, and a
 * request longer than the socket's buffer could not be judged whole.
 */
#include <assert.h>
#include <fastcgi.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "http/frame.h"
#include "http/response.h"

#include "http/exchange.h"

struct exchange *
exchange_new(void)
{
	struct exchange *x = calloc(1, sizeof *x);

	if (x)
		x->rq.arena = arena_new(ARENA_REQUEST_BYTES_MAX);
	return x;
}

void
exchange_free(struct exchange *x)
{
	if (!x)
		return;
	arena_free(x->rq.arena);
	free(x);
}

/* Lay the request into the feed, with an end of stdin of our own making. */
static bool
fill_feed(int feed, const char *bytes, const struct frame *f)
{
	/*
	 * Behind that end, zeros: version 0 stops a reader that goes on where
	 * an older, longer request's bytes may lie.
	 */
	unsigned char tail[2 * FRAME_HEADER_BYTES] = {
		FCGI_VERSION_1, FCGI_STDIN,
		(unsigned char)(f->id >> 8), (unsigned char)f->id,
	};
	struct iovec part[] = {
		{ (void *)bytes, f->feed },
		{ tail, sizeof tail },
	};

	return pwritev(feed, part, 2, 0) == (ssize_t)(f->feed + sizeof tail) &&
	    lseek(feed, 0, SEEK_SET) == 0;
}

static enum err
fail(int *feed, const char *what)
{
	log_event(LOG_ERROR, "exchange.failed", LOG_Z("what", what));
	*feed = -1;
	return ERR_AWAY;
}

enum err
exchange_read(struct exchange *x, int *feed, struct str bytes,
    const struct frame *f, struct str *body)
{
	/* What is too big is read as if it had no body. */
	size_t n = f->end ? f->body_bytes : 0;
	char *p;

	if (*feed < 0)
		*feed = memfd_create("piste-feed", MFD_CLOEXEC);
	if (*feed < 0)
		return fail(feed, "memfd_create");
	if (!fill_feed(*feed, bytes.p, f)) {
		close(*feed);
		return fail(feed, "write");
	}
	FCGX_InitRequest(&x->fcgi, -1, 0);
	x->fcgi.ipcFd = *feed;
	x->fcgi.keepConnection = 1;
	/* When it fails, libfcgi has closed ipcFd. */
	if (FCGX_Accept_r(&x->fcgi))
		return fail(feed, "FCGX_Accept_r");
	x->keep = x->fcgi.keepConnection;
	p = arena_take(x->rq.arena, n + 1);
	if (FCGX_GetStr(p, (int)(n + 1), x->fcgi.in) != (int)n) {
		exchange_drop(x);
		close(*feed);
		return fail(feed, "FCGX_GetStr");
	}
	*body = (struct str){ p, n };
	return OK;
}

bool
exchange_send(struct exchange *x, int fd)
{
	struct str head = response_head(&x->rq);
	struct str body = x->rq.response.body;
	int64_t began_ms = clock_mono_ms();
	bool sent;

	assert(body.n <= INT_MAX);
	x->fcgi.ipcFd = fd;
	FCGX_PutStr(head.p, (int)head.n, x->fcgi.out);
	if (x->rq.method != METHOD_HEAD)
		FCGX_PutStr(body.p, (int)body.n, x->fcgi.out);
	/*
	 * Closed here, not by FCGX_Finish_r, which would close a broken
	 * connection's descriptor too and wait for two seconds over it.
	 */
	sent = !FCGX_FClose(x->fcgi.err);
	sent = !FCGX_FClose(x->fcgi.out) && sent;
	/*
	 * libfcgi takes a write cut short by the time-out for a whole one:
	 * when that may have happened, the stream is no longer to be trusted.
	 */
	return sent && clock_mono_ms() - began_ms < EXCHANGE_SEND_MS;
}

void
exchange_drop(struct exchange *x)
{
	FCGX_Free(&x->fcgi, 0);
	x->fcgi.ipcFd = -1;
}
