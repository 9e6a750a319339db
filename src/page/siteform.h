/* Knows the forms and consents of a site definition.  Pure. */
#ifndef PISTE_PAGE_SITEFORM_H
#define PISTE_PAGE_SITEFORM_H

#include <stddef.h>

#include "form/form.h"

struct reader_node;

/*
 * Read "consents" and "forms" of the document at root into its reader's arena;
 * a form must speak every language of the pages that use it.  *out is in the
 * document's order.  Returns how many forms there are; each mistake is noted.
 */
size_t siteform_read(const struct reader_node *root, struct form **out);

#endif
