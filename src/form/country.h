/* Knows the countries of ISO 3166-1 by code, and their names to choose from. */
#ifndef PISTE_FORM_COUNTRY_H
#define PISTE_FORM_COUNTRY_H

#include "base/phrase.h"
#include "base/str.h"

#define COUNTRY_COUNT 249

struct country {
	const char *code;		/* two capitals */
	const char *name[LANG_COUNT];
};

/* By its code in either case; NULL when there is none. */
const struct country *country_find(struct str code);

/* The one at rank 0..COUNTRY_COUNT-1 in l's alphabetical order of names. */
const struct country *country_at(enum lang l, size_t rank);

#endif
