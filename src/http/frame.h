/*
 * Knows the records of a FastCGI request well enough to tell, before libfcgi
 * sees a byte of it, that it is whole and sane: libfcgi blocks on a request
 * cut short and aborts on crafted lengths.  Pure.
 */
#ifndef PISTE_HTTP_FRAME_H
#define PISTE_HTTP_FRAME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "http/request.h"

#define FRAME_HEADER_BYTES 8
/*
 * More than request_fill lets pass, so that nginx's largest headers still get
 * an answer that says what is wrong with them.
 */
#define FRAME_PARAMS_BYTES_MAX (4 * REQUEST_HEADER_BYTES_MAX)
/* A whole request, with record headers and padding. */
#define FRAME_BYTES_MAX \
	(FRAME_PARAMS_BYTES_MAX + REQUEST_BODY_BYTES_MAX + (32 << 10))

enum frame_state {
	FRAME_PARTIAL,	/* sane so far */
	FRAME_COMPLETE,
	FRAME_TOO_BIG,	/* sane, but its body is over the limit: 413 */
	FRAME_BAD,
};

/* Where in a request the scan has come to; the first three are results. */
struct frame {
	size_t end;		/* of the request, when complete */
	size_t feed;		/* bytes before the record that ends stdin */
	size_t body_bytes;
	const char *fault;	/* why it is bad, for the log */

	unsigned id;
	size_t at;		/* the next record */
	size_t params_bytes;
	bool in_stdin;
	unsigned char length[8];	/* of a name and of its value */
	size_t lengths;
	size_t skip;		/* bytes left of this name and value */
};

void frame_init(struct frame *f);

/*
 * Go on scanning bytes, a request from its first byte on; a later call brings
 * the same bytes and more.  The work of all calls together is linear.
 * FRAME_PARTIAL is never the answer to FRAME_BYTES_MAX bytes.  Of a request
 * that is too big, feed is where its stdin begins.
 */
enum frame_state frame_scan(struct frame *f, struct str bytes);

#endif
