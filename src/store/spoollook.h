/* Knows what lies in a spool, without taking it: spool.h's drain does that. */
#ifndef PISTE_STORE_SPOOLLOOK_H
#define PISTE_STORE_SPOOLLOOK_H

#include <stdbool.h>

#include "base/str.h"

/* A whole record; is_aside: kept aside, and not offered again by itself. */
typedef void spoollook_see(void *context, struct str record, bool is_aside);
/*
 * Show each whole record in dir, those a writer has just appended as well; a
 * drainer meanwhile may take some, which are shown or not.  ERR_AWAY when
 * something there can't be read, after what can.
 */
MUST_USE enum err spoollook_each(struct str dir, spoollook_see *see,
    void *context);

#endif
