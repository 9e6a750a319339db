/*
 * Implements str.h: text as pointer and length.  Building longer text is
 * buf's.
 */
#include <stdio.h>
#include <string.h>

#include "base/str.h"

static char
fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str
str_of(const char *z)
{
	return z ? (struct str){ z, strlen(z) } : STR_EMPTY;
}

bool
str_is_empty(struct str s)
{
	return s.n == 0;
}

bool
str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool
str_eq_fold(struct str a, struct str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (fold(a.p[i]) != fold(b.p[i]))
			return false;
	return true;
}

bool
str_is_one_of(struct str s, const char *(*name)(size_t n))
{
	for (size_t i = 0; name(i); i++)
		if (str_eq(s, str_of(name(i))))
			return true;
	return false;
}

bool
str_has_prefix(struct str s, struct str prefix)
{
	return s.n >= prefix.n && str_eq(str_slice(s, 0, prefix.n), prefix);
}

bool
str_has_suffix(struct str s, struct str suffix)
{
	return s.n >= suffix.n &&
	    str_eq(str_slice(s, s.n - suffix.n, suffix.n), suffix);
}

bool
str_has_fold(struct str s, struct str needle)
{
	for (size_t i = 0; i + needle.n <= s.n; i++)
		if (str_eq_fold(str_slice(s, i, needle.n), needle))
			return true;
	return false;
}

ptrdiff_t
str_find(struct str s, char c)
{
	const char *at = s.n ? memchr(s.p, c, s.n) : NULL;

	return at ? at - s.p : -1;
}

struct str
str_slice(struct str s, size_t from, size_t n)
{
	if (from > s.n)
		from = s.n;
	if (n > s.n - from)
		n = s.n - from;
	return (struct str){ s.p + from, n };
}

struct str
str_trim(struct str s)
{
	while (s.n && is_blank(s.p[0]))
		s = str_slice(s, 1, s.n);
	while (s.n && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool
str_cut(struct str s, char c, struct str *head, struct str *tail)
{
	ptrdiff_t at = str_find(s, c);

	if (at < 0) {
		*head = s;
		*tail = (struct str){ s.p + s.n, 0 };
		return false;
	}
	*head = str_slice(s, 0, (size_t)at);
	*tail = str_slice(s, (size_t)at + 1, s.n);
	return true;
}

bool
str_u64(struct str s, uint64_t min, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	if (!s.n)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9' ||
		    __builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, s.p[i] - '0', &v))
			return false;
	}
	if (v < min || v > max)
		return false;
	*out = v;
	return true;
}

bool
str_u32(struct str s, uint32_t min, uint32_t max, uint32_t *out)
{
	uint64_t v;

	if (!str_u64(s, min, max, &v))
		return false;
	*out = (uint32_t)v;
	return true;
}

bool
str_i64(struct str s, int64_t min, int64_t max, int64_t *out)
{
	bool is_negative = s.n && s.p[0] == '-';
	uint64_t size;
	int64_t v;

	if (!str_u64(is_negative ? str_slice(s, 1, s.n) : s, 0,
	    (uint64_t)INT64_MAX + is_negative, &size))
		return false;
	/* Two's complement, so that INT64_MIN needs no case of its own. */
	v = (int64_t)(is_negative ? 0 - size : size);
	if (v < min || v > max)
		return false;
	*out = v;
	return true;
}

/* Well-formed sequences are those of the Unicode Standard's table 3-7. */
size_t
str_utf8_step(struct str s)
{
	static const struct {
		unsigned char first, last, low, high, length;
	} form[] = {
		{ 0x00, 0x7f, 0, 0, 1 },	{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },	{ 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 },	{ 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 },	{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};
	const unsigned char *p = (const unsigned char *)s.p;
	size_t length, i = 0;

	if (!s.n)
		return 0;
	while (p[0] < form[i].first || p[0] > form[i].last)
		if (++i == sizeof form / sizeof *form)
			return 0;
	length = form[i].length;
	if (length > s.n || (length > 1 &&
	    (p[1] < form[i].low || p[1] > form[i].high)))
		return 0;
	for (size_t k = 2; k < length; k++)
		if (p[k] < 0x80 || p[k] > 0xbf)
			return 0;
	return length;
}

bool
str_is_utf8(struct str s)
{
	size_t step;

	for (size_t i = 0; i < s.n; i += step) {
		step = str_utf8_step(str_slice(s, i, s.n));
		if (!step)
			return false;
	}
	return true;
}

bool
str_has_control(struct str s, bool lines_ok)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (lines_ok && (c == '\t' || c == '\n' || c == '\r'))
			continue;
		if (c < 0x20 || c == 0x7f)
			return true;
	}
	return false;
}

size_t
str_chars(struct str s)
{
	size_t count = 0;

	for (size_t i = 0; i < s.n; i++)
		count += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return count;
}

enum err
str_z(struct str s, char *dst, size_t capacity)
{
	dst[0] = '\0';
	if (str_find(s, '\0') >= 0)
		return ERR_INPUT;
	if (s.n >= capacity)
		return ERR_LIMIT;
	if (s.n)
		memcpy(dst, s.p, s.n);
	dst[s.n] = '\0';
	return OK;
}

struct str
str_from_i64(char dst[STR_I64_BYTES], int64_t v)
{
	return (struct str){ dst, (size_t)snprintf(dst, STR_I64_BYTES, "%lld",
	    (long long)v) };
}
