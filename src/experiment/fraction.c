/*
 * Implements fraction.h.  Products of effects are exclusive ors: a factor
 * times itself is a column of ones.
 */
#include <string.h>

#include "experiment/fraction.h"

#define A 1u
#define B 2u
#define C 4u
#define D 8u

static const struct {
	const char *name;
	size_t factors;
	size_t generators;
	unsigned generator[FRACTION_GENERATORS_MAX];
} designs[] = {
	{ "2^(3-1)", 3, 1, { A | B } },
	{ "2^(4-1)", 4, 1, { A | B | C } },
	{ "2^(5-2)", 5, 2, { A | B, A | C } },
	{ "2^(5-1)", 5, 1, { A | B | C | D } },
};

static size_t
base(const struct fraction *f)
{
	return f->factors - f->generators;
}

static size_t
letters(unsigned effect)
{
	return (size_t)__builtin_popcount(effect);
}

/* Shorter first, then by the alphabet, whose first letter is the low bit. */
static bool
is_before(unsigned a, unsigned b)
{
	unsigned differing = a ^ b;

	if (letters(a) != letters(b))
		return letters(a) < letters(b);
	return a & differing & -differing;
}

static void
insert(unsigned *sorted, size_t count, unsigned effect)
{
	size_t at = count;

	for (; at > 0 && is_before(effect, sorted[at - 1]); at--)
		sorted[at] = sorted[at - 1];
	sorted[at] = effect;
}

/* Every product of the generators' words. */
static void
define(struct fraction *f)
{
	f->words = 0;
	for (unsigned some = 1; some < 1u << f->generators; some++) {
		unsigned word = 0;

		for (size_t i = 0; i < f->generators; i++)
			if (some >> i & 1)
				word ^= f->generator[i] | 1u << (base(f) + i);
		insert(f->word, f->words++, word);
	}
	f->resolution = letters(f->word[0]);
}

bool
fraction_init(struct fraction *f, struct str design)
{
	for (size_t i = 0; i < sizeof designs / sizeof designs[0]; i++) {
		if (!str_eq(design, str_of(designs[i].name)))
			continue;
		*f = (struct fraction){ .factors = designs[i].factors,
			.generators = designs[i].generators };
		memcpy(f->generator, designs[i].generator,
		    sizeof f->generator);
		f->runs = (size_t)1 << base(f);
		define(f);
		return true;
	}
	return false;
}

/* "D=AB" for the index-th of the last factors. */
static bool
read_generator(const struct fraction *f, struct str text, size_t index,
    unsigned *out)
{
	struct str made, of;

	*out = 0;
	if (!str_cut(text, '=', &made, &of) || made.n != 1 ||
	    made.p[0] != (char)('A' + base(f) + index))
		return false;
	for (size_t i = 0; i < of.n; i++) {
		if (of.p[i] < 'A' || of.p[i] >= (char)('A' + base(f)) ||
		    *out >> (of.p[i] - 'A') & 1)
			return false;
		*out |= 1u << (of.p[i] - 'A');
	}
	return letters(*out) >= 2;
}

bool
fraction_generate(struct fraction *f, const struct str *generator,
    size_t count)
{
	unsigned made[FRACTION_GENERATORS_MAX] = { 0 };

	if (count != f->generators)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!read_generator(f, generator[i], i, &made[i]))
			return false;
		for (size_t j = 0; j < i; j++)
			if (made[j] == made[i])
				return false;
	}
	memcpy(f->generator, made, sizeof made);
	define(f);
	return true;
}

/* A runs slowest, as in the full factorial of the first factors. */
static int
level(const struct fraction *f, size_t run, size_t factor)
{
	if (factor < base(f))
		return run >> (base(f) - 1 - factor) & 1 ? 1 : -1;
	return fraction_sign(f, run, f->generator[factor - base(f)]);
}

int
fraction_sign(const struct fraction *f, size_t run, unsigned effect)
{
	int sign = 1;

	for (size_t i = 0; i < f->factors; i++)
		if (effect >> i & 1)
			sign *= level(f, run, i);
	return sign;
}

size_t
fraction_aliases(const struct fraction *f, unsigned effect,
    unsigned out[FRACTION_WORDS_MAX])
{
	for (size_t i = 0; i < f->words; i++)
		insert(out, i, effect ^ f->word[i]);
	return f->words;
}

void
fraction_name(unsigned effect, char name[FRACTION_NAME_BYTES])
{
	size_t n = 0;

	for (size_t i = 0; i < FRACTION_FACTORS_MAX; i++)
		if (effect >> i & 1)
			name[n++] = (char)('A' + i);
	name[n] = '\0';
}
