/*
 * Knows ctemplate: compiles a template from text, expands it with the values
 * it is given, escaping each by its context.  The only door to that library.
 */
#ifndef PISTE_PAGE_VIEW_H
#define PISTE_PAGE_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

#ifdef __cplusplus
extern "C" {
#endif

struct arena;
struct buf;
struct view_template;

/*
 * Values for one level of a template; sections hold further levels, and a
 * marker that a level lacks is looked for in the levels around it.
 */
struct view;

/*
 * NULL when ctemplate refuses the text; its reasons are then appended to why.
 * Release with view_close.
 */
struct view_template *view_compile(struct str text, struct buf *why) NOEXCEPT;
void view_close(struct view_template *t) NOEXCEPT;

/*
 * An empty top level, in the arena.  What it lacks is looked for in around,
 * which may be NULL and is only read.
 */
struct view *view_new(struct arena *a, const struct view *around) NOEXCEPT;
/*
 * marker and value are borrowed until the template is expanded.  The last
 * value set counts.  A section named like a marker is shown once, at the same
 * level, when the value isn't empty.
 */
void view_set(struct view *v, const char *marker, struct str value) NOEXCEPT;
/* Show a section once more; returns its level. */
struct view *view_add(struct view *v, const char *section) NOEXCEPT;

/* Append the expansion to out.  Safe from many threads on one template. */
void view_expand(const struct view_template *t, const struct view *v,
    struct buf *out) NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
