/*
 * Knows delivery reports: what a mail server sends back when a mail can't be
 * delivered (RFC 3464, in the frame of RFC 6522).  Pure.
 */
#ifndef PISTE_DELIVER_BOUNCE_H
#define PISTE_DELIVER_BOUNCE_H

#include <stddef.h>

#include "base/str.h"

#define BOUNCE_BYTES_MAX ((size_t)1 << 20)	/* of a report */
#define BOUNCE_RECIPIENTS_MAX 20		/* others are not read */
#define BOUNCE_STATUS_BYTES_MAX 15

/* A recipient whom the mail will never reach. */
struct bounce_failure {
	struct str address;	/* as the report writes it */
	struct str status;	/* 5.1.1 */
};

struct bounce {
	struct str message_id;	/* of the mail that came back; may be empty */
	struct bounce_failure failure[BOUNCE_RECIPIENTS_MAX];
	size_t failures;
};

/*
 * Read a report; all is borrowed from message.  ERR_INPUT when it is none,
 * ERR_ABSENT when it tells of nobody who failed for good.
 */
MUST_USE enum err bounce_parse(struct str message, struct bounce *out);

#endif
