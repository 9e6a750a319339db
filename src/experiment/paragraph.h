/* Knows how a sentence is broken into lines that can be read. */
#ifndef PISTE_EXPERIMENT_PARAGRAPH_H
#define PISTE_EXPERIMENT_PARAGRAPH_H

#include <stdio.h>

#include "base/str.h"

#define PARAGRAPH_CHARS_MAX 80	/* of a line, unless a word is longer */

/*
 * Write text in lines that are broken at blanks, never at a no-break space:
 * first stands before the first one, rest before the others.
 */
void paragraph_write(struct str text, const char *first, const char *rest,
    FILE *out);

#endif
