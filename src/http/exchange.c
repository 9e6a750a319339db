/*
 * The only place that calls libfcgi for a request.
 *
 * libfcgi reads ahead and blocks, so it never reads from a connection: what it
 * reads by, OS_Read, is ours, and gives it a request that is whole already.
 * The dynamic linker prefers a program's own; without that, no request would
 * be read.  Lending the connection itself was the alternative, with the
 * request only peeked at: then whatever follows it would be swallowed, and a
 * request longer than the socket's buffer could not be judged whole.
 *
 * Nor does libfcgi write: it sends a record for every 8184 bytes, so a page
 * woke the web server twice, and it takes a write that a time-out cut short
 * for a whole one.  Records are easily made: an answer leaves by one call.
 */
#include <errno.h>
#include <fastcgi.h>
#include <fcgios.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
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

/* What libfcgi is given to read on this thread: a request, and its end. */
static _Thread_local struct {
	struct str part[2];
	FCGI_Header end;
} fed;

/* Cut at most n bytes from the head of *rest. */
static struct str
cut(struct str *rest, size_t n)
{
	struct str s = str_slice(*rest, 0, n);

	*rest = str_slice(*rest, n, rest->n);
	return s;
}

int
OS_Read(int fd, char *buf, size_t n)
{
	size_t had = 0;

	(void)fd;
	for (size_t i = 0; i < 2; i++) {
		struct str s = cut(&fed.part[i], n - had);

		if (s.n)
			memcpy(buf + had, s.p, s.n);
		had += s.n;
	}
	return (int)had;
}

static FCGI_Header
record(int type, int id, size_t content)
{
	return (FCGI_Header){
		.version = FCGI_VERSION_1,
		.type = (unsigned char)type,
		.requestIdB1 = (unsigned char)(id >> 8),
		.requestIdB0 = (unsigned char)id,
		.contentLengthB1 = (unsigned char)(content >> 8),
		.contentLengthB0 = (unsigned char)content,
	};
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
		*feed = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (*feed < 0)
		return fail(feed, "open");
	/* An end of stdin of our own making. */
	fed.end = record(FCGI_STDIN, f->id, 0);
	fed.part[0] = str_slice(bytes, 0, f->feed);
	fed.part[1] = (struct str){ (const char *)&fed.end, sizeof fed.end };
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

/* All the parts, in time, whatever a single call takes of them. */
static bool
send_parts(int fd, struct iovec *part, size_t parts, int64_t until_ms)
{
	while (parts) {
		struct msghdr m = { .msg_iov = part, .msg_iovlen = parts };
		ssize_t sent = sendmsg(fd, &m, MSG_NOSIGNAL);
		size_t n = sent > 0 ? (size_t)sent : 0;

		if ((sent < 0 && errno != EINTR) || clock_mono_ms() >= until_ms)
			return false;
		for (; parts && n >= part->iov_len; parts--, part++)
			n -= part->iov_len;
		if (parts) {
			part->iov_base = (char *)part->iov_base + n;
			part->iov_len -= n;
		}
	}
	return true;
}

bool
exchange_send(struct exchange *x, int fd)
{
	int id = x->fcgi.requestId;
	/* Zeros in the last one's body: complete, exit status 0. */
	const struct {
		FCGI_Header end_of_stdout;
		FCGI_EndRequestRecord end;
	} last = {
		.end_of_stdout = record(FCGI_STDOUT, id, 0),
		.end.header = record(FCGI_END_REQUEST, id,
		    sizeof(FCGI_EndRequestBody)),
	};
	struct str head = response_head(&x->rq);
	struct str body = x->rq.method == METHOD_HEAD ? STR_EMPTY :
	    x->rq.response.body;
	int64_t until_ms = clock_mono_ms() + EXCHANGE_SEND_MS;
	bool sent;

	do {
		struct str of_head = cut(&head, FCGI_MAX_LENGTH);
		struct str of_body = cut(&body, FCGI_MAX_LENGTH - of_head.n);
		bool is_last = !head.n && !body.n;
		FCGI_Header header = record(FCGI_STDOUT, id,
		    of_head.n + of_body.n);
		struct iovec part[] = {
			{ &header, sizeof header },
			{ (void *)of_head.p, of_head.n },
			{ (void *)of_body.p, of_body.n },
			{ (void *)&last, is_last ? sizeof last : 0 },
		};

		sent = send_parts(fd, part, sizeof part / sizeof part[0],
		    until_ms);
	} while (sent && (head.n || body.n));
	return sent;
}

void
exchange_drop(struct exchange *x)
{
	FCGX_Free(&x->fcgi, 0);
	x->fcgi.ipcFd = -1;
}
