/*
 * Knows the template files: reads, judges and compiles a whole directory, so
 * that a broken file never replaces a working one.
 */
#ifndef PISTE_PAGE_TEMPLATE_H
#define PISTE_PAGE_TEMPLATE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/str.h"

struct template_set;
struct view_template;

#define TEMPLATE_BYTES_MAX (256 << 10)
#define TEMPLATE_FILES_MAX 200
#define TEMPLATE_INCLUDE_DEPTH_MAX 4

/*
 * Load every *.tpl below dir; names are relative without the ending
 * ("landing/hero").  {{>NAME}} alone on a line includes _NAME.tpl (lower case)
 * of the same folder before compiling.  Refused, with file and
 * line told to complaints: no {{%AUTOESCAPE context="HTML"}} first, :none or
 * another escape-lowering modifier, unbalanced sections, malformed markers,
 * a value in an attribute ctemplate does not know to be a URL (formaction,
 * srcset, poster, ping, srcdoc), inline script or event handlers, and whatever
 * ctemplate itself refuses.  ERR_INPUT if any file is refused (*out is NULL
 * then), ERR_AWAY if dir can't be read.
 */
MUST_USE enum err template_load(struct str dir, struct template_set **out,
    FILE *complaints);
void template_free(struct template_set *set);	/* NULL is accepted */

/* NULL when there is none of that name. */
const struct view_template *template_find(const struct template_set *set,
    struct str name);

/* Changes when a file below dir is changed, added or removed. */
uint64_t template_stamp(struct str dir);

#endif
