/* Knows how currencies are written: ISO 4217. */
#ifndef PISTE_BASE_CURRENCY_H
#define PISTE_BASE_CURRENCY_H

#include <stdbool.h>

#include "base/str.h"

/* What is said to somebody who types anything else. */
#define CURRENCY_WANTED "a currency is three capital letters, like EUR"

/* Three capital letters, whether or not money goes by them. */
bool currency_is_code(struct str typed);

#endif
