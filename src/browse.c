/* Implements browse.h: a libcurl handle for each connection. */
#include <curl/curl.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "visitor.h"

#include "browse.h"

#define SLOT_ARENA_BYTES (4 * BROWSE_ANSWER_BYTES_MAX)
#define POLL_MS 100
#define TOO_MANY 429

struct slot {
	CURL *easy;
	struct arena *arena;
	struct browse_request request;
	struct buf body;
	struct str cookie;	/* of the answer */
	enum { FREE, BUSY, RESTING } state;
	int64_t rest_until_ms;
};

struct browse {
	const struct browse_plan *plan;
	CURLM *multi;
	struct curl_slist *headers;
	struct slot slot[BROWSE_CONNECTIONS];
	size_t *limited;
};

static size_t
take_body(char *p, size_t size, size_t n, void *context)
{
	struct slot *s = context;

	buf_add(&s->body, (struct str){ p, size * n });
	return s->body.full ? 0 : size * n;
}

static size_t
take_header(char *p, size_t size, size_t n, void *context)
{
	struct slot *s = context;
	struct str line = { p, size * n }, name, value, rest;

	if (str_cut(line, ':', &name, &value) &&
	    str_eq_fold(name, STR("Set-Cookie")) &&
	    str_cut(str_trim(value), '=', &name, &value) &&
	    str_eq(name, STR(VISITOR_COOKIE))) {
		str_cut(value, ';', &value, &rest);
		s->cookie = arena_copy(s->arena, str_trim(value));
	}
	return size * n;
}

static void
send_request(struct browse *b, struct slot *s)
{
	const struct browse_request *rq = &s->request;

	buf_init(&s->body, s->arena, BROWSE_ANSWER_BYTES_MAX);
	s->cookie = STR_EMPTY;
	curl_easy_setopt(s->easy, CURLOPT_URL,
	    arena_copy(s->arena, rq->url).p);
	curl_easy_setopt(s->easy, CURLOPT_COOKIE, rq->cookie.n ?
	    buf_join(s->arena, STR(VISITOR_COOKIE "="), rq->cookie).p : NULL);
	if (rq->form.n) {
		curl_easy_setopt(s->easy, CURLOPT_POSTFIELDSIZE,
		    (long)rq->form.n);
		curl_easy_setopt(s->easy, CURLOPT_POSTFIELDS, rq->form.p);
	} else {
		curl_easy_setopt(s->easy, CURLOPT_HTTPGET, 1L);
	}
	curl_multi_add_handle(b->multi, s->easy);
	s->state = BUSY;
}

static bool
ask_next(struct browse *b, struct slot *s)
{
	arena_reset(s->arena);
	s->request = (struct browse_request){ 0 };
	if (!b->plan->next(b->plan->context, &s->request))
		return false;
	send_request(b, s);
	return true;
}

static void
end_transfer(struct browse *b, struct slot *s, CURLcode outcome)
{
	struct browse_answer answer = { .cookie = s->cookie };

	curl_multi_remove_handle(b->multi, s->easy);
	if (outcome == CURLE_OK) {
		curl_easy_getinfo(s->easy, CURLINFO_RESPONSE_CODE,
		    &answer.status);
		answer.body = buf_str(&s->body);
	} else {
		log_event(LOG_WARN, "browse.failed",
		    LOG_Z("why", curl_easy_strerror(outcome)));
	}
	if (answer.status == TOO_MANY) {
		++*b->limited;
		s->state = RESTING;
		s->rest_until_ms = clock_mono_ms() + BROWSE_REST_MS;
		return;
	}
	s->state = FREE;
	b->plan->take(b->plan->context, &s->request, &answer);
}

static void
end_transfers(struct browse *b)
{
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(b->multi, &left)) != NULL) {
		CURLcode outcome = m->data.result;
		void *slot;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE,
		    (char **)&slot);
		end_transfer(b, slot, outcome);
	}
}

/* How many are on their way, or wait to be. */
static size_t
fill(struct browse *b)
{
	size_t active = 0;

	for (size_t i = 0; i < BROWSE_CONNECTIONS; i++) {
		struct slot *s = &b->slot[i];

		if (s->state == RESTING && clock_mono_ms() >= s->rest_until_ms)
			send_request(b, s);
		if (s->state != FREE || ask_next(b, s))
			active++;
	}
	return active;
}

static enum err
open_slot(struct browse *b, struct slot *s)
{
	s->easy = curl_easy_init();
	if (!s->easy)
		return ERR_AWAY;
	s->arena = arena_new(SLOT_ARENA_BYTES);
	curl_easy_setopt(s->easy, CURLOPT_PRIVATE, (char *)s);
	curl_easy_setopt(s->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(s->easy, CURLOPT_PROXY, "");
	curl_easy_setopt(s->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(s->easy, CURLOPT_TIMEOUT_MS, BROWSE_TIMEOUT_MS);
	curl_easy_setopt(s->easy, CURLOPT_USERAGENT, b->plan->agent);
	curl_easy_setopt(s->easy, CURLOPT_HTTPHEADER, b->headers);
	curl_easy_setopt(s->easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(s->easy, CURLOPT_WRITEDATA, s);
	curl_easy_setopt(s->easy, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(s->easy, CURLOPT_HEADERDATA, s);
	return OK;
}

static enum err
open_browse(struct browse *b)
{
	struct arena *a = arena_new(SLOT_ARENA_BYTES);
	enum err e = OK;

	b->multi = curl_multi_init();
	b->headers = curl_slist_append(NULL, buf_join(a,
	    STR("Accept-Language: "), b->plan->language).p);
	arena_free(a);
	if (!b->multi || !b->headers)
		return ERR_AWAY;
	for (size_t i = 0; !e && i < BROWSE_CONNECTIONS; i++)
		e = open_slot(b, &b->slot[i]);
	return e;
}

static void
close_browse(struct browse *b)
{
	for (size_t i = 0; i < BROWSE_CONNECTIONS; i++) {
		if (b->slot[i].state == BUSY)
			curl_multi_remove_handle(b->multi, b->slot[i].easy);
		curl_easy_cleanup(b->slot[i].easy);
		arena_free(b->slot[i].arena);
	}
	if (b->multi)
		curl_multi_cleanup(b->multi);
	curl_slist_free_all(b->headers);
	curl_global_cleanup();
}

enum err
browse_run(const struct browse_plan *plan, const volatile int *stop,
    size_t *limited)
{
	struct browse b = { .plan = plan, .limited = limited };
	enum err e;
	int running;

	*limited = 0;
	if (curl_global_init(CURL_GLOBAL_DEFAULT))
		return ERR_AWAY;
	e = open_browse(&b);
	while (!e && !*stop && fill(&b)) {
		if (curl_multi_perform(b.multi, &running) ||
		    curl_multi_poll(b.multi, NULL, 0, POLL_MS, NULL))
			e = ERR_AWAY;
		end_transfers(&b);
	}
	close_browse(&b);
	return e || !*stop ? e : ERR_DENIED;
}
