/*
 * Knows links with a code: short addresses for fairs, mailings and posters,
 * which lead to a page and say which campaign did.  Pure.
 */
#ifndef PISTE_PAGE_SITELINK_H
#define PISTE_PAGE_SITELINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct reader_node;
struct site;
struct site_link;

#define SITELINK_TEXT_BYTES_MAX 200	/* of source, medium… */

/*
 * Read root's "links" into the arena, sorted by code, once site has its
 * campaigns and pages; returns their number.
 */
size_t sitelink_read(const struct reader_node *root, const struct site *site,
    struct site_link **out);

/*
 * The link of a code, as somebody typed it: case and blanks around make no
 * difference.  NULL when there is none, or it is archived.
 */
const struct site_link *sitelink_find(const struct site *s, struct str code);
/* Does it lead anywhere at that moment?  Its page may be archived. */
bool sitelink_leads(const struct site_link *l, int64_t now_ms);

#endif
