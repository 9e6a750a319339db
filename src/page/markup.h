/* Knows what a template's text may hold, before ctemplate sees it.  Pure. */
#ifndef PISTE_PAGE_MARKUP_H
#define PISTE_PAGE_MARKUP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

#define MARKUP_DEPTH_MAX 32		/* sections within sections */
#define MARKUP_NAME_BYTES_MAX 64	/* markers, tags, attributes */

/* Where a line of the text was written. */
struct markup_line {
	struct str file;
	uint32_t number;
};

/* A template with its includes in place, and where each line comes from. */
struct markup {
	struct str text;
	const struct markup_line *line;
	size_t lines;
};

/* Told of each mistake, in the order of the text. */
typedef void markup_fn(void *context, const struct markup_line *where,
    struct str reason);

/*
 * Judge a template by the rules that templates/landing/README.md gives to its
 * author; false if tell has been called.
 */
bool markup_judge(const struct markup *m, markup_fn *tell, void *context);

#endif
