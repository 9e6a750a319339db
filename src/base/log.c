/*
 * Implements log.h.  A line is put together first and leaves in one write, so
 * lines of several threads and processes never mix.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define REQUEST_ID_BYTES_MAX 64

static const char *const level_names[] = { "debug", "info", "warn", "error" };
static _Atomic enum log_level least_level = LOG_INFO;
static _Thread_local char request_id[REQUEST_ID_BYTES_MAX + 1];

struct line {
	char text[LOG_LINE_BYTES_MAX];
	size_t n;
};

static void
put(struct line *l, char c)
{
	if (l->n < sizeof l->text)
		l->text[l->n++] = c;
}

static void
put_all(struct line *l, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		put(l, s.p[i]);
}

/* Could the value be read back without quotes? */
static bool
is_plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c >= 0x7f)
			return false;
	}
	return s.n > 0;
}

static void
put_quoted(struct line *l, struct str s)
{
	static const char hex[] = "0123456789abcdef";

	put(l, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '"' || c == '\\') {
			put(l, '\\');
			put(l, (char)c);
		} else if (c < ' ' || c == 0x7f) {
			put_all(l, STR("\\x"));
			put(l, hex[c >> 4]);
			put(l, hex[c & 15]);
		} else {
			put(l, (char)c);
		}
	}
	put(l, '"');
}

static void
put_pair(struct line *l, const char *key, struct str value)
{
	put(l, ' ');
	put_all(l, str_of(key));
	put(l, '=');
	if (is_plain(value))
		put_all(l, value);
	else
		put_quoted(l, value);
}

static void
put_field(struct line *l, const struct log_field *f)
{
	char digits[24];
	int n;

	if (f->kind == LOG_FIELD_STR) {
		put_pair(l, f->key, f->text);
		return;
	}
	n = snprintf(digits, sizeof digits, "%lld", (long long)f->number);
	put_pair(l, f->key, (struct str){ digits, (size_t)n });
}

void
log_write(enum log_level level, const char *event,
    const struct log_field *fields)
{
	static const struct str cut = { "\xe2\x80\xa6\n", 4 };
	char when[CLOCK_TEXT_BYTES];
	struct line l = { .n = 0 };
	ssize_t ignored;

	if (level < atomic_load_explicit(&least_level, memory_order_relaxed))
		return;
	put_all(&l, STR("time="));
	put_all(&l, clock_text(clock_now_ms(), when));
	put_pair(&l, "level", str_of(level_names[level]));
	put_pair(&l, "event", str_of(event));
	if (request_id[0])
		put_pair(&l, "request", str_of(request_id));
	for (; fields->key; fields++)
		put_field(&l, fields);
	if (l.n >= sizeof l.text) {
		l.n = sizeof l.text - cut.n;
		put_all(&l, cut);
	} else {
		put(&l, '\n');
	}
	ignored = write(STDERR_FILENO, l.text, l.n);
	(void)ignored;	/* nowhere to complain about the log itself */
}

void
log_level_set(enum log_level least)
{
	atomic_store(&least_level, least);
}

enum err
log_level_parse(struct str name, enum log_level *out)
{
	for (size_t i = 0; i < sizeof level_names / sizeof *level_names; i++) {
		if (str_eq(name, str_of(level_names[i]))) {
			*out = (enum log_level)i;
			return OK;
		}
	}
	return ERR_INPUT;
}

void
log_request_set(struct str id)
{
	id = str_slice(id, 0, REQUEST_ID_BYTES_MAX);
	if (id.n)
		memcpy(request_id, id.p, id.n);
	request_id[id.n] = '\0';
}
