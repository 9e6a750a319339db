/* A FastCGI client that does one thing after the other, as tests do. */
#include <errno.h>
#include <fastcgi.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "support/fastcgi.h"
#include "support/suite.h"

#define BYTES_MAX ((size_t)8 << 20)
#define CONTENT_MAX 32768

void
fastcgi_record(struct buf *b, unsigned type, struct str content)
{
	size_t padding = -content.n & 7;
	const char header[] = { FCGI_VERSION_1, (char)type,
	    0, FASTCGI_ID, (char)(content.n >> 8), (char)content.n,
	    (char)padding, 0 };

	buf_add(b, (struct str){ header, sizeof header });
	buf_add(b, content);
	buf_add(b, (struct str){ "\0\0\0\0\0\0\0", padding });
}

void
fastcgi_begin(struct buf *b, bool keep)
{
	const char body[8] = { 0, FCGI_RESPONDER, keep ? FCGI_KEEP_CONN : 0 };

	fastcgi_record(b, FCGI_BEGIN_REQUEST,
	    (struct str){ body, sizeof body });
}

static void
add_length(struct buf *b, size_t n)
{
	if (n < 128) {
		buf_byte(b, (char)n);
		return;
	}
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_byte(b, (char)(n >> shift | (shift == 24 ? 0x80 : 0)));
}

void
fastcgi_pair(struct buf *b, const char *var)
{
	struct str name, value;

	str_cut(str_of(var), '=', &name, &value);
	add_length(b, name.n);
	add_length(b, value.n);
	buf_add(b, name);
	buf_add(b, value);
}

/* A stream as records, and the empty one that ends it. */
static void
add_stream(struct buf *b, unsigned type, struct str s)
{
	for (; s.n; s = str_slice(s, CONTENT_MAX, s.n))
		fastcgi_record(b, type, str_slice(s, 0, CONTENT_MAX));
	fastcgi_record(b, type, STR_EMPTY);
}

struct str
fastcgi_request(struct arena *a, bool keep, const char *const *vars,
    struct str body)
{
	struct buf b, pairs;

	buf_init(&b, a, BYTES_MAX);
	buf_init(&pairs, a, BYTES_MAX);
	fastcgi_begin(&b, keep);
	for (; *vars; vars++)
		fastcgi_pair(&pairs, *vars);
	add_stream(&b, FCGI_PARAMS, buf_str(&pairs));
	add_stream(&b, FCGI_STDIN, body);
	return buf_str(&b);
}

int
fastcgi_connect(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	struct timeval limit = { .tv_sec = FASTCGI_WAIT_S };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(str_z(str_of(path), at.sun_path,
	    sizeof at.sun_path), OK);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
	return fd;
}

void
fastcgi_send(int fd, struct str bytes)
{
	while (bytes.n) {
		ssize_t n = send(fd, bytes.p, bytes.n, MSG_NOSIGNAL);

		ck_assert_int_gt(n, 0);
		bytes = str_slice(bytes, (size_t)n, bytes.n);
	}
}

/* Exactly n bytes, or false at the end of the stream. */
static bool
receive(int fd, void *dst, size_t n)
{
	for (size_t at = 0; at < n;) {
		ssize_t got = recv(fd, (char *)dst + at, n - at, 0);

		ck_assert_msg(got >= 0 || errno != EAGAIN, "no answer");
		if (got <= 0)
			return false;
		at += (size_t)got;
	}
	return true;
}

struct str
fastcgi_answer(struct arena *a, int fd)
{
	struct buf b;

	buf_init(&b, a, BYTES_MAX);
	for (;;) {
		static char content[65536 + 256];
		unsigned char h[8];
		size_t n;

		if (!receive(fd, h, sizeof h))
			return STR_EMPTY;
		ck_assert_int_eq(h[0], FCGI_VERSION_1);
		ck_assert_int_eq(h[3], FASTCGI_ID);
		n = (size_t)h[4] << 8 | h[5];
		if (!receive(fd, content, n + h[6]))
			return STR_EMPTY;
		if (h[1] == FCGI_END_REQUEST)
			return buf_str(&b);
		ck_assert_int_eq(h[1], FCGI_STDOUT);
		buf_add(&b, (struct str){ content, n });
	}
}

int
fastcgi_status(struct str answer)
{
	uint32_t status = 0;

	if (!str_has_prefix(answer, STR("Status: ")) ||
	    !str_u32(str_slice(answer, 8, 3), 100, 599, &status))
		return 0;
	return (int)status;
}
