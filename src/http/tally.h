/* Knows the gateway's counters; any thread may add to them. */
#ifndef PISTE_HTTP_TALLY_H
#define PISTE_HTTP_TALLY_H

#include <stdint.h>

#define TALLY_CLASSES 6

enum tally {
	TALLY_REQUESTS,
	TALLY_CONNECTIONS,
	TALLY_PARKED,
	TALLY_REFUSED,
	TALLY_CLASS,	/* + the first digit of a status */
	TALLY_COUNT = TALLY_CLASS + TALLY_CLASSES,
};

void tally_add(enum tally which, int64_t n);
/* Never below 0, although a gauge may be taken down before it goes up. */
uint64_t tally_get(enum tally which);

#endif
