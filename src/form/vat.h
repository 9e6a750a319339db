/* Knows the VAT numbers of the European Union, country by country. */
#ifndef PISTE_FORM_VAT_H
#define PISTE_FORM_VAT_H

#include "base/str.h"

struct arena;

/*
 * *normal is typed in capitals with its country's letters before it and
 * without blanks, dots and hyphens; EL for Greece, XI for Northern Ireland.
 * Without letters it is read as one of country.  The formats are the European
 * Commission's (VIES, "VAT identification number structure"), the check digits
 * vatkey's.  Nobody is asked whether it is in use.  ERR_INPUT when it is none.
 */
MUST_USE enum err vat_parse(struct arena *a, struct str typed,
    struct str country, struct str *normal);

#endif
