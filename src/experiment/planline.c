/* Implements planline.h: reads and writes JSON, the arithmetic is power's. */
#include <math.h>
#include <string.h>

#include "experiment/jsonline.h"
#include "experiment/power.h"
#include "experiment/testread.h"
#include "experiment/planline.h"

#define WHOLE_MAX 1e15

static const struct jsonline_range baselines = { 1e-9, 1 - 1e-9, NAN,
	"baseline: must be between 0 and 1" };
static const struct jsonline_range changes = { -1, 1e9, NAN,
	"mde_relative: must be a number from -1" };
static const struct jsonline_range powers = { .01, 1 - 1e-9, .8,
	"power: must be from 0.01 to below 1" };
static const struct jsonline_range ratios = { 1e-6, 1e6, 1,
	"ratio: must be from 1e-6 to 1e6" };
static const struct jsonline_range sides = { 1, 2, 2,
	"sides: must be 1 or 2" };
static const struct jsonline_range variants = { 2, STATS_ARMS_MAX, 2,
	"variants: must be a whole number from 2 to 64" };
static const struct jsonline_range controls = { 1, STATS_COUNT_MAX, NAN,
	"n_control: must be from 1 to 1e12" };
static const struct jsonline_range dailies = { 0, STATS_COUNT_MAX, 0,
	"daily_visitors: must be from 0 to 1e12" };
static const struct jsonline_range coverages = { 0, 1, 1,
	"coverage: must be from 0 to 1" };

static double
read_whole(struct jsonline *q, const char *name,
    const struct jsonline_range *range)
{
	double v = jsonline_number(q, name, range);

	if (v != floor(v))
		jsonline_fail(q, range->error);
	return v;
}

static void
read_plan(struct jsonline *q, struct power_plan *p)
{
	p->baseline = jsonline_number(q, "baseline", &baselines);
	p->alpha = testread_alpha(q);
	p->ratio = jsonline_number(q, "ratio", &ratios);
	p->sides = (int)read_whole(q, "sides", &sides);
	p->variants = (size_t)read_whole(q, "variants", &variants);
}

/* The treatment's rate, which has to be another than the baseline. */
static double
read_rate(struct jsonline *q, const struct power_plan *p)
{
	double rate = p->baseline *
	    (1 + jsonline_number(q, "mde_relative", &changes));

	if (!q->error && (rate <= 0 || rate >= 1 || rate == p->baseline))
		jsonline_fail(q, "mde_relative: must lead to another rate"
		    " between 0 and 1");
	return rate;
}

/* The coverage can make days of any size. */
static json_t *
whole(double v)
{
	return v <= WHOLE_MAX ? json_integer((json_int_t)v) : json_null();
}

static void
tell_duration(struct jsonline *q, const struct power_size *size, json_t *got)
{
	double daily = jsonline_number(q, "daily_visitors", &dailies);
	double coverage = jsonline_number(q, "coverage", &coverages);
	double days = size->is_known ?
	    power_days((double)size->total, daily * coverage) : INFINITY;

	if (!jsonline_member(q, "daily_visitors"))
		return;
	json_object_set_new(got, "days", whole(days));
	json_object_set_new(got, "full_weeks", whole(power_full_weeks(days)));
}

static json_t *
answer_size(struct jsonline *q, const struct power_plan *p)
{
	double power = jsonline_number(q, "power", &powers);
	double rate = read_rate(q, p);
	struct power_size size;
	json_t *got;

	if (q->error)
		return NULL;
	size = power_size(p, rate, power);
	got = json_pack("{s:o}", "n_control_raw", jsonline_real(size.raw));
	json_object_set_new(got, "n_control", size.is_known ?
	    json_integer(size.control) : json_null());
	json_object_set_new(got, "n_treatment", size.is_known ?
	    json_integer(size.treatment) : json_null());
	json_object_set_new(got, "total", size.is_known ?
	    json_integer(size.total) : json_null());
	if (p->sides == 2)
		json_object_set_new(got, "n_av_per_arm",
		    whole(power_av_size(p, rate, power)));
	tell_duration(q, &size, got);
	return got;
}

static json_t *
answer_mde(struct jsonline *q, const struct power_plan *p)
{
	double power = jsonline_number(q, "power", &powers);
	double n = read_whole(q, "n_control", &controls);

	if (q->error)
		return NULL;
	return json_pack("{s:o, s:o}",
	    "mde_relative_up", jsonline_real(power_mde_up(p, n, power)),
	    "mde_relative_down", jsonline_real(power_mde_down(p, n, power)));
}

static json_t *
answer_power(struct jsonline *q, const struct power_plan *p)
{
	double rate = read_rate(q, p);
	double n = read_whole(q, "n_control", &controls);

	if (q->error)
		return NULL;
	return json_pack("{s:o}", "power",
	    jsonline_real(power_reached(p, rate, n)));
}

json_t *
planline_answer(struct jsonline *q)
{
	static const struct {
		const char *kind;
		json_t *(*answer)(struct jsonline *q,
		    const struct power_plan *p);
	} kinds[] = {
		{ "sample_size", answer_size },
		{ "mde", answer_mde },
		{ "power", answer_power },
	};
	const char *kind = json_string_value(jsonline_member(q, "kind"));
	struct power_plan p;

	for (size_t i = 0; kind && i < sizeof kinds / sizeof kinds[0]; i++)
		if (!strcmp(kind, kinds[i].kind)) {
			read_plan(q, &p);
			return q->error ? NULL : kinds[i].answer(q, &p);
		}
	jsonline_fail(q, "kind: must be sample_size, mde or power");
	return NULL;
}
