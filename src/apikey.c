/* Implements apikey.h. */
#include <stdlib.h>

#include "app.h"
#include "base/arena.h"
#include "base/buf.h"
#include "http/request.h"
#include "page/site.h"
#include "page/siteorigin.h"

#include "apikey.h"

#define PURPOSE "origin"
#define PURPOSE_ONCE "once"
#define PAYLOAD_BYTES_MAX (SITE_KEY_BYTES_MAX + 16)

const struct site_origin apikey_nobody;

static struct str
payload_of(struct arena *a, const struct site_origin *o)
{
	return buf_fmt(a, PAYLOAD_BYTES_MAX, "%u %.*s", o->serial,
	    STR_ARG(o->key));
}

struct str
apikey_make(struct arena *a, const struct token_key *k,
    const struct site_origin *o)
{
	return token_seal(a, k, PURPOSE, payload_of(a, o));
}

/* token_open compares seals in constant time; what is sealed is no secret. */
static const struct site_origin *
owner(const struct request *rq, const struct site *s, struct str key)
{
	const struct site_origin *o;
	struct str payload, serial, name;

	if (token_open(rq->arena, &rq->app->key, PURPOSE, key, &payload) ||
	    !str_cut(payload, ' ', &serial, &name))
		return NULL;
	o = siteorigin_find(s, name);
	return o && !o->is_revoked &&
	    str_eq(payload, payload_of(rq->arena, o)) ? o : NULL;
}

enum apikey_fault
apikey_find(const struct request *rq, const struct site *s,
    const struct site_origin **out)
{
	struct str scheme, key;

	*out = NULL;
	if (!rq->authorization.n && rq->app->conf->api_open &&
	    (!rq->origin.n || str_eq(rq->origin, rq->app->conf->url)))
		*out = &apikey_nobody;
	if (!rq->authorization.n)
		return *out ? APIKEY_FINE : APIKEY_ABSENT;
	if (str_cut(rq->authorization, ' ', &scheme, &key) &&
	    str_eq_fold(scheme, STR("Bearer")))
		*out = owner(rq, s, str_trim(key));
	if (!*out)
		return APIKEY_UNKNOWN;
	if (!rq->origin.n)
		return (*out)->is_server ? APIKEY_FINE : APIKEY_NO_ORIGIN;
	return str_eq(rq->origin, (*out)->address) ? APIKEY_FINE :
	    APIKEY_ELSEWHERE;
}

bool
apikey_once(struct str header, struct str *out)
{
	struct str s = str_trim(header);

	if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
		s = str_slice(s, 1, s.n - 2);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~' || s.p[i] == '"' ||
		    s.p[i] == '\\')
			return false;
	*out = s;
	return s.n && s.n <= APIKEY_ONCE_BYTES_MAX;
}

struct uuid
apikey_id(struct arena *a, const struct token_key *k,
    const struct site_origin *o, struct str network, struct str once)
{
	struct str name = buf_fmt(a, TOKEN_PAYLOAD_BYTES_MAX,
	    "%.*s %.*s %.*s", STR_ARG(o->key), STR_ARG(network),
	    STR_ARG(once));
	char hex[TOKEN_HASH_TEXT];
	struct uuid id;

	/* A seal is a keyed hash, and a hash of it as good. */
	token_hash(token_seal(a, k, PURPOSE_ONCE, name), hex);
	/* RFC 9562, 5.8: whatever we like but for version and variant. */
	if (token_uuid_parse(buf_fmt(a, UUID_TEXT,
	    "%.8s-%.4s-8%.3s-8%.3s-%.12s", hex, hex + 8, hex + 12, hex + 15,
	    hex + 18), &id))
		abort();
	return id;
}
