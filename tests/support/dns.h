/*
 * A name server of this test's own on loopback.  It knows, below .test:
 * mx (an MX), several (two), null (a null MX), mixed (a null MX and another),
 * four (an A alone), six (an AAAA alone), text (a TXT alone), and no others.
 */
#ifndef PISTE_TESTS_SUPPORT_DNS_H
#define PISTE_TESTS_SUPPORT_DNS_H

#include "support/suite.h"

/* address:port; it ends with the test's process. */
struct str dns_server(void);
/* One that takes questions and never answers. */
struct str dns_silent_server(void);

#endif
