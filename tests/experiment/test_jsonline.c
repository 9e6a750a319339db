#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "experiment/jsonline.h"
#include "support/asked.h"
#include "support/suite.h"

#define PATIENCE_MS 10000
#define NUMBERS_MAX 3

/* Gives what it was asked; true and false are mistakes. */
static json_t *
echo(struct jsonline *q)
{
	json_t *same = json_incref((json_t *)(uintptr_t)q->inputs);

	if (json_is_true(q->inputs)) {
		jsonline_fail(q, "the first");
		jsonline_fail(q, "the second");
	}
	if (json_is_false(q->inputs)) {
		jsonline_fail(q, "no answer at all");
		json_decref(same);
		return NULL;
	}
	return same;
}

static const struct { const char *line, *answer; } lines[] = {
	{ "{\"id\":7,\"inputs\":[1.5]}", "{\"id\":7,\"got\":[1.5]}" },
	{ "{\"inputs\":[],\"id\":{\"n\":2}}", "{\"id\":{\"n\":2},\"got\":[]}" },
	{ "{\"inputs\":0}", "{\"id\":null,\"got\":0}" },
	{ " {\"id\":\"\xc3\xa9\",\"inputs\":0}\r",
	    "{\"id\":\"\xc3\xa9\",\"got\":0}" },
	{ "{\"id\":7,\"inputs\":0,\"more\":1}", "{\"id\":7,\"got\":0}" },
	{ "{\"id\":7,\"inputs\":true}", "{\"id\":7,\"error\":\"the first\"}" },
	{ "{\"id\":7,\"inputs\":false}",
	    "{\"id\":7,\"error\":\"no answer at all\"}" },
	{ "{\"id\":7}", "{\"id\":7,\"error\":\"inputs: must be there\"}" },
	{ "[]", "{\"id\":null,\"error\":\"inputs: must be there\"}" },
	{ "nonsense", "{\"id\":null,\"error\":\"no JSON: column 8\"}" },
	{ "5", "{\"id\":null,\"error\":\"no JSON: column 1\"}" },
	{ "{\"id\":7,\"inputs\":NaN}",
	    "{\"id\":7,\"error\":\"no JSON: column 20\"}" },
	{ " { \"id\" : \"a\" ,\"inputs\":[",
	    "{\"id\":\"a\",\"error\":\"no JSON: column 25\"}" },
	{ "{\"id\":{\"n\":[1]},\"inputs\":\"\xc3\"}",
	    "{\"id\":{\"n\":[1]},\"error\":\"no JSON: column 26\"}" },
	{ "{\"id\":[1,\"inputs\":0}",
	    "{\"id\":null,\"error\":\"no JSON: column 18\"}" },
	{ "{\"inputs\":NaN,\"id\":7}",
	    "{\"id\":null,\"error\":\"no JSON: column 13\"}" },
	{ "{\"id\":\"\xff\"}",
	    "{\"id\":null,\"error\":\"no JSON: column 7\"}" },
	{ "{\"id\":\"\\u0000\"}",
	    "{\"id\":null,\"error\":\"a NUL: column 14\"}" },
	{ "{\"id\":7,\"id\":8,\"inputs\":0}",
	    "{\"id\":7,\"error\":\"a name stands twice: column 12\"}" },
	{ "{\"inputs\":0,\"inputs\":0,\"id\":7}",
	    "{\"id\":7,\"error\":\"a name stands twice: column 20\"}" },
	{ "{\"inputs\":9223372036854775808,\"id\":\"n\"}",
	    "{\"id\":\"n\",\"error\":\"a number is too large: column 29\"}" },
	{ "{\"id\":\"n\",\"inputs\":9223372036854775808}",
	    "{\"id\":\"n\",\"error\":\"a number is too large: column 38\"}" },
	{ "{\"id\":7,\"inputs\":1e999}",
	    "{\"id\":7,\"error\":\"a number is too large: column 22\"}" },
};

/* Whatever stands on a line, the next one is answered. */
START_TEST(a_line_has_its_answer)
{
	struct arena *a = suite_arena();

	ck_assert_str_same(asked_lines(echo, buf_fmt(a, 1000,
	    "%s\n\n{\"id\":1,\"inputs\":2}\n", lines[_i].line)),
	    buf_fmt(a, 1000, "%s\n{\"id\":1,\"got\":2}\n", lines[_i].answer));
} END_TEST

/* jansson passes over one behind a number. */
static const struct { struct str line; const char *answer; } nuls[] = {
	{ STR("{\"id\":7,\"inputs\":1\0}"),
	    "{\"id\":7,\"error\":\"a NUL: column 19\"}\n" },
	{ STR("{\"inputs\":[1.5\0],\"id\":7}"),
	    "{\"id\":7,\"error\":\"a NUL: column 15\"}\n" },
	{ STR("{\"id\":\"\xc3\xa9\",\"inputs\":1}\0"),
	    "{\"id\":\"\xc3\xa9\",\"error\":\"a NUL: column 22\"}\n" },
};

START_TEST(a_nul_is_refused)
{
	ck_assert_str_same(asked_lines(echo, nuls[_i].line),
	    str_of(nuls[_i].answer));
} END_TEST

START_TEST(the_last_line_may_have_no_end)
{
	ck_assert_str_same(asked_lines(echo, STR("{\"inputs\":1}")),
	    STR("{\"id\":null,\"got\":1}\n"));
	ck_assert_str_same(asked_lines(echo, STR("{\"inputs\":1")),
	    STR("{\"id\":null,\"error\":\"no JSON: column 11\"}\n"));
} END_TEST

/* A line of exactly the most there may be, and one of a byte more. */
START_TEST(a_line_has_a_limit)
{
	static char bytes[2 * JSONLINE_BYTES_MAX + 16];
	static const char last[] = "\n{\"inputs\":3}";

	memset(bytes, ' ', sizeof bytes);
	memcpy(bytes, "{\"inputs\":1}", 12);
	bytes[JSONLINE_BYTES_MAX] = '\n';
	memcpy(bytes + JSONLINE_BYTES_MAX + 1, "{\"id\":2,\"inputs\":2}", 19);
	memcpy(bytes + 2 * JSONLINE_BYTES_MAX + 2, last, sizeof last - 1);
	ck_assert_str_same(asked_lines(echo, (struct str){ bytes,
	    2 * JSONLINE_BYTES_MAX + 2 + sizeof last - 1 }),
	    STR("{\"id\":null,\"got\":1}\n"
	    "{\"id\":2,\"error\":\"the line is too long\"}\n"
	    "{\"id\":null,\"got\":3}\n"));
} END_TEST

START_TEST(a_stream_that_fails_is_told)
{
	FILE *in = fmemopen((char[]){ "{}" }, 2, "r");
	FILE *out = fopen("/dev/full", "w");

	ck_assert(in != NULL && out != NULL);
	ck_assert_int_eq(jsonline_run(in, out, echo, NULL), ERR_AWAY);
	fclose(in);
	fclose(out);
	in = fopen("/", "r");
	out = fopen("/dev/null", "w");
	ck_assert(in != NULL && out != NULL);
	ck_assert_int_eq(jsonline_run(in, out, echo, NULL), ERR_AWAY);
	fclose(in);
	fclose(out);
} END_TEST

struct streams {
	FILE *in;
	FILE *out;
};

static void *
answer_streams(void *both)
{
	struct streams *s = both;

	ck_assert_int_eq(jsonline_run(s->in, s->out, echo, NULL), OK);
	return NULL;
}

/* Who asks one thing at a time gets an answer before the stream ends. */
START_TEST(an_answer_comes_at_once)
{
	static const char line[] = "{\"inputs\":1}\n";
	int question[2], reply[2];
	struct pollfd wait;
	struct streams s;
	pthread_t thread;

	ck_assert(!pipe(question) && !pipe(reply));
	s = (struct streams){ fdopen(question[0], "r"),
		fdopen(reply[1], "w") };
	ck_assert(s.in != NULL && s.out != NULL);
	ck_assert(!pthread_create(&thread, NULL, answer_streams, &s));
	wait = (struct pollfd){ reply[0], POLLIN, 0 };
	ck_assert_int_eq(write(question[1], line, sizeof line - 1),
	    (ssize_t)sizeof line - 1);
	ck_assert_int_eq(poll(&wait, 1, PATIENCE_MS), 1);
	close(question[1]);
	pthread_join(thread, NULL);
	fclose(s.in);
	fclose(s.out);
	close(reply[0]);
} END_TEST

static json_t *
tell_only(struct jsonline *q)
{
	return json_string(q->only);
}

START_TEST(only_is_handed_on)
{
	char said[40] = "";
	FILE *in = fmemopen((char[]){ "{\"inputs\":1}" }, 12, "r");
	FILE *out = fmemopen(said, sizeof said, "w");

	ck_assert_int_eq(jsonline_run(in, out, tell_only, "av"), OK);
	fclose(in);
	fclose(out);
	ck_assert_str_eq(said, "{\"id\":null,\"got\":\"av\"}\n");
} END_TEST

static const struct jsonline_range
    needed = { -1, 2, NAN, "number: bad" },
    optional = { -1, 2, 1.5, "number: bad" };

static json_t *
give_needed(struct jsonline *q)
{
	return jsonline_real(jsonline_number(q, "number", &needed));
}

static json_t *
give_optional(struct jsonline *q)
{
	return jsonline_real(jsonline_number(q, "number", &optional));
}

static json_t *
give_numbers(struct jsonline *q)
{
	double v[NUMBERS_MAX];

	return jsonline_reals(v, jsonline_numbers(q, q->inputs, &needed,
	    NUMBERS_MAX, v));
}

/* With "x": true everybody converts. */
static json_t *
give_arms(struct jsonline *q)
{
	const json_t *n = jsonline_member(q, "n"), *x = n;
	struct stats_arm arm[STATS_ARMS_MAX];
	size_t arms;

	if (!json_is_true(jsonline_member(q, "x")))
		x = jsonline_member(q, "x");
	arms = jsonline_arms(q, n, x, arm);

	return json_pack("[i, I, I]", (int)arms,
	    (json_int_t)(arms ? arm[1].n : 0),
	    (json_int_t)(arms ? arm[1].x : 0));
}

#define BAD "\"error\":\"number: bad\"}"
#define BAD_ARMS "\"error\":\"n, x: must be whole"
#define BAD_LISTS "\"error\":\"n, x: must be two"
static const struct {
	jsonline_answer answer;
	const char *inputs, *wanted;
} readings[] = {
	{ give_needed, "{\"number\":-1}", "\"got\":-1.0}" },
	{ give_needed, "{\"number\":2}", "\"got\":2.0}" },
	{ give_needed, "{\"number\":-1.0000001}", BAD },
	{ give_needed, "{\"number\":2.0000001}", BAD },
	{ give_needed, "{\"number\":\"1\"}", BAD },
	{ give_needed, "{\"number\":null}", BAD },
	{ give_needed, "{}", BAD },
	{ give_needed, "[]", BAD },
	{ give_optional, "{}", "\"got\":1.5}" },
	{ give_optional, "{\"number\":null}", "\"got\":1.5}" },
	{ give_optional, "{\"number\":0}", "\"got\":0.0}" },
	{ give_optional, "{\"number\":3}", BAD },
	{ give_optional, "{\"number\":false}", BAD },
	{ give_numbers, "[0]", "\"got\":[0.0]}" },
	{ give_numbers, "[0,1,2]", "\"got\":[0.0,1.0,2.0]}" },
	{ give_numbers, "[0,1,2,0]", BAD },
	{ give_numbers, "[]", BAD },
	{ give_numbers, "1", BAD },
	{ give_numbers, "[0,3]", BAD },
	{ give_numbers, "[0,null]", BAD },
	{ give_arms, "{\"n\":[1,5],\"x\":[0,5]}", "\"got\":[2,5,5]}" },
	{ give_arms, "{\"n\":[1,5e3],\"x\":[0,2.0]}", "\"got\":[2,5000,2]}" },
	{ give_arms, "{\"n\":[1,1000000000000],\"x\":[0,1000000000000]}",
	    "\"got\":[2,1000000000000,1000000000000]}" },
	{ give_arms, "{\"n\":[1,1000000000001],\"x\":[0,0]}", BAD_ARMS },
	{ give_arms, "{\"n\":[1,5],\"x\":[0,6]}", BAD_ARMS },
	{ give_arms, "{\"n\":[1,5],\"x\":[-1,5]}", BAD_ARMS },
	{ give_arms, "{\"n\":[1,-5],\"x\":[0,0]}", BAD_ARMS },
	{ give_arms, "{\"n\":[1,2.5],\"x\":[0,0]}", BAD_ARMS },
	{ give_arms, "{\"n\":[1,\"5\"],\"x\":[0,0]}", BAD_ARMS },
	{ give_arms, "{\"n\":[1,1e300],\"x\":[0,0]}", BAD_ARMS },
	{ give_arms, "{\"n\":[1],\"x\":[1]}", BAD_LISTS },
	{ give_arms, "{\"n\":[1,1],\"x\":[1,1,1]}", BAD_LISTS },
	{ give_arms, "{\"n\":[1,1]}", BAD_LISTS },
};

START_TEST(a_member_is_read)
{
	ck_assert_str_begins(asked_inputs(readings[_i].answer,
	    readings[_i].inputs), readings[_i].wanted);
} END_TEST

static const struct { struct asked_list list; const char *wanted; } sizes[] = {
	{ { "{\"x\":true,\"n\":[", "0", "]}", STATS_ARMS_MAX },
	    "\"got\":[64,0,0]}" },
	{ { "{\"x\":true,\"n\":[", "0", "]}", STATS_ARMS_MAX + 1 }, BAD_LISTS },
};

START_TEST(arms_have_a_limit)
{
	ck_assert_str_begins(asked_list(give_arms,
	    &sizes[_i].list), sizes[_i].wanted);
} END_TEST

START_TEST(what_is_not_finite_is_null)
{
	static const double v[] = { 1, NAN, INFINITY, -INFINITY };
	json_t *list = jsonline_reals(v, COUNT(v));

	ck_assert_double_eq(json_number_value(json_array_get(list, 0)), 1);
	for (size_t i = 1; i < COUNT(v); i++)
		ck_assert(json_is_null(json_array_get(list, i)));
	ck_assert(json_is_null(jsonline_interval(
	    (struct stats_interval){ 1, 2, false })));
	ck_assert_uint_eq(json_array_size(jsonline_interval(
	    (struct stats_interval){ 1, 2, true })), 2);
} END_TEST

SUITE(jsonline)
{
	SUITE_LOOP(a_line_has_its_answer, COUNT(lines));
	SUITE_LOOP(a_nul_is_refused, COUNT(nuls));
	SUITE_TEST(the_last_line_may_have_no_end);
	SUITE_TEST(a_line_has_a_limit);
	SUITE_TEST(a_stream_that_fails_is_told);
	SUITE_TEST(an_answer_comes_at_once);
	SUITE_TEST(only_is_handed_on);
	SUITE_LOOP(a_member_is_read, COUNT(readings));
	SUITE_LOOP(arms_have_a_limit, COUNT(sizes));
	SUITE_TEST(what_is_not_finite_is_null);
}
