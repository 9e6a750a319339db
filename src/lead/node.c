/* Implements node.h. */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/arena.h"

#include "lead/node.h"

void
node_complain(const struct node *n, const char *format, ...)
{
	va_list more;

	if (!n->r->complaints)
		return;
	n->r->errors++;
	va_start(more, format);
	fprintf(n->r->complaints, "%s: ", n->path);
	vfprintf(n->r->complaints, format, more);
	fputc('\n', n->r->complaints);
	va_end(more);
}

struct node
node_child(const struct node *n, const char *name)
{
	struct node c = { .r = n->r,
		.value = json_object_get(n->value, name) };

	snprintf(c.path, sizeof c.path, "%.*s.%s", NODE_PATH_BYTES / 2,
	    n->path, name);
	return c;
}

struct node
node_item(const struct node *n, size_t at)
{
	struct node c = { .r = n->r,
		.value = json_array_get(n->value, at) };

	snprintf(c.path, sizeof c.path, "%.*s[%zu]", NODE_PATH_BYTES / 2,
	    n->path, at);
	return c;
}

/* Members that nobody knows are a mistake: a typo must not pass. */
bool
node_check(const struct node *n, const char *const *names)
{
	const char *name;
	json_t *value;

	if (!json_is_object(n->value)) {
		node_complain(n, "must be an object");
		return false;
	}
	json_object_foreach((json_t *)n->value, name, value) {
		size_t i = 0;

		while (names[i] && strcmp(names[i], name))
			i++;
		if (!names[i]) {
			struct node c = node_child(n, name);

			node_complain(&c, "there is no such member");
		}
	}
	return true;
}

/* How many; 0 for what is absent or wrong. */
size_t
node_list(const struct node *n, size_t max)
{
	if (!n->value)
		return 0;
	if (!json_is_array(n->value) || json_array_size(n->value) > max) {
		node_complain(n, "must be a list of at most %zu", max);
		return 0;
	}
	return json_array_size(n->value);
}

size_t
node_some(const struct node *n, size_t max)
{
	if (json_is_array(n->value) && !json_array_size(n->value))
		node_complain(n, "must not be empty: leave it out instead");
	return node_list(n, max);
}

void
node_number(const struct node *n, int64_t min, int64_t max,
    int64_t *out)
{
	if (!n->value)
		return;
	if (json_is_integer(n->value) && json_integer_value(n->value) >= min &&
	    json_integer_value(n->value) <= max)
		*out = json_integer_value(n->value);
	else
		node_complain(n, "must be a whole number from %" PRId64
		    " to %" PRId64, min, max);
}

void
node_u32(const struct node *n, int64_t min, int64_t max, uint32_t *out)
{
	int64_t v = *out;

	node_number(n, min, max, &v);
	*out = (uint32_t)v;
}

void
node_bool(const struct node *n, bool *out)
{
	if (n->value && !json_is_boolean(n->value))
		node_complain(n, "must be true or false");
	else if (n->value)
		*out = json_is_true(n->value);
}

bool
node_text(const struct node *n, size_t max, struct str *out)
{
	size_t bytes = json_string_length(n->value);

	if (!n->value)
		return false;
	if (!json_is_string(n->value) || !bytes || bytes > max) {
		node_complain(n, "must be a text of 1 to %zu bytes", max);
		return false;
	}
	*out = arena_copy(n->r->arena, (struct str){
	    json_string_value(n->value), bytes });
	return true;
}

/* The word's place in a NULL-terminated table, or -1. */
int
node_word(const struct node *n, const char *const *words)
{
	const char *said = json_string_value(n->value);

	for (int i = 0; said && words[i]; i++)
		if (!strcmp(said, words[i]))
			return i;
	if (n->value) {
		char all[NODE_TEXT_BYTES_MAX] = "";

		for (size_t i = 0; words[i]; i++)
			snprintf(all + strlen(all), sizeof all - strlen(all),
			    "%s%s", i ? ", " : "", words[i]);
		node_complain(n, "must be one of %s", all);
	}
	return -1;
}

void
node_texts(const struct node *n, const char *const *words,
    struct str **out, size_t *count)
{
	size_t size = node_some(n, NODE_LIST_MAX);

	if (!n->value)
		return;
	*out = arena_array(n->r->arena, size, sizeof **out);
	*count = 0;
	for (size_t i = 0; i < size; i++) {
		struct node c = node_item(n, i);

		if (words ? node_word(&c, words) >= 0 : true)
			*count += node_text(&c, NODE_KEY_BYTES_MAX,
			    &(*out)[*count]);
	}
}

const char *
node_member(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

static bool
is_key(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		bool is_word = (s.p[i] >= 'a' && s.p[i] <= 'z') ||
		    (s.p[i] >= '0' && s.p[i] <= '9');

		if (!is_word && (!i || !strchr("._-", s.p[i])))
			return false;
	}
	return true;
}

bool
node_key(const struct node *list, size_t at, struct str *out)
{
	struct node n = node_item(list, at);
	struct node key = node_child(&n, "key");

	if (!node_text(&key, NODE_KEY_BYTES_MAX, out)) {
		if (!key.value)
			node_complain(&key, "is needed");
		return false;
	}
	if (!is_key(*out))
		node_complain(&key, "must be of a-z, 0-9 and . _ -, and begin"
		    " with a letter or digit");
	for (size_t i = 0; i < at; i++) {
		const char *before = node_member(json_array_get(
		    list->value, i), "key");

		if (before && str_eq(str_of(before), *out))
			node_complain(&key, "is there twice");
	}
	return true;
}
