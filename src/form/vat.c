/* Implements vat.h.  Check digits are vatkey's. */
#include "base/arena.h"
#include "base/buf.h"
#include "form/pattern.h"
#include "form/vatkey.h"

#include "form/vat.h"

#define PREFIX_BYTES 2

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

static bool
is_number_of(size_t rule, struct str number)
{
	return pattern_matches(str_of(rules[rule].pattern), number) &&
	    vatkey_is_right(str_of(rules[rule].prefix), number);
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
