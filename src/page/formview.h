/* Knows how a form looks to templates: its fields, boxes and mistakes. */
#ifndef PISTE_PAGE_FORMVIEW_H
#define PISTE_PAGE_FORMVIEW_H

#include "base/lang.h"
#include "base/str.h"

struct arena;
struct form;
struct form_result;
struct view;

/* Set every marker of f, with what was typed and what is wrong with it. */
void formview_fill(struct arena *a, struct view *v, const struct form *f,
    const struct form_result *typed, enum lang l);

/* "Step 2 of 3"; empty for a form without steps. */
struct str formview_progress(struct arena *a, const struct form *f,
    const struct form_result *typed, enum lang l);

#endif
