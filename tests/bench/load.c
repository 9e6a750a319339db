/*
 * Loads a site with CONNECTIONS kept connections and tells how it held:
 *
 *	load PORT PATH WHO SECONDS	the page, asked for by new visitors
 *					(WHO is new), by those who have been
 *					here before (known), or in turn by
 *					a new one and the same again (mixed)
 *	load PORT PATH post SECONDS COUNT	COUNT pages are fetched for
 *					their tokens; then each form is posted
 *
 * Says "ready" when what is measured can begin, waits for a line of input, and
 * prints "RATE P50_MS P99_MS P999_MS GOOD BAD".
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"

#define CONNECTIONS 64
#define ANSWER_BYTES_MAX (256 << 10)
#define REQUEST_BYTES_MAX 8192
#define TOKEN_CHARS_MAX 1024
#define SAMPLES_MAX 2000000
#define TOKEN_MARK "name=\"piste_token\" value=\""
#define AGENT "Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0.0.0 Safari/537.36"
#define HEAD " HTTP/1.1\r\nHost: bench\r\nUser-Agent: " AGENT \
	"\r\nAccept-Language: fr\r\n"

enum phase { PHASE_GET, PHASE_TOKEN, PHASE_POST };

/* Of so many requests of a connection the first is a new visitor's. */
static const struct {
	const char *name;
	uint32_t turn;		/* 0: only the very first */
} asks[] = {
	{ "new", 1 }, { "mixed", 2 }, { "known", 0 }, { "post", 1 },
};
#define ASKS (sizeof asks / sizeof *asks)

struct connection {
	int fd;
	int64_t begun_us;
	size_t have;
	uint32_t count;		/* of its requests */
	char cookie[200];	/* name=value, the latest */
	char answer[ANSWER_BYTES_MAX + 1];
};

struct load {
	struct sockaddr_in where;
	const char *path;
	enum phase phase;
	uint32_t turn;
	int epoll;
	int64_t until_us;
	char (*token)[TOKEN_CHARS_MAX];
	uint32_t tokens;	/* taken */
	uint32_t tokens_max;
	uint32_t next;		/* to post, or asked for */
	uint32_t running;
	uint64_t good, bad;
	uint32_t *sample_us;
	size_t samples;
	struct connection connection[CONNECTIONS];
};

static int64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static _Noreturn void
die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static void
dial(struct load *l, struct connection *c)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = c };
	int one = 1;

	if (c->fd >= 0)
		close(c->fd);
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&l->where,
	    sizeof l->where))
		die("connect");
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, c->fd, &ev))
		die("epoll_ctl");
}

/* Is there more to ask for in this phase?  Then *index is its number. */
static bool
take_turn(struct load *l, uint32_t *index)
{
	if (l->phase != PHASE_TOKEN && now_us() >= l->until_us)
		return false;
	if (l->phase != PHASE_GET && l->next >= l->tokens_max)
		return false;
	*index = l->next++;
	return true;
}

static int
write_post(const struct load *l, uint32_t index, char *dst)
{
	char body[TOKEN_CHARS_MAX + 200];
	int n = snprintf(body, sizeof body, "email=load%ld.%u%%40example.org"
	    "&first_name=Ana&last_name=Lopes&company=Entreprise&phone="
	    "&postcode=69001&message=Bonjour&website=&piste_token=%s",
	    (long)getpid(), index, l->token[index]);

	return snprintf(dst, REQUEST_BYTES_MAX, "POST %s" HEAD
	    "Content-Type: application/x-www-form-urlencoded\r\n"
	    "Content-Length: %d\r\n\r\n%s", l->path, n, body);
}

/* Send this connection's next request; false when there is none. */
static bool
ask(struct load *l, struct connection *c)
{
	char text[REQUEST_BYTES_MAX];
	bool known = c->cookie[0] && (!l->turn || c->count % l->turn);
	uint32_t index;
	int n;

	if (!take_turn(l, &index))
		return false;
	if (l->phase == PHASE_POST)
		n = write_post(l, index, text);
	else
		n = snprintf(text, sizeof text, "GET %s" HEAD "%s%s%s\r\n",
		    l->path, known ? "Cookie: " : "", known ? c->cookie : "",
		    known ? "\r\n" : "");
	c->count++;
	c->have = 0;
	c->begun_us = now_us();
	if (send(c->fd, text, (size_t)n, MSG_NOSIGNAL) != n) {
		dial(l, c);
		if (send(c->fd, text, (size_t)n, MSG_NOSIGNAL) != n)
			die("send");
	}
	return true;
}

/* The header's value up to its line's end, or the empty str. */
static struct str
header(struct connection *c, const char *name)
{
	char *at = strcasestr(c->answer, name), *end;

	if (!at)
		return STR_EMPTY;
	at += strlen(name);
	end = strpbrk(at, ";\r");
	return (struct str){ at, end ? (size_t)(end - at) : 0 };
}

static void
keep_token(struct load *l, const char *body)
{
	const char *at = strstr(body, TOKEN_MARK), *end;

	at = at ? at + sizeof TOKEN_MARK - 1 : NULL;
	end = at ? strchr(at, '"') : NULL;
	if (end && end - at < TOKEN_CHARS_MAX && l->tokens < l->tokens_max)
		memcpy(l->token[l->tokens++], at, (size_t)(end - at));
}

static void
note(struct load *l, struct connection *c, const char *body)
{
	bool is_good = c->answer[9] == (l->phase == PHASE_POST ? '3' : '2');
	struct str cookie = header(c, "\r\nSet-Cookie: ");

	is_good ? l->good++ : l->bad++;
	if (l->phase == PHASE_TOKEN) {
		keep_token(l, body);
		return;
	}
	if (cookie.n && cookie.n < sizeof c->cookie) {
		memcpy(c->cookie, cookie.p, cookie.n);
		c->cookie[cookie.n] = '\0';
	}
	if (l->samples < SAMPLES_MAX)
		l->sample_us[l->samples++] =
		    (uint32_t)(now_us() - c->begun_us);
}

/* Read what has come; true when the answer is whole. */
static bool
hear(struct load *l, struct connection *c)
{
	ssize_t n = recv(c->fd, c->answer + c->have,
	    ANSWER_BYTES_MAX - c->have, 0);
	uint64_t length = 0;
	char *body;

	if (n <= 0) {
		l->bad++;
		dial(l, c);
		return true;
	}
	c->have += (size_t)n;
	c->answer[c->have] = '\0';
	body = strstr(c->answer, "\r\n\r\n");
	if (!body)
		return false;
	body += 4;
	if (!str_u64(header(c, "\r\nContent-Length: "), 0, ANSWER_BYTES_MAX,
	    &length))
		die("an answer without its length");
	if (c->have < (size_t)(body - c->answer) + length)
		return false;
	/* Nobody shall look for a header through a whole page. */
	body[-2] = '\0';
	note(l, c, body);
	if (strstr(c->answer, "\r\nConnection: close\r\n"))
		dial(l, c);
	return true;
}

static void
run(struct load *l, enum phase phase, int64_t seconds)
{
	struct epoll_event ev[CONNECTIONS];

	l->phase = phase;
	l->next = 0;
	l->good = l->bad = 0;
	l->until_us = now_us() + seconds * 1000000;
	l->running = 0;
	for (int i = 0; i < CONNECTIONS; i++)
		l->running += ask(l, &l->connection[i]);
	while (l->running) {
		int n = epoll_wait(l->epoll, ev, CONNECTIONS, 10000);

		if (n == 0 || (n < 0 && errno != EINTR))
			die("no answer for ten seconds");
		for (int i = 0; i < n; i++) {
			struct connection *c = ev[i].data.ptr;

			if (hear(l, c))
				l->running -= !ask(l, c);
		}
	}
}

static int
by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* What so many of a thousand requests stay below. */
static double
quantile_ms(const struct load *l, size_t per_mille)
{
	return l->samples ?
	    l->sample_us[l->samples * per_mille / 1000] / 1000.0 : 0;
}

static void
report(struct load *l, int64_t took_us)
{
	qsort(l->sample_us, l->samples, sizeof *l->sample_us, by_value);
	printf("%.0f %.2f %.2f %.2f %llu %llu\n",
	    (double)l->good * 1000000 / (double)took_us,
	    quantile_ms(l, 500), quantile_ms(l, 990), quantile_ms(l, 999),
	    (unsigned long long)l->good, (unsigned long long)l->bad);
}

static _Noreturn void
usage(void)
{
	fprintf(stderr, "usage: load PORT PATH new|known|mixed SECONDS\n"
	    "       load PORT PATH post SECONDS COUNT\n");
	exit(2);
}

int
main(int argc, char **argv)
{
	static struct load load;
	struct load *l = &load;
	uint32_t port, seconds, count = 0;
	bool is_post = argc == 6 && !strcmp(argv[3], "post");
	size_t ask = 0;
	int64_t begun;

	while (argc > 3 && ask < ASKS && strcmp(argv[3], asks[ask].name))
		ask++;
	if (argc != (is_post ? 6 : 5) || ask == ASKS ||
	    !str_u32(str_of(argv[1]), 1, 65535, &port) ||
	    !str_u32(str_of(argv[4]), 1, 3600, &seconds) ||
	    (is_post && !str_u32(str_of(argv[5]), 1, 1000000, &count)))
		usage();
	l->turn = asks[ask].turn;
	l->where = (struct sockaddr_in){ .sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	l->path = argv[2];
	l->tokens_max = count;
	l->token = calloc(count + 1, sizeof *l->token);
	l->sample_us = calloc(SAMPLES_MAX, sizeof *l->sample_us);
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (!l->token || !l->sample_us || l->epoll < 0)
		die("memory");
	for (int i = 0; i < CONNECTIONS; i++) {
		l->connection[i].fd = -1;
		dial(l, &l->connection[i]);
	}
	if (is_post) {
		run(l, PHASE_TOKEN, 0);
		l->tokens_max = l->tokens;
	}
	puts("ready");
	fflush(stdout);
	getchar();
	begun = now_us();
	run(l, is_post ? PHASE_POST : PHASE_GET, seconds);
	report(l, now_us() - begun);
	return EXIT_SUCCESS;
}
