/* Knows how a checked file comes in at the console, and what is kept of it. */
#ifndef PISTE_CONSOLE_BRINGTAKE_H
#define PISTE_CONSOLE_BRINGTAKE_H

#include "base/err.h"

struct desk;
struct importrun;
struct str;

/*
 * Take the good rows of r, begun and not read from, and keep what became of
 * them with the file of that id, in the name of who sits at d.  Fails as
 * importrun_take and pg_run; ERR_DENIED: whose session is over.
 */
MUST_USE enum err bringtake_rows(struct desk *d, struct importrun *r,
    struct str id);

#endif
