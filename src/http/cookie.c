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

void
cookie_set(struct request *rq, struct str name, struct str value,
    int64_t max_age_s)
{
	struct str line;

	if (!name.n || !is_plain(name) || str_find(name, '=') >= 0 ||
	    !is_plain(value)) {
		log_event(LOG_ERROR, "cookie.unfit", LOG_STR("name", name));
		return;
	}
	line = buf_fmt(rq->arena, COOKIE_BYTES_MAX,
	    "%.*s=%.*s; Path=/; Max-Age=%lld; HttpOnly; SameSite=Lax%s",
	    STR_ARG(name), STR_ARG(value), (long long)max_age_s,
	    rq->is_https ? "; Secure" : "");
	if (!line.n) {
		log_event(LOG_ERROR, "cookie.too_long", LOG_STR("name", name));
		return;
	}
	response_header(rq, "Set-Cookie", line);
}
