/*
 * Putting an answer together: status, headers, the headers every answer
 * carries, body.  How it travels is the gateway's business.
 */
#include <assert.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "http/request.h"

#include "http/response.h"

#define HEAD_BYTES_MAX \
	((RESPONSE_HEADERS_MAX + 1) * (RESPONSE_VALUE_BYTES_MAX + 128))

/* But for whose frames it may be in. */
#define POLICY \
	"default-src 'none'; style-src 'self'; img-src 'self' data:;" \
	" script-src 'self'; connect-src 'self'; font-src 'self';" \
	" form-action 'self'; base-uri 'none'; object-src 'none';" \
	" frame-ancestors "

/* In a response of ours unless the handler has set its own. */
static const struct {
	struct str name;
	struct str value;
	bool https_only;
} defaults[] = {
#define DEFAULT(name, value, https_only) \
	{ { name, sizeof name - 1 }, { value, sizeof value - 1 }, https_only }
	DEFAULT("Content-Security-Policy", POLICY "'none'", false),
	DEFAULT("X-Content-Type-Options", "nosniff", false),
	DEFAULT("Referrer-Policy", "strict-origin-when-cross-origin", false),
	DEFAULT("Cross-Origin-Opener-Policy", "same-origin", false),
	DEFAULT("Cache-Control", "private, no-store", false),
	DEFAULT("Strict-Transport-Security", "max-age=31536000", true),
#undef DEFAULT
};

static const struct {
	int status;
	const char *reason;
} reasons[] = {
	{ 200, "OK" },
	{ 201, "Created" },
	{ 202, "Accepted" },
	{ 204, "No Content" },
	{ 301, "Moved Permanently" },
	{ 302, "Found" },
	{ 303, "See Other" },
	{ 304, "Not Modified" },
	{ 307, "Temporary Redirect" },
	{ 308, "Permanent Redirect" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 406, "Not Acceptable" },
	{ 409, "Conflict" },
	{ 410, "Gone" },
	{ 411, "Length Required" },
	{ 413, "Content Too Large" },
	{ 414, "URI Too Long" },
	{ 415, "Unsupported Media Type" },
	{ 422, "Unprocessable Content" },
	{ 429, "Too Many Requests" },
	{ 431, "Request Header Fields Too Large" },
	{ 500, "Internal Server Error" },
	{ 501, "Not Implemented" },
	{ 502, "Bad Gateway" },
	{ 503, "Service Unavailable" },
	{ 504, "Gateway Timeout" },
};

const char *
response_reason(int status)
{
	for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Unknown";
}

static struct str_pair *
find_header(struct response *rs, struct str name)
{
	for (size_t i = 0; i < rs->headers; i++)
		if (str_eq_fold(rs->header[i].name, name))
			return &rs->header[i];
	return NULL;
}

/* A tab may stand in a header; every other control ends or bends it. */
static bool
is_safe(struct str value)
{
	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return false;
	}
	return value.n <= RESPONSE_VALUE_BYTES_MAX;
}

void
response_header(struct request *rq, const char *name, struct str value)
{
	struct response *rs = &rq->response;

	if (!is_safe(value)) {
		log_event(LOG_ERROR, "response.header_unsafe",
		    LOG_Z("name", name));
		return;
	}
	if (rs->headers == RESPONSE_HEADERS_MAX) {
		log_event(LOG_ERROR, "response.headers_full",
		    LOG_Z("name", name));
		return;
	}
	rs->header[rs->headers++] = (struct str_pair){ str_of(name), value };
}

void
response_set(struct request *rq, int status, const char *content_type,
    struct str body)
{
	struct response *rs = &rq->response;
	struct str_pair *type = find_header(rs, STR("Content-Type"));

	rs->status = status;
	rs->body = body;
	/* Answering twice, as when a page gives way to an error, is fine. */
	if (type)
		type->value = str_of(content_type);
	else
		response_header(rq, "Content-Type", str_of(content_type));
}

void
response_frame(struct request *rq, struct str origins)
{
	if (origins.n)
		response_header(rq, "Content-Security-Policy",
		    buf_join(rq->arena, STR(POLICY), origins));
}

bool
response_is_local(struct str path)
{
	return path.n && path.p[0] == '/' &&
	    !(path.n > 1 && path.p[1] == '/') && str_find(path, '\\') < 0 &&
	    !str_has_control(path, false);
}

void
response_redirect(struct request *rq, int status, struct str path)
{
	struct str_pair *old = find_header(&rq->response, STR("Location"));

	if (!response_is_local(path) || !is_safe(path)) {
		log_event(LOG_WARN, "response.redirect_refused");
		path = STR("/");
	}
	if (old)
		old->value = path;
	else
		response_header(rq, "Location", path);
	response_set(rq, status, RESPONSE_TEXT, STR_EMPTY);
}

static void
add_line(struct buf *b, struct str name, struct str value)
{
	buf_add(b, name);
	buf_add(b, STR(": "));
	buf_add(b, value);
	buf_add(b, STR("\r\n"));
}

/* One that has no content says nothing about it (RFC 9110, 8.6). */
static void
add_headers(struct buf *b, const struct response *rs)
{
	for (size_t i = 0; i < rs->headers; i++)
		if (rs->status != 204 || !str_eq_fold(rs->header[i].name,
		    STR("Content-Type")))
			add_line(b, rs->header[i].name, rs->header[i].value);
}

struct str
response_head(struct request *rq)
{
	struct response *rs = &rq->response;
	struct buf b;

	if (!rs->status) {
		log_event(LOG_ERROR, "response.missing");
		response_set(rq, 500, RESPONSE_TEXT, STR_EMPTY);
	}
	buf_init(&b, rq->arena, HEAD_BYTES_MAX);
	buf_add(&b, STR("Status: "));
	buf_u64(&b, (uint64_t)rs->status);
	buf_byte(&b, ' ');
	buf_add(&b, str_of(response_reason(rs->status)));
	buf_add(&b, STR("\r\n"));
	add_headers(&b, rs);
	for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++)
		if ((rq->is_https || !defaults[i].https_only) &&
		    !find_header(rs, defaults[i].name))
			add_line(&b, defaults[i].name, defaults[i].value);
	if (rs->status != 204) {
		buf_add(&b, STR("Content-Length: "));
		buf_u64(&b, rs->body.n);
		buf_add(&b, STR("\r\n"));
	}
	buf_add(&b, STR("\r\n"));
	assert(!b.full);
	return buf_str(&b);
}

struct str
response_text(struct request *rq)
{
	struct str head = response_head(rq);
	struct buf b;

	if (rq->method == METHOD_HEAD || !rq->response.body.n)
		return head;
	buf_init(&b, rq->arena, head.n + rq->response.body.n);
	buf_add(&b, head);
	buf_add(&b, rq->response.body);
	return buf_str(&b);
}
