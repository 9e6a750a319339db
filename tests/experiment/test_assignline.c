#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "experiment/assign.h"
#include "experiment/assignline.h"
#include "support/suite.h"

#define VECTORS "tests/cases/assign/vectors.jsonl"
#define VECTORS_COUNT 5
#define TOLERANCE 1e-9

/* What is answered to these bytes. */
static struct str
answers(struct str asked)
{
	char *text;
	size_t n;
	FILE *in = fmemopen((void *)(uintptr_t)asked.p, asked.n, "r");
	FILE *out = open_memstream(&text, &n);

	ck_assert_int_eq(assignline_run(in, out), OK);
	fclose(in);
	fclose(out);
	return (struct str){ text, n };
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
	json_array_foreach((json_t *)(uintptr_t)a, i, value)
		if (!is_same(value, json_array_get(b, i)))
			return false;
	json_object_foreach((json_t *)(uintptr_t)a, key, value) {
		other = json_object_get(b, key);
		if (!other || !is_same(value, other))
			return false;
	}
	return json_is_array(a) || json_is_object(a) || json_equal(a, b);
}

START_TEST(the_vectors_hold)
{
	FILE *in = fopen(VECTORS, "r");
	char *line = NULL;
	size_t capacity = 0, count = 0;
	ssize_t n;

	ck_assert_msg(in != NULL, "no " VECTORS);
	while ((n = getline(&line, &capacity, in)) > 0) {
		struct str said = answers((struct str){ line, (size_t)n });
		json_t *wanted = json_loads(line, 0, NULL);
		json_t *told = json_loadb(said.p, said.n, 0, NULL);

		ck_assert(json_equal(json_object_get(wanted, "id"),
		    json_object_get(told, "id")));
		ck_assert_msg(is_same(json_object_get(wanted, "got"),
		    json_object_get(told, "got")), "%.*s", STR_ARG(said));
		count++;
	}
	ck_assert_uint_eq(count, VECTORS_COUNT);
} END_TEST

/* inputs, and how the answer begins behind its id. */
static const struct { const char *inputs, *answer; } rows[] = {
	{ "{\"unit_id\":\"v00000001\",\"seed\":\"spring-hero\","
	    "\"weights\":[0.5,0.5],\"filters\":[{\"seed\":\"spring-hero\","
	    "\"ranges\":[[0,0.1],[0.4,0.5]]}]}", "\"got\":{\"bucket\":0.4457" },
	{ "{\"unit_id\":\"u\",\"weights\":[1]}", "\"error\":\"seed" },
	{ "{\"unit_id\":7,\"seed\":\"s\",\"weights\":[1]}",
	    "\"error\":\"unit_id" },
	{ "{\"unit_id\":\"u\",\"seed\":\"s\",\"weights\":[]}",
	    "\"error\":\"weights" },
	{ "{\"unit_id\":\"u\",\"seed\":\"s\",\"weights\":[\"1\"]}",
	    "\"error\":\"weights" },
	{ "{\"unit_id\":\"u\",\"seed\":\"s\",\"weights\":[1],"
	    "\"coverage\":\"1\"}", "\"error\":\"coverage" },
	{ "{\"unit_id\":\"u\",\"seed\":\"s\",\"weights\":[1],"
	    "\"filters\":[{}]}", "\"error\":\"filters" },
	{ "{\"unit_id\":\"u\",\"seed\":\"s\",\"weights\":[1],"
	    "\"filters\":[{\"seed\":\"s\",\"ranges\":[[0]]}]}",
	    "\"error\":\"filters" },
	{ "{\"unit_id\":\"u\",\"seed\":\"s\",\"weights\":[1],"
	    "\"hash_version\":1}", "\"error\":\"hash_version" },
	{ "{\"unit_id\":\"u\",\"seed\":\"s\",\"weights\":[1],"
	    "\"coverage_steps\":[\"x\"]}", "\"error\":\"coverage_steps" },
	{ "{\"id_printf\":\"%s%n\",\"count\":1,\"seed\":\"s\","
	    "\"weights\":[1]}", "\"error\":\"id_printf" },
	{ "{\"id_printf\":\"%d%d\",\"count\":1,\"seed\":\"s\","
	    "\"weights\":[1]}", "\"error\":\"id_printf" },
	{ "{\"id_printf\":\"%020d\",\"count\":1,\"seed\":\"s\","
	    "\"weights\":[1]}", "\"error\":\"id_printf" },
	{ "{\"id_printf\":\"%019d\",\"count\":1,\"seed\":\"s\","
	    "\"weights\":[1]}", "\"got\":{\"counts\":[1]" },
	{ "{\"id_printf\":\"%8d\",\"count\":1,\"seed\":\"s\","
	    "\"weights\":[1]}", "\"error\":\"id_printf" },
	{ "{\"id_printf\":\"u%d\",\"from_\":-1,\"count\":1,\"seed\":\"s\","
	    "\"weights\":[1]}", "\"error\":\"from_" },
	{ "{\"id_printf\":\"u%d\",\"count\":10000001,\"seed\":\"s\","
	    "\"weights\":[1]}", "\"error\":\"count" },
	{ "{\"id_printf\":\"u%d\",\"count\":3,\"seed\":\"s\","
	    "\"weights\":[1]}", "\"got\":{\"counts\":[3],"
	    "\"not_included\":0}}" },
	{ "{\"id_printf\":\"u%d\",\"count\":3,\"seed\":\"s\","
	    "\"weights\":[1],\"coverage\":0}", "\"got\":{\"counts\":[0],"
	    "\"not_included\":3}}" },
	{ "{\"id_printf\":\"u%d\",\"count\":3,\"seeds\":[\"s\"],"
	    "\"weights\":[1]}", "\"error\":\"seeds" },
	{ "[{\"seed\":\"s\"}]", "\"error\":\"a list" },
	{ "{}", "\"error\":\"inputs" },
	{ "5", "\"error\":\"inputs" },
};

START_TEST(a_question_has_its_answer)
{
	struct str said = answers(buf_fmt(suite_arena(), 1000,
	    "{\"id\":\"q\",\"inputs\":%s}\n", rows[_i].inputs));
	struct str wanted = buf_fmt(suite_arena(), 1000, "{\"id\":\"q\",%s",
	    rows[_i].answer);

	ck_assert_msg(str_has_prefix(said, wanted), "%.*s", STR_ARG(said));
} END_TEST

/* Numbered units are named as printf would. */
START_TEST(numbers_are_padded)
{
	struct str named = answers(STR("{\"inputs\":{\"unit_id\":\"a042z\","
	    "\"seed\":\"s\",\"weights\":[0.5,0.5]}}"));
	struct str counted = answers(STR("{\"inputs\":{\"id_printf\":"
	    "\"a%03dz\",\"from_\":42,\"count\":1,\"seed\":\"s\","
	    "\"weights\":[0.5,0.5]}}"));
	bool is_second = str_has_fold(named, STR("\"variation\":1"));

	ck_assert(str_has_fold(counted, is_second ? STR("[0,1]") :
	    STR("[1,0]")));
} END_TEST

START_TEST(a_bad_line_stops_nothing)
{
	struct str said = answers(STR("nonsense\n\n{\"id\":\"\xff\"}\n"
	    "{\"id\":{\"n\":2},\"inputs\":[]}"));

	ck_assert_str_same(said, STR(
	    "{\"id\":null,\"error\":\"no JSON: column 8\"}\n"
	    "{\"id\":null,\"error\":\"no JSON: column 7\"}\n"
	    "{\"id\":{\"n\":2},\"got\":[]}\n"));
} END_TEST

/* A line of exactly the most there may be, and one of a byte more. */
START_TEST(a_line_has_a_limit)
{
	struct arena *a = arena_new((size_t)3 * ASSIGNLINE_BYTES_MAX);
	char *bytes = arena_take(a, 2 * ASSIGNLINE_BYTES_MAX + 2);
	struct str said;

	memset(bytes, ' ', 2 * ASSIGNLINE_BYTES_MAX + 2);
	memcpy(bytes, "{\"inputs\":[]}", 13);
	bytes[ASSIGNLINE_BYTES_MAX] = '\n';
	memcpy(bytes + ASSIGNLINE_BYTES_MAX + 1, "{\"inputs\":[]}", 13);
	said = answers((struct str){ bytes, 2 * ASSIGNLINE_BYTES_MAX + 2 });
	ck_assert_str_same(said, STR("{\"id\":null,\"got\":[]}\n"
	    "{\"id\":null,\"error\":\"the line is too long\"}\n"));
	arena_free(a);
} END_TEST

START_TEST(an_output_that_fails_is_told)
{
	FILE *in = fmemopen((char[]){ "{}" }, 2, "r");
	FILE *out = fopen("/dev/full", "w");

	ck_assert(out != NULL);
	ck_assert_int_eq(assignline_run(in, out), ERR_AWAY);
	fclose(in);
	fclose(out);
} END_TEST

SUITE(assignline)
{
	SUITE_TEST(the_vectors_hold);
	SUITE_LOOP(a_question_has_its_answer, COUNT(rows));
	SUITE_TEST(numbers_are_padded);
	SUITE_TEST(a_bad_line_stops_nothing);
	SUITE_TEST(a_line_has_a_limit);
	SUITE_TEST(an_output_that_fails_is_told);
}
