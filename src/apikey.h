/*
 * Knows the two keys a program sends: whose it is (Authorization: Bearer),
 * and which submission this is (Idempotency-Key).
 */
#ifndef PISTE_APIKEY_H
#define PISTE_APIKEY_H

#include <stdbool.h>

#include "base/str.h"
#include "base/token.h"

struct arena;
struct request;
struct site;
struct site_origin;

#define APIKEY_ONCE_BYTES_MAX 128	/* of an Idempotency-Key */

/*
 * o's API key: sealed, so it is kept nowhere, and another serial is another
 * key.
 */
struct str apikey_make(struct arena *a, const struct token_key *k,
    const struct site_origin *o);

/* Who needs no key: of no name. */
extern const struct site_origin apikey_nobody;

enum apikey_fault {
	APIKEY_FINE,
	APIKEY_ABSENT,		/* 401: none was sent */
	APIKEY_UNKNOWN,		/* 401: not ours, of another serial, revoked */
	APIKEY_ELSEWHERE,	/* 403: sent from a page of another origin */
	APIKEY_NO_ORIGIN,	/* 403: sent by a program that may not */
};
/*
 * Whose key rq has; *out is NULL unless it is one of ours.  While "api_open"
 * our own pages and programs need none, as little as for a form: *out is then
 * apikey_nobody.
 */
enum apikey_fault apikey_find(const struct request *rq, const struct site *s,
    const struct site_origin **out);

/*
 * The key in an Idempotency-Key header, as an RFC 8941 string or bare: of 1 to
 * APIKEY_ONCE_BYTES_MAX visible ASCII characters but " and \.
 */
bool apikey_once(struct str header, struct str *out);
/*
 * The id that o's submission of that Idempotency-Key has, a UUIDv8: the same
 * for ever, under the same key k, and nobody else's to guess or to take.
 * network tells those apart who have no origin; else it is empty.
 */
struct uuid apikey_id(struct arena *a, const struct token_key *k,
    const struct site_origin *o, struct str network, struct str once);

#endif
