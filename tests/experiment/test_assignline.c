#include <stdio.h>

#include "base/buf.h"
#include "experiment/assign.h"
#include "experiment/assignline.h"
#include "support/asked.h"
#include "support/suite.h"

#define VECTORS "tests/cases/assign/vectors.jsonl"
#define VECTORS_COUNT 6

START_TEST(the_vectors_hold)
{
	ck_assert_uint_eq(asked_vectors(assignline_answer, VECTORS),
	    VECTORS_COUNT);
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
	{ "{\"id_printf\":\"\xc3\xa9%d\",\"count\":1,\"seed\":\"s\","
	    "\"weights\":[1]}", "\"error\":\"id_printf" },
	{ "{\"id_printf\":\"u%d\",\"count\":10000000,\"seed\":\"s\","
	    "\"weights\":[1]}", "\"got\":{\"counts\":[10000000]" },
	{ "[{\"seed\":\"s\"}]", "\"error\":\"unit" },
	{ "[{\"unit\":\"u\"}]", "\"error\":\"seed" },
	{ "{}", "\"error\":\"inputs" },
	{ "5", "\"error\":\"inputs" },
};

START_TEST(a_question_has_its_answer)
{
	ck_assert_str_begins(asked_inputs(assignline_answer,
	    rows[_i].inputs), rows[_i].answer);
} END_TEST

/* Each kind of question names its unit in its own way. */
static const struct { const char *before, *after, *error; } kinds[] = {
	{ "{\"seed\":\"s\",\"weights\":[1],\"unit_id\":\"", "\"}",
	    "\"error\":\"unit_id: must be 1 to 256 bytes of ASCII\"" },
	{ "{\"seed\":\"s\",\"weights\":[1],\"coverage_steps\":[1],"
	    "\"unit_id\":\"", "\"}",
	    "\"error\":\"unit_id: must be 1 to 256 bytes of ASCII\"" },
	{ "[{\"seed\":\"s\",\"unit\":\"", "\"}]",
	    "\"error\":\"unit: must be 1 to 256 bytes of ASCII\"" },
	{ "{\"configs\":[{\"at\":0,\"seed\":\"s\",\"weights\":[1]}],"
	    "\"visits\":[{\"t\":0,\"visitor\":\"", "\"}]}",
	    "\"error\":\"visitor: must be 1 to 256 bytes of ASCII\"" },
};
/* count texts with commas between: that many bytes less one, for none. */
static const struct { const char *text; size_t count; bool ok; } units[] = {
	{ "", 1, false },
	{ "u", 1, true },
	{ "", ASSIGN_UNIT_BYTES_MAX + 1, true },
	{ "", ASSIGN_UNIT_BYTES_MAX + 2, false },
	{ "", 10240, false },
	{ "\x7f", 1, true },
	{ "\xc2\x80", 1, false },
	{ "v1\xc3\xa9", 1, false },
};

START_TEST(a_unit_is_refused_by_name)
{
	size_t kind = (size_t)_i / COUNT(units);
	size_t unit = (size_t)_i % COUNT(units);
	struct asked_list inputs = { kinds[kind].before, units[unit].text,
		kinds[kind].after, units[unit].count };

	ck_assert_str_begins(asked_list(assignline_answer, &inputs),
	    units[unit].ok ? "\"got\"" : kinds[kind].error);
} END_TEST

#define UNIT "{\"unit_id\":\"u\",\"seed\":\"s\","
static const struct { struct asked_list list; const char *wanted; } limits[] = {
	{ { UNIT "\"weights\":[", "0", "]}", ASSIGN_ARMS_MAX }, "\"got\"" },
	{ { UNIT "\"weights\":[", "0", "]}", ASSIGN_ARMS_MAX + 1 },
	    "\"error\":\"weights" },
	{ { UNIT "\"weights\":[1],\"coverage_steps\":[", "0", "]}", 1000 },
	    "\"got\"" },
	{ { UNIT "\"weights\":[1],\"coverage_steps\":[", "0", "]}", 1001 },
	    "\"error\":\"coverage_steps" },
	{ { "[", "{\"seed\":\"\",\"unit\":\"u\"}", "]", 100000 },
	    "\"got\"" },
	{ { "[", "{\"seed\":\"\",\"unit\":\"u\"}", "]", 100001 },
	    "\"error\":\"at most" },
};

START_TEST(a_list_has_a_limit)
{
	ck_assert_str_begins(asked_list(assignline_answer,
	    &limits[_i].list), limits[_i].wanted);
} END_TEST

/* Numbered units are named as printf would. */
START_TEST(numbers_are_padded)
{
	struct str named = asked_lines(assignline_answer,
	    STR("{\"inputs\":{\"unit_id\":\"a042z\",\"seed\":\"s\","
	    "\"weights\":[0.5,0.5]}}"));
	struct str counted = asked_lines(assignline_answer,
	    STR("{\"inputs\":{\"id_printf\":"
	    "\"a%03dz\",\"from_\":42,\"count\":1,\"seed\":\"s\","
	    "\"weights\":[0.5,0.5]}}"));
	bool is_second = str_has_fold(named, STR("\"variation\":1"));

	ck_assert(str_has_fold(counted, is_second ? STR("[0,1]") :
	    STR("[1,0]")));
} END_TEST

START_TEST(lines_are_answered)
{
	char said[200] = "";
	FILE *in = fmemopen((char[]){ "{\"inputs\":[]}\n{" }, 15, "r");
	FILE *out = fmemopen(said, sizeof said, "w");

	ck_assert_int_eq(assignline_run(in, out), OK);
	fclose(in);
	fclose(out);
	ck_assert_str_eq(said, "{\"id\":null,\"got\":[]}\n"
	    "{\"id\":null,\"error\":\"no JSON: column 1\"}\n");
} END_TEST

SUITE(assignline)
{
	SUITE_TEST(the_vectors_hold);
	SUITE_LOOP(a_question_has_its_answer, COUNT(rows));
	SUITE_LOOP(a_unit_is_refused_by_name, COUNT(kinds) * COUNT(units));
	SUITE_LOOP(a_list_has_a_limit, COUNT(limits));
	SUITE_TEST(numbers_are_padded);
	SUITE_TEST(lines_are_answered);
}
