/*
 * Knows form bodies: application/x-www-form-urlencoded (WHATWG URL 5.1) and
 * multipart/form-data (RFC 7578), UTF-8 only, within named limits.  Pure.
 */
#ifndef PISTE_HTTP_BODY_H
#define PISTE_HTTP_BODY_H

#include "base/str.h"

struct arena;

#define BODY_FIELDS_MAX 100
#define BODY_NAME_BYTES_MAX 64
#define BODY_VALUE_BYTES_MAX (16 << 10)
#define BODY_BOUNDARY_BYTES_MAX 70	/* RFC 2046 */
#define BODY_PART_HEADER_BYTES_MAX 1024

/* What is wrong, for the message and the log; the kind is in enum err. */
enum body_fault {
	BODY_FINE,
	BODY_TYPE_UNKNOWN,	/* 415 */
	BODY_TOO_MANY_FIELDS,	/* 413 */
	BODY_NAME_TOO_LONG,	/* 413 */
	BODY_VALUE_TOO_LONG,	/* 413 */
	BODY_BROKEN_ESCAPE,	/* 400, as all below */
	BODY_NOT_UTF8,
	BODY_HAS_NUL,
	BODY_BROKEN_MULTIPART,
	BODY_HAS_FILE,		/* 415: no field takes files */
};

struct body {
	struct str_pair *field;
	size_t count;
	enum body_fault fault;
	struct str fault_field;	/* the name concerned, where there is one */
};

/*
 * Parse bytes as content_type says.  OK, ERR_INPUT or ERR_LIMIT; on failure
 * out holds the fields that were understood, so that a form can come back
 * filled in, and out->fault says why.  Values are borrowed from the arena.
 */
MUST_USE enum err body_parse(struct arena *a, struct str content_type,
    struct str bytes, struct body *out);

/* 400, 413 or 415. */
int body_fault_status(enum body_fault f);
/* "broken-escape" and the like, for logs. */
const char *body_fault_name(enum body_fault f);

#endif
