/*
 * Knows pages as everybody first meets them: rendered once, then put together
 * again around each visitor's tokens.
 */
#ifndef PISTE_PAGE_FROZEN_H
#define PISTE_PAGE_FROZEN_H

#include <stddef.h>

#include "base/str.h"

#define FROZEN_BYTES_MAX ((size_t)16 << 20)	/* the usual bytes_max */

struct arena;
struct frozen;
struct render;
struct site;

/* How a page is rendered when it isn't kept. */
typedef struct str frozen_fn(struct arena *a, const struct render *r);

/*
 * Nothing kept yet, of this site and one set of templates; both must outlive
 * it.  Keeps at most bytes_max; further pages are rendered each time.
 */
struct frozen *frozen_new(const struct site *s, size_t bytes_max);
void frozen_free(struct frozen *f);	/* NULL is accepted */

/*
 * The page r asks for, the same bytes as render would give; r's form must be
 * blank and its notice empty.  Safe from many threads.
 */
struct str frozen_page(struct frozen *f, struct arena *a,
    const struct render *r, frozen_fn *render);

#endif
