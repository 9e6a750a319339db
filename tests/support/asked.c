/* Implements asked.h. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "support/asked.h"

#define TOLERANCE 1e-9

struct str
asked_lines(jsonline_answer answer, struct str lines)
{
	char *text;
	size_t n;
	FILE *in = fmemopen((void *)(uintptr_t)lines.p, lines.n, "r");
	FILE *out = open_memstream(&text, &n);

	ck_assert(in != NULL && out != NULL);
	ck_assert_int_eq(jsonline_run(in, out, answer, NULL), OK);
	fclose(in);
	fclose(out);
	return (struct str){ text, n };
}

struct str
asked_list(jsonline_answer answer, const struct asked_list *list)
{
	struct str said, start = STR("{\"id\":\"q\",");
	struct buf b;

	buf_init(&b, suite_arena(), JSONLINE_BYTES_MAX);
	buf_addf(&b, "%.*s\"inputs\":%s", STR_ARG(start), list->before);
	for (size_t i = 0; i < list->count; i++)
		buf_addf(&b, "%s%s", i ? "," : "", list->item);
	buf_addf(&b, "%s}\n", list->after);
	said = asked_lines(answer, buf_str(&b));
	ck_assert_str_begins(said, start.p);
	return str_slice(said, start.n, said.n);
}

struct str
asked_inputs(jsonline_answer answer, const char *inputs)
{
	return asked_list(answer, &(struct asked_list){ inputs, "", "", 0 });
}

static bool
is_same(const json_t *a, const json_t *b)
{
	const json_t *other, *value;
	const char *key;
	size_t i;

	if (json_is_number(a) && json_is_number(b))
		return fabs(json_number_value(a) - json_number_value(b)) <=
		    TOLERANCE;
	if (json_typeof(a) != json_typeof(b) ||
	    json_array_size(a) != json_array_size(b) ||
	    json_object_size(a) != json_object_size(b))
		return false;
	json_array_foreach(a, i, value)
		if (!is_same(value, json_array_get(b, i)))
			return false;
	json_object_foreach((json_t *)(uintptr_t)a, key, value) {
		other = json_object_get(b, key);
		if (!other || !is_same(value, other))
			return false;
	}
	return json_is_array(a) || json_is_object(a) || json_equal(a, b);
}

size_t
asked_vectors(jsonline_answer answer, const char *path)
{
	FILE *in = fopen(path, "r");
	char *line = NULL;
	size_t capacity = 0, count = 0;
	ssize_t n;

	ck_assert_msg(in != NULL, "no %s", path);
	while ((n = getline(&line, &capacity, in)) > 0) {
		struct str said = asked_lines(answer,
		    (struct str){ line, (size_t)n });
		json_t *wanted = json_loads(line, 0, NULL);
		json_t *told = json_loadb(said.p, said.n, 0, NULL);

		ck_assert_msg(wanted != NULL, "%s: line %zu", path, count + 1);
		ck_assert(json_equal(json_object_get(wanted, "id"),
		    json_object_get(told, "id")));
		ck_assert_msg(is_same(json_object_get(wanted, "got"),
		    json_object_get(told, "got")), "%.*s", STR_ARG(said));
		count++;
	}
	fclose(in);
	free(line);
	return count;
}
