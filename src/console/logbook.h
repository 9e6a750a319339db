/* Knows the administrator's page of the journal, and what it exports. */
#ifndef PISTE_CONSOLE_LOGBOOK_H
#define PISTE_CONSOLE_LOGBOOK_H

#include "http/route.h"

/*
 * As CSV so many rows at once, or a few more than so many bytes, from the one
 * asked for on; where there are more, a header Link is the next ones' address.
 */
#define LOGBOOK_CSV_ROWS_MAX 10000
#define LOGBOOK_CSV_BYTES (4 << 20)

enum turn logbook_show(struct request *rq);	/* GET /console/journal */
enum turn logbook_csv(struct request *rq);	/* GET …/journal.csv */

#endif
