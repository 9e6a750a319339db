/* Implements exchanger.h by c-ares, whose sockets are polled here. */
#include <ares.h>
#include <arpa/nameser.h>
#include <assert.h>
#include <netdb.h>
#include <poll.h>
#include <stdbool.h>

#include "base/clock.h"

#include "lead/exchanger.h"

#define TRY_MS 600		/* doubled with each try by c-ares */
#define TRIES 2
#define SERVER_BYTES_MAX 100

static const char *const names[] = {
	[EXCHANGER_UNKNOWN] = "unknown", [EXCHANGER_FOUND] = "exchanger",
	[EXCHANGER_ADDRESS] = "address", [EXCHANGER_REFUSED] = "refused",
	[EXCHANGER_ABSENT] = "absent",
};

/* All asks of one call. */
struct look {
	ares_channel channel;
	size_t open;		/* not settled */
	size_t heard;		/* answers of any kind */
};

/* One question after the other about a domain. */
struct question {
	struct look *look;
	struct exchanger_ask *ask;
	int type;
};

const char *
exchanger_name(enum exchanger e)
{
	return names[e];
}

enum exchanger
exchanger_parse(struct str name)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_eq(name, str_of(names[i])))
			return (enum exchanger)i;
	return EXCHANGER_UNKNOWN;
}

static bool
is_answer(int status)
{
	return status == ARES_SUCCESS || status == ARES_ENODATA ||
	    status == ARES_ENOTFOUND;
}

/* One that names the root refuses, unless another takes mail. */
static enum exchanger
judge_exchangers(const unsigned char *reply, int n)
{
	struct ares_mx_reply *first = NULL;
	enum exchanger answer = EXCHANGER_UNKNOWN;
	int status = ares_parse_mx_reply(reply, n, &first);

	if (status == ARES_ENODATA)
		answer = EXCHANGER_ABSENT;
	for (const struct ares_mx_reply *mx = first; mx; mx = mx->next) {
		if (*mx->host && *mx->host != '.')
			answer = EXCHANGER_FOUND;
		else if (answer != EXCHANGER_FOUND)
			answer = EXCHANGER_REFUSED;
	}
	if (first)
		ares_free_data(first);
	return answer;
}

static enum exchanger
judge_addresses(int type, const unsigned char *reply, int n)
{
	struct hostent *host = NULL;
	int status = type == ns_t_a ?
	    ares_parse_a_reply(reply, n, &host, NULL, NULL) :
	    ares_parse_aaaa_reply(reply, n, &host, NULL, NULL);
	bool has = status == ARES_SUCCESS && host && host->h_addr_list[0];

	if (host)
		ares_free_hostent(host);
	return has ? EXCHANGER_ADDRESS : status == ARES_SUCCESS ||
	    status == ARES_ENODATA ? EXCHANGER_ABSENT : EXCHANGER_UNKNOWN;
}

static enum exchanger
judge(int type, int status, const unsigned char *reply, int n)
{
	if (status == ARES_ENODATA || status == ARES_ENOTFOUND)
		return EXCHANGER_ABSENT;
	if (status != ARES_SUCCESS)
		return EXCHANGER_UNKNOWN;
	return type == ns_t_mx ? judge_exchangers(reply, n) :
	    judge_addresses(type, reply, n);
}

/* What is asked when there is none of type; 0: nothing more. */
static int
next_type(int type)
{
	return type == ns_t_mx ? ns_t_a : type == ns_t_a ? ns_t_aaaa : 0;
}

static void
hear(void *context, int status, int timeouts, unsigned char *reply, int n)
{
	struct question *q = context;
	int next = next_type(q->type);

	(void)timeouts;
	/* Not asked again by a channel that is being closed. */
	if (status == ARES_EDESTRUCTION || status == ARES_ECANCELLED) {
		q->ask->answer = EXCHANGER_UNKNOWN;
		return;
	}
	q->look->heard += is_answer(status);
	q->ask->answer = judge(q->type, status, reply, n);
	/* No such name has no addresses either. */
	if (q->ask->answer == EXCHANGER_ABSENT && next &&
	    status != ARES_ENOTFOUND) {
		q->type = next;
		ares_query(q->look->channel, q->ask->domain, ns_c_in, next,
		    hear, q);
		return;
	}
	q->look->open--;
}

/* Wait for the sockets once. */
static bool
serve(struct look *l, int64_t until_ms, int stop_fd)
{
	ares_socket_t fd[ARES_GETSOCK_MAXNUM];
	struct pollfd p[ARES_GETSOCK_MAXNUM + 1];
	unsigned bits = (unsigned)ares_getsock(l->channel, fd,
	    ARES_GETSOCK_MAXNUM);
	struct timeval most = { .tv_sec = TRY_MS / 1000,
	    .tv_usec = TRY_MS % 1000 * 1000 }, tv;
	const struct timeval *wait = ares_timeout(l->channel, &most, &tv);
	int64_t left_ms = until_ms - clock_mono_ms();
	int64_t wait_ms = wait->tv_sec * 1000 + wait->tv_usec / 1000 + 1;
	nfds_t n = 0;

	if (left_ms <= 0)
		return false;
	/* c-ares' own macros shift an int's sign. */
	for (unsigned i = 0; i < ARES_GETSOCK_MAXNUM; i++) {
		int in = bits & 1u << i ? POLLIN : 0;
		int out = bits & 1u << (ARES_GETSOCK_MAXNUM + i) ? POLLOUT : 0;

		if (in || out)
			p[n++] = (struct pollfd){ .fd = fd[i],
			    .events = (short)(in | out) };
	}
	p[n] = (struct pollfd){ .fd = stop_fd, .events = POLLIN };
	if (poll(p, n + 1, (int)(wait_ms < left_ms ? wait_ms : left_ms)) < 0 ||
	    p[n].revents)
		return false;
	for (nfds_t i = 0; i < n; i++)
		ares_process_fd(l->channel,
		    p[i].revents & ~POLLOUT ? p[i].fd : ARES_SOCKET_BAD,
		    p[i].revents & POLLOUT ? p[i].fd : ARES_SOCKET_BAD);
	/* What has timed out is tried again. */
	ares_process_fd(l->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	return true;
}

static enum err
open_channel(struct str server, ares_channel *out)
{
	struct ares_options options = { .flags = ARES_FLAG_NOSEARCH |
	    ARES_FLAG_NOALIASES, .timeout = TRY_MS, .tries = TRIES };
	char z[SERVER_BYTES_MAX + 1];

	if (ares_library_init(ARES_LIB_INIT_ALL))
		return ERR_AWAY;
	if (ares_init_options(out, &options, ARES_OPT_FLAGS |
	    ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES)) {
		ares_library_cleanup();
		return ERR_AWAY;
	}
	if (str_eq(server, EXCHANGER_SYSTEM))
		return OK;
	if (server.n && !str_z(server, z, sizeof z) &&
	    !ares_set_servers_ports_csv(*out, z))
		return OK;
	ares_destroy(*out);
	ares_library_cleanup();
	return ERR_INPUT;
}

enum err
exchanger_look(struct str server, struct exchanger_ask *ask, size_t count,
    int64_t wait_ms, int stop_fd)
{
	struct question question[EXCHANGER_ASKS_MAX];
	struct look l = { .open = count };
	int64_t until_ms = clock_mono_ms() + wait_ms;
	enum err e = open_channel(server, &l.channel);

	assert(count <= EXCHANGER_ASKS_MAX);
	for (size_t i = 0; i < count; i++)
		ask[i].answer = EXCHANGER_UNKNOWN;
	if (e)
		return e;
	for (size_t i = 0; i < count; i++) {
		question[i] = (struct question){ &l, &ask[i], ns_t_mx };
		ares_query(l.channel, ask[i].domain, ns_c_in, ns_t_mx, hear,
		    &question[i]);
	}
	while (l.open > 0 && serve(&l, until_ms, stop_fd))
		;
	ares_destroy(l.channel);
	ares_library_cleanup();
	return count && !l.heard ? ERR_AWAY : OK;
}
