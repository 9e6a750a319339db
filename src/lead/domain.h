/*
 * Knows what an e-mail's domain tells of its owner: a provider for everybody,
 * an address to be thrown away, or an organisation of its own.  Pure.
 */
#ifndef PISTE_LEAD_DOMAIN_H
#define PISTE_LEAD_DOMAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

#define DOMAIN_BYTES_MAX 253	/* RFC 1035: 255 with length bytes */

enum domain_kind {
	DOMAIN_NONE,		/* no address, or no domain in it */
	DOMAIN_FREE,		/* gmail.com, orange.fr… */
	DOMAIN_DISPOSABLE,	/* yopmail.com… and what is below it */
	DOMAIN_COMPANY,		/* anything else */
};

/* What follows the last @; empty when there is none.  Borrowed from email. */
struct str domain_of(struct str email);
/* ASCII case is ignored. */
enum domain_kind domain_kind(struct str domain);
/*
 * What was registered of it, by the public suffix list: "firm.co.uk" of
 * "mail.firm.co.uk"; all of it when there is no telling.  Borrowed.
 */
struct str domain_registrable(struct str domain);
/*
 * Is it a public suffix ("co.uk"), below which anybody may register?  Browsers
 * take no cookie for one.
 */
bool domain_is_public(struct str domain);
/* The free providers' domains, one after the other; NULL behind the last. */
const char *domain_free(size_t i);
/* Is the table in the order that look-ups need?  For its test. */
bool domain_is_sorted(void);

#endif
