/*
 * Knows how a message is handed to a mail server (RFC 5321), by libcurl: one
 * connection, kept open from mail to mail.
 */
#ifndef PISTE_DELIVER_SMTP_H
#define PISTE_DELIVER_SMTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct smtp;

#define SMTP_CONNECT_MS 10000
#define SMTP_STOP_MS 1500	/* to end a message begun, when we shall stop */
#define SMTP_WORDS_BYTES 300	/* of a server's reply */
#define SMTP_STATUS_BYTES 16	/* as 5.1.1, or 550 */

/* The curl library must have been initialised; all is borrowed. */
struct smtp_plan {
	struct str url;		/* smtp:// or smtps:// */
	bool needs_tls;		/* smtp:// must offer STARTTLS */
	struct str ca;		/* PEM file of authorities; empty: system's */
	int64_t timeout_ms;	/* for a whole mail */
	int stop_fd;		/* readable once we shall stop; -1: never */
};

/* Release with smtp_free; NULL if libcurl has no memory. */
struct smtp *smtp_new(const struct smtp_plan *plan);
void smtp_free(struct smtp *s);		/* NULL is accepted */

enum smtp_verdict {
	SMTP_TAKEN,	/* the server has it now */
	SMTP_LATER,	/* not this mail now (4xx) */
	SMTP_AWAY,	/* no mail now: no server, no login, no answer… */
	SMTP_BOUNCED,	/* never to this address */
	SMTP_REFUSED,	/* never this mail, whatever the address */
};

struct smtp_answer {
	enum smtp_verdict verdict;
	char words[SMTP_WORDS_BYTES];	/* the server's, or libcurl's */
	char status[SMTP_STATUS_BYTES];	/* of a bounce */
};

/*
 * Send message (with CR LF, dots not doubled).  Only SMTP_TAKEN and the two
 * last verdicts are certain: after SMTP_AWAY the server may have it.
 */
void smtp_send(struct smtp *s, struct str from, struct str to,
    struct str message, struct smtp_answer *out);

/* Greet the server as for a mail, send none.  OK, or ERR_AWAY and words. */
MUST_USE enum err smtp_greet(struct smtp *s, char words[SMTP_WORDS_BYTES]);

/* Where a conversation stands: its last command. */
enum smtp_stage { SMTP_HELLO, SMTP_FROM, SMTP_TO, SMTP_DATA };
/*
 * What a reply to that command means; code 0: none came.  words are the
 * reply's.  Pure.
 */
enum smtp_verdict smtp_judge(enum smtp_stage stage, uint32_t code,
    struct str words);

#endif
