/* Knows what a browser fetches by itself to show a page, and from whom. */
#ifndef PISTE_PAGE_FETCHED_H
#define PISTE_PAGE_FETCHED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/*
 * What a page asks for: by an attribute of HTML (src, srcset, poster, data,
 * background; of link also href, unless it only tells of another address;
 * action and formaction, which is where a form goes), or by url() and @import
 * of CSS, wherever they stand.  Borrowed from the text.
 */
struct fetched {
	struct str text;	/* what is left to be looked at */
	struct str pending;	/* of a srcset */
	struct str element;	/* whose attributes these are; empty: none */
	bool is_told_only;	/* a link that names no resource */
};
void fetched_begin(struct fetched *f, struct str text);
/* The next address as written; false when there is none. */
bool fetched_next(struct fetched *f, struct str *url);

/* Would it be asked of another origin ("https://host[:port]") than ours? */
bool fetched_is_foreign(struct str url, struct str origin);

/* Is there a box in the page that is ticked before anybody did?  Its tag. */
bool fetched_ticked_box(struct str html, struct str *tag);

#endif
