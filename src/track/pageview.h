/* Knows what a page of the marketer's own site tells of a view.  Pure. */
#ifndef PISTE_TRACK_PAGEVIEW_H
#define PISTE_TRACK_PAGEVIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "base/token.h"

#define PAGEVIEW_PATH_BYTES_MAX 1024

struct pageview {
	struct uuid id;		/* the sender's: told again it is the same */
	struct str path;	/* begins with /, as the browser writes it */
	struct str who;		/* the token of a link or thanks; or empty */
	bool is_linked;		/* the token stood in this view's address */
};

/*
 * Read a form's fields "id", "path", "who" and "link".  ERR_INPUT when one is
 * absent, twice there or makes no sense; what out points to is borrowed.
 */
MUST_USE enum err pageview_read(const struct str_pair *field, size_t count,
    struct pageview *out);

#endif
