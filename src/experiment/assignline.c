/*
 * Implements assignline.h.  Only reads and writes JSON: the arithmetic is
 * assign's.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "experiment/assign.h"
#include "experiment/assignline.h"

#define UNIT_DIGITS_MAX 19
#define STEPS_MAX 1000
#define FILTERS_MAX 64
#define UNITS_MAX 100000
#define INT_EXACT (INT64_C(1) << 53)

/* The arms of one question, and where its answer goes. */
struct question {
	const json_t *inputs;
	double weight[ASSIGN_ARMS_MAX];
	size_t arms;
	double coverage;
	struct assign_range range[ASSIGN_ARMS_MAX];
	json_t *got;
	const char *error;	/* a literal, or NULL */
};

static json_t *
member(const struct question *q, const char *name)
{
	return json_object_get(q->inputs, name);
}

static bool
fail(struct question *q, const char *error)
{
	q->error = error;
	return false;
}

static struct str
text_of(const json_t *j)
{
	return (struct str){ json_is_string(j) ? json_string_value(j) : "",
		json_string_length(j) };
}

static int
variation(const struct question *q, double bucket)
{
	return assign_pick(q->range, q->arms, bucket);
}

static bool
read_arms(struct question *q)
{
	const json_t *weights = member(q, "weights"), *w;
	const json_t *coverage = member(q, "coverage");
	size_t i;

	q->arms = json_array_size(weights);
	if (!q->arms || q->arms > ASSIGN_ARMS_MAX)
		return fail(q, "weights: must be a list of 1 to 64 numbers");
	json_array_foreach((json_t *)weights, i, w) {
		if (!json_is_number(w))
			return fail(q, "weights: must be numbers");
		q->weight[i] = json_number_value(w);
	}
	if (coverage && !json_is_number(coverage))
		return fail(q, "coverage: must be a number");
	q->coverage = coverage ? json_number_value(coverage) : 1;
	assign_ranges(q->weight, q->arms, q->coverage, q->range);
	return true;
}

static bool
read_unit(struct question *q, struct str *seed, struct str *unit)
{
	if (!json_is_string(member(q, "seed")))
		return fail(q, "seed: must be a text");
	if (!json_is_string(member(q, "unit_id")))
		return fail(q, "unit_id: must be a text");
	*seed = text_of(member(q, "seed"));
	*unit = text_of(member(q, "unit_id"));
	return true;
}

/* Does the filter hold this unit?  Its bucket goes behind buckets. */
static bool
pass_filter(struct question *q, const json_t *filter, struct str unit,
    json_t *buckets)
{
	const json_t *ranges = json_object_get(filter, "ranges"), *pair;
	bool is_in = false;
	double bucket;
	size_t i;

	if (!json_is_string(json_object_get(filter, "seed")) ||
	    !json_is_array(ranges))
		return fail(q, "filters: must be of {seed, ranges}");
	bucket = assign_bucket(text_of(json_object_get(filter, "seed")), unit);
	json_array_append_new(buckets, json_real(bucket));
	json_array_foreach((json_t *)ranges, i, pair) {
		const json_t *start = json_array_get(pair, 0);
		const json_t *end = json_array_get(pair, 1);

		if (json_array_size(pair) != 2 || !json_is_number(start) ||
		    !json_is_number(end))
			return fail(q, "filters: a range is [start, end]");
		if (bucket >= json_number_value(start) &&
		    bucket < json_number_value(end))
			is_in = true;
	}
	return is_in;
}

static void
answer_unit(struct question *q)
{
	json_t *filters = member(q, "filters"), *filter, *buckets;
	bool is_in = true;
	struct str seed, unit;
	double bucket;
	size_t i;

	if (!read_arms(q) || !read_unit(q, &seed, &unit))
		return;
	if ((filters && !json_is_array(filters) && !json_is_null(filters)) ||
	    json_array_size(filters) > FILTERS_MAX) {
		fail(q, "filters: must be a list of at most 64");
		return;
	}
	bucket = assign_bucket(seed, unit);
	buckets = json_array();
	json_array_foreach(filters, i, filter)
		is_in &= pass_filter(q, filter, unit, buckets);
	q->got = json_pack("{s:f, s:o, s:b, s:i}", "bucket", bucket,
	    "filter_buckets", buckets, "passes_filters", is_in,
	    "variation", is_in ? variation(q, bucket) : -1);
}

static void
answer_steps(struct question *q)
{
	json_t *steps = member(q, "coverage_steps"), *step;
	struct str seed, unit;
	json_t *list;
	size_t i;

	if (!read_arms(q) || !read_unit(q, &seed, &unit))
		return;
	if (!json_is_array(steps) || json_array_size(steps) > STEPS_MAX) {
		fail(q, "coverage_steps: must be a list of at most 1000");
		return;
	}
	list = json_array();
	json_array_foreach(steps, i, step) {
		if (!json_is_number(step))
			fail(q, "coverage_steps: must be numbers");
		assign_ranges(q->weight, q->arms, json_number_value(step),
		    q->range);
		json_array_append_new(list, json_integer(
		    variation(q, assign_bucket(seed, unit))));
	}
	q->got = json_pack("{s:o}", "variations", list);
}

/* A numbered unit's name: what stands around the number, and its digits. */
struct numbering {
	struct str before;
	struct str after;
	uint32_t width;
	int64_t from;
	int64_t count;
};

/* The pattern comes from outside, so printf never sees it. */
static bool
read_pattern(struct question *q, struct numbering *out)
{
	struct str pattern = text_of(member(q, "id_printf")), rest, width;

	if (pattern.n > ASSIGN_UNIT_BYTES_MAX - UNIT_DIGITS_MAX - 1 ||
	    !str_cut(pattern, '%', &out->before, &rest) ||
	    !str_cut(rest, 'd', &width, &out->after) ||
	    str_find(out->after, '%') >= 0)
		return fail(q, "id_printf: must hold one %d or %0Nd");
	out->width = 0;
	if (width.n && (width.p[0] != '0' || !str_u32(
	    str_slice(width, 1, width.n), 1, UNIT_DIGITS_MAX, &out->width)))
		return fail(q, "id_printf: must hold one %d or %0Nd");
	return true;
}

static bool
read_numbering(struct question *q, struct numbering *out)
{
	const json_t *from = member(q, "from_"), *count = member(q, "count");

	if (!read_pattern(q, out))
		return false;
	if (!json_is_integer(count) || json_integer_value(count) < 0 ||
	    json_integer_value(count) > ASSIGNLINE_COUNT_MAX)
		return fail(q, "count: must be from 0 to 10000000");
	if (from && (!json_is_integer(from) || json_integer_value(from) < 0 ||
	    json_integer_value(from) > INT_EXACT))
		return fail(q, "from_: must be a whole number from 0");
	out->from = from ? json_integer_value(from) : 0;
	out->count = json_integer_value(count);
	return true;
}

static struct str
unit_name(const struct numbering *n, int64_t number,
    char dst[ASSIGN_UNIT_BYTES_MAX])
{
	char digits[UNIT_DIGITS_MAX];
	size_t at = UNIT_DIGITS_MAX, length;

	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number || UNIT_DIGITS_MAX - at < n->width);
	length = UNIT_DIGITS_MAX - at;
	memcpy(dst, n->before.p, n->before.n);
	memcpy(dst + n->before.n, digits + at, length);
	memcpy(dst + n->before.n + length, n->after.p, n->after.n);
	return (struct str){ dst, n->before.n + length + n->after.n };
}

static void
answer_bulk(struct question *q)
{
	int64_t counts[ASSIGN_ARMS_MAX] = { 0 }, not_included = 0;
	struct str seed = text_of(member(q, "seed"));
	char name[ASSIGN_UNIT_BYTES_MAX];
	struct numbering n;
	json_t *list;

	if (!read_arms(q) || !read_numbering(q, &n))
		return;
	if (!json_is_string(member(q, "seed"))) {
		fail(q, "seed: must be a text");
		return;
	}
	for (int64_t i = 0; i < n.count; i++) {
		struct str unit = unit_name(&n, n.from + i, name);
		int v = variation(q, assign_bucket(seed, unit));

		++*(v < 0 ? &not_included : &counts[v]);
	}
	list = json_array();
	for (size_t v = 0; v < q->arms; v++)
		json_array_append_new(list, json_integer(counts[v]));
	q->got = json_pack("{s:o, s:I}", "counts", list, "not_included",
	    (json_int_t)not_included);
}

static void
answer_joint(struct question *q)
{
	int64_t joint[ASSIGN_ARMS_MAX][ASSIGN_ARMS_MAX] = { 0 };
	const json_t *first = json_array_get(member(q, "seeds"), 0);
	const json_t *second = json_array_get(member(q, "seeds"), 1);
	char name[ASSIGN_UNIT_BYTES_MAX];
	struct numbering n;
	json_t *rows;

	if (!read_arms(q) || !read_numbering(q, &n))
		return;
	if (json_array_size(member(q, "seeds")) != 2 ||
	    !json_is_string(first) || !json_is_string(second)) {
		fail(q, "seeds: must be two texts");
		return;
	}
	for (int64_t i = 0; i < n.count; i++) {
		struct str unit = unit_name(&n, n.from + i, name);
		int v = variation(q, assign_bucket(text_of(first), unit));
		int w = variation(q, assign_bucket(text_of(second), unit));

		if (v >= 0 && w >= 0)
			joint[v][w]++;
	}
	rows = json_array();
	for (size_t v = 0; v < q->arms; v++) {
		json_t *row = json_array();

		for (size_t w = 0; w < q->arms; w++)
			json_array_append_new(row, json_integer(joint[v][w]));
		json_array_append_new(rows, row);
	}
	q->got = json_pack("{s:o}", "joint", rows);
}

static int
pick_of(const double *weight, size_t arms, double coverage, double bucket)
{
	struct assign_range range[ASSIGN_ARMS_MAX];

	assign_ranges(weight, arms, coverage, range);
	return assign_pick(range, arms, bucket);
}

/* The worked example of the method's description. */
static void
answer_example(struct question *q)
{
	static const double halves[] = { .5, .5 };
	static const double thirds[] = { .3333, .3333, .3334 };
	json_t *unit, *list;
	size_t i;

	if (json_array_size(q->inputs) > UNITS_MAX) {
		fail(q, "at most 100000 units a line");
		return;
	}
	list = json_array();
	json_array_foreach((json_t *)q->inputs, i, unit) {
		struct str seed = text_of(json_object_get(unit, "seed"));
		struct str id = text_of(json_object_get(unit, "unit"));
		double bucket = assign_bucket(seed, id);
		char *both = malloc(seed.n + id.n + 1);

		if (!both)
			abort();
		memcpy(both, seed.p, seed.n);
		memcpy(both + seed.n, id.p, id.n);
		json_array_append_new(list, json_pack(
		    "{s:I, s:f, s:i, s:i, s:i}",
		    "fnv1", (json_int_t)assign_fnv32a(
		    (struct str){ both, seed.n + id.n }),
		    "bucket", bucket,
		    "v_5050", pick_of(halves, 2, 1, bucket),
		    "v_cov20", pick_of(halves, 2, .2, bucket),
		    "v_334", pick_of(thirds, 3, 1, bucket)));
		free(both);
		if (!json_is_string(json_object_get(unit, "seed")) ||
		    !json_is_string(json_object_get(unit, "unit")))
			fail(q, "a list must be of {seed, unit}");
	}
	q->got = list;
}

static void
answer(struct question *q)
{
	static const struct {
		const char *member;
		void (*answer)(struct question *q);
	} kinds[] = {
		{ "coverage_steps", answer_steps },
		{ "seeds", answer_joint },
		{ "id_printf", answer_bulk },
		{ "unit_id", answer_unit },
	};
	const json_t *version = member(q, "hash_version");

	if (json_is_array(q->inputs)) {
		answer_example(q);
		return;
	}
	if (version && json_integer_value(version) != 2) {
		fail(q, "hash_version: only 2 is used here");
		return;
	}
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (member(q, kinds[i].member)) {
			kinds[i].answer(q);
			return;
		}
	fail(q, "inputs: no kind of question known here");
}

static json_t *
refuse(const char *reason)
{
	return json_pack("{s:n, s:s}", "id", "error", reason);
}

static json_t *
answer_line(struct str line)
{
	json_error_t syntax;
	json_t *asked = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES,
	    &syntax);
	json_t *id = json_object_get(asked, "id"), *told;
	struct question q = { .inputs = json_object_get(asked, "inputs") };
	char reason[60];

	if (!asked) {
		/* Not jansson's words: they quote bytes that are no UTF-8. */
		snprintf(reason, sizeof reason, "no JSON: column %d",
		    syntax.column);
		return refuse(reason);
	}
	answer(&q);
	if (q.error)
		told = json_pack("{s:O?, s:s}", "id", id, "error", q.error);
	else
		told = json_pack("{s:O?, s:O}", "id", id, "got", q.got);
	json_decref(q.got);
	json_decref(asked);
	return told;
}

static enum err
tell(json_t *told, FILE *out)
{
	bool is_written = told && !json_dumpf(told, out, JSON_COMPACT) &&
	    putc('\n', out) != EOF;

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
	while ((c = getc(in)) != EOF && c != '\n') {
		if (line->n < ASSIGNLINE_BYTES_MAX)
			dst[line->n++] = (char)c;
		else
			*is_cut = true;
	}
	return c != EOF || line->n;
}

enum err
assignline_run(FILE *in, FILE *out)
{
	char *bytes = malloc(ASSIGNLINE_BYTES_MAX);
	enum err e = OK;
	struct str line;
	bool is_cut;

	if (!bytes)
		abort();
	while (!e && read_line(in, bytes, &line, &is_cut)) {
		if (is_cut)
			e = tell(refuse("the line is too long"), out);
		else if (str_trim(line).n)
			e = tell(answer_line(line), out);
	}
	free(bytes);
	if (!e && (ferror(in) || fflush(out)))
		e = ERR_AWAY;
	return e;
}
