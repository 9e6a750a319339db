/* Knows what kind of failure a SQLSTATE is.  Pure. */
#ifndef PISTE_STORE_SQLSTATE_H
#define PISTE_STORE_SQLSTATE_H

#include "base/err.h"

/* As pg_run's contract says; never OK. */
enum err sqlstate_err(const char *state);

#endif
