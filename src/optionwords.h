/* Knows the words of a command that are options, each with a value. */
#ifndef PISTE_OPTIONWORDS_H
#define PISTE_OPTIONWORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct optionword {
	const char *name;	/* "--reason" */
	struct str *into;
	size_t bytes_max;
	bool is_needed;
};

/*
 * Read all of word; --json sets *is_json, and is none of them if that is NULL.
 * False: another word, one without value, empty, too long, no UTF-8, given
 * twice, or missing.
 */
bool optionwords_read(int words, char **word, const struct optionword *option,
    size_t count, bool *is_json);

/* Of invented offers (synthetic) or of real ones; false: another word. */
bool optionwords_among(struct str word, bool *is_synthetic);

/* Is name among the words, as one without a value?  It is taken out. */
bool optionwords_flag(int *words, char **word, const char *name);

#endif
