/*
 * Knows whether a domain takes mail, by asking the DNS: MX, else A or AAAA
 * (RFC 5321, 5.1), and the null MX that says it does not (RFC 7505).
 */
#ifndef PISTE_LEAD_EXCHANGER_H
#define PISTE_LEAD_EXCHANGER_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

#define EXCHANGER_ASKS_MAX 20
/* As server: those that the system asks. */
#define EXCHANGER_SYSTEM STR("system")

enum exchanger {
	EXCHANGER_UNKNOWN,	/* no answer, or none that says it */
	EXCHANGER_FOUND,	/* has an MX */
	EXCHANGER_ADDRESS,	/* no MX, but an address */
	EXCHANGER_REFUSED,	/* a null MX */
	EXCHANGER_ABSENT,	/* none of these, or no such domain */
};
/* As piste.mail_domain has it: "exchanger" and so on. */
const char *exchanger_name(enum exchanger e);
/* EXCHANGER_UNKNOWN for a word that is none. */
enum exchanger exchanger_parse(struct str name);

struct exchanger_ask {
	const char *domain;	/* an A-label, borrowed */
	enum exchanger answer;
};

/*
 * Ask about all of them at once, EXCHANGER_ASKS_MAX at most, for wait_ms in
 * all, or until stop_fd is readable (-1 for none): what is not answered by then
 * is EXCHANGER_UNKNOWN.  server is EXCHANGER_SYSTEM, or an address with or
 * without :port.  OK; ERR_AWAY when nobody answered anything; ERR_INPUT when
 * server is none of these.
 */
MUST_USE enum err exchanger_look(struct str server, struct exchanger_ask *ask,
    size_t count, int64_t wait_ms, int stop_fd);

#endif
