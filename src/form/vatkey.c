/*
 * Implements vatkey.h.  Nearly all are a sum of digits times weights, and what
 * is left of it; a letter counts as its place among those that may stand there.
 */
#include <string.h>

#include "form/siret.h"

#include "form/vatkey.h"

#define FRENCH_KEY_CHARS 2
#define ROMANIAN_DIGITS 10

static int64_t
digit(struct str s, size_t at)
{
	return s.p[at] - '0';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Digits after each other as one number; at most eleven of them. */
static int64_t
value_of(struct str digits)
{
	int64_t v = 0;

	for (size_t i = 0; i < digits.n; i++)
		v = v * 10 + digit(digits, i);
	return v;
}

/* The sum of a number's first digits times these, as many as there are. */
static int64_t
weigh(struct str s, const int *weight, size_t weights)
{
	int64_t sum = 0;

	for (size_t i = 0; i < weights; i++)
		sum += digit(s, i) * weight[i];
	return sum;
}
#define WEIGH(s, ...) weigh((s), (const int[]){ __VA_ARGS__ }, \
    sizeof (int[]){ __VA_ARGS__ } / sizeof(int))

static int64_t
last_of(struct str s)
{
	return digit(s, s.n - 1);
}

/* Does letter stand at that place of alphabet? */
static bool
is_letter(const char *alphabet, int64_t at, char letter)
{
	return alphabet[at] == letter;
}

/* ISO 7064, MOD 11,10. */
static bool
is_mod_11_10(struct str s)
{
	int64_t product = 10;

	for (size_t i = 0; i + 1 < s.n; i++) {
		product = (product + digit(s, i)) % 10;
		product = (product ? product : 10) * 2 % 11;
	}
	return (11 - product) % 10 == last_of(s);
}

/* U and eight digits: as Luhn's, and 4 more. */
static bool
is_austrian(struct str s)
{
	int64_t sum = 4;

	s = str_slice(s, 1, s.n);
	for (size_t i = 0; i + 1 < s.n; i++) {
		int64_t twice = digit(s, i) * 2;

		sum += i % 2 ? twice / 10 + twice % 10 : digit(s, i);
	}
	return (10 - sum % 10) % 10 == last_of(s);
}

static bool
is_belgian(struct str s)
{
	return 97 - value_of(str_slice(s, 0, 8)) % 97 ==
	    value_of(str_slice(s, 8, s.n));
}

/* A firm's nine; of ten a Bulgarian's, a foreigner's, or another's. */
static bool
is_bulgarian(struct str s)
{
	int64_t left;

	if (s.n == 9) {
		left = WEIGH(s, 1, 2, 3, 4, 5, 6, 7, 8) % 11;
		if (left == 10)
			left = WEIGH(s, 3, 4, 5, 6, 7, 8, 9, 10) % 11;
		return left % 10 == last_of(s);
	}
	return WEIGH(s, 2, 4, 8, 5, 10, 9, 7, 3, 6) % 11 % 10 == last_of(s) ||
	    WEIGH(s, 21, 19, 17, 13, 11, 9, 7, 3, 1) % 10 == last_of(s) ||
	    (11 - WEIGH(s, 4, 3, 2, 7, 6, 5, 4, 3, 2) % 11) % 11 == last_of(s);
}

static bool
is_cypriot(struct str s)
{
	static const int odd[] = { 1, 0, 5, 7, 9, 13, 15, 17, 19, 21 };
	int64_t sum = 0;

	for (size_t i = 0; i + 1 < s.n; i++)
		sum += i % 2 ? digit(s, i) : odd[digit(s, i)];
	return is_letter("ABCDEFGHIJKLMNOPQRSTUVWXYZ", sum % 26,
	    s.p[s.n - 1]);
}

/* A firm's eight; a person's nine, of before 1954, have none; then ten. */
static bool
is_czech(struct str s)
{
	int64_t left;

	if (s.n == 9)
		return true;
	if (s.n == 8) {
		left = 11 - WEIGH(s, 8, 7, 6, 5, 4, 3, 2) % 11;
		return left % 10 == last_of(s);
	}
	return value_of(s) % 11 == 0 || (value_of(str_slice(s, 0, 9)) % 11 ==
	    10 && !last_of(s));
}

static bool
is_danish(struct str s)
{
	return WEIGH(s, 2, 7, 6, 5, 4, 3, 2, 1) % 11 == 0;
}

static bool
is_estonian(struct str s)
{
	return WEIGH(s, 3, 7, 1, 3, 7, 1, 3, 7, 1) % 10 == 0;
}

static bool
is_greek(struct str s)
{
	return WEIGH(s, 256, 128, 64, 32, 16, 8, 4, 2) % 11 % 10 == last_of(s);
}

/* A firm's or a body's, Luhn's digit or the letter that stands for it. */
static bool
is_spanish_firm(struct str s)
{
	int64_t sum = 0, check;

	for (size_t i = 1; i + 1 < s.n; i++) {
		int64_t twice = digit(s, i) * 2;

		sum += i % 2 ? twice / 10 + twice % 10 : digit(s, i);
	}
	check = (10 - sum % 10) % 10;
	return is_digit(s.p[s.n - 1]) ? check == last_of(s) :
	    is_letter("JABCDEFGHI", check, s.p[s.n - 1]);
}

/* A person's has a letter by 23; X, Y, Z before it count as 0, 1, 2. */
static bool
is_spanish(struct str s)
{
	static const char first[] = "XYZ";
	const char *foreign = strchr(first, s.p[0]);
	int64_t n = value_of(str_slice(s, 1, 7));

	if (strchr("ABCDEFGHJNPQRSUVW", s.p[0]))
		return is_spanish_firm(s);
	if (is_digit(s.p[0]))
		n += digit(s, 0) * 10000000;
	else if (foreign)
		n += (foreign - first) * 10000000;
	else if (!strchr("KLM", s.p[0]))
		return false;
	return is_letter("TRWAGMYFPDXBNJZSQVHLCKE", n % 23, s.p[8]);
}

static bool
is_finnish(struct str s)
{
	return WEIGH(s, 7, 9, 10, 5, 8, 4, 2, 1) % 11 == 0;
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
is_french(struct str s)
{
	struct str siren = str_slice(s, FRENCH_KEY_CHARS, s.n);
	int64_t first = rank_of(s.p[0]), second = rank_of(s.p[1]);
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
is_hungarian(struct str s)
{
	return WEIGH(s, 9, 7, 3, 1, 9, 7, 3, 1) % 10 == 0;
}

/*
 * Seven digits and a letter; a second letter counts nine times its place.  The
 * old form has a letter or sign second, and its first digit counts last.
 */
static bool
is_irish(struct str s)
{
	static const char alphabet[] = "WABCDEFGHIJKLMNOPQRSTUV";
	int64_t sum;

	if (is_digit(s.p[1]))
		sum = WEIGH(s, 8, 7, 6, 5, 4, 3, 2);
	else
		sum = WEIGH(str_slice(s, 2, s.n), 7, 6, 5, 4, 3) +
		    digit(s, 0) * 2;
	if (s.n == 9)
		sum += strchr(alphabet, s.p[8]) ?
		    9 * (strchr(alphabet, s.p[8]) - alphabet) : 0;
	return is_letter(alphabet, sum % 23, s.p[7]);
}

/* A firm's nine or, for a while, twelve: the one before last is 1. */
static bool
is_lithuanian(struct str s)
{
	int64_t sum = 0, again = 0;

	for (size_t i = 0; i + 1 < s.n; i++) {
		sum += digit(s, i) * (int64_t)(1 + i % 9);
		again += digit(s, i) * (int64_t)(1 + (i + 2) % 9);
	}
	return digit(s, s.n - 2) == 1 && (sum % 11 == 10 ? again % 11 % 10 :
	    sum % 11) == last_of(s);
}

static bool
is_luxembourgish(struct str s)
{
	return value_of(str_slice(s, 0, 6)) % 89 ==
	    value_of(str_slice(s, 6, s.n));
}

/* A firm's; a person's begins with a day, or 32, and may have none. */
static bool
is_latvian(struct str s)
{
	return s.p[0] <= '3' ||
	    WEIGH(s, 9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1) % 11 == 3;
}

static bool
is_maltese(struct str s)
{
	return WEIGH(s, 3, 4, 6, 7, 8, 9) % 37 ==
	    37 - value_of(str_slice(s, 6, s.n));
}

/* A firm's by 11; those of sole traders, since 2020, by 97 over all of it. */
static bool
is_dutch(struct str s)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ+*";
	/* NL before it counts 23 and 21: a letter is ten and its place. */
	int64_t left = 2321 % 97;
	bool is_firm = s.p[9] == 'B';

	for (size_t i = 0; i < s.n; i++) {
		if (is_digit(s.p[i]))
			left = (left * 10 + digit(s, i)) % 97;
		else
			left = (left * 100 + 10 + (strchr(alphabet, s.p[i]) -
			    alphabet)) % 97;
		is_firm = is_firm && (i == 9 || is_digit(s.p[i]));
	}
	return left == 1 || (is_firm &&
	    WEIGH(s, 9, 8, 7, 6, 5, 4, 3, 2) % 11 == digit(s, 8));
}

static bool
is_polish(struct str s)
{
	return WEIGH(s, 6, 5, 7, 2, 3, 4, 5, 6, 7) % 11 == last_of(s);
}

static bool
is_portuguese(struct str s)
{
	return (11 - WEIGH(s, 9, 8, 7, 6, 5, 4, 3, 2) % 11) % 11 % 10 ==
	    last_of(s);
}

/* Two to ten digits, weighed from the right. */
static bool
is_romanian(struct str s)
{
	static const int weight[] = { 7, 5, 3, 2, 1, 7, 5, 3, 2 };
	int64_t sum = 0;

	for (size_t i = 0; i + 1 < s.n; i++)
		sum += digit(s, i) * weight[ROMANIAN_DIGITS - s.n + i];
	return sum * 10 % 11 % 10 == last_of(s);
}

/* An organisation's number, and which of its units. */
static bool
is_swedish(struct str s)
{
	int64_t unit = value_of(str_slice(s, 10, s.n));

	return siret_is_luhn(str_slice(s, 0, 10)) && unit >= 1 && unit <= 94;
}

static bool
is_slovene(struct str s)
{
	int64_t check = 11 - WEIGH(s, 8, 7, 6, 5, 4, 3, 2) % 11;

	return check < 11 && check % 10 == last_of(s);
}

static bool
is_slovak(struct str s)
{
	return value_of(s) % 11 == 0;
}

/* As the United Kingdom's: by 97, and for later numbers 55 more. */
static bool
is_northern_irish(struct str s)
{
	int64_t left;

	if (!is_digit(s.p[0]))
		return true;
	left = (WEIGH(s, 8, 7, 6, 5, 4, 3, 2) +
	    value_of(str_slice(s, 7, 2))) % 97;
	return left == 0 || left == 42;
}

/* Zeros alone obey most rules, and are nobody's. */
static bool
is_nothing(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '0')
			return false;
	return true;
}

bool
vatkey_is_right(struct str prefix, struct str number)
{
	static const struct {
		const char *prefix;
		bool (*is)(struct str number);
	} rules[] = {
		{ "AT", is_austrian }, { "BE", is_belgian },
		{ "BG", is_bulgarian }, { "CY", is_cypriot },
		{ "CZ", is_czech }, { "DE", is_mod_11_10 },
		{ "DK", is_danish }, { "EE", is_estonian },
		{ "EL", is_greek }, { "ES", is_spanish },
		{ "FI", is_finnish }, { "FR", is_french },
		{ "HR", is_mod_11_10 }, { "HU", is_hungarian },
		{ "IE", is_irish }, { "IT", siret_is_luhn },
		{ "LT", is_lithuanian }, { "LU", is_luxembourgish },
		{ "LV", is_latvian }, { "MT", is_maltese },
		{ "NL", is_dutch }, { "PL", is_polish },
		{ "PT", is_portuguese }, { "RO", is_romanian },
		{ "SE", is_swedish }, { "SI", is_slovene },
		{ "SK", is_slovak }, { "XI", is_northern_irish },
	};

	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		if (str_eq(prefix, str_of(rules[i].prefix)))
			return !is_nothing(number) && rules[i].is(number);
	return false;
}
