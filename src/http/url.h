/* Knows percent-coding and query strings (RFC 3986, WHATWG URL 5.1). */
#ifndef PISTE_HTTP_URL_H
#define PISTE_HTTP_URL_H

#include "base/str.h"

struct arena;
struct buf;

#define URL_PAIRS_MAX 64

/*
 * Decode %XX, and + as a blank when plus_ok.  ERR_INPUT for a broken escape,
 * a NUL, or bytes that are no UTF-8 afterwards; *out is then what could be
 * decoded, with broken escapes as they came, and need not be text.
 */
MUST_USE enum err url_decode(struct arena *a, struct str in, bool plus_ok,
    struct str *out);

/* Append s with all but unreserved characters percent-coded. */
void url_encode(struct buf *b, struct str s);

/*
 * A query string without the pairs called name, as it was typed; empty when
 * anything in it would have to be written otherwise in a link.
 */
struct str url_without(struct arena *a, struct str query, struct str name);

/*
 * The decoded value of the first pair called name in a query string; empty if
 * there is none or it can't be decoded: a broken query never refuses a page.
 */
struct str url_query(struct arena *a, struct str query, struct str name);
/*
 * The first URL_PAIRS_MAX pairs of a query string, as url_decode leaves them
 * whatever they hold; returns their number.
 */
size_t url_pairs(struct arena *a, struct str query,
    const struct str_pair **out);

#endif
