/* Implements figure.h. */
#include <check.h>
#include <math.h>
#include <string.h>

#include "support/figure.h"
#include "support/suite.h"

static json_t *
parse(const char *text)
{
	size_t n = strlen(text);
	char *json = arena_take(suite_arena(), n);
	json_error_t e;
	json_t *j;

	for (size_t i = 0; i < n; i++)
		json[i] = text[i];
	for (size_t i = 0; i < n; i++)
		if (json[i] == '\'')
			json[i] = '"';
	j = json_loadb(json, n, JSON_DECODE_ANY, &e);
	ck_assert_msg(j != NULL, "column %d: %s", e.column, e.text);
	return j;
}

json_t *
figure_ask(jsonline_answer answer, const char *inputs)
{
	struct jsonline q = { .inputs = parse(inputs) };
	json_t *got = answer(&q);

	ck_assert_msg(!q.error, "%s: %s", inputs, q.error ? q.error : "");
	return got;
}

const char *
figure_error(jsonline_answer answer, const char *inputs)
{
	struct jsonline q = { .inputs = parse(inputs) };

	json_decref(answer(&q));
	ck_assert_msg(q.error != NULL, "%s: no error", inputs);
	return q.error;
}

const json_t *
figure_at(const json_t *got, const char *path)
{
	struct str rest = str_of(path), name;
	uint32_t index;

	while (got && rest.n) {
		str_cut(rest, '/', &name, &rest);
		if (json_is_array(got) && str_u32(name, 0, 9999, &index))
			got = json_array_get(got, index);
		else
			got = json_object_getn(got, name.p, name.n);
	}
	ck_assert_msg(got != NULL, "no %s", path);
	return got;
}

double
figure_number(const json_t *got, const char *path)
{
	const json_t *number = figure_at(got, path);

	ck_assert_msg(json_is_number(number), "%s is no number", path);
	return json_number_value(number);
}

static bool
is_near(double got, double want, const struct figure_near *near)
{
	double least = near ? fmax(near->absolute,
	    near->relative * fabs(want)) : 0;

	return fabs(got - want) <= least;
}

static void
compare(const json_t *got, const json_t *want, const char *field,
    const struct figure_near *table, const struct figure_near *near)
{
	const char *key;
	json_t *value;
	size_t i;

	for (const struct figure_near *n = table; n && n->field; n++)
		if (!strcmp(n->field, field))
			near = n;
	if (json_is_number(want)) {
		ck_assert_msg(json_is_number(got), "%s is no number", field);
		ck_assert_msg(is_near(json_number_value(got),
		    json_number_value(want), near), "%s: %.17g, wanted %.17g",
		    field, json_number_value(got), json_number_value(want));
		return;
	}
	ck_assert_msg(got && json_typeof(got) == json_typeof(want),
	    "%s is of another type", field);
	ck_assert_uint_eq(json_array_size(got), json_array_size(want));
	ck_assert_uint_eq(json_object_size(got), json_object_size(want));
	json_array_foreach((json_t *)(uintptr_t)want, i, value)
		compare(json_array_get(got, i), value, field, table, near);
	json_object_foreach((json_t *)(uintptr_t)want, key, value)
		compare(json_object_get(got, key), value, key, table, near);
	if (json_is_string(want))
		ck_assert_str_eq(json_string_value(got),
		    json_string_value(want));
}

void
figure_same(const json_t *got, const char *want,
    const struct figure_near *near)
{
	compare(got, parse(want), "the answer", near, NULL);
}
