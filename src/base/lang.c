/* Implements lang.h: the choice of a language. */
#include "base/lang.h"

#define ACCEPT_RANGES_MAX 32	/* language ranges read of one header */
#define WEIGHT_ONE 1000		/* "q=1" in thousandths */

static const char *const codes[LANG_COUNT] = {
	[LANG_FR] = "fr", [LANG_EN] = "en",
};

struct str
lang_code(enum lang l)
{
	return str_of(codes[l]);
}

enum err
lang_parse(struct str code, enum lang *out)
{
	for (size_t i = 0; i < LANG_COUNT; i++) {
		if (str_eq_fold(code, str_of(codes[i]))) {
			*out = (enum lang)i;
			return OK;
		}
	}
	return ERR_INPUT;
}

static bool
is_offered(enum lang l, const enum lang *offered, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (offered[i] == l)
			return true;
	return false;
}

/* "q=0.8" in thousandths; 0 for what is malformed. */
static uint32_t
parse_weight(struct str s)
{
	static const uint32_t scale[] = { 0, 100, 10, 1 };
	struct str whole, rest;
	uint32_t units, part = 0;

	s = str_trim(s);
	if (!str_has_prefix(s, STR("q=")))
		return 0;
	str_cut(str_slice(s, 2, s.n), '.', &whole, &rest);
	if (!str_u32(whole, 0, 1, &units) || rest.n > 3 ||
	    (rest.n && !str_u32(rest, 0, 999, &part)))
		return 0;
	units = units * WEIGHT_ONE + part * scale[rest.n];
	return units > WEIGHT_ONE ? WEIGHT_ONE : units;
}

/* What one range of Accept-Language asks for, and how much. */
static uint32_t
range_weight(struct str range, const enum lang *offered, size_t count,
    enum lang *out)
{
	struct str tag, parameter, primary, region;
	bool has_weight = str_cut(range, ';', &tag, &parameter);
	uint32_t weight = has_weight ? parse_weight(parameter) : WEIGHT_ONE;

	tag = str_trim(tag);
	str_cut(tag, '-', &primary, &region);
	if (str_eq(tag, STR("*"))) {
		*out = offered[0];
		return weight;
	}
	if (lang_parse(primary, out) || !is_offered(*out, offered, count))
		return 0;
	return weight;
}

enum lang
lang_choose(struct str asked, struct str accept_language,
    const enum lang *offered, size_t count)
{
	enum lang best = offered[0], l;
	uint32_t best_weight = 0;
	struct str range;

	if (!lang_parse(asked, &l) && is_offered(l, offered, count))
		return l;
	for (int i = 0; i < ACCEPT_RANGES_MAX && accept_language.n; i++) {
		uint32_t weight;

		str_cut(accept_language, ',', &range, &accept_language);
		weight = range_weight(range, offered, count, &l);
		if (weight > best_weight) {
			best_weight = weight;
			best = l;
		}
	}
	return best;
}

struct str
lang_text(const struct text *t, enum lang l)
{
	if (t->in[l].n)
		return t->in[l];
	for (size_t i = 0; i < LANG_COUNT; i++)
		if (t->in[i].n)
			return t->in[i];
	return STR_EMPTY;
}
