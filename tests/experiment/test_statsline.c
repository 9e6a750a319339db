#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "experiment/statsline.h"
#include "support/suite.h"

/* The method's worked examples: {id, command, inputs, got, tolerance}. */
#define WORKED "tests/cases/experiment/worked.jsonl"
#define WORKED_COUNT 30

/* What a line of that kind is answered, as JSON. */
static json_t *
answer(const char *kind, const char *line, const char *only)
{
	FILE *in = fmemopen((void *)(uintptr_t)line, strlen(line), "r");
	char *text;
	size_t n;
	FILE *out = open_memstream(&text, &n);
	json_t *told;

	ck_assert_int_eq(statsline_run(kind, in, out, only), OK);
	fclose(in);
	fclose(out);
	told = json_loadb(text, n, JSON_DISABLE_EOF_CHECK, NULL);
	ck_assert_msg(told != NULL, "no JSON: %.*s", (int)n, text);
	free(text);
	return told;
}

static double
member(const json_t *object, const char *name)
{
	return json_number_value(json_object_get(object, name));
}

/* A tolerance is a number, {abs, rel}, or one such by field. */
static const json_t *
tolerance_of(const json_t *tolerance, const char *field)
{
	const json_t *own = json_object_get(tolerance, field);

	return own ? own : tolerance;
}

static double
reach(const json_t *tolerance, double want)
{
	return json_is_number(tolerance) ? json_number_value(tolerance) :
	    member(tolerance, "abs") + member(tolerance, "rel") * fabs(want);
}

static void
assert_same(const json_t *got, const json_t *want, const json_t *tolerance,
    const char *where)
{
	const json_t *part;
	const char *key;
	size_t i;

	if (json_is_object(want)) {
		json_object_foreach((json_t *)(uintptr_t)want, key, part) {
			ck_assert_msg(json_object_get(got, key) != NULL,
			    "%s: no %s", where, key);
			assert_same(json_object_get(got, key), part,
			    tolerance_of(tolerance, key), key);
		}
		return;
	}
	if (json_is_array(want)) {
		ck_assert_uint_eq(json_array_size(got), json_array_size(want));
		json_array_foreach(want, i, part)
			assert_same(json_array_get(got, i), part, tolerance,
			    where);
		return;
	}
	if (json_is_number(want) && json_is_number(got)) {
		double a = json_number_value(got), b = json_number_value(want);

		ck_assert_msg(fabs(a - b) <= reach(tolerance, b),
		    "%s: got %.17g, wanted %.17g", where, a, b);
		return;
	}
	ck_assert_msg(json_equal(got, want), "%s: not the same", where);
}

START_TEST(worked_examples_hold)
{
	FILE *in = fopen(WORKED, "r");
	char *line = NULL;
	size_t room = 0, count = 0;

	ck_assert_msg(in != NULL, "no %s", WORKED);
	while (getline(&line, &room, in) > 0) {
		json_t *asked = json_loads(line, 0, NULL), *told;
		const char *id;

		ck_assert_msg(asked != NULL, "line %zu", count + 1);
		id = json_string_value(json_object_get(asked, "id"));
		told = answer(json_string_value(json_object_get(asked,
		    "command")), line, NULL);
		ck_assert(json_equal(json_object_get(told, "id"),
		    json_object_get(asked, "id")));
		assert_same(json_object_get(told, "got"),
		    json_object_get(asked, "got"),
		    json_object_get(asked, "tolerance"), id);
		json_decref(asked);
		json_decref(told);
		count++;
	}
	free(line);
	fclose(in);
	ck_assert_uint_eq(count, WORKED_COUNT);
} END_TEST

static const struct { const char *kind, *only; bool is_kind; } kinds[] = {
	{ "analyze", NULL, true }, { "srm", NULL, true },
	{ "seqsrm", NULL, true }, { "adjust", NULL, true },
	{ "power", NULL, true }, { "looks", NULL, true },
	{ "factorial", NULL, true }, { "value", NULL, true },
	{ "epochs", NULL, true }, { "bandit", NULL, true },
	{ "segments", NULL, true }, { "decide", NULL, true },
	{ "analyze", "av", true }, { "analyze", "p", false },
	{ "srm", "av", false }, { "analyse", NULL, false },
	{ "", NULL, false },
};
START_TEST(kinds_are_known)
{
	ck_assert_int_eq(statsline_is_kind(kinds[_i].kind, kinds[_i].only),
	    kinds[_i].is_kind);
	if (!kinds[_i].is_kind)
		ck_assert_int_eq(statsline_run(kinds[_i].kind, stdin, stdout,
		    kinds[_i].only), ERR_ABSENT);
} END_TEST

/* One bad line has its error and its id, and the next is answered. */
START_TEST(the_stream_goes_on)
{
	static char lines[] =
	    "{\"id\":1,\"inputs\":{\"counts\":[1,-1]}}\n"
	    "nonsense\n"
	    "{\"id\":3,\"inputs\":{\"counts\":[1,1]}}\n";
	FILE *in = fmemopen(lines, sizeof lines - 1, "r");
	char *text;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	ck_assert_int_eq(statsline_run("srm", in, out, NULL), OK);
	fclose(in);
	fclose(out);
	ck_assert_str_eq(text,
	    "{\"id\":1,\"error\":\"counts: must be 2 to 64 whole numbers from"
	    " 0 to 1e12\"}\n"
	    "{\"id\":null,\"error\":\"no JSON: column 8\"}\n"
	    "{\"id\":3,\"got\":{\"chi2\":0.0,\"df\":1,\"p\":1.0,"
	    "\"flag\":false}}\n");
	free(text);
} END_TEST

SUITE(statsline)
{
	SUITE_TEST(worked_examples_hold);
	SUITE_LOOP(kinds_are_known, COUNT(kinds));
	SUITE_TEST(the_stream_goes_on);
}
