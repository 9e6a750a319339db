/*
 * Filling a request from CGI variables, which is what libfcgi and a CGI
 * environment have in common, and judging whether it makes sense.
 */
#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/token.h"
#include "http/response.h"
#include "http/url.h"

#include "http/request.h"

#define ID_CHARS_MIN 8
#define ID_CHARS_MAX 64
#define ID_BYTES 16	/* of chance, when nginx sent no id */

/* What only request_fill needs to know. */
struct raw {
	struct str method;
	struct str uri;
	struct str script_name;
	struct str path_info;
	struct str content_length;
	struct str https;
	struct str scheme;
	struct str prefetch[4];
};

/* A variable, and where in a struct request or a struct raw it goes. */
struct variable {
	struct str name;
	size_t offset;
};
#define VARIABLE(name, type, member) \
	{ { name, sizeof name - 1 }, offsetof(struct type, member) }

static const struct variable kept[] = {
	VARIABLE("QUERY_STRING", request, query),
	VARIABLE("CONTENT_TYPE", request, content_type),
	VARIABLE("REQUEST_ID", request, id),
	VARIABLE("REMOTE_ADDR", request, remote_addr),
	VARIABLE("HTTP_HOST", request, host),
	VARIABLE("HTTP_USER_AGENT", request, user_agent),
	VARIABLE("HTTP_ACCEPT_LANGUAGE", request, accept_language),
	VARIABLE("HTTP_COOKIE", request, cookie),
	VARIABLE("HTTP_ORIGIN", request, origin),
	VARIABLE("HTTP_REFERER", request, referer),
	VARIABLE("HTTP_SEC_FETCH_SITE", request, fetch_site),
	VARIABLE("HTTP_IDEMPOTENCY_KEY", request, idempotency_key),
	VARIABLE("HTTP_AUTHORIZATION", request, authorization),
};
static const struct variable judged[] = {
	VARIABLE("REQUEST_METHOD", raw, method),
	VARIABLE("REQUEST_URI", raw, uri),
	VARIABLE("SCRIPT_NAME", raw, script_name),
	VARIABLE("PATH_INFO", raw, path_info),
	VARIABLE("CONTENT_LENGTH", raw, content_length),
	VARIABLE("HTTPS", raw, https),
	VARIABLE("REQUEST_SCHEME", raw, scheme),
	VARIABLE("HTTP_SEC_PURPOSE", raw, prefetch[0]),
	VARIABLE("HTTP_PURPOSE", raw, prefetch[1]),
	VARIABLE("HTTP_X_PURPOSE", raw, prefetch[2]),
	VARIABLE("HTTP_X_MOZ", raw, prefetch[3]),
};
#undef VARIABLE
#define ROWS(table) (sizeof (table) / sizeof (table)[0])

static const struct {
	struct str name;
	enum method method;
} methods[] = {
	{ { "GET", 3 }, METHOD_GET },
	{ { "HEAD", 4 }, METHOD_HEAD },
	{ { "POST", 4 }, METHOD_POST },
	{ { "OPTIONS", 7 }, METHOD_OPTIONS },
};

static void
clear_texts(void *base, const struct variable *table, size_t count)
{
	for (size_t i = 0; i < count; i++)
		*(struct str *)((char *)base + table[i].offset) = STR_EMPTY;
}

/* The first of equal names wins, as FCGX_GetParam has it. */
static bool
keep_text(void *base, const struct variable *table, size_t count,
    const struct str_pair *var)
{
	for (size_t i = 0; i < count; i++) {
		struct str *at;

		if (table[i].name.n != var->name.n ||
		    memcmp(table[i].name.p, var->name.p, var->name.n))
			continue;
		at = (struct str *)((char *)base + table[i].offset);
		if (!at->n)
			*at = var->value;
		return true;
	}
	return false;
}

/* 0, or the status to refuse with. */
static int
read_vars(struct request *rq, struct raw *raw, char *const *vars)
{
	size_t bytes = 0, count = 0;

	for (; vars[count]; count++) {
		struct str whole = str_of(vars[count]);
		struct str_pair var;

		bytes += whole.n;
		if (!str_cut(whole, '=', &var.name, &var.value))
			continue;
		if (!keep_text(rq, kept, ROWS(kept), &var))
			keep_text(raw, judged, ROWS(judged), &var);
	}
	return bytes > REQUEST_HEADER_BYTES_MAX || count > REQUEST_VARS_MAX ?
	    431 : 0;
}

static enum method
method_of(struct str name)
{
	for (size_t i = 0; i < ROWS(methods); i++)
		if (str_eq(methods[i].name, name))
			return methods[i].method;
	return METHOD_OTHER;
}

static bool
id_is_fit(struct str id)
{
	if (id.n < ID_CHARS_MIN || id.n > ID_CHARS_MAX)
		return false;
	for (size_t i = 0; i < id.n; i++) {
		char c = id.p[i];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
		    (c >= 'A' && c <= 'Z') || c == '-'))
			return false;
	}
	return true;
}

static struct str
make_id(struct arena *a)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char chance[ID_BYTES];
	char *hex = arena_take(a, 2 * ID_BYTES);

	token_random(chance, sizeof chance);
	for (size_t i = 0; i < sizeof chance; i++) {
		hex[2 * i] = digits[chance[i] >> 4];
		hex[2 * i + 1] = digits[chance[i] & 15];
	}
	return (struct str){ hex, 2 * ID_BYTES };
}

static bool
is_prefetch(const struct raw *raw)
{
	for (size_t i = 0; i < ROWS(raw->prefetch); i++)
		if (str_has_fold(raw->prefetch[i], STR("prefetch")) ||
		    str_has_fold(raw->prefetch[i], STR("prerender")) ||
		    str_has_fold(raw->prefetch[i], STR("preview")))
			return true;
	return false;
}

/*
 * The path comes from REQUEST_URI, as the visitor sent it, and is decoded
 * once; a carrier without that variable has decoded already.
 */
static int
read_path(struct request *rq, const struct raw *raw)
{
	struct str path = raw->path_info.n ? raw->path_info : raw->script_name;

	if (raw->uri.n) {
		struct str query;

		if (str_cut(raw->uri, '?', &path, &query))
			rq->query = query;
		if (url_decode(rq->arena, path, false, &path))
			return 400;
	} else if (!str_is_utf8(path)) {
		return 400;
	}
	if (!str_has_prefix(path, STR("/")))
		return 400;
	rq->path = path;
	return path.n > REQUEST_PATH_BYTES_MAX ||
	    rq->query.n > REQUEST_QUERY_BYTES_MAX ? 414 : 0;
}

static int
judge_body(const struct request *rq, const struct raw *raw)
{
	uint64_t stated;

	if (rq->body.n > REQUEST_BODY_BYTES_MAX)
		return 413;
	/* Without a stated length, the carrier's own framing has the word. */
	if (!raw->content_length.n)
		return 0;
	if (!str_u64(raw->content_length, 0, UINT64_MAX, &stated)) {
		for (size_t i = 0; i < raw->content_length.n; i++)
			if (raw->content_length.p[i] < '0' ||
			    raw->content_length.p[i] > '9')
				return 400;
		return 413;
	}
	if (stated > REQUEST_BODY_BYTES_MAX)
		return 413;
	return stated == rq->body.n ? 0 : 400;
}

enum err
request_fill(struct request *rq, char *const *vars, struct str body)
{
	struct raw raw;
	int status;

	clear_texts(rq, kept, ROWS(kept));
	clear_texts(&raw, judged, ROWS(judged));
	for (size_t i = 0; i < REQUEST_PARAMS_MAX; i++)
		rq->param[i] = STR_EMPTY;
	rq->path = STR("/");
	rq->body = body;
	rq->response = (struct response){ 0 };
	rq->response.body = STR_EMPTY;
	rq->received_ms = clock_now_ms();
	rq->received_mono_ms = clock_mono_ms();
	status = read_vars(rq, &raw, vars);
	rq->method = method_of(raw.method);
	rq->is_https = str_eq_fold(raw.https, STR("on")) ||
	    str_eq(raw.https, STR("1")) ||
	    str_eq_fold(raw.scheme, STR("https"));
	rq->is_prefetch = is_prefetch(&raw);
	if (!id_is_fit(rq->id))
		rq->id = make_id(rq->arena);
	if (!status && !raw.method.n)
		status = 400;
	if (!status)
		status = read_path(rq, &raw);
	if (!status)
		status = judge_body(rq, &raw);
	rq->response.status = status;
	if (!status)
		return OK;
	return status == 400 ? ERR_INPUT : ERR_LIMIT;
}
