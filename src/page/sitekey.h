/*
 * Knows arrays of objects that begin with their key, a struct str: how they
 * are sorted and looked up.  Pure.
 */
#ifndef PISTE_PAGE_SITEKEY_H
#define PISTE_PAGE_SITEKEY_H

#include <stddef.h>

#include "base/str.h"

/* count objects of size bytes, by key. */
void sitekey_sort(void *all, size_t count, size_t size);
/* One of a sorted array, or NULL. */
const void *sitekey_find(const void *sorted, size_t count, size_t size,
    struct str key);

#endif
