/* Implements wire.h. */
#include <assert.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "deliver/wire.h"

/* Base64 of so many bytes, its frame and the longest name fit in a line. */
#define WORD_BYTES 33
#define LINE_BYTES 57		/* of base64: 76 digits */
#define QUOTED_BYTES_MAX (WIRE_LINE_BYTES_MAX - 1)	/* and the soft end */

static bool
is_plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] > '~')
			return false;
	return !str_has_prefix(s, STR("=?")) && s.n + WIRE_NAME_BYTES_MAX + 2 <=
	    WIRE_LINE_BYTES_MAX && s.n == str_trim(s).n;
}

/* One character of s as it may stand in a header: *n bytes of s. */
static struct str
next_char(struct str s, size_t *n)
{
	*n = str_utf8_step(s);
	if (!*n) {
		*n = 1;
		return STR("?");
	}
	if (*n == 1 && (s.p[0] < ' ' || s.p[0] == 0x7f))
		return STR(" ");
	return str_slice(s, 0, *n);
}

static void
add_base64(struct buf *b, const char *p, size_t n)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)(unsigned char)p[i] << 16;

		if (i + 1 < n)
			v |= (uint32_t)(unsigned char)p[i + 1] << 8;
		if (i + 2 < n)
			v |= (unsigned char)p[i + 2];
		buf_byte(b, digits[v >> 18]);
		buf_byte(b, digits[v >> 12 & 63]);
		buf_byte(b, i + 1 < n ? digits[v >> 6 & 63] : '=');
		buf_byte(b, i + 2 < n ? digits[v & 63] : '=');
	}
}

/* A word of its own line each, never cut within a character. */
static void
add_words(struct buf *b, struct str text)
{
	char word[WORD_BYTES];
	size_t n = 0, step;

	for (size_t at = 0; at <= text.n; at += step) {
		struct str c = at < text.n ?
		    next_char(str_slice(text, at, text.n), &step) : STR_EMPTY;

		if (!c.n || n + c.n > sizeof word) {
			buf_add(b, STR("=?UTF-8?B?"));
			add_base64(b, word, n);
			buf_add(b, STR("?="));
			n = 0;
			if (!c.n)
				return;
			buf_add(b, STR("\r\n "));
		}
		memcpy(word + n, c.p, c.n);
		n += c.n;
	}
}

static void
add_text(struct buf *b, struct str text)
{
	if (is_plain(text))
		buf_add(b, text);
	else
		add_words(b, text);
}

void
wire_header(struct buf *b, const char *name, struct str text)
{
	assert(strlen(name) <= WIRE_NAME_BYTES_MAX);
	buf_addf(b, "%s: ", name);
	add_text(b, text);
	buf_add(b, STR("\r\n"));
}

/* A display name that is no mere words is an encoded one: no quoting. */
static bool
is_words(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != ' ' && !(s.p[i] >= '0' && s.p[i] <= '9') &&
		    !((s.p[i] | 32) >= 'a' && (s.p[i] | 32) <= 'z'))
			return false;
	return is_plain(s);
}

void
wire_mailbox(struct buf *b, const char *name, struct str display,
    struct str address)
{
	buf_addf(b, "%s: ", name);
	if (is_words(display))
		buf_add(b, display);
	else
		add_words(b, display);
	buf_add(b, display.n ? STR("\r\n <") : STR("<"));
	buf_add(b, address);
	buf_add(b, STR(">\r\n"));
}

void
wire_date(struct buf *b, const char *name, int64_t ms)
{
	static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu",
		"Fri", "Sat" };
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t s = (time_t)(ms / 1000);
	struct tm t;

	gmtime_r(&s, &t);
	buf_addf(b, "%s: %s, %02d %s %d %02d:%02d:%02d +0000\r\n", name,
	    days[t.tm_wday], t.tm_mday, months[t.tm_mon], t.tm_year + 1900,
	    t.tm_hour, t.tm_min, t.tm_sec);
}

/* May the byte stand for itself there?  Ends of lines are seen to before. */
static bool
is_literal(struct str text, size_t at, size_t column)
{
	char c = text.p[at];
	bool is_last = at + 1 == text.n || text.p[at + 1] == '\n' ||
	    text.p[at + 1] == '\r';

	if (c == ' ' || c == '\t')
		return !is_last;
	if (column == 0 && (c == '.' || c == 'F'))
		return false;
	return c > ' ' && c <= '~' && c != '=';
}

void
wire_quoted(struct buf *b, struct str text)
{
	size_t column = 0;

	for (size_t i = 0; i < text.n; i++) {
		size_t width;

		if (text.p[i] == '\r' && i + 1 < text.n &&
		    text.p[i + 1] == '\n')
			continue;
		if (text.p[i] == '\n') {
			buf_add(b, STR("\r\n"));
			column = 0;
			continue;
		}
		width = is_literal(text, i, column) ? 1 : 3;
		if (column + width > QUOTED_BYTES_MAX) {
			buf_add(b, STR("=\r\n"));
			column = 0;
			width = is_literal(text, i, column) ? 1 : 3;
		}
		if (width == 1)
			buf_byte(b, text.p[i]);
		else
			buf_addf(b, "=%02X", (unsigned char)text.p[i]);
		column += width;
	}
	buf_add(b, STR("\r\n"));
}

void
wire_base64(struct buf *b, struct str bytes)
{
	for (size_t i = 0; i < bytes.n; i += LINE_BYTES) {
		struct str line = str_slice(bytes, i, LINE_BYTES);

		add_base64(b, line.p, line.n);
		buf_add(b, STR("\r\n"));
	}
}
