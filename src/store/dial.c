/*
 * Reaches a server by PQconnectStart and PQconnectPoll.  A conninfo may name
 * several hosts; libpq tries them in turn, but only its blocking calls give up
 * a host that stays silent.  So the list is cut here and each host is dialled
 * alone: else one machine without power would hide the stand-by behind it.
 * With target_session_attrs=prefer-standby the first host that answers is
 * taken, whatever it is.
 *
 * A host given by name is looked up by getaddrinfo, which keeps the limits of
 * resolv.conf and not ours: addresses and unix sockets have no such wait.
 */
#include <errno.h>
#include <libpq-fe.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"

#include "store/dial.h"

#define DIAL_OPTIONS_MAX 96
#define DIAL_PART_BYTES 256

/* What comes first may be overruled by the conninfo. */
static const char *const gentle[][2] = {
	{ "keepalives_idle", "30" },
	{ "keepalives_interval", "10" },
	{ "keepalives_count", "3" },
};

struct dial {
	PQconninfoOption *options;
	const char *application;
	size_t hosts;
	const char *keys[DIAL_OPTIONS_MAX + 1];
	const char *values[DIAL_OPTIONS_MAX + 1];
	char host[DIAL_PART_BYTES];
	char hostaddr[DIAL_PART_BYTES];
	char port[DIAL_PART_BYTES];
};

short
dial_wait(int fd, short events, int64_t until_ms)
{
	struct pollfd p = { .fd = fd, .events = events };

	for (;;) {
		int64_t left = until_ms - clock_mono_ms();
		int n;

		if (left > INT_MAX)
			left = INT_MAX;
		n = poll(&p, 1, left > 0 ? (int)left : 0);
		if (n > 0)
			return p.revents;
		if (n < 0 && errno != EINTR)
			return POLLERR;
		if (left <= 0)
			return 0;
	}
}

/* The first line of text: libpq's hints follow on others. */
static void
say(char reason[DIAL_REASON_BYTES], const char *text)
{
	struct str line;

	str_cut(str_of(text), '\n', &line, &(struct str){ 0 });
	snprintf(reason, DIAL_REASON_BYTES, "%.*s", STR_ARG(line));
}

static size_t
count_parts(const char *list)
{
	size_t n = 1;

	for (; *list; list++)
		n += *list == ',';
	return n;
}

/* The part of a comma-separated list that belongs to host number wanted. */
static void
copy_part(char dst[DIAL_PART_BYTES], const char *list, size_t wanted)
{
	struct str rest = str_of(list), part;

	while (str_cut(rest, ',', &part, &rest) && wanted > 0)
		wanted--;
	if (str_z(part, dst, DIAL_PART_BYTES))
		dst[0] = '\0';
}

static void
set_option(struct dial *d, size_t *n, const char *key, const char *value)
{
	if (*n < DIAL_OPTIONS_MAX) {
		d->keys[*n] = key;
		d->values[*n] = value;
		(*n)++;
	}
}

static const char *
option_of_host(struct dial *d, const PQconninfoOption *o, size_t host)
{
	const struct { const char *key; char *part; } lists[] = {
		{ "host", d->host },
		{ "hostaddr", d->hostaddr },
		{ "port", d->port },
	};

	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
		if (!strcmp(o->keyword, lists[i].key)) {
			copy_part(lists[i].part, o->val, host);
			return lists[i].part;
		}
	return o->val;
}

static void
choose_host(struct dial *d, size_t host)
{
	size_t n = 0;

	for (size_t i = 0; i < sizeof gentle / sizeof gentle[0]; i++)
		set_option(d, &n, gentle[i][0], gentle[i][1]);
	for (const PQconninfoOption *o = d->options; o->keyword; o++)
		if (o->val)
			set_option(d, &n, o->keyword,
			    option_of_host(d, o, host));
	set_option(d, &n, "application_name", d->application);
	set_option(d, &n, "client_encoding", "UTF8");
	d->keys[n] = NULL;
	d->values[n] = NULL;
}

static enum err
dial_host(struct dial *d, int64_t until_ms, PGconn **out, char *reason)
{
	PostgresPollingStatusType state = PGRES_POLLING_WRITING;
	PGconn *c = PQconnectStartParams(d->keys, d->values, 0);

	if (c && PQstatus(c) == CONNECTION_BAD)
		state = PGRES_POLLING_FAILED;
	while (c && state != PGRES_POLLING_OK
	    && state != PGRES_POLLING_FAILED) {
		bool reads = state == PGRES_POLLING_READING;

		if (!dial_wait(PQsocket(c), reads ? POLLIN : POLLOUT,
		    until_ms)) {
			say(reason, "no answer in time");
			PQfinish(c);
			return ERR_AWAY;
		}
		state = PQconnectPoll(c);
	}
	if (state == PGRES_POLLING_OK) {
		*out = c;
		return OK;
	}
	say(reason, c ? PQerrorMessage(c) : "out of memory");
	PQfinish(c);
	return ERR_AWAY;
}

static size_t
count_hosts(const PQconninfoOption *options)
{
	size_t hosts = 1;

	for (const PQconninfoOption *o = options; o->keyword; o++)
		if (o->val && (!strcmp(o->keyword, "host")
		    || !strcmp(o->keyword, "hostaddr"))
		    && count_parts(o->val) > hosts)
			hosts = count_parts(o->val);
	return hosts < DIAL_HOSTS_MAX ? hosts : DIAL_HOSTS_MAX;
}

enum err
dial_server(const char *conninfo, const char *application, int64_t until_ms,
    struct pg_conn **out, char reason[DIAL_REASON_BYTES])
{
	struct dial d = { .application = application };
	enum err e = ERR_AWAY;
	char *wrong = NULL;

	d.options = PQconninfoParse(conninfo, &wrong);
	if (!d.options) {
		say(reason, wrong ? wrong : "out of memory");
		PQfreemem(wrong);
		return ERR_AWAY;
	}
	d.hosts = count_hosts(d.options);
	for (size_t i = 0; e && i < d.hosts; i++) {
		int64_t now = clock_mono_ms();
		int64_t share = (until_ms - now) / (int64_t)(d.hosts - i);

		choose_host(&d, i);
		e = dial_host(&d, now + share, out, reason);
	}
	PQconninfoFree(d.options);
	return e;
}
