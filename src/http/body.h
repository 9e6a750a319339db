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
#define BODY_TEXT_BYTES_MAX (128 << 10)	/* names and values together */
#define BODY_FILES_MAX 10

/* What is wrong, for the message and the log; the kind is in enum err. */
enum body_fault {
	BODY_FINE,
	BODY_TYPE_UNKNOWN,	/* 415 */
	BODY_TOO_MANY_FIELDS,	/* 413 */
	BODY_NAME_TOO_LONG,	/* 413 */
	BODY_VALUE_TOO_LONG,	/* 413 */
	BODY_TOO_MUCH_TEXT,	/* 413 */
	BODY_TOO_MANY_FILES,	/* 413 */
	BODY_BROKEN_ESCAPE,	/* 400, as all below */
	BODY_NOT_UTF8,
	BODY_HAS_NUL,
	BODY_BROKEN_MULTIPART,
	BODY_HAS_FILE,		/* 415: no file is taken here */
	BODY_FAULTS
};

struct body_file {
	struct str field;	/* its field's name */
	struct str name;	/* as it was called; may be empty */
	struct str bytes;
};

struct body {
	struct str_pair *field;
	enum body_fault *damage;	/* to the value of the same index */
	size_t count;
	size_t text_bytes;	/* of all names and values */
	struct body_file *file;	/* NULL where no files are taken */
	size_t files;
	enum body_fault fault;	/* the first found, in a field or around them */
};

/*
 * Parse bytes as content_type says.  OK, ERR_INPUT or ERR_LIMIT; on failure
 * out holds the fields that were understood, so that a form can come back
 * filled in, and out->fault says why.  Names and values are text; a damaged
 * value is what could be read of it: whole if it is too long, empty for a
 * file, broken escapes as they came, U+FFFD for each NUL and each byte that is
 * no UTF-8.  All is borrowed from bytes and the arena.
 */
MUST_USE enum err body_parse(struct arena *a, struct str content_type,
    struct str bytes, struct body *out);

/* The same where files are taken: they are in out->file, whole. */
MUST_USE enum err body_parse_files(struct arena *a, struct str content_type,
    struct str bytes, struct body *out);

/* The first field of that name; NULL: none was posted. */
const struct str *body_find(const struct body *b, struct str name);

/* 400, 413 or 415. */
int body_fault_status(enum body_fault f);
/* "broken-escape" and the like, for logs. */
const char *body_fault_name(enum body_fault f);

#endif
