/* Knows e-mail addresses: RFC 5321's subset that people have; IDN domains. */
#ifndef PISTE_FORM_EMAIL_H
#define PISTE_FORM_EMAIL_H

#include "base/str.h"

struct arena;

#define EMAIL_BYTES_MAX 254	/* RFC 5321 4.5.3.1.3, erratum 1690 */
#define EMAIL_LOCAL_BYTES_MAX 64
#define EMAIL_LABEL_BYTES_MAX 63	/* RFC 1035 2.3.4 */
/* A domain as typed, before it becomes A-labels, which are often shorter. */
#define EMAIL_DOMAIN_TYPED_BYTES_MAX 1023

/*
 * ERR_INPUT when it is no address; else *address (local part as typed, domain
 * as lower-case A-label by libidn2) and *key (local part in lower case too).
 * Taken: an ASCII dot-atom, @, and a domain of two labels or more that is no
 * IPv4 address.  Refused: quoted and non-ASCII local parts, comments, domain
 * literals.  Blanks and invisible characters around the address don't count.
 */
MUST_USE enum err email_parse(struct arena *a, struct str typed,
    struct str *address, struct str *key);

#endif
