/* Knows how an answer is put together, and what it must never contain. */
#ifndef PISTE_HTTP_RESPONSE_H
#define PISTE_HTTP_RESPONSE_H

#include "base/str.h"

struct arena;
struct request;

#define RESPONSE_VALUE_BYTES_MAX 4096	/* of one header */

/*
 * Add a header.  A value that is longer, or has a CR, LF, NUL or another
 * control, is refused: logged, and the header is left out.
 */
void response_header(struct request *rq, const char *name, struct str value);

/*
 * Answer with a body of that media type.  Security headers (CSP, nosniff,
 * Referrer-Policy, frame-ancestors, COOP, no-store) are added by the carrier
 * to every answer, so no handler can forget them.
 */
void response_set(struct request *rq, int status, const char *content_type,
    struct str body);
#define RESPONSE_HTML "text/html; charset=utf-8"
#define RESPONSE_TEXT "text/plain; charset=utf-8"
#define RESPONSE_PROBLEM "application/problem+json"

/*
 * Let pages of these origins, a blank between them, show the answer in a
 * frame; without any nobody's may, as everywhere else.
 */
void response_frame(struct request *rq, struct str origins);

/* 303 or 302 to a path on this site; another target becomes "/". */
void response_redirect(struct request *rq, int status, struct str path);
/* One leading slash, no backslash, no control: stays on this site. */
bool response_is_local(struct str path);

/* The status line's words, as in "Not Found". */
const char *response_reason(int status);

/*
 * The head of a CGI answer: Status, headers (Content-Length but for 204) and a
 * blank line.  An answer nobody has made becomes a 500, logged.
 */
struct str response_head(struct request *rq);
/* The whole CGI answer: the head and, but for HEAD, the body. */
struct str response_text(struct request *rq);

#endif
