/*
 * Implements pattern.h over regcomp.  A pattern is compiled for each use: it
 * takes microseconds, and nothing has to be kept, shared or freed with a form.
 */
#include <locale.h>
#include <pthread.h>
#include <regex.h>
#include <stdint.h>

#include "form/field.h"

#include "form/pattern.h"

/* "^(" and ")$" around a pattern, and a NUL. */
#define WRAPPED_BYTES (FIELD_PATTERN_BYTES_MAX + 5)

static pthread_once_t once = PTHREAD_ONCE_INIT;
static locale_t utf8;

/*
 * A character is a code point for "." and [:alpha:] whatever the process's
 * locale.  Without C.UTF-8 on the machine it is a byte.
 */
static void
make_locale(void)
{
	utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
}

static bool
is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z');
}

/* Pass a bracket expression, rest standing behind its "[". */
static bool
pass_bracket(struct str *rest)
{
	struct str s = *rest;

	if (s.n && s.p[0] == '^')
		s = str_slice(s, 1, s.n);
	if (s.n && s.p[0] == ']')
		s = str_slice(s, 1, s.n);
	for (; s.n && s.p[0] != ']'; s = str_slice(s, 1, s.n)) {
		if (s.p[0] == '\\')
			return false;
		if (!str_has_prefix(s, STR("[:")))
			continue;
		s = str_slice(s, 2, s.n);
		while (s.n && !str_has_prefix(s, STR(":]")))
			s = str_slice(s, 1, s.n);
		s = str_slice(s, 1, s.n);
	}
	*rest = str_slice(s, 1, s.n);
	return s.n > 0;
}

/* Pass "{2,5}", rest standing behind its "{"; *copies grows by the larger. */
static bool
pass_interval(struct str *rest, uint32_t *copies)
{
	struct str inside, low, high;
	uint32_t most, least;

	if (!str_cut(*rest, '}', &inside, rest))
		return false;
	str_cut(inside, ',', &low, &high);
	if (!str_u32(low, 0, PATTERN_COPIES_MAX, &least))
		return false;
	most = least;
	if (high.n && !str_u32(high, least, PATTERN_COPIES_MAX, &most))
		return false;
	*copies *= most ? most : 1;
	return *copies <= PATTERN_COPIES_MAX;
}

/* What regcomp would take although it means something else, or costs much. */
static bool
is_tame(struct str s)
{
	uint32_t copies = 1, depth = 0;

	while (s.n) {
		char c = s.p[0];

		s = str_slice(s, 1, s.n);
		if (c == '[' && !pass_bracket(&s))
			return false;
		if (c == '{' && !pass_interval(&s, &copies))
			return false;
		if (c == '\\' && (!s.n || is_alnum(s.p[0])))
			return false;
		if (c == '\\')
			s = str_slice(s, 1, s.n);
		if (c == ')' && !depth--)
			return false;
		if (c == '(')
			depth++;
	}
	return depth == 0;
}

static bool
wrap(struct str pattern, char dst[WRAPPED_BYTES])
{
	size_t n = 0;

	if (pattern.n > FIELD_PATTERN_BYTES_MAX || !str_is_utf8(pattern) ||
	    str_find(pattern, '\0') >= 0 || !is_tame(pattern))
		return false;
	dst[n++] = '^';
	dst[n++] = '(';
	for (size_t i = 0; i < pattern.n; i++)
		dst[n++] = pattern.p[i];
	dst[n++] = ')';
	dst[n++] = '$';
	dst[n] = '\0';
	return true;
}

/* With text NULL only: does it compile? */
static bool
run(struct str pattern, const struct str *text)
{
	char z[WRAPPED_BYTES];
	regmatch_t whole = { 0, text ? (regoff_t)text->n : 0 };
	locale_t before;
	regex_t regex;
	bool fits;

	if (!wrap(pattern, z))
		return false;
	pthread_once(&once, make_locale);
	before = utf8 ? uselocale(utf8) : NULL;
	fits = !regcomp(&regex, z, REG_EXTENDED | REG_NOSUB);
	if (fits) {
		fits = !text ||
		    !regexec(&regex, text->p, 1, &whole, REG_STARTEND);
		regfree(&regex);
	}
	if (before)
		uselocale(before);
	return fits;
}

bool
pattern_is_ok(struct str pattern)
{
	return run(pattern, NULL);
}

bool
pattern_matches(struct str pattern, struct str text)
{
	return run(pattern, &text);
}
