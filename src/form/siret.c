/*
 * Implements siret.h.  Whether such a place exists only INSEE knows; the
 * formula finds what was mistyped.
 */
#include "base/arena.h"

#include "form/siret.h"

#define LA_POSTE STR("356000000")

bool
siret_is_luhn(struct str digits)
{
	int sum = 0;

	for (size_t i = 0; i < digits.n; i++) {
		int d = digits.p[digits.n - 1 - i] - '0';

		if (i % 2)
			d = d > 4 ? 2 * d - 9 : 2 * d;
		sum += d;
	}
	return sum % 10 == 0;
}

static int
sum_of(struct str digits)
{
	int sum = 0;

	for (size_t i = 0; i < digits.n; i++)
		sum += digits.p[i] - '0';
	return sum;
}

static bool
is_siret(struct str digits)
{
	if (digits.n != SIRET_DIGITS || !sum_of(digits))
		return false;
	return siret_is_luhn(digits) || (str_has_prefix(digits, LA_POSTE) &&
	    sum_of(digits) % 5 == 0);
}

enum err
siret_parse(struct arena *a, struct str typed, struct str *normal)
{
	char *to = arena_take(a, typed.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < typed.n; i++) {
		char c = typed.p[i];

		if (c >= '0' && c <= '9')
			to[n++] = c;
		else if (c != ' ' && c != '.' && c != '-')
			return ERR_INPUT;
	}
	if (!is_siret((struct str){ to, n }))
		return ERR_INPUT;
	*normal = (struct str){ to, n };
	return OK;
}
