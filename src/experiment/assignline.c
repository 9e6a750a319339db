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
#include "experiment/assignread.h"
#include "experiment/jsonline.h"
#include "experiment/stickyline.h"

#define UNIT_DIGITS_MAX 19
#define STEPS_MAX 1000
#define UNITS_MAX 100000
#define INT_EXACT (INT64_C(1) << 53)

static int
variation(const struct assignread *r, double bucket)
{
	return assign_pick(r->range, r->arms, bucket);
}

static bool
read_one(struct jsonline *q, struct assignread *r, struct str *seed,
    struct str *unit)
{
	return assignread_arms(q, q->inputs, r) &&
	    assignread_seed(q, q->inputs, seed) &&
	    assignread_unit(q, jsonline_member(q, "unit_id"),
	    "unit_id: must be 1 to 256 bytes of ASCII", unit);
}

static json_t *
answer_unit(struct jsonline *q)
{
	struct str seed, unit;
	struct assignread r;
	json_t *buckets;
	double bucket;
	bool is_in;

	if (!read_one(q, &r, &seed, &unit))
		return NULL;
	bucket = assign_bucket(seed, unit);
	buckets = json_array();
	is_in = assignread_passes(q, q->inputs, unit, buckets);
	return json_pack("{s:f, s:o, s:b, s:i}", "bucket", bucket,
	    "filter_buckets", buckets, "passes_filters", is_in,
	    "variation", is_in ? variation(&r, bucket) : -1);
}

static json_t *
answer_steps(struct jsonline *q)
{
	const json_t *steps = jsonline_member(q, "coverage_steps"), *step;
	struct str seed, unit;
	struct assignread r;
	json_t *list;
	size_t i;

	if (!read_one(q, &r, &seed, &unit))
		return NULL;
	if (!json_is_array(steps) || json_array_size(steps) > STEPS_MAX) {
		jsonline_fail(q, "coverage_steps: must be a list of at most"
		    " 1000");
		return NULL;
	}
	list = json_array();
	json_array_foreach(steps, i, step) {
		if (!json_is_number(step))
			jsonline_fail(q, "coverage_steps: must be numbers");
		assign_ranges(r.weight, r.arms, json_number_value(step),
		    r.range);
		json_array_append_new(list, json_integer(
		    variation(&r, assign_bucket(seed, unit))));
	}
	return json_pack("{s:o}", "variations", list);
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
read_pattern(struct jsonline *q, struct numbering *out)
{
	struct str pattern = jsonline_text(jsonline_member(q, "id_printf"));
	struct str rest, width;

	if (!assign_is_unit(pattern) ||
	    pattern.n > ASSIGN_UNIT_BYTES_MAX - UNIT_DIGITS_MAX - 1 ||
	    !str_cut(pattern, '%', &out->before, &rest) ||
	    !str_cut(rest, 'd', &width, &out->after) ||
	    str_find(out->after, '%') >= 0)
		return jsonline_fail(q, "id_printf: must be ASCII and hold one"
		    " %d or %0Nd");
	out->width = 0;
	if (width.n && (width.p[0] != '0' || !str_u32(
	    str_slice(width, 1, width.n), 1, UNIT_DIGITS_MAX, &out->width)))
		return jsonline_fail(q, "id_printf: N of %0Nd must be from 1"
		    " to 19");
	return true;
}

static bool
read_numbering(struct jsonline *q, struct numbering *out)
{
	const json_t *from = jsonline_member(q, "from_");
	const json_t *count = jsonline_member(q, "count");

	if (!read_pattern(q, out))
		return false;
	if (!json_is_integer(count) || json_integer_value(count) < 0 ||
	    json_integer_value(count) > ASSIGNLINE_COUNT_MAX)
		return jsonline_fail(q, "count: must be from 0 to 10000000");
	if (from && (!json_is_integer(from) || json_integer_value(from) < 0 ||
	    json_integer_value(from) > INT_EXACT))
		return jsonline_fail(q, "from_: must be a whole number from"
		    " 0");
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

static json_t *
answer_bulk(struct jsonline *q)
{
	int64_t counts[ASSIGN_ARMS_MAX] = { 0 }, not_included = 0;
	char name[ASSIGN_UNIT_BYTES_MAX];
	struct assignread r;
	struct numbering n;
	struct str seed;

	if (!assignread_arms(q, q->inputs, &r) || !read_numbering(q, &n) ||
	    !assignread_seed(q, q->inputs, &seed))
		return NULL;
	for (int64_t i = 0; i < n.count; i++) {
		struct str unit = unit_name(&n, n.from + i, name);
		int v = variation(&r, assign_bucket(seed, unit));

		++*(v < 0 ? &not_included : &counts[v]);
	}
	return json_pack("{s:o, s:I}", "counts",
	    jsonline_integers(counts, r.arms), "not_included",
	    (json_int_t)not_included);
}

static json_t *
answer_joint(struct jsonline *q)
{
	int64_t joint[ASSIGN_ARMS_MAX][ASSIGN_ARMS_MAX] = { 0 };
	const json_t *seeds = jsonline_member(q, "seeds");
	const json_t *first = json_array_get(seeds, 0);
	const json_t *second = json_array_get(seeds, 1);
	char name[ASSIGN_UNIT_BYTES_MAX];
	struct assignread r;
	struct numbering n;
	json_t *rows;

	if (!assignread_arms(q, q->inputs, &r) || !read_numbering(q, &n))
		return NULL;
	if (json_array_size(seeds) != 2 || !json_is_string(first) ||
	    !json_is_string(second)) {
		jsonline_fail(q, "seeds: must be two texts");
		return NULL;
	}
	for (int64_t i = 0; i < n.count; i++) {
		struct str unit = unit_name(&n, n.from + i, name);
		int v = variation(&r, assign_bucket(jsonline_text(first),
		    unit));
		int w = variation(&r, assign_bucket(jsonline_text(second),
		    unit));

		if (v >= 0 && w >= 0)
			joint[v][w]++;
	}
	rows = json_array();
	for (size_t v = 0; v < r.arms; v++)
		json_array_append_new(rows, jsonline_integers(joint[v],
		    r.arms));
	return json_pack("{s:o}", "joint", rows);
}

static int
pick_of(const double *weight, size_t arms, double coverage, double bucket)
{
	struct assign_range range[ASSIGN_ARMS_MAX];

	assign_ranges(weight, arms, coverage, range);
	return assign_pick(range, arms, bucket);
}

/* FNV-1a of the seed and the unit behind it. */
static uint32_t
hash_of(struct str seed, struct str unit)
{
	char *both = malloc(seed.n + unit.n + 1);
	uint32_t hash;

	if (!both)
		abort();
	memcpy(both, seed.p, seed.n);
	memcpy(both + seed.n, unit.p, unit.n);
	hash = assign_fnv32a((struct str){ both, seed.n + unit.n });
	free(both);
	return hash;
}

/* The worked example of the method's description. */
static json_t *
answer_example(struct jsonline *q)
{
	static const double halves[] = { .5, .5 };
	static const double thirds[] = { .3333, .3333, .3334 };
	const json_t *row;
	json_t *list;
	size_t i;

	if (json_array_size(q->inputs) > UNITS_MAX) {
		jsonline_fail(q, "at most 100000 units a line");
		return NULL;
	}
	list = json_array();
	json_array_foreach(q->inputs, i, row) {
		struct str seed, unit;
		double bucket;

		if (!assignread_seed(q, row, &seed) ||
		    !assignread_unit(q, json_object_get(row, "unit"),
		    "unit: must be 1 to 256 bytes of ASCII", &unit))
			break;
		bucket = assign_bucket(seed, unit);
		json_array_append_new(list, json_pack(
		    "{s:I, s:f, s:i, s:i, s:i}",
		    "fnv1", (json_int_t)hash_of(seed, unit),
		    "bucket", bucket,
		    "v_5050", pick_of(halves, 2, 1, bucket),
		    "v_cov20", pick_of(halves, 2, .2, bucket),
		    "v_334", pick_of(thirds, 3, 1, bucket)));
	}
	return list;
}

json_t *
assignline_answer(struct jsonline *q)
{
	static const struct {
		const char *member;
		jsonline_answer answer;
	} kinds[] = {
		{ "configs", stickyline_answer },
		{ "coverage_steps", answer_steps },
		{ "seeds", answer_joint },
		{ "id_printf", answer_bulk },
		{ "unit_id", answer_unit },
	};
	const json_t *version = jsonline_member(q, "hash_version");

	if (json_is_array(q->inputs))
		return answer_example(q);
	if (version && json_integer_value(version) != 2) {
		jsonline_fail(q, "hash_version: only 2 is used here");
		return NULL;
	}
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (jsonline_member(q, kinds[i].member))
			return kinds[i].answer(q);
	jsonline_fail(q, "inputs: no kind of question known here");
	return NULL;
}

enum err
assignline_run(FILE *in, FILE *out)
{
	return jsonline_run(in, out, assignline_answer, NULL);
}
