/*
 * Implements vat.h.  Other countries' check digits are left alone: their rules
 * change, and a refused visitor is lost.
 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "form/pattern.h"
#include "form/siret.h"

#include "form/vat.h"

#define PREFIX_BYTES 2
#define KEY_BYTES 2

static const struct {
	const char *country;	/* ISO 3166 */
	const char *prefix;
	const char *pattern;	/* of what follows */
} rules[] = {
	{ "AT", "AT", "U[0-9]{8}" },
	{ "BE", "BE", "[01][0-9]{9}" },
	{ "BG", "BG", "[0-9]{9,10}" },
	{ "CY", "CY", "[0-9]{8}[A-Z]" },
	{ "CZ", "CZ", "[0-9]{8,10}" },
	{ "DE", "DE", "[0-9]{9}" },
	{ "DK", "DK", "[0-9]{8}" },
	{ "EE", "EE", "[0-9]{9}" },
	{ "GR", "EL", "[0-9]{9}" },
	{ "ES", "ES", "[0-9A-Z][0-9]{7}[0-9A-Z]" },
	{ "FI", "FI", "[0-9]{8}" },
	{ "FR", "FR", "[0-9A-HJ-NP-Z]{2}[0-9]{9}" },
	{ "HR", "HR", "[0-9]{11}" },
	{ "HU", "HU", "[0-9]{8}" },
	{ "IE", "IE", "[0-9][0-9A-Z+*][0-9]{5}[A-W][A-I]?" },
	{ "IT", "IT", "[0-9]{11}" },
	{ "LT", "LT", "[0-9]{9}|[0-9]{12}" },
	{ "LU", "LU", "[0-9]{8}" },
	{ "LV", "LV", "[0-9]{11}" },
	{ "MT", "MT", "[0-9]{8}" },
	{ "NL", "NL", "[0-9A-Z+*]{10}[0-9]{2}" },
	{ "PL", "PL", "[0-9]{10}" },
	{ "PT", "PT", "[0-9]{9}" },
	{ "RO", "RO", "[0-9]{2,10}" },
	{ "SE", "SE", "[0-9]{12}" },
	{ "SI", "SI", "[0-9]{8}" },
	{ "SK", "SK", "[0-9]{10}" },
	{ "MC", "FR", "[0-9A-HJ-NP-Z]{2}[0-9]{9}" },
	{ "", "XI", "[0-9]{9}([0-9]{3})?|GD[0-4][0-9]{2}|HA[5-9][0-9]{2}" },
};
#define RULES (sizeof rules / sizeof *rules)

/* In capitals; empty when it holds what no number does. */
static struct str
compact(struct arena *a, struct str s)
{
	char *to = arena_take(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c >= 'a' && c <= 'z')
			c = (char)(c - ('a' - 'A'));
		if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		    c == '+' || c == '*')
			to[n++] = c;
		else if (c != ' ' && c != '.' && c != '-')
			return STR_EMPTY;
	}
	return (struct str){ to, n };
}

/* Digits after each other as one number; at most eleven of them. */
static int64_t
value_of(struct str digits)
{
	int64_t v = 0;

	for (size_t i = 0; i < digits.n; i++)
		v = v * 10 + (digits.p[i] - '0');
	return v;
}

/* Among the digits and the letters a key may have: all but I and O. */
static int64_t
rank_of(char c)
{
	static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";

	return strchr(alphabet, c) - alphabet;
}

/*
 * A key of digits is 12 + 3 (SIREN mod 97) mod 97; one with a letter, of
 * which the first place counts 24 or 34, leaves the same rest by 11 as the
 * SIREN behind its quotient.  Monaco's numbers have 000 and no SIREN.
 */
static bool
is_french(struct str number)
{
	struct str siren = str_slice(number, KEY_BYTES, number.n);
	int64_t first = rank_of(number.p[0]), second = rank_of(number.p[1]);
	int64_t n = value_of(siren), check;

	if (!str_has_prefix(siren, STR("000")) && !siret_is_luhn(siren))
		return false;
	if (first < 10 && second < 10)
		return first * 10 + second == (12 + 3 * (n % 97)) % 97;
	check = first < 10 ? first * 24 + second - 10 :
	    first * 34 + second - 100;
	return (n + 1 + check / 11) % 11 == check % 11;
}

static bool
is_number_of(size_t rule, struct str number)
{
	if (!pattern_matches(str_of(rules[rule].pattern), number))
		return false;
	return strcmp(rules[rule].prefix, "FR") || is_french(number);
}

enum err
vat_parse(struct arena *a, struct str typed, struct str country,
    struct str *normal)
{
	struct str number = compact(a, typed);

	if (str_has_prefix(number, STR("GR")))
		number = buf_join(a, STR("EL"), str_slice(number,
		    PREFIX_BYTES, number.n));
	for (size_t i = 0; i < RULES; i++) {
		if (str_has_prefix(number, str_of(rules[i].prefix)) &&
		    is_number_of(i, str_slice(number, PREFIX_BYTES,
		    number.n))) {
			*normal = number;
			return OK;
		}
	}
	for (size_t i = 0; i < RULES; i++) {
		if (str_eq_fold(country, str_of(rules[i].country)) &&
		    is_number_of(i, number)) {
			*normal = buf_join(a, str_of(rules[i].prefix), number);
			return OK;
		}
	}
	return ERR_INPUT;
}
