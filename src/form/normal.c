/*
 * Implements normal.h: a thin layer over utf8proc that works in the request's
 * arena, since utf8proc_map would allocate.  What a kind of field does with
 * its text is field's business.
 */
#include <utf8proc.h>

#include "base/arena.h"
#include "base/buf.h"

#include "form/normal.h"

typedef bool is_unwanted(utf8proc_int32_t c);

/* The Unicode property White_Space, which utf8proc does not keep. */
static bool
is_space(utf8proc_int32_t c)
{
	switch (utf8proc_category(c)) {
	case UTF8PROC_CATEGORY_ZS:
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
		return true;
	default:
		return (c >= '\t' && c <= '\r') || c == 0x85;
	}
}

static bool
is_unseen(utf8proc_int32_t c)
{
	return is_space(c) || utf8proc_get_property(c)->ignorable ||
	    utf8proc_category(c) == UTF8PROC_CATEGORY_CF;
}

/* The code point at the head of s, or -1; *step is how long it is. */
static utf8proc_int32_t
first_point(struct str s, size_t *step)
{
	utf8proc_int32_t c;
	utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)s.p,
	    (utf8proc_ssize_t)s.n, &c);

	*step = n > 0 ? (size_t)n : 0;
	return n > 0 ? c : -1;
}

static utf8proc_int32_t
last_point(struct str s, size_t *step)
{
	size_t at = s.n;

	while (at && ((unsigned char)s.p[--at] & 0xc0) == 0x80)
		continue;
	return first_point(str_slice(s, at, s.n), step);
}

static struct str
strip(struct str s, is_unwanted *unwanted)
{
	size_t step;

	while (s.n && unwanted(first_point(s, &step)))
		s = str_slice(s, step, s.n);
	while (s.n && unwanted(last_point(s, &step)))
		s.n -= step;
	return s;
}

static bool
is_ascii(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

/*
 * utf8proc writes 32-bit code points first and packs them in place as UTF-8;
 * it wants one more place for its NUL.
 */
static struct str
map(struct arena *a, struct str s, utf8proc_option_t options)
{
	const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)s.p;
	utf8proc_ssize_t n = (utf8proc_ssize_t)s.n, points;
	utf8proc_int32_t *buffer;

	points = utf8proc_decompose(bytes, n, NULL, 0, options);
	if (points <= 0)
		return STR_EMPTY;
	buffer = arena_array(a, (size_t)points + 1, sizeof *buffer);
	points = utf8proc_decompose(bytes, n, buffer, points, options);
	n = utf8proc_reencode(buffer, points, options);
	return n <= 0 ? STR_EMPTY :
	    (struct str){ (const char *)buffer, (size_t)n };
}

static struct str
squeeze_runs(struct arena *a, struct str s)
{
	char *to = arena_take(a, s.n + 1);
	size_t n = 0, step;
	bool in_run = false;

	for (size_t i = 0; i < s.n; i += step) {
		bool is_blank = is_space(first_point(str_slice(s, i, s.n),
		    &step));

		if (!is_blank) {
			for (size_t k = 0; k < step; k++)
				to[n++] = s.p[i + k];
		} else if (!in_run) {
			to[n++] = ' ';
		}
		in_run = is_blank;
	}
	return (struct str){ to, n };
}

struct str
normal_text(struct arena *a, struct str s, bool squeeze)
{
	if (!str_is_utf8(s))
		return STR_EMPTY;
	s = strip(s, is_space);
	if (!is_ascii(s))
		s = map(a, s, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	return squeeze ? squeeze_runs(a, s) : s;
}

struct str
normal_fold(struct arena *a, struct str s)
{
	return map(a, s, UTF8PROC_STABLE | UTF8PROC_COMPOSE |
	    UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
}

static bool
is_letter(utf8proc_int32_t c)
{
	utf8proc_category_t k = utf8proc_category(c);

	return (k >= UTF8PROC_CATEGORY_LU && k <= UTF8PROC_CATEGORY_LO) ||
	    (k >= UTF8PROC_CATEGORY_ND && k <= UTF8PROC_CATEGORY_NO);
}

struct str
normal_letters(struct arena *a, struct str s)
{
	struct buf b;
	size_t step;

	s = map(a, s, UTF8PROC_STABLE | UTF8PROC_DECOMPOSE |
	    UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE |
	    UTF8PROC_STRIPMARK);
	buf_init(&b, a, s.n);
	for (; s.n; s = str_slice(s, step, s.n))
		if (is_letter(first_point(s, &step)))
			buf_add(&b, str_slice(s, 0, step));
	return buf_str(&b);
}

struct str
normal_trim(struct str s)
{
	return strip(s, is_space);
}

struct str
normal_bare(struct str s)
{
	return strip(s, is_unseen);
}

static bool
is_control(utf8proc_int32_t c)
{
	return c >= 0 && utf8proc_category(c) == UTF8PROC_CATEGORY_CC;
}

struct str
normal_shown(struct arena *a, struct str s, bool lines_ok)
{
	static const struct str unreadable = STR("\ufffd");
	size_t step;
	struct buf b;

	if (!s.n || (str_is_utf8(s) && !normal_has_control(s, false)))
		return s;
	buf_init(&b, a, unreadable.n * s.n);
	for (; s.n; s = str_slice(s, step, s.n)) {
		utf8proc_int32_t c = first_point(s, &step);
		bool is_line = c == '\t' || c == '\n' || c == '\r';

		step = step ? step : 1;
		if (is_line && !lines_ok)
			buf_byte(&b, ' ');
		else if (c < 0 || (is_control(c) && !is_line))
			buf_add(&b, unreadable);
		else
			buf_add(&b, str_slice(s, 0, step));
	}
	return buf_str(&b);
}

bool
normal_has_control(struct str s, bool lines_ok)
{
	size_t step;

	for (; s.n; s = str_slice(s, step, s.n)) {
		utf8proc_int32_t c;

		/* Most of them, at a fraction of the price. */
		step = 1;
		if (s.p[0] >= ' ' && s.p[0] <= '~')
			continue;
		c = first_point(s, &step);
		if (lines_ok && (c == '\t' || c == '\n'))
			continue;
		if (!step || is_control(c))
			return true;
	}
	return false;
}
