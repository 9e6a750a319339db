/*
 * Percent-coding and query strings.  What a decoded text may then be used
 * for is its reader's business.
 */
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"

#include "http/url.h"

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The byte whose escape s begins with, or -1. */
static int
escaped_byte(struct str s)
{
	int high, low;

	if (s.n < 3 || s.p[0] != '%')
		return -1;
	high = hex_value(s.p[1]);
	low = hex_value(s.p[2]);
	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

/*
 * Write in, decoded, to dst, which holds in.n bytes; false if an escape in it
 * is broken, and was copied.
 */
static bool
unescape(struct str in, bool plus_ok, char *dst, size_t *n)
{
	bool is_whole = true;

	*n = 0;
	for (size_t at = 0; at < in.n; at++) {
		char c = in.p[at];

		if (c == '+' && plus_ok)
			c = ' ';
		if (c == '%') {
			int byte = escaped_byte(str_slice(in, at, 3));

			if (byte >= 0) {
				c = (char)byte;
				at += 2;
			}
			is_whole = is_whole && byte >= 0;
		}
		dst[(*n)++] = c;
	}
	return is_whole;
}

static bool
is_coded(struct str in, bool plus_ok)
{
	return str_find(in, '%') >= 0 || (plus_ok && str_find(in, '+') >= 0);
}

enum err
url_decode(struct arena *a, struct str in, bool plus_ok, struct str *out)
{
	bool is_whole = true;

	*out = in;
	if (is_coded(in, plus_ok)) {
		char *dst = arena_take(a, in.n);

		is_whole = unescape(in, plus_ok, dst, &out->n);
		out->p = dst;
	}
	return is_whole && str_find(*out, '\0') < 0 && str_is_utf8(*out) ?
	    OK : ERR_INPUT;
}

static bool
is_unreserved(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') ||
	    c == '-' || c == '.' || c == '_' || c == '~';
}

void
url_encode(struct buf *b, struct str s)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (is_unreserved(c)) {
			buf_byte(b, (char)c);
			continue;
		}
		buf_byte(b, '%');
		buf_byte(b, digits[c >> 4]);
		buf_byte(b, digits[c & 15]);
	}
}

struct str
url_query(struct arena *a, struct str query, struct str name)
{
	for (int i = 0; i < URL_PAIRS_MAX && query.n; i++) {
		struct str pair, key, value, found;

		str_cut(query, '&', &pair, &query);
		str_cut(pair, '=', &key, &value);
		if (url_decode(a, key, true, &key) || !str_eq(key, name))
			continue;
		return url_decode(a, value, true, &found) ? STR_EMPTY : found;
	}
	return STR_EMPTY;
}

size_t
url_pairs(struct arena *a, struct str query, const struct str_pair **out)
{
	struct str_pair *pair;
	size_t count = 0;

	if (!query.n)
		return 0;
	*out = pair = arena_array(a, URL_PAIRS_MAX, sizeof *pair);
	while (query.n && count < URL_PAIRS_MAX) {
		struct str_pair *p = &pair[count++];
		struct str whole;

		str_cut(query, '&', &whole, &query);
		str_cut(whole, '=', &p->name, &p->value);
		(void)!url_decode(a, p->name, true, &p->name);
		(void)!url_decode(a, p->value, true, &p->value);
	}
	return count;
}

static bool
is_for_a_link(struct str s)
{
	static const bool fit[UCHAR_MAX + 1] = {
		['a' ... 'z'] = true, ['A' ... 'Z'] = true,
		['0' ... '9'] = true, ['-'] = true, ['_'] = true,
		['.'] = true, ['~'] = true, ['='] = true, ['&'] = true,
		['%'] = true, ['+'] = true,
	};
	size_t i = 0;

	while (i < s.n && fit[(unsigned char)s.p[i]])
		i++;
	return i == s.n;
}

struct str
url_without(struct arena *a, struct str query, struct str name)
{
	struct str pair, key, value;
	struct buf b;

	if (!query.n || !is_for_a_link(query))
		return STR_EMPTY;
	buf_init(&b, a, query.n);
	while (query.n) {
		str_cut(query, '&', &pair, &query);
		str_cut(pair, '=', &key, &value);
		if (!pair.n || str_eq(key, name))
			continue;
		if (buf_str(&b).n)
			buf_byte(&b, '&');
		buf_add(&b, pair);
	}
	return buf_str(&b);
}
