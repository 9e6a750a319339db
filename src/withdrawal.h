/* Knows how a program of the site's own takes consent back for somebody. */
#ifndef PISTE_WITHDRAWAL_H
#define PISTE_WITHDRAWAL_H

#include "http/route.h"

/*
 * POST /api/v1/withdrawals: {"email", "purpose", "channel", "recipient"}, the
 * last three for any when absent.  204 at once in force, and whether or not
 * we know the address; for keys of servers alone.
 */
enum turn withdrawal_take(struct request *rq);

#endif
