/* Knows which other sites may show a page's form, or send one as a program. */
#ifndef PISTE_PAGE_SITEORIGIN_H
#define PISTE_PAGE_SITEORIGIN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct arena;
struct reader_node;
struct site;
struct site_origin;
struct site_page;

/*
 * Read root's "origins" into the arena, sorted by key, once site has its
 * pages; returns their number.
 */
size_t siteorigin_read(const struct reader_node *root,
    const struct site *site, struct site_origin **out);

/* NULL when there is none of that key. */
const struct site_origin *siteorigin_find(const struct site *s,
    struct str key);
/* Is the page among o's? */
bool siteorigin_has(const struct site_origin *o, const struct site_page *pg);
/*
 * Is address the origin of one that is not revoked, and has the page?  NULL
 * for any page.
 */
bool siteorigin_allows(const struct site *s, const struct site_page *pg,
    struct str address);
/*
 * The addresses of those the page's form may be shown on, a blank between
 * them; empty for none.
 */
struct str siteorigin_list(struct arena *a, const struct site *s,
    const struct site_page *pg);

#endif
