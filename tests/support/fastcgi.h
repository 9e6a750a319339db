/* What tests need to speak FastCGI to a gateway: records, one client. */
#ifndef PISTE_TESTS_SUPPORT_FASTCGI_H
#define PISTE_TESTS_SUPPORT_FASTCGI_H

#include <stdbool.h>

#include "base/buf.h"

#define FASTCGI_ID 1	/* of every request here */
#define FASTCGI_WAIT_S 10	/* for an answer; the test fails then */

/* One record, padded to a multiple of 8 bytes. */
void fastcgi_record(struct buf *b, unsigned type, struct str content);
/* BEGIN_REQUEST for a responder. */
void fastcgi_begin(struct buf *b, bool keep);
/* "NAME=value" as a name-value pair of a PARAMS stream. */
void fastcgi_pair(struct buf *b, const char *var);

/* A whole request; vars end with NULL, body goes as STDIN. */
struct str fastcgi_request(struct arena *a, bool keep,
    const char *const *vars, struct str body);

/* Connect to a unix socket. */
int fastcgi_connect(const char *path);
void fastcgi_send(int fd, struct str bytes);
/* STDOUT up to END_REQUEST, or an empty str when the peer closes first. */
struct str fastcgi_answer(struct arena *a, int fd);
/* The number in "Status: NNN", 0 when there is none. */
int fastcgi_status(struct str answer);

#endif
