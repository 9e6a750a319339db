/*
 * Reading the Cookie header and writing Set-Cookie.  What cookies mean is
 * known elsewhere.
 */
#include "base/buf.h"
#include "base/log.h"
#include "http/request.h"
#include "http/response.h"

#include "http/cookie.h"

/* Beyond this, browsers drop a cookie without a word (RFC 6265, 6.1). */
#define COOKIE_BYTES_MAX 4096

struct str
cookie_find(struct str header, struct str name)
{
	if (header.n > COOKIE_HEADER_BYTES_MAX)
		return STR_EMPTY;
	while (header.n) {
		struct str pair, key, value;

		str_cut(header, ';', &pair, &header);
		if (str_cut(pair, '=', &key, &value) &&
		    str_eq(str_trim(key), name))
			return str_trim(value);
	}
	return STR_EMPTY;
}

/* cookie-octet of RFC 6265: no blank, quote, comma, semicolon, backslash. */
static bool
is_plain(struct str s)
{
	static const struct str forbidden = { "\",;\\", 4 };

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= 0x20 || s.p[i] >= 0x7f ||
		    str_find(forbidden, s.p[i]) >= 0)
			return false;
	return true;
}

bool
cookie_is_within(struct str host, struct str domain)
{
	ptrdiff_t port = str_find(host, ':');
	struct str end;

	if (port >= 0)
		host = str_slice(host, 0, (size_t)port);
	if (!domain.n || host.n < domain.n)
		return false;
	end = str_slice(host, host.n - domain.n, host.n);
	return str_eq_fold(end, domain) &&
	    (host.n == domain.n || end.p[-1] == '.');
}

void
cookie_set(struct request *rq, struct str name, struct str value,
    struct str domain, int64_t max_age_s)
{
	bool is_shared = cookie_is_within(rq->host, domain);
	struct buf b;
	struct str line;

	if (!name.n || !is_plain(name) || str_find(name, '=') >= 0 ||
	    !is_plain(value) || !is_plain(domain) || max_age_s < 0) {
		log_event(LOG_ERROR, "cookie.unfit", LOG_STR("name", name));
		return;
	}
	buf_init(&b, rq->arena, COOKIE_BYTES_MAX);
	buf_add(&b, name);
	buf_byte(&b, '=');
	buf_add(&b, value);
	buf_add(&b, STR("; Path=/; Max-Age="));
	buf_u64(&b, (uint64_t)max_age_s);
	buf_add(&b, STR("; HttpOnly; SameSite=Lax"));
	if (rq->is_https)
		buf_add(&b, STR("; Secure"));
	if (is_shared) {
		buf_add(&b, STR("; Domain="));
		buf_add(&b, domain);
	}
	line = buf_str(&b);
	if (!line.n) {
		log_event(LOG_ERROR, "cookie.too_long", LOG_STR("name", name));
		return;
	}
	response_header(rq, "Set-Cookie", line);
}
