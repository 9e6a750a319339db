/*
 * Implements stickyline.h: plays the visits of one question against rows that
 * live as long as its answer takes.
 */
#include <stdlib.h>

#include "experiment/assign.h"
#include "experiment/assignread.h"
#include "experiment/jsonline.h"
#include "experiment/stickyline.h"

#define FIRST_VERSION 1

struct config {
	double at;
	const json_t *json;	/* holds the filters */
	struct assignread arms;
	struct assign_config assign;
};

static bool
read_version(struct jsonline *q, const json_t *from, const char *name,
    uint32_t *version)
{
	const json_t *j = json_object_get(from, name);

	if (!j || json_is_null(j))
		return true;
	if (!json_is_integer(j) || json_integer_value(j) < 0 ||
	    json_integer_value(j) > UINT32_MAX)
		return jsonline_fail(q, "bucket_version, min_bucket_version:"
		    " must be whole numbers below 2^32");
	*version = (uint32_t)json_integer_value(j);
	return true;
}

static bool
read_archived(struct jsonline *q, const json_t *list, size_t arms,
    uint64_t *out)
{
	const json_t *arm;
	size_t i;

	if (list && !json_is_array(list) && !json_is_null(list))
		return jsonline_fail(q, "archived: must be a list");
	json_array_foreach(list, i, arm) {
		if (!json_is_integer(arm) || json_integer_value(arm) < 0 ||
		    json_integer_value(arm) >= (json_int_t)arms)
			return jsonline_fail(q, "archived: must be of arms");
		*out |= UINT64_C(1) << json_integer_value(arm);
	}
	return true;
}

static bool
read_config(struct jsonline *q, const json_t *from,
    const struct config *before, struct config *out)
{
	const json_t *at = json_object_get(from, "at");
	struct assign_config *a = &out->assign;

	if (!json_is_number(at))
		return jsonline_fail(q, "configs: at must be a number");
	out->at = json_number_value(at);
	out->json = from;
	a->bucket_version = before ? before->assign.bucket_version :
	    FIRST_VERSION;
	a->bucket_version_min = before ? before->assign.bucket_version_min : 0;
	if (!assignread_arms(q, from, &out->arms) ||
	    !assignread_seed(q, from, &a->seed) ||
	    !read_version(q, from, "bucket_version", &a->bucket_version) ||
	    !read_version(q, from, "min_bucket_version",
	    &a->bucket_version_min) ||
	    !read_archived(q, json_object_get(from, "archived"),
	    out->arms.arms, &a->archived))
		return false;
	a->range = out->arms.range;
	a->arms = out->arms.arms;
	return true;
}

/* The configs in the order they stand, NULL at a mistake; the caller's. */
static struct config *
read_configs(struct jsonline *q, size_t *count)
{
	const json_t *list = jsonline_member(q, "configs"), *from;
	struct config *configs;
	size_t i;

	*count = json_array_size(list);
	if (!*count || *count > STICKYLINE_CONFIGS_MAX) {
		jsonline_fail(q, "configs: must be a list of 1 to 1000");
		return NULL;
	}
	configs = calloc(*count, sizeof *configs);
	if (!configs)
		abort();
	json_array_foreach(list, i, from) {
		if (!read_config(q, from, i ? &configs[i - 1] : NULL,
		    &configs[i])) {
			free(configs);
			return NULL;
		}
	}
	return configs;
}

static const struct config *
config_at(const struct config *configs, size_t count, double t)
{
	const struct config *found = NULL;

	for (size_t i = 0; i < count; i++)
		if (configs[i].at <= t && (!found || configs[i].at >=
		    found->at))
			found = &configs[i];
	return found;
}

/* Rows are kept by visitor, the arm in the low bits of one number. */
static bool
find_row(const json_t *rows, const char *visitor, struct assign_row *out)
{
	const json_t *row = json_object_get(rows, visitor);
	json_int_t packed = json_integer_value(row);

	out->arm = (uint32_t)(packed % ASSIGN_ARMS_MAX);
	out->bucket_version = (uint32_t)(packed / ASSIGN_ARMS_MAX);
	return row != NULL;
}

static void
keep_row(json_t *rows, const char *visitor, struct assign_row row)
{
	json_object_set_new_nocheck(rows, visitor, json_integer(
	    (json_int_t)row.bucket_version * ASSIGN_ARMS_MAX + row.arm));
}

static struct assign_verdict
judge(struct jsonline *q, const struct config *c, const char *visitor,
    json_t *rows)
{
	struct assign_verdict v = { .served = ASSIGN_CONTROL,
		.analysed = ASSIGN_NO_ARM, .reason = ASSIGN_NOT_INCLUDED };
	struct str unit = str_of(visitor);
	struct assign_row row;

	if (!c || !assignread_passes(q, c->json, unit, NULL))
		return v;
	v = assign_judge(&c->assign, unit, find_row(rows, visitor, &row) ?
	    &row : NULL);
	if (v.is_new)
		keep_row(rows, visitor, v.row);
	return v;
}

static json_t *
told(struct assign_verdict v)
{
	static const char *const reasons[] = {
		[ASSIGN_ASSIGNED] = "assigned",
		[ASSIGN_STICKY] = "sticky",
		[ASSIGN_BLOCKED] = "blocked",
		[ASSIGN_ARCHIVED] = "archived",
		[ASSIGN_NOT_INCLUDED] = "not_included",
	};

	return json_pack("{s:i, s:o, s:s}", "served", v.served, "analysis",
	    v.analysed == ASSIGN_NO_ARM ? json_null() :
	    json_integer(v.analysed), "reason", reasons[v.reason]);
}

json_t *
stickyline_answer(struct jsonline *q)
{
	const json_t *visits = jsonline_member(q, "visits"), *visit;
	json_t *list, *rows;
	struct config *configs;
	size_t count, i;

	if (!json_is_array(visits) ||
	    json_array_size(visits) > STICKYLINE_VISITS_MAX) {
		jsonline_fail(q, "visits: must be a list of at most 100000");
		return NULL;
	}
	configs = read_configs(q, &count);
	if (!configs)
		return NULL;
	list = json_array();
	rows = json_object();
	json_array_foreach(visits, i, visit) {
		const json_t *t = json_object_get(visit, "t");
		struct str unit;

		if (!json_is_number(t))
			jsonline_fail(q, "visits: t must be a number");
		if (!assignread_unit(q, json_object_get(visit, "visitor"),
		    "visitor: must be 1 to 256 bytes of ASCII", &unit))
			break;
		json_array_append_new(list, told(judge(q, config_at(configs,
		    count, json_number_value(t)), unit.p, rows)));
	}
	json_decref(rows);
	free(configs);
	return json_pack("{s:o}", "visits", list);
}
