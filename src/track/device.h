/* Knows what kind of machine a user agent says it is.  Pure. */
#ifndef PISTE_TRACK_DEVICE_H
#define PISTE_TRACK_DEVICE_H

#include "base/str.h"

enum device { DEVICE_DESKTOP, DEVICE_MOBILE, DEVICE_TABLET, DEVICE_OTHER };
#define DEVICE_COUNT 4

/*
 * Televisions, game consoles, watches, robots and what says nothing are
 * other.  Safari on an iPad says it is a Macintosh, and is a desktop here.
 */
enum device device_of(struct str user_agent);

/* "desktop", "mobile", "tablet" or "other". */
struct str device_name(enum device d);
/* ERR_INPUT when name is none of these. */
MUST_USE enum err device_parse(struct str name, enum device *out);

#endif
