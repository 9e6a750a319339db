/* Knows the pages of a site definition, with their variants.  Pure. */
#ifndef PISTE_PAGE_SITEPAGE_H
#define PISTE_PAGE_SITEPAGE_H

#include <stddef.h>

struct reader_node;
struct site;
struct site_page;

/*
 * Read "pages" of the document at root, whose campaigns and forms site has
 * already, and what "state" says of them.  *out is sorted by key, and without
 * experiments.  Returns how many there are; each mistake is noted.
 */
size_t sitepage_read(const struct reader_node *root, const struct site *site,
    struct site_page **out);

#endif
