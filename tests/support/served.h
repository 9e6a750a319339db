/*
 * A gateway that serves in a thread of the running test, with handlers that
 * answer, park and block, and the client's side of it.
 */
#ifndef PISTE_TESTS_SUPPORT_SERVED_H
#define PISTE_TESTS_SUPPORT_SERVED_H

#include <semaphore.h>

#include "http/gateway.h"
#include "http/request.h"

#include "support/fastcgi.h"
#include "support/suite.h"

#define SERVED_BIG_BYTES 300000	/* of /big */
#define SERVED_STOP_MS 2000
#define SERVED_KEPT 64		/* more than loops and crew threads */

/* Two loops and two crew threads, unless changed before served_start. */
extern struct gateway_plan served_plan;
extern const char *served_path;
/* The requests that have parked, in the order they did. */
extern struct request *_Atomic served_parked[SERVED_KEPT];
/* What the handler of /block waits for. */
extern sem_t served_gate;

/* One of each kind of answer that comes at once. */
#define SERVED_URIS 8
extern const struct served_uri {
	const char *uri;
	int status;
} served_uri[SERVED_URIS];

void served_start(void);
/* Stop, and wait. */
void served_finish(void);
/* Wait for gateway_serve to return OK, at most ms from now. */
void served_join_within(int64_t ms);

/* A request as bytes; length is its CONTENT_LENGTH. */
struct str served_request(const char *uri, bool keep, const char *length,
    struct str body);
/* Send one without a body, on a connection to be kept. */
void served_ask(int fd, const char *uri);
struct str served_answer(int fd);
/* The same, but its status alone. */
int served_status(int fd);

/* A newcomer is answered. */
void served_check(void);
/* The peer closes, with not a byte of answer. */
void served_check_closed(int fd);
/* Wait until handlers have parked or blocked that often. */
void served_await(int times);

#endif
