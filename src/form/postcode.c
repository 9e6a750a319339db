/*
 * Implements postcode.h.  The rules say what a postcode looks like, not which
 * ones exist: lists of those age, and a refused visitor is lost.
 */
#include "base/arena.h"
#include "form/normal.h"
#include "form/pattern.h"

#include "form/postcode.h"

/*
 * Departments 01 to 95 (Corsica is 20), overseas 971 to 978 and 984 to 988,
 * Monaco 980, and the army's 00.
 */
#define FRENCH "(0[1-9]|[1-8][0-9]|9[0-5])[0-9]{3}|97[1-8][0-9]{2}" \
	"|98[04678][0-9]{2}|00[1-9][0-9]{2}"

static const struct rule {
	const char *country;
	const char *letters;	/* may stand before it with a hyphen */
	const char *pattern;	/* of the normal form */
} rules[] = {
	{ "FR", "F", FRENCH },
	{ "GP", "F", "971[0-9]{2}" },
	{ "MQ", "F", "972[0-9]{2}" },
	{ "GF", "F", "973[0-9]{2}" },
	{ "RE", "F", "974[0-9]{2}" },
	{ "PM", "F", "975[0-9]{2}" },
	{ "YT", "F", "976[0-9]{2}" },
	{ "BL", "F", "97133|977[0-9]{2}" },
	{ "MF", "F", "97150|978[0-9]{2}" },
	{ "WF", "F", "986[0-9]{2}" },
	{ "PF", "F", "987[0-9]{2}" },
	{ "NC", "F", "988[0-9]{2}" },
	{ "MC", "MC", "980[0-9]{2}" },
	{ "BE", "B", "[1-9][0-9]{3}" },
	{ "LU", "L", "[1-9][0-9]{3}" },
	{ "CH", "CH", "[1-9][0-9]{3}" },
	{ "LI", "FL", "94[89][0-9]" },
	{ "DE", "D", "(0[1-9]|[1-9][0-9])[0-9]{3}" },
	{ "AT", "A", "[1-9][0-9]{3}" },
	{ "ES", "E", "(0[1-9]|[1-4][0-9]|5[0-2])[0-9]{3}" },
	{ "IT", "I", "[0-9]{5}" },
	{ "PT", "P", "[1-9][0-9]{3}(-[0-9]{3})?" },
	{ "NL", "NL", "[1-9][0-9]{3}[A-Z]{2}" },
	{ "GB", "GB", "GIR0AA|[A-Z]{1,2}[0-9][0-9A-Z]?[0-9][A-Z]{2}" },
	{ "IE", "IRL", "[A-Z][0-9][0-9W][0-9A-Z]{4}" },
	{ "DK", "DK", "[0-9]{4}" },
	{ "NO", "N", "[0-9]{4}" },
	{ "SE", "SE", "[1-9][0-9]{4}" },
	{ "FI", "FI", "[0-9]{5}" },
	{ "PL", "PL", "[0-9]{2}-?[0-9]{3}" },
	{ "CZ", "CZ", "[1-7][0-9]{4}" },
	{ "SK", "SK", "[089][0-9]{4}" },
	{ "HU", "H", "[1-9][0-9]{3}" },
	{ "RO", "RO", "[0-9]{6}" },
	{ "BG", "BG", "[1-9][0-9]{3}" },
	{ "GR", "GR", "[1-8][0-9]{4}" },
	{ "MA", "MA", "[1-9][0-9]{4}" },
	{ "TN", "TN", "[1-9][0-9]{3}" },
	{ "DZ", "DZ", "[0-9]{5}" },
	{ "US", "US", "[0-9]{5}(-[0-9]{4})?" },
	{ "CA", "CA", "[A-Z][0-9][A-Z][0-9][A-Z][0-9]" },
	{ "BR", "BR", "[0-9]{5}-?[0-9]{3}" },
	{ "JP", "JP", "[0-9]{3}-?[0-9]{4}" },
	{ "AU", "AU", "[0-9]{4}" },
};

static const struct rule *
find(struct str country)
{
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		if (str_eq_fold(country, str_of(rules[i].country)))
			return &rules[i];
	return NULL;
}

/* In capitals, without blanks; empty when it holds anything else. */
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
		    c == '-')
			to[n++] = c;
		else if (c != ' ')
			return STR_EMPTY;
	}
	return (struct str){ to, n };
}

static struct str
without_letters(struct str code, struct str letters)
{
	return str_has_prefix(code, letters) && code.n > letters.n &&
	    code.p[letters.n] == '-' ?
	    str_slice(code, letters.n + 1, code.n) : code;
}

enum err
postcode_parse(struct arena *a, struct str typed, struct str country,
    struct str *normal)
{
	const struct rule *rule = find(country);
	/* Squeezing turns every kind of white space into a plain blank. */
	struct str code = compact(a, normal_text(a, typed, true));

	if (rule)
		code = without_letters(code, str_of(rule->letters));
	if (code.n < POSTCODE_CHARS_MIN || code.n > POSTCODE_CHARS_MAX ||
	    (rule && !pattern_matches(str_of(rule->pattern), code)))
		return ERR_INPUT;
	*normal = code;
	return OK;
}
