/* Implements currency.h. */
#include "base/currency.h"

bool
currency_is_code(struct str typed)
{
	for (size_t i = 0; i < typed.n; i++)
		if (typed.p[i] < 'A' || typed.p[i] > 'Z')
			return false;
	return typed.n == 3;
}
