/*
 * Implements jsonline.h: reads lines, hands the questions in them out, writes
 * what is answered.  The questions are others' affair.
 */
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/str.h"
#include "base/strictjson.h"
#include "experiment/jsonline.h"

#define REASON_BYTES_MAX 60

bool
jsonline_fail(struct jsonline *q, const char *error)
{
	if (!q->error)
		q->error = error;
	return false;
}

const json_t *
jsonline_member(const struct jsonline *q, const char *name)
{
	return json_object_get(q->inputs, name);
}

struct str
jsonline_text(const json_t *j)
{
	return (struct str){ json_is_string(j) ? json_string_value(j) : "",
		json_string_length(j) };
}

static bool
is_within(const json_t *j, const struct jsonline_range *range)
{
	return json_is_number(j) && json_number_value(j) >= range->low &&
	    json_number_value(j) <= range->high;
}

double
jsonline_number(struct jsonline *q, const char *name,
    const struct jsonline_range *range)
{
	const json_t *j = jsonline_member(q, name);

	if ((!j || json_is_null(j)) && !isnan(range->fallback))
		return range->fallback;
	if (is_within(j, range))
		return json_number_value(j);
	jsonline_fail(q, range->error);
	return range->fallback;
}

size_t
jsonline_numbers(struct jsonline *q, const json_t *list,
    const struct jsonline_range *range, size_t max, double *out)
{
	size_t count = json_array_size(list), i;
	const json_t *number;

	if (!count || count > max) {
		jsonline_fail(q, range->error);
		return 0;
	}
	json_array_foreach(list, i, number) {
		if (!is_within(number, range)) {
			jsonline_fail(q, range->error);
			return 0;
		}
		out[i] = json_number_value(number);
	}
	return count;
}

/* 5000 and 5e3 are the same count; 2.5 is none. */
static bool
read_count(const json_t *j, int64_t max, int64_t *out)
{
	double v = json_number_value(j);

	if (!json_is_number(j) || !(v >= 0 && v <= (double)max) ||
	    floor(v) != v)
		return false;
	*out = (int64_t)v;
	return true;
}

size_t
jsonline_arms(struct jsonline *q, const json_t *n, const json_t *x,
    struct stats_arm *out)
{
	size_t arms = json_array_size(n);

	if (arms < 2 || arms > STATS_ARMS_MAX || json_array_size(x) != arms) {
		jsonline_fail(q, "n, x: must be two lists of one length, 2 to"
		    " 64");
		return 0;
	}
	for (size_t i = 0; i < arms; i++) {
		if (!read_count(json_array_get(n, i), STATS_COUNT_MAX,
		    &out[i].n) ||
		    !read_count(json_array_get(x, i), out[i].n, &out[i].x)) {
			jsonline_fail(q, "n, x: must be whole numbers, 0 <= x"
			    " <= n <= 1e12");
			return 0;
		}
	}
	return arms;
}

json_t *
jsonline_real(double v)
{
	return isfinite(v) ? json_real(v) : json_null();
}

json_t *
jsonline_reals(const double *v, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, jsonline_real(v[i]));
	return list;
}

json_t *
jsonline_integers(const int64_t *v, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_integer(v[i]));
	return list;
}

json_t *
jsonline_interval(struct stats_interval i)
{
	if (!i.is_known)
		return json_null();
	return jsonline_reals((double[]){ i.low, i.high }, 2);
}

static json_t *
refuse(json_t *id, const char *reason)
{
	return json_pack("{s:O?, s:s}", "id", id, "error", reason);
}

/* Go past word, blanks before it too; false when s begins otherwise. */
static bool
pass(struct str *s, struct str word)
{
	*s = str_trim(*s);
	if (!str_has_prefix(*s, word))
		return false;
	*s = str_slice(*s, word.n, s->n);
	return true;
}

/* Most name the question first: that can be read whatever stands behind. */
static json_t *
leading_id(struct str line)
{
	if (!pass(&line, STR("{")) || !pass(&line, STR("\"id\"")) ||
	    !pass(&line, STR(":")))
		return NULL;
	return json_loadb(line.p, line.n,
	    JSON_DECODE_ANY | JSON_DISABLE_EOF_CHECK, NULL);
}

/*
 * The id in any other place: what is JSON by its grammar, and still not taken,
 * is read once more without those objections.
 */
static json_t *
lax_id(struct str line, enum json_error_code code)
{
	json_t *lax = json_loadb(line.p, line.n,
	    code == json_error_numeric_overflow ? JSON_DECODE_INT_AS_REAL : 0,
	    NULL);
	json_t *id = json_incref(json_object_get(lax, "id"));

	json_decref(lax);
	return id;
}

static json_t *
refuse_line(struct str line, const json_error_t *syntax)
{
	enum json_error_code code = json_error_code(syntax);
	json_t *id = leading_id(line), *told;
	char reason[REASON_BYTES_MAX];

	if (!id)
		id = lax_id(line, code);
	/* Not jansson's words: they quote bytes that are no UTF-8. */
	snprintf(reason, sizeof reason, "%s: column %d",
	    code == json_error_numeric_overflow ? "a number is too large" :
	    code == json_error_duplicate_key ? "a name stands twice" :
	    code == json_error_null_character ? "a NUL" :
	    "no JSON", syntax->column);
	told = refuse(id, reason);
	json_decref(id);
	return told;
}

/* A line too long to be read whole; start is what was kept of it. */
static json_t *
refuse_start(struct str start)
{
	json_t *id = leading_id(start);
	json_t *told = refuse(id, "the line is too long");

	json_decref(id);
	return told;
}

static json_t *
answer_line(struct str line, jsonline_answer answer, const char *only)
{
	struct jsonline q = { .only = only };
	json_t *asked, *id, *got = NULL, *told;
	json_error_t syntax;

	asked = strictjson_read(line, &syntax);
	if (!asked)
		return refuse_line(line, &syntax);
	id = json_object_get(asked, "id");
	q.inputs = json_object_get(asked, "inputs");
	if (q.inputs)
		got = answer(&q);
	else
		jsonline_fail(&q, "inputs: must be there");
	assert(got || q.error);
	told = q.error ? refuse(id, q.error) :
	    json_pack("{s:O?, s:O}", "id", id, "got", got);
	json_decref(got);
	json_decref(asked);
	return told;
}

/* Sent off at once: who asks may wait for it before asking again. */
static enum err
tell(json_t *told, FILE *out)
{
	bool is_written = told && !json_dumpf(told, out, JSON_COMPACT) &&
	    putc('\n', out) != EOF && !fflush(out);

	json_decref(told);
	return is_written ? OK : ERR_AWAY;
}

/* Read to the line's end, keep what fits; false at the end of in. */
static bool
read_line(FILE *in, char *dst, struct str *line, bool *is_cut)
{
	int c;

	*line = (struct str){ dst, 0 };
	*is_cut = false;
	while ((c = getc_unlocked(in)) != EOF && c != '\n') {
		if (line->n < JSONLINE_BYTES_MAX)
			dst[line->n++] = (char)c;
		else
			*is_cut = true;
	}
	return c != EOF || line->n;
}

enum err
jsonline_run(FILE *in, FILE *out, jsonline_answer answer, const char *only)
{
	char *bytes = malloc(JSONLINE_BYTES_MAX);
	enum err e = OK;
	struct str line;
	bool is_cut;

	if (!bytes)
		abort();
	while (!e && read_line(in, bytes, &line, &is_cut)) {
		if (is_cut)
			e = tell(refuse_start(line), out);
		else if (str_trim(line).n)
			e = tell(answer_line(line, answer, only), out);
	}
	free(bytes);
	if (!e && (ferror(in) || fflush(out)))
		e = ERR_AWAY;
	return e;
}
