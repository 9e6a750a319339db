/* Implements auditvisit.h by libcurl. */
#include <curl/curl.h>

#include "base/arena.h"
#include "base/buf.h"

#include "auditvisit.h"

#define AGENT "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101" \
	" Firefox/128.0"

struct look {
	struct arena *arena;
	struct buf body;
	struct auditvisit *out;
};

static size_t
take_body(char *p, size_t size, size_t n, void *context)
{
	struct look *k = context;

	buf_add(&k->body, (struct str){ p, size * n });
	return k->body.full ? 0 : size * n;
}

static size_t
take_header(char *p, size_t size, size_t n, void *context)
{
	struct look *k = context;
	struct str name, value;

	if (!str_cut((struct str){ p, size * n }, ':', &name, &value))
		return size * n;
	value = arena_copy(k->arena, str_trim(value));
	if (str_eq_fold(name, STR("Content-Security-Policy")))
		k->out->policy = value;
	if (str_eq_fold(name, STR("Set-Cookie"))) {
		if (k->out->cookies < AUDITVISIT_COOKIES_MAX)
			k->out->cookie[k->out->cookies] = value;
		k->out->cookies++;
	}
	return size * n;
}

static void
ask(CURL *easy, struct look *k, struct str url, struct str cookies)
{
	curl_easy_setopt(easy, CURLOPT_URL, arena_copy(k->arena, url).p);
	curl_easy_setopt(easy, CURLOPT_COOKIE, cookies.n ?
	    arena_copy(k->arena, cookies).p : NULL);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, AUDITVISIT_TIMEOUT_MS);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, AGENT);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, k);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, k);
}

enum err
auditvisit_get(struct arena *a, struct str url, struct str cookies,
    struct auditvisit *out, struct str *why)
{
	struct look k = { .arena = a, .out = out };
	struct curl_slist *headers;
	CURLcode outcome;
	CURL *easy = curl_easy_init();

	*out = (struct auditvisit){ .policy = STR_EMPTY };
	*why = STR("libcurl can't be had");
	if (!easy)
		return ERR_AWAY;
	headers = curl_slist_append(NULL, "Sec-Purpose: prefetch");
	buf_init(&k.body, a, AUDITVISIT_BYTES_MAX);
	ask(easy, &k, url, cookies);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
	outcome = curl_easy_perform(easy);
	if (!outcome)
		curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &out->status);
	*why = str_of(curl_easy_strerror(outcome));
	out->body = buf_str(&k.body);
	curl_slist_free_all(headers);
	curl_easy_cleanup(easy);
	return outcome ? ERR_AWAY : OK;
}
