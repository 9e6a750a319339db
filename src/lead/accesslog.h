/* Knows nginx's access log: the lines of nginx/http.conf.in's log_format. */
#ifndef PISTE_LEAD_ACCESSLOG_H
#define PISTE_LEAD_ACCESSLOG_H

#include <stdint.h>

#include "base/str.h"

#define ACCESSLOG_REQUEST_CHARS 32	/* nginx's $request_id */

struct accesslog_post {
	int64_t at_ms;		/* when it was answered; whole seconds */
	char request[ACCESSLOG_REQUEST_CHARS + 1];
	char submission[37];	/* its id in a receipt of ours, or empty */
};

/*
 * OK and *out for a POST; ERR_ABSENT for other requests; ERR_INPUT for a line
 * that is none of ours, cut short, or from before receipts were logged.  Pure.
 */
MUST_USE enum err accesslog_parse(struct str line, struct accesslog_post *out);

#endif
