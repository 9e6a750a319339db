/*
 * Knows by which digits a VAT number tells that it was typed wrong, country by
 * country.  Pure.
 */
#ifndef PISTE_FORM_VATKEY_H
#define PISTE_FORM_VATKEY_H

#include <stdbool.h>

#include "base/str.h"

/*
 * Has number, written as its country's are (vat.c), the check digits it must
 * have?  prefix is that of VIES: EL for Greece, XI for Northern Ireland.  The
 * rules are the European Commission's (DG TAXUD, "VIES VAT number construction
 * rules, functional description"); for France BOI-TVA-DECLA-20-20-10.  Where a
 * number may be a person's of whom no check digit is published (nine digits in
 * Czechia, in Latvia what begins with 0 to 3) any will do: to refuse a visitor
 * takes a rule that has no exception.
 */
bool vatkey_is_right(struct str prefix, struct str number);

#endif
