/* Knows what a lead's score is made of, as its screen shows it. */
#ifndef PISTE_CONSOLE_LEADSCORE_H
#define PISTE_CONSOLE_LEADSCORE_H

#include "base/err.h"

struct desk;
struct leaddesk;
struct view;

/* As of at= in the address, a day, else as of now.  As pg_run. */
MUST_USE enum err leadscore_fill(struct desk *d, struct view *v,
    const struct leaddesk *l);

#endif
