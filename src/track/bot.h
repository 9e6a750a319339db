/* Knows whom not to count: robots, prefetch, monitoring.  Pure. */
#ifndef PISTE_TRACK_BOT_H
#define PISTE_TRACK_BOT_H

#include <stdbool.h>

#include "base/str.h"

/* A crawler, link unfurler, mail scanner, monitor, library or empty text. */
bool bot_is(struct str user_agent);

/*
 * The list that is compiled in: "crawler-user-agents 1.60.0, 1500 patterns",
 * besides our own, or "own list only".
 */
struct str bot_list(void);

#endif
