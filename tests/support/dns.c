#include <arpa/inet.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "lead/exchanger.h"

#include "support/dns.h"

#define AWAIT_MS 10000
#define TRY_MS 200

/* A socket on loopback, and as text where it is. */
static int
bind_socket(struct str *where)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof at;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, n), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&at, &n), 0);
	*where = buf_fmt(suite_arena(), 40, "127.0.0.1:%d",
	    ntohs(at.sin_port));
	return fd;
}

static void
be_dnsmasq(const char *port)
{
	const struct passwd *self = getpwuid(geteuid());
	struct str user = buf_fmt(suite_arena(), 100, "--user=%s%c",
	    self ? self->pw_name : "nobody", 0);
	struct str at = buf_fmt(suite_arena(), 40, "--port=%s%c", port, 0);
	/* Debian has it in sbin, which is not on everybody's path. */
	const char *const args[] = { "dnsmasq", "--keep-in-foreground",
		"--conf-file=/dev/null", "--no-resolv", "--no-hosts",
		"--pid-file", "--listen-address=127.0.0.1",
		"--bind-interfaces", user.p, at.p, "--local=/test/",
		"--mx-host=mx.test,mail.mx.test,10",
		"--mx-host=several.test,a.mx.test,10",
		"--mx-host=several.test,b.mx.test,20",
		"--dns-rr=null.test,15,000000",
		"--dns-rr=mixed.test,15,000000",
		"--mx-host=mixed.test,mail.mx.test,10",
		"--host-record=four.test,192.0.2.1",
		"--host-record=six.test,2001:db8::1",
		"--txt-record=text.test,hello", NULL };
	int quiet = open("/dev/null", O_WRONLY);

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(quiet, STDERR_FILENO);
	execvp("/usr/sbin/dnsmasq", (char *const *)args);
	execvp("dnsmasq", (char *const *)args);
	_exit(127);
}

static pid_t
start(struct str *where)
{
	struct str port;
	pid_t pid;

	close(bind_socket(where));
	str_cut(*where, ':', &(struct str){ 0 }, &port);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (!pid)
		be_dnsmasq(arena_copy(suite_arena(), port).p);
	return pid;
}

struct str
dns_server(void)
{
	const struct timespec step = { .tv_nsec = 10000000 };
	int64_t until = clock_mono_ms() + AWAIT_MS;
	struct exchanger_ask ask = { .domain = "mx.test" };
	struct str where;
	pid_t pid = start(&where);

	while (exchanger_look(where, &ask, 1, TRY_MS, -1) ||
	    ask.answer != EXCHANGER_FOUND) {
		ck_assert_msg(clock_mono_ms() < until,
		    "dnsmasq does not answer");
		/* It ends where somebody has the port for TCP. */
		if (waitpid(pid, NULL, WNOHANG) > 0)
			pid = start(&where);
		nanosleep(&step, NULL);
	}
	return where;
}

struct str
dns_silent_server(void)
{
	struct str where;

	(void)bind_socket(&where);
	return where;
}
