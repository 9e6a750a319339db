/* Knows text as a pointer and a length: compare, cut, parse, judge. */
#ifndef PISTE_BASE_STR_H
#define PISTE_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Borrowed bytes, usually UTF-8, never NUL-terminated by contract. */
struct str {
	const char *p;
	size_t n;
};

/* A named value as a visitor, a query or a cookie sends it. */
struct str_pair {
	struct str name;
	struct str value;
};

#define STR(literal) ((struct str){ "" literal "", sizeof (literal) - 1 })
#define STR_EMPTY ((struct str){ "", 0 })
#define STR_ARG(s) (int)(s).n, (s).p

/* View a NUL-terminated text; NULL gives the empty str. */
struct str str_of(const char *z);

bool str_is_empty(struct str s);
bool str_eq(struct str a, struct str b);
/* ASCII letters compare without case. */
bool str_eq_fold(struct str a, struct str b);
/* Is s one of name(0), name(1), … until NULL? */
bool str_is_one_of(struct str s, const char *(*name)(size_t n));
bool str_has_prefix(struct str s, struct str prefix);
bool str_has_suffix(struct str s, struct str suffix);
/* Does needle (ASCII, lower case) occur in s, ASCII case ignored? */
bool str_has_fold(struct str s, struct str needle);

/* Where byte c first occurs in s, or -1. */
ptrdiff_t str_find(struct str s, char c);
/* The part from from on, at most n bytes, clipped to s. */
struct str str_slice(struct str s, size_t from, size_t n);
/* Without ASCII blanks, tabs and line ends on both sides. */
struct str str_trim(struct str s);

/*
 * Cut s at the first c: *head before it, *tail after it; true if c occurs.
 * Without c *head is all of s and *tail empty.  head or tail may be &s.
 */
bool str_cut(struct str s, char c, struct str *head, struct str *tail);

/* Decimal digits only, in [min, max]; *out is untouched on failure. */
bool str_u32(struct str s, uint32_t min, uint32_t max, uint32_t *out);
bool str_u64(struct str s, uint64_t min, uint64_t max, uint64_t *out);
/* An optional minus sign, then digits. */
bool str_i64(struct str s, int64_t min, int64_t max, int64_t *out);
/* The other way: decimal digits in dst. */
#define STR_I64_BYTES 24
struct str str_from_i64(char dst[STR_I64_BYTES], int64_t v);

/* Well-formed UTF-8 by RFC 3629: no overlong form, surrogate or end cut off. */
bool str_is_utf8(struct str s);
/* Bytes of the well-formed character at s's start; 0 if there is none. */
size_t str_utf8_step(struct str s);
/* Does s hold a C0 control (except tab, CR, LF when lines_ok), NUL or DEL? */
bool str_has_control(struct str s, bool lines_ok);
/* Code points in well-formed UTF-8. */
size_t str_chars(struct str s);

/*
 * Copy to dst with a NUL for a library that demands one.  ERR_INPUT if s holds
 * a NUL, ERR_LIMIT if it does not fit in capacity bytes; dst is then "".
 */
MUST_USE enum err str_z(struct str s, char *dst, size_t capacity);

#endif
