/*
 * Knows what an e-mail's domain tells of its owner: a provider for everybody,
 * an address to be thrown away, or an organisation of its own.  Pure.
 */
#ifndef PISTE_LEAD_DOMAIN_H
#define PISTE_LEAD_DOMAIN_H

#include <stdbool.h>

#include "base/str.h"

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
/* Is the table in the order that look-ups need?  For its test. */
bool domain_is_sorted(void);

#endif
