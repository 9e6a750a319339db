/* Implements reader.h over jansson's values. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "page/site.h"
#include "page/reader.h"

#define WHOLE_MAX 9007199254740992.0	/* a double counts no further */

static bool
is_plain(const char *key)
{
	size_t n = strspn(key, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

	return n && !key[n];
}

static void
add_path(struct buf *b, const struct reader_node *n)
{
	if (!n->up) {
		buf_byte(b, '$');
		return;
	}
	add_path(b, n->up);
	if (!n->key) {
		buf_addf(b, "[%zu]", n->index);
	} else if (is_plain(n->key)) {
		buf_byte(b, '.');
		buf_add(b, str_of(n->key));
	} else {
		buf_byte(b, '[');
		buf_json(b, str_of(n->key));
		buf_byte(b, ']');
	}
}

struct str
reader_path(const struct reader_node *n)
{
	struct buf b;

	buf_init(&b, n->reader->arena, READER_PATH_BYTES_MAX);
	add_path(&b, n);
	/* Only a member with a name of that size gets here. */
	return b.full ? reader_path(n->up) : buf_str(&b);
}

struct str
reader_quote(const struct reader_node *n, struct str s)
{
	struct buf b;

	buf_init(&b, n->reader->arena, READER_QUOTE_BYTES_MAX * 8);
	buf_json(&b, str_slice(s, 0, READER_QUOTE_BYTES_MAX));
	return buf_str(&b);
}

void
reader_complain(const struct reader_node *n, const char *format, ...)
{
	struct reader *r = n->reader;
	char reason[READER_REASON_BYTES_MAX];
	va_list arguments;

	if (r->errors >= SITE_ERRORS_MAX)
		return;
	va_start(arguments, format);
	vsnprintf(reason, sizeof reason, format, arguments);
	va_end(arguments);
	r->error[r->errors++] = (struct site_error){ reader_path(n),
		arena_copy(r->arena, str_of(reason)) };
}

static const json_t *
present(const json_t *j)
{
	return json_is_null(j) ? NULL : j;
}

struct reader_node
reader_member(const struct reader_node *up, const char *key)
{
	return (struct reader_node){ .reader = up->reader, .up = up,
		.key = key, .json = present(json_object_get(up->json, key)) };
}

struct reader_node
reader_element(const struct reader_node *up, size_t index)
{
	return (struct reader_node){ .reader = up->reader, .up = up,
		.index = index,
		.json = present(json_array_get(up->json, index)) };
}

/* Is there a value of this type?  Says so if there must be, or is another. */
static bool
is_type(const struct reader_node *n, enum reader_need need, json_type type,
    const char *wanted)
{
	if (!n->json) {
		if (need == READER_MUST)
			reader_complain(n, "is missing");
		return false;
	}
	if (json_typeof(n->json) == type)
		return true;
	reader_complain(n, "must be %s", wanted);
	return false;
}

static bool
is_known(const char *key, const char *const *known)
{
	for (; *known; known++)
		if (!strcmp(key, *known))
			return true;
	return false;
}

/* When no more can be told, reading on would only take memory. */
static bool
is_full(const struct reader *r)
{
	return r->errors >= SITE_ERRORS_MAX;
}

bool
reader_object(const struct reader_node *n, enum reader_need need,
    const char *const *known)
{
	json_t *object = (json_t *)n->json, *value;
	const char *key;

	if (is_full(n->reader) || !is_type(n, need, JSON_OBJECT, "an object"))
		return false;
	if (!known)
		return true;
	json_object_foreach(object, key, value) {
		struct reader_node member = reader_member(n, key);

		if (!is_known(key, known))
			reader_complain(&member, "is not a key known here");
	}
	return true;
}

size_t
reader_list(const struct reader_node *n, enum reader_need need, size_t max)
{
	size_t count;

	if (is_full(n->reader) || !is_type(n, need, JSON_ARRAY, "a list"))
		return 0;
	count = json_array_size(n->json);
	if (count <= max)
		return count;
	reader_complain(n, "has %zu elements, at most %zu are allowed", count,
	    max);
	return 0;
}

void
reader_unique(const struct reader_node *list, const char *member)
{
	json_t *seen = json_object();

	for (size_t i = 0; i < json_array_size(list->json); i++) {
		struct reader_node item = reader_element(list, i);
		struct reader_node n = member ? reader_member(&item, member) :
		    item;
		const char *text = json_string_value(n.json);
		const json_t *first = text ? json_object_get(seen, text) : NULL;

		if (first)
			reader_complain(&n, "%.*s is already element %d of this"
			    " list", STR_ARG(reader_quote(&n, str_of(text))),
			    (int)json_integer_value(first));
		else if (text)
			json_object_set_new(seen, text,
			    json_integer((json_int_t)i));
	}
	json_decref(seen);
}

/* The bytes of a text, or false with the mistake noted. */
static bool
take_text(const struct reader_node *n, enum reader_need need, size_t bytes_max,
    struct str *out)
{
	*out = STR_EMPTY;
	if (!is_type(n, need, JSON_STRING, "a text"))
		return false;
	*out = (struct str){ json_string_value(n->json),
		json_string_length(n->json) };
	if (out->n > bytes_max)
		reader_complain(n, "has %zu bytes, at most %zu are allowed",
		    out->n, bytes_max);
	else if (need == READER_MUST && str_is_empty(str_trim(*out)))
		reader_complain(n, "is empty");
	else
		return true;
	*out = STR_EMPTY;
	return false;
}

struct str
reader_string(const struct reader_node *n, enum reader_need need,
    size_t bytes_max)
{
	struct str s;

	if (!take_text(n, need, bytes_max, &s))
		return STR_EMPTY;
	if (str_has_control(s, false)) {
		reader_complain(n, "holds a control character");
		return STR_EMPTY;
	}
	return arena_copy(n->reader->arena, s);
}

static bool
is_key(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			continue;
		if (!i || !memchr("._-", c, 3))
			return false;
	}
	return s.n > 0;
}

struct str
reader_key(const struct reader_node *n, enum reader_need need)
{
	struct str s = reader_string(n, need, SITE_KEY_BYTES_MAX);

	if (str_is_empty(s) || is_key(s))
		return s;
	reader_complain(n, "%.*s is no key: small letters, digits, and after"
	    " the first also . _ -", STR_ARG(reader_quote(n, s)));
	return STR_EMPTY;
}

size_t
reader_choice(const struct reader_node *n, enum reader_need need,
    const char *const *names)
{
	struct str s;
	struct buf b;

	if (!take_text(n, need, READER_REASON_BYTES_MAX, &s))
		return 0;
	buf_init(&b, n->reader->arena, READER_REASON_BYTES_MAX);
	for (size_t i = 0; names[i]; i++) {
		if (str_eq(s, str_of(names[i])))
			return i;
		buf_addf(&b, "%s%s", i ? ", " : "", names[i]);
	}
	reader_complain(n, "%.*s is none of %.*s",
	    STR_ARG(reader_quote(n, s)), STR_ARG(buf_str(&b)));
	return 0;
}

bool
reader_flag(const struct reader_node *n)
{
	if (n->json && !json_is_boolean(n->json))
		reader_complain(n, "must be true or false");
	return json_is_true(n->json);
}

double
reader_number(const struct reader_node *n, const struct reader_range *range)
{
	double value;

	if (!n->json || !json_is_number(n->json)) {
		if (n->json)
			reader_complain(n, "must be a number");
		else if (range->need == READER_MUST)
			reader_complain(n, "is missing");
		return range->fallback;
	}
	value = json_number_value(n->json);
	if (value >= range->min && value <= range->max)
		return value;
	reader_complain(n, "must be from %.15g to %.15g", range->min,
	    range->max);
	return range->fallback;
}

int64_t
reader_whole(const struct reader_node *n, const struct reader_range *range)
{
	size_t before = n->reader->errors;
	double value = reader_number(n, range);

	if (value == floor(value) && fabs(value) <= WHOLE_MAX)
		return (int64_t)value;
	if (n->reader->errors == before)
		reader_complain(n, "must be a whole number");
	return (int64_t)range->fallback;
}

static bool
add_language(const struct reader_node *n, const char *code, size_t bytes_max,
    struct text *out)
{
	struct reader_node member = reader_member(n, code);
	enum lang lang;
	struct str s;

	if (lang_parse(str_of(code), &lang)) {
		reader_complain(&member, "is no language known here");
		return false;
	}
	if (!take_text(&member, READER_MUST, bytes_max, &s))
		return false;
	if (str_has_control(s, true)) {
		reader_complain(&member, "holds a control character");
		return false;
	}
	out->in[lang] = arena_copy(n->reader->arena, s);
	return true;
}

struct text
reader_text(const struct reader_node *n, enum reader_need need, unsigned langs,
    size_t bytes_max)
{
	struct text text = { .in = { STR_EMPTY, STR_EMPTY } };
	json_t *object = (json_t *)n->json, *value;
	const char *code;
	bool is_fine = true;

	if (!is_type(n, need, JSON_OBJECT, "an object of texts by language"))
		return text;
	json_object_foreach(object, code, value)
		is_fine &= add_language(n, code, bytes_max, &text);
	if (!json_object_size(n->json))
		reader_complain(n, "has no language");
	for (enum lang l = 0; is_fine && l < LANG_COUNT; l++) {
		struct reader_node member = reader_member(n,
		    arena_copy(n->reader->arena, lang_code(l)).p);

		if (langs & 1u << l && str_is_empty(text.in[l]))
			reader_complain(&member, "is missing: a page speaks"
			    " this language");
	}
	return text;
}
