/* Implements buf.h: bounded text in an arena, and its JSON escapes. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"

#define FIRST_CAPACITY 256
#define U64_DIGITS_MAX 20

void
buf_init(struct buf *b, struct arena *a, size_t max)
{
	*b = (struct buf){ .arena = a, .max = max };
}

/* Room for n more bytes; false, and full for ever, if they may not be had. */
static bool
make_room(struct buf *b, size_t n)
{
	size_t want = b->capacity ? b->capacity : FIRST_CAPACITY;
	char *p;

	if (b->full || n > b->max - b->n) {
		b->full = true;
		return false;
	}
	if (n <= b->capacity - b->n)
		return true;
	while (want < b->n + n)
		want *= 2;
	if (want > b->max)
		want = b->max;
	p = arena_take(b->arena, want);
	if (b->n)
		memcpy(p, b->p, b->n);
	b->p = p;
	b->capacity = want;
	return true;
}

void
buf_add(struct buf *b, struct str s)
{
	if (!s.n || !make_room(b, s.n))
		return;
	memcpy(b->p + b->n, s.p, s.n);
	b->n += s.n;
}

void
buf_byte(struct buf *b, char c)
{
	if (make_room(b, 1))
		b->p[b->n++] = c;
}

void
buf_u64(struct buf *b, uint64_t v)
{
	char digit[U64_DIGITS_MAX];
	size_t at = sizeof digit;

	do {
		digit[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	buf_add(b, (struct str){ digit + at, sizeof digit - at });
}

static void __attribute__((format(printf, 2, 0)))
add_list(struct buf *b, const char *format, va_list list)
{
	va_list again;
	size_t room;
	int n;

	if (b->full)
		return;
	/* Mostly a text fits at once: then one pass is enough. */
	if (!b->capacity && b->max)
		make_room(b, 1);
	room = b->capacity - b->n;
	va_copy(again, list);
	n = vsnprintf(room ? b->p + b->n : NULL, room, format, again);
	va_end(again);
	if (n >= 0 && (size_t)n < room) {
		b->n += (size_t)n;
	} else if (n < 0 || (size_t)n > b->max - b->n) {
		b->full = true;
	} else {
		/* vsnprintf wants a place for its NUL as well. */
		char *text = arena_take(b->arena, (size_t)n + 1);

		vsnprintf(text, (size_t)n + 1, format, list);
		buf_add(b, (struct str){ text, (size_t)n });
	}
}

void
buf_addf(struct buf *b, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	add_list(b, format, list);
	va_end(list);
}

void
buf_csv(struct buf *b, struct str s)
{
	buf_byte(b, '"');
	if (s.n && strchr("=+-@\t\r\n", s.p[0]))
		buf_byte(b, '\'');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			buf_byte(b, '"');
		buf_byte(b, s.p[i]);
	}
	buf_byte(b, '"');
}

struct str
buf_str(const struct buf *b)
{
	if (b->full)
		log_event(LOG_ERROR, "buf.full", LOG_INT("max",
		    (int64_t)b->max));
	return b->full || !b->n ? STR_EMPTY : (struct str){ b->p, b->n };
}

struct str
buf_join(struct arena *a, struct str head, struct str tail)
{
	char *p = arena_take(a, head.n + tail.n + 1);

	if (head.n)
		memcpy(p, head.p, head.n);
	if (tail.n)
		memcpy(p + head.n, tail.p, tail.n);
	return (struct str){ p, head.n + tail.n };
}

struct str
buf_fmt(struct arena *a, size_t max, const char *format, ...)
{
	struct buf b;
	va_list list;

	buf_init(&b, a, max);
	va_start(list, format);
	add_list(&b, format, list);
	va_end(list);
	return b.full ? STR_EMPTY : buf_str(&b);
}

/* The short escapes of RFC 8259 section 7; 0 where there is none. */
static char
short_escape(unsigned char c)
{
	switch (c) {
	case '"': return '"';
	case '\\': return '\\';
	case '\n': return 'n';
	case '\r': return 'r';
	case '\t': return 't';
	default: return 0;
	}
}

static void
json_byte(struct buf *b, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	char escape = short_escape(c);

	if (escape) {
		buf_byte(b, '\\');
		buf_byte(b, escape);
	} else if (c < 0x20) {
		buf_add(b, STR("\\u00"));
		buf_byte(b, hex[c >> 4]);
		buf_byte(b, hex[c & 15]);
	} else {
		buf_byte(b, (char)c);
	}
}

void
buf_json(struct buf *b, struct str s)
{
	size_t from = 0;

	buf_byte(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		size_t step = str_utf8_step(str_slice(s, i, s.n));

		if (step && c >= 0x20 && c != '"' && c != '\\') {
			i += step - 1;
			continue;
		}
		buf_add(b, str_slice(s, from, i - from));
		if (step)
			json_byte(b, c);
		else
			buf_add(b, STR("\xef\xbf\xbd"));
		from = i + 1;
	}
	buf_add(b, str_slice(s, from, s.n));
	buf_byte(b, '"');
}

void
buf_json_name(struct buf *b, const char *name)
{
	if (b->n && b->p[b->n - 1] != '{' && b->p[b->n - 1] != '[')
		buf_byte(b, ',');
	buf_json(b, str_of(name));
	buf_byte(b, ':');
}

void
buf_json_pair(struct buf *b, const char *name, struct str value)
{
	buf_json_name(b, name);
	buf_json(b, value);
}
