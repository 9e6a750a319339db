/* Knows SIRET numbers, which name a company's place in France. */
#ifndef PISTE_FORM_SIRET_H
#define PISTE_FORM_SIRET_H

#include <stdbool.h>

#include "base/str.h"

struct arena;

#define SIRET_DIGITS 14
#define SIRET_SIREN_DIGITS 9	/* the company's own, at its beginning */

/*
 * *normal is typed as SIRET_DIGITS digits; blanks, dots and hyphens between
 * them don't count.  The digits obey Luhn's formula (ISO/IEC 7812-1, annex B);
 * those of La Poste (SIREN 356000000) only have a sum divisible by five, as
 * INSEE lays down.  ERR_INPUT when it is none.
 */
MUST_USE enum err siret_parse(struct arena *a, struct str typed,
    struct str *normal);

/* Do these digits obey Luhn's formula?  So does a SIREN. */
bool siret_is_luhn(struct str digits);

#endif
