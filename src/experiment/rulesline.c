/*
 * Implements rulesline.h.  Only reads and writes JSON: what counts is rules's
 * to know.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "experiment/assignread.h"
#include "experiment/jsonline.h"
#include "experiment/rules.h"
#include "experiment/rulesline.h"

#define ARENA_BYTES(events) (RULES_ARENA_BYTES(events) + \
	((size_t)(events) + 1) * sizeof(struct rules_event))

static const struct type {
	const char *name;
	enum rules_kind kind;
	bool names_stage;	/* which one is in its member "stage" */
} types[] = {
	{ "exposure", RULES_EXPOSURE, false },
	{ "activate", RULES_ACTIVATION, false },
	{ "activation", RULES_ACTIVATION, false },
	{ "conversion", RULES_CONVERSION, false },
	{ "spam", RULES_SPAM, false },
	{ "mql", RULES_STAGE, false },
	{ "sql", RULES_STAGE, false },
	{ "qualified", RULES_STAGE, false },
	{ "qualify", RULES_STAGE, false },
	{ "stage", RULES_STAGE, true },
};

/* NULL for a type that says nothing to the rules. */
static const struct type *
type_of(const json_t *j)
{
	const char *name = json_string_value(json_object_get(j, "type"));
	const char *stage = json_string_value(json_object_get(j, "stage"));

	for (size_t i = 0; name && i < sizeof types / sizeof *types; i++) {
		if (strcmp(name, types[i].name))
			continue;
		if (types[i].names_stage && (!stage ||
		    (strcmp(stage, "mql") && strcmp(stage, "sql"))))
			return NULL;
		return &types[i];
	}
	return NULL;
}

static bool
has_flag(const json_t *j, const char *name)
{
	const json_t *flag = json_object_get(j, name);

	return json_is_true(flag) || json_integer_value(flag) == 1;
}

static bool
read_time(struct jsonline *q, const json_t *j, double *out)
{
	*out = json_number_value(j);
	return (json_is_number(j) && fabs(*out) <= RULESLINE_T_MAX) ||
	    jsonline_fail(q, "events: t and seq must be numbers, at most"
	    " 1e15");
}

static bool
read_exposure(struct jsonline *q, const json_t *j, size_t arms,
    struct rules_event *out)
{
	const json_t *arm = json_object_get(j, "variation");

	if (!json_is_integer(arm) || json_integer_value(arm) < 0 ||
	    json_integer_value(arm) >= (json_int_t)arms)
		return jsonline_fail(q, "events: variation must be one of the"
		    " variations");
	out->arm = (uint32_t)json_integer_value(arm);
	out->is_bot = has_flag(j, "bot") || has_flag(j, "is_bot");
	out->is_prefetch = has_flag(j, "prefetch") ||
	    has_flag(j, "is_prefetch") || has_flag(j, "prerender") ||
	    has_flag(j, "is_prerender");
	out->is_preview = has_flag(j, "preview") || has_flag(j, "is_preview");
	return true;
}

/* Only a conversion may be without its lead's name. */
static bool
read_lead(struct jsonline *q, const json_t *j, struct rules_event *out)
{
	const json_t *lead = json_object_get(j, "lead");

	out->lead = jsonline_text(lead);
	if (out->kind == RULES_CONVERSION && (!lead || json_is_null(lead)))
		return true;
	return (out->lead.n > 0 && out->lead.n <= RULESLINE_LEAD_BYTES_MAX) ||
	    jsonline_fail(q, "events: lead must be a text of 1 to 256 bytes");
}

static bool
read_event(struct jsonline *q, const json_t *j, size_t arms,
    struct rules_event *out)
{
	const json_t *seq = json_object_get(j, "seq");
	bool is_of_lead = out->kind == RULES_SPAM || out->kind == RULES_STAGE;

	if (!read_time(q, json_object_get(j, "t"), &out->t) ||
	    (seq && !json_is_null(seq) && !read_time(q, seq, &out->seq)))
		return false;
	if (!is_of_lead && !assignread_unit(q, json_object_get(j, "visitor"),
	    "events: visitor must be 1 to 256 bytes of ASCII", &out->visitor))
		return false;
	if (out->kind == RULES_EXPOSURE)
		return read_exposure(q, j, arms, out);
	out->is_spam = out->kind == RULES_CONVERSION &&
	    (has_flag(j, "spam") || has_flag(j, "is_spam"));
	return out->kind == RULES_ACTIVATION || read_lead(q, j, out);
}

/* How many of the list say something to the rules. */
static size_t
read_events(struct jsonline *q, const json_t *list, size_t arms,
    struct rules_event *out)
{
	size_t count = 0, i;
	const json_t *j;

	json_array_foreach(list, i, j) {
		const struct type *type = type_of(j);

		if (!json_is_string(json_object_get(j, "type"))) {
			jsonline_fail(q, "events: type must be a text");
			break;
		}
		if (!type)
			continue;
		out[count].kind = type->kind;
		if (!read_event(q, j, arms, &out[count]))
			break;
		count++;
	}
	return count;
}

static size_t
read_plan(struct jsonline *q, struct rules_plan *out)
{
	static const struct jsonline_range
	    arms = { 1, RULES_ARMS_MAX, NAN, "variations: must be from 1 to"
		" 64" },
	    window = { 0, RULESLINE_WINDOW_S_MAX, RULES_WINDOW_S,
		"window_s: must be from 0 to 1e9" },
	    qualify = { 0, RULESLINE_WINDOW_S_MAX, RULES_QUALIFY_WINDOW_S,
		"qualify_window_s: must be from 0 to 1e9" },
	    as_of = { -RULESLINE_T_MAX, RULESLINE_T_MAX, INFINITY,
		"as_of: must be a number, at most 1e15" };
	const json_t *mature_only = jsonline_member(q, "mature_only");
	double count = jsonline_number(q, "variations", &arms);

	*out = (struct rules_plan){
		.window_s = jsonline_number(q, "window_s", &window),
		.qualify_window_s = jsonline_number(q, "qualify_window_s",
		    &qualify),
		.as_of = jsonline_number(q, "as_of", &as_of),
		.mature_only = json_is_true(mature_only),
	};
	if (mature_only && !json_is_boolean(mature_only) &&
	    !json_is_null(mature_only))
		jsonline_fail(q, "mature_only: must be true or false");
	if (!q->error && floor(count) != count)
		jsonline_fail(q, arms.error);
	return q->error ? 0 : (size_t)count;
}

static json_t *
told_excluded(const struct rules_counts *c)
{
	const struct { const char *name; int64_t count; } rows[] = {
		{ "bot_visitors", c->bot_visitors },
		{ "prefetch_exposures", c->prefetch_exposures },
		{ "preview_exposures", c->preview_exposures },
		{ "multi_exposed_visitors", c->multi_exposed_visitors },
		{ "immature_visitors", c->immature_visitors },
		{ "spam_conversions", c->spam_conversions },
		{ "conversions_without_exposure",
		    c->conversions_without_exposure },
		{ "conversions_before_exposure",
		    c->conversions_before_exposure },
		{ "conversions_after_window", c->conversions_after_window },
		{ "duplicate_conversions", c->duplicate_conversions },
	};
	json_t *told = json_object();

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		json_object_set_new(told, rows[i].name,
		    json_integer(rows[i].count));
	return told;
}

static json_t *
told(const struct rules_counts *c, size_t arms)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o}",
	    "visitors", jsonline_integers(c->visitors, arms),
	    "conversions", jsonline_integers(c->conversions, arms),
	    "qualify_mature_visitors",
	    jsonline_integers(c->qualify_mature_visitors, arms),
	    "qualified", jsonline_integers(c->qualified, arms),
	    "excluded", told_excluded(c));
}

json_t *
rulesline_answer(struct jsonline *q)
{
	const json_t *list = jsonline_member(q, "events");
	struct rules_event *event;
	struct rules_counts counts;
	struct rules_plan plan;
	size_t arms = read_plan(q, &plan), count;
	struct arena *a;

	if (!json_is_array(list) ||
	    json_array_size(list) > RULESLINE_EVENTS_MAX)
		jsonline_fail(q, "events: must be a list of at most 100000");
	if (q->error)
		return NULL;
	count = json_array_size(list);
	a = arena_new(ARENA_BYTES(count));
	event = arena_array(a, count, sizeof *event);
	count = read_events(q, list, arms, event);
	rules_count(a, &plan, event, count, &counts);
	arena_free(a);
	return told(&counts, arms);
}

enum err
rulesline_run(FILE *in, FILE *out)
{
	return jsonline_run(in, out, rulesline_answer, NULL);
}
