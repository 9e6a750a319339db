/* Knows the page that needs no template file, for when there is none. */
#ifndef PISTE_PAGE_PLAIN_H
#define PISTE_PAGE_PLAIN_H

struct view_template;

/* Plain but whole: heading, text, form and link by the usual markers. */
const struct view_template *plain_page(void);

#endif
