/*
 * Knows how a file of costs comes in at the console: it is shown what would
 * become of each row, and entered whole or not at all, as by piste cost
 * import.
 */
#ifndef PISTE_CONSOLE_SPENDFILE_H
#define PISTE_CONSOLE_SPENDFILE_H

#include "http/route.h"

#define SPENDFILE_BYTES_MAX (16 << 10)	/* the page carries it on */
#define SPENDFILE_LINES_MAX 100		/* that are told of */

/* POST /console/costs/file: a file, or what was pasted; deed=take enters */
enum turn spendfile_take(struct request *rq);

#endif
