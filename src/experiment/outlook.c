/* Implements outlook.h; the formulae are power's and factorial's. */
#include <math.h>

#include "experiment/grid.h"
#include "experiment/jsonline.h"
#include "experiment/power.h"
#include "experiment/resultsplan.h"
#include "store/pg.h"

#include "experiment/outlook.h"

#define READ_MS 30000
#define WHOLE_MAX 1e15

/* Views of people, whether an experiment had them or not. */
/*
 * Visitors are counted where experiments ran; a page that had none knows its
 * views alone, and forms sent.
 */
#define RECENT "now() - interval '28 days'"
SQL(outlook_past, 1,
    "WITH page AS (SELECT page_key AS key FROM piste.experiment"
    " WHERE key = $1), counted AS (SELECT min(h.hour) AS since,"
    " sum(h.n) FILTER (WHERE h.measure = 'visitor')::bigint AS visitors,"
    " sum(h.n) FILTER (WHERE h.measure = 'lead')::bigint AS leads"
    " FROM page AS p JOIN piste.experiment AS e ON e.page_key = p.key"
    " AND NOT e.is_synthetic JOIN piste.experiment_hour AS h"
    " ON h.experiment_key = e.key WHERE h.hour >= " RECENT "),"
    " viewed AS (SELECT min(t.hour) AS since, sum(t.views)::bigint AS views"
    " FROM page AS p JOIN piste.traffic AS t ON t.page_key = p.key"
    " WHERE t.class IN ('human', 'outside') AND t.hour >= " RECENT ")"
    " SELECT CASE WHEN coalesce(c.since, v.since) IS NULL THEN 0"
    " ELSE greatest(1, extract(epoch FROM now()"
    " - coalesce(c.since, v.since)) / 86400) END::double precision,"
    " coalesce(c.visitors, v.views, 0), CASE WHEN c.visitors > 0"
    " THEN coalesce(c.leads, 0) ELSE (SELECT count(1)"
    " FROM page AS p JOIN piste.submission AS sent ON sent.page_key = p.key"
    " WHERE sent.received_at >= v.since AND sent.outcome IN ('new',"
    " 'update')) END, c.visitors IS NULL"
    " FROM counted AS c CROSS JOIN viewed AS v");

static int64_t
whole_at(const struct pg_rows *rows, size_t column)
{
	int64_t v = 0;

	(void)str_i64(pg_value(rows, 0, column), 0, INT64_MAX, &v);
	return v;
}

enum err
outlook_read(struct pg *db, struct str key, struct outlook_past *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &outlook_past, &key, READ_MS, &rows);

	*out = (struct outlook_past){ 0 };
	if (e || !pg_count(rows))
		return e;
	out->days = resultsplan_real(pg_value(rows, 0, 0));
	out->visitors = whole_at(rows, 1);
	out->conversions = whole_at(rows, 2);
	out->is_views = str_eq(pg_value(rows, 0, 3), STR("t"));
	return OK;
}

static double
choose(double wished, double defined, double fallback)
{
	return wished > 0 ? wished : defined > 0 ? defined : fallback;
}

/* What a page's past says of a rate is that of leads. */
static double
past_rate(const struct results *r, const struct outlook_past *past)
{
	return r->goal == RESULTS_GOAL_LEAD && past->visitors ?
	    (double)past->conversions / (double)past->visitors : 0;
}

/* The share of the arm that gets least, among those that get something. */
static double
least_share(const struct results *r, size_t from)
{
	double least = 1;

	for (size_t k = from; k < r->arms; k++)
		if (r->arm[k].weight > 0)
			least = fmin(least, r->arm[k].weight);
	return least;
}

static enum outlook_refusal
judge_grid(const struct results *r, const struct outlook *o)
{
	double visitors = r->planned_visitors ? (double)r->planned_visitors :
	    (double)o->total;
	struct grid g;

	if (!r->factors)
		return OUTLOOK_FINE;
	grid_place(r, &g);
	if (g.kind == GRID_NONE)
		return OUTLOOK_NO_GRID;
	switch (factorial_fit(visitors * least_share(r, 0), o->baseline)) {
	case FACTORIAL_FEW_VISITORS:
		return OUTLOOK_FEW_VISITORS;
	case FACTORIAL_FEW_CONVERSIONS:
		return OUTLOOK_FEW_CONVERSIONS;
	case FACTORIAL_FITS:
		break;
	}
	return OUTLOOK_FINE;
}

static void
size_up(const struct results *r, const struct power_plan *plan,
    struct outlook *o)
{
	double rate = o->baseline * (1 + o->mde);
	struct power_size size = power_size(plan, rate, o->power);
	double av = power_av_size(plan, rate, o->power);

	if (size.is_known) {
		o->per_arm = size.control < size.treatment ? size.control :
		    size.treatment;
		o->total = size.total;
	}
	o->av_per_arm = av;
	o->weeks = size.is_known ? power_full_weeks(power_days(
	    (double)size.total, o->daily)) : INFINITY;
	o->av_weeks = power_full_weeks(power_days(av * (double)r->arms,
	    o->daily));
	o->is_long = o->weeks > POWER_WEEKS_LONG;
	if (r->planned_visitors) {
		double n = (double)r->planned_visitors * r->arm[0].weight;

		o->mde_up = power_mde_up(plan, n, o->power);
		o->mde_down = power_mde_down(plan, n, o->power);
	}
}

void
outlook_make(const struct results *r, const struct outlook_past *past,
    const struct outlook_wish *wish, struct outlook *out)
{
	struct power_plan plan = { .alpha = r->alpha, .ratio = 1, .sides = 2,
		.variants = r->arms };
	double rate;

	*out = (struct outlook){ .mde_up = NAN, .mde_down = NAN };
	out->baseline = choose(wish->baseline, r->baseline,
	    past_rate(r, past));
	out->mde = choose(wish->mde, r->mde, OUTLOOK_MDE);
	out->power = choose(wish->power, r->power, OUTLOOK_POWER);
	out->daily = past->days > 0 ? (double)past->visitors / past->days *
	    r->coverage : 0;
	rate = out->baseline * (1 + out->mde);
	if (!(out->baseline > 0 && out->baseline < 1)) {
		out->refusal = OUTLOOK_NO_BASELINE;
		return;
	}
	if (!(rate < 1) || r->arms < 2) {
		out->refusal = OUTLOOK_NO_RATE;
		return;
	}
	plan.baseline = out->baseline;
	if (r->arm[0].weight > 0)
		plan.ratio = least_share(r, 1) / r->arm[0].weight;
	size_up(r, &plan, out);
	out->refusal = judge_grid(r, out);
}

const char *
outlook_why(enum outlook_refusal refusal)
{
	static const char *const why[] = {
		[OUTLOOK_NO_BASELINE] = "there is nothing to go by: give"
		    " --baseline",
		[OUTLOOK_NO_RATE] = "baseline and difference make no rate"
		    " below 1",
		[OUTLOOK_NO_GRID] = "its variants are not the combinations of"
		    " its design",
		[OUTLOOK_FEW_VISITORS] = "a combination would have fewer than"
		    " 100 visitors",
		[OUTLOOK_FEW_CONVERSIONS] = "a combination would have fewer"
		    " than 25 conversions",
	};

	return refusal ? why[refusal] : NULL;
}

static json_t *
whole(double v)
{
	return v > 0 && v <= WHOLE_MAX ? json_integer((json_int_t)v) :
	    json_null();
}

json_t *
outlook_json(const struct outlook *o, const struct outlook_past *past)
{
	return json_pack("{s:{s:f, s:I, s:I, s:b}, s:f, s:f, s:f, s:f, s:o,"
	    " s:o, s:o, s:o, s:o, s:b, s:o, s:o}",
	    "past", "days", past->days,
		"visitors", (json_int_t)past->visitors,
		"conversions", (json_int_t)past->conversions,
		"are_views", past->is_views,
	    "baseline", o->baseline, "mde", o->mde, "power", o->power,
	    "daily", o->daily,
	    "n_per_arm", whole((double)o->per_arm),
	    "total", whole((double)o->total),
	    "n_av_per_arm", whole(o->av_per_arm),
	    "full_weeks", whole(o->weeks), "av_full_weeks", whole(o->av_weeks),
	    "long", o->is_long, "mde_up", jsonline_real(o->mde_up),
	    "mde_down", jsonline_real(o->mde_down));
}

static void
write_weeks(const char *what, double visitors, double weeks, FILE *out)
{
	fprintf(out, "%-22s", what);
	if (isfinite(visitors) && visitors > 0)
		fprintf(out, "%.0f visitors an arm", visitors);
	else
		fputs("more visitors than can be", out);
	if (isfinite(weeks))
		fprintf(out, ", %.0f weeks\n", weeks);
	else
		fputs(", never at this pace\n", out);
}

void
outlook_write(const struct outlook *o, const struct outlook_past *past,
    FILE *out)
{
	fprintf(out, "%-22s%.0f days, %lld %s, %lld conversions\n",
	    "past", past->days, (long long)past->visitors,
	    past->is_views ? "views (each taken for a visitor)" : "visitors",
	    (long long)past->conversions);
	fprintf(out, "%-22s%.4g %%, a change of %.4g %%, power %.4g %%\n",
	    "baseline", 100 * o->baseline, 100 * o->mde, 100 * o->power);
	fprintf(out, "%-22s%.0f\n", "visitors a day", o->daily);
	write_weeks("looked at once", (double)o->per_arm, o->weeks, out);
	write_weeks("looked at every day", o->av_per_arm, o->av_weeks, out);
	if (isfinite(o->mde_up))
		fprintf(out, "%-22s+%.4g %%\n", "the plan can find",
		    100 * o->mde_up);
	if (o->is_long)
		fprintf(out, "longer than %d weeks: test a bolder change, or"
		    " on a page with more visitors\n", POWER_WEEKS_LONG);
}
