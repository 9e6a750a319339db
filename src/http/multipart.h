/*
 * Knows where the parts of a multipart/form-data body begin and end, and what
 * their heads say (RFC 7578, RFC 2046).  Pure.
 */
#ifndef PISTE_HTTP_MULTIPART_H
#define PISTE_HTTP_MULTIPART_H

#include <stdbool.h>

#include "base/str.h"

struct arena;

#define MULTIPART_BOUNDARY_BYTES_MAX 70	/* RFC 2046 */
#define MULTIPART_HEAD_BYTES_MAX 1024	/* of one part */

/* A body being read; texts are borrowed from it. */
struct multipart {
	struct str rest;
	struct str delimiter;	/* CR LF -- boundary */
};

struct multipart_part {
	struct str name;	/* any bytes */
	struct str value;
	bool is_file;		/* named as one, or no text/plain */
	struct str file_name;	/* any bytes; empty when none is chosen */
	bool is_cut;		/* the body ends within it */
};

enum multipart_step {
	MULTIPART_PART,
	MULTIPART_END,
	MULTIPART_BROKEN,	/* what follows only some parsers would read */
};

/*
 * Get ready for the first part, past any preamble.  False if boundary is none
 * or does not occur in bytes.
 */
bool multipart_begin(struct arena *a, struct str boundary, struct str bytes,
    struct multipart *m);
/* Fill *out with the next part; an epilogue is not looked at. */
enum multipart_step multipart_next(struct multipart *m,
    struct multipart_part *out);

#endif
