/*
 * The listening socket: handed down by systemd or spawn-fcgi, or opened by
 * ourselves.  libfcgi's FCGX_OpenSocket is passed over: it takes any path
 * over, in use or not, and leaves the mode to the umask.
 */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "http/gateway.h"

#include "http/listen.h"

#define SYSTEMD_FD 3
#define HOST_BYTES_MAX 64

static enum err
complain(const char *what, enum err e)
{
	log_event(LOG_ERROR, "listen.failed", LOG_Z("what", what),
	    LOG_Z("why", strerror(errno)));
	return e;
}

static bool
is_listening(int fd)
{
	int on = 0;
	socklen_t n = sizeof on;

	return !getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &n) && on;
}

/* A descriptor handed down, or -1. */
static int
inherited(void)
{
	uint32_t pid, count;

	if (str_u32(str_of(getenv("LISTEN_PID")), 1, UINT32_MAX, &pid) &&
	    pid == (uint32_t)getpid() &&
	    str_u32(str_of(getenv("LISTEN_FDS")), 1, 1, &count) &&
	    is_listening(SYSTEMD_FD))
		return SYSTEMD_FD;
	return is_listening(STDIN_FILENO) ? STDIN_FILENO : -1;
}

/* Is somebody accepting at that path? */
static bool
is_in_use(const struct sockaddr_un *at)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool answers = fd >= 0 &&
	    !connect(fd, (const struct sockaddr *)at, sizeof *at);

	if (fd >= 0)
		close(fd);
	return answers;
}

/* Remove what a dead process has left at that path, if anything. */
static enum err
make_way(const struct sockaddr_un *at)
{
	struct stat st;

	if (lstat(at->sun_path, &st))
		return OK;
	errno = EADDRINUSE;
	if (!S_ISSOCK(st.st_mode) || is_in_use(at)) {
		errno = EADDRINUSE;
		return complain(at->sun_path, ERR_INPUT);
	}
	unlink(at->sun_path);
	return OK;
}

static enum err
open_path(struct str path, unsigned mode, int *fd)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	enum err e;

	errno = ENAMETOOLONG;
	if (str_z(path, at.sun_path, sizeof at.sun_path))
		return complain("socket path", ERR_INPUT);
	e = make_way(&at);
	if (e)
		return e;
	*fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return complain("socket", ERR_AWAY);
	/* The path is born with no more than mode, and then given all of it. */
	fchmod(*fd, mode);
	if (bind(*fd, (struct sockaddr *)&at, sizeof at) ||
	    chmod(at.sun_path, mode) || listen(*fd, GATEWAY_BACKLOG)) {
		e = complain(at.sun_path, ERR_AWAY);
		close(*fd);
	}
	return e;
}

/* Cut address:port or [address]:port. */
static bool
cut_address(struct str spec, char host[HOST_BYTES_MAX], char port[6])
{
	struct str head = spec, tail;
	uint32_t number;
	size_t colon = spec.n;

	while (colon && spec.p[colon - 1] != ':')
		colon--;
	if (!colon)
		return false;
	head = str_slice(spec, 0, colon - 1);
	tail = str_slice(spec, colon, spec.n);
	if (str_has_prefix(head, STR("[")) && str_has_suffix(head, STR("]")))
		head = str_slice(head, 1, head.n - 2);
	return head.n && str_u32(tail, 1, 65535, &number) &&
	    !str_z(head, host, HOST_BYTES_MAX) && !str_z(tail, port, 6);
}

static enum err
open_address(struct str spec, int *fd)
{
	const struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
		.ai_socktype = SOCK_STREAM,
	};
	char host[HOST_BYTES_MAX], port[6];
	struct addrinfo *at;
	enum err e = OK;
	int on = 1;

	errno = EINVAL;
	if (!cut_address(spec, host, port) ||
	    getaddrinfo(host, port, &hints, &at))
		return complain("address:port", ERR_INPUT);
	*fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*fd < 0) {
		e = complain("socket", ERR_AWAY);
		goto free_address;
	}
	setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(*fd, at->ai_addr, at->ai_addrlen) ||
	    listen(*fd, GATEWAY_BACKLOG)) {
		e = complain(host, errno == EADDRINUSE ? ERR_INPUT : ERR_AWAY);
		close(*fd);
	}
free_address:
	freeaddrinfo(at);
	return e;
}

enum err
listen_open(struct str spec, unsigned mode, int *fd)
{
	int given = inherited();

	if (given >= 0) {
		*fd = given;
		return OK;
	}
	if (str_has_prefix(spec, STR("/")))
		return open_path(spec, mode, fd);
	return open_address(spec, fd);
}
