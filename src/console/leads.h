/* Knows the inbox at the console: filters, pages, kept views, export. */
#ifndef PISTE_CONSOLE_LEADS_H
#define PISTE_CONSOLE_LEADS_H

#include "http/route.h"

struct request;

#define LEADS_CSV_ROWS_MAX 10000	/* in one answer; then a link follows */

enum turn leads_show(struct request *rq);
enum turn leads_csv(struct request *rq);
enum turn leads_keep(struct request *rq);	/* a view, or drop it */

#endif
