/* Implements outlook.h; the formulae are power's and factorial's. */
#include <math.h>

#include "base/buf.h"
#include "base/phrase.h"
#include "experiment/grid.h"
#include "experiment/jsonline.h"
#include "experiment/paragraph.h"
#include "experiment/power.h"
#include "experiment/reportcell.h"
#include "experiment/reportword.h"
#include "experiment/resultsplan.h"
#include "store/pg.h"

#include "experiment/outlook.h"

#define READ_MS 30000
#define WHOLE_MAX 1e15
#define ROUNDING 1e-12	/* of a quotient of weights */
#define LINE_BYTES_MAX 4000
#define LABEL_CHARS 22

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

/*
 * What a page's past says of a rate is that of leads; of a goal behind them
 * only the experiment itself knows, by its control.
 */
static double
past_rate(const struct results *r, const struct outlook_past *past)
{
	static const struct { enum results_measure n, x; } goals[] = {
		[RESULTS_GOAL_MQL] = { RESULTS_MQL_VISITORS, RESULTS_MQLS },
		[RESULTS_GOAL_SQL] = { RESULTS_SQL_VISITORS, RESULTS_SQLS },
		[RESULTS_GOAL_CUSTOMER] = { RESULTS_CUSTOMER_VISITORS,
		    RESULTS_CUSTOMERS },
	};
	struct stats_arm c = { past->visitors, past->conversions };

	if (r->goal == RESULTS_GOAL_VALUE)
		return 0;
	if (r->goal != RESULTS_GOAL_LEAD && r->epochs && r->arms) {
		struct results_cell cell = results_sum(r, r->looks - 1, 0);

		c = (struct stats_arm){ cell.n[goals[r->goal].n],
			cell.n[goals[r->goal].x] };
	} else if (r->goal != RESULTS_GOAL_LEAD) {
		return 0;
	}
	return c.n ? (double)c.x / (double)c.n : 0;
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

static double
sum_of(const struct results *r, const double *arm)
{
	double all = 0;

	for (size_t k = 0; k < r->arms; k++)
		all += arm[k];
	return all;
}

/* The control's visitors shared out to arms by weight; returns their sum. */
static double
share_out(const struct results *r, double control, double *arm)
{
	for (size_t k = 0; k < r->arms; k++) {
		bool is_open = r->arm[k].weight > 0 || !(r->arm[0].weight > 0);
		double times = r->arm[0].weight > 0 ? r->arm[k].weight /
		    r->arm[0].weight : 1;

		/* A ratio of weights is seldom a number of the machine's. */
		arm[k] = is_open ? ceil(control * times * (1 - ROUNDING)) : 0;
		if (arm[k] > (double)STATS_COUNT_MAX)
			arm[k] = INFINITY;
	}
	return sum_of(r, arm);
}

static double
least_of(const struct results *r, const double *arm)
{
	double least = INFINITY;

	for (size_t k = 0; k < r->arms; k++)
		if (arm[k] > 0)
			least = fmin(least, arm[k]);
	return least;
}

static void
size_up(const struct results *r, const struct power_plan *plan,
    struct outlook *o)
{
	double rate = o->baseline * (1 + o->mde);
	double total = share_out(r, power_size(plan, rate, o->power).raw,
	    o->arm);
	double av_total = share_out(r, power_av_control(plan, rate, o->power),
	    o->av_arm);

	if (isfinite(total)) {
		o->per_arm = (int64_t)least_of(r, o->arm);
		o->total = (int64_t)total;
	}
	o->av_per_arm = least_of(r, o->av_arm);
	o->weeks = power_full_weeks(power_days(total, o->daily));
	o->av_weeks = power_full_weeks(power_days(av_total, o->daily));
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

static json_t *
wholes(const double *v, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, whole(v[i]));
	return list;
}

json_t *
outlook_json(const struct results *r, const struct outlook *o,
    const struct outlook_past *past)
{
	return json_pack("{s:{s:f, s:I, s:I, s:b}, s:f, s:f, s:f, s:f, s:o,"
	    " s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o}",
	    "past", "days", past->days,
		"visitors", (json_int_t)past->visitors,
		"conversions", (json_int_t)past->conversions,
		"are_views", past->is_views,
	    "baseline", o->baseline, "mde", o->mde, "power", o->power,
	    "daily", o->daily,
	    "n_arms", wholes(o->arm, r->arms),
	    "n_per_arm", whole((double)o->per_arm),
	    "total", whole((double)o->total),
	    "n_av_arms", wholes(o->av_arm, r->arms),
	    "n_av_per_arm", whole(o->av_per_arm),
	    "full_weeks", whole(o->weeks), "av_full_weeks", whole(o->av_weeks),
	    "long", o->is_long, "mde_up", jsonline_real(o->mde_up),
	    "mde_down", jsonline_real(o->mde_down));
}

enum label {
	PAST, TAKEN, BASELINE, DAILY, ONCE, EVERY_DAY, CAN_FIND, LEFT, AN_ARM,
	TOO_MANY, NEVER, LABELS
};
static const char *const labels[LABELS][LANG_COUNT] = {
	[PAST] = { "passé", "past" },
	[TAKEN] = { "(chaque vue prise pour un visiteur)",
	    "(each taken for a visitor)" },
	[BASELINE] = { "hypothèse", "baseline" },
	[DAILY] = { "visiteurs par jour", "visitors a day" },
	[ONCE] = { "regardé une fois", "looked at once" },
	[EVERY_DAY] = { "regardé chaque jour", "looked at every day" },
	[CAN_FIND] = { "le plan peut trouver", "the plan can find" },
	[LEFT] = { "reste", "left" },
	[AN_ARM] = { "visiteurs par variante", "visitors an arm" },
	[TOO_MANY] = { "plus de visiteurs qu'il n'en existe",
	    "more visitors than can be" },
	[NEVER] = { "jamais à ce rythme", "never at this pace" },
};

/* A label, then what it is about. */
static void
line(const struct outlook_page *p, enum label l, struct str text)
{
	struct str label = str_of(labels[l][p->lang]);
	struct arena *a = p->results->arena;

	paragraph_write(text, buf_fmt(a, LINE_BYTES_MAX, "%.*s%*s",
	    STR_ARG(label), LABEL_CHARS - (int)str_chars(label), "").p,
	    buf_fmt(a, LINE_BYTES_MAX, "%*s", LABEL_CHARS, "").p, p->out);
}

static struct str
in(const struct outlook_page *p, enum label l)
{
	return str_of(labels[l][p->lang]);
}

/* "3 weeks". */
static void
add_units(const struct outlook_page *p, struct buf *b,
    enum reportword_unit u, double n)
{
	struct str unit = reportword_unit(u, (int64_t)fmin(n, WHOLE_MAX),
	    p->lang);

	buf_addf(b, "%.0f\u00a0%.*s", n, STR_ARG(unit));
}

/* One number when all arms need as many. */
static void
add_arms(const struct outlook_page *p, struct buf *b, const double *arm)
{
	const struct results *r = p->results;
	bool is_even = true;

	for (size_t k = 1; k < r->arms; k++)
		is_even &= arm[k] == arm[0];
	if (is_even) {
		buf_addf(b, "%.0f %.*s", arm[0], STR_ARG(in(p, AN_ARM)));
		return;
	}
	for (size_t k = 0; k < r->arms; k++) {
		buf_addf(b, "%s%.*s\u00a0", k ? ", " : "",
		    STR_ARG(r->arm[k].key));
		if (k + 1 < r->arms)
			buf_addf(b, "%.0f", arm[k]);
		else
			add_units(p, b, REPORTWORD_VISITOR, arm[k]);
	}
}

static void
write_size(const struct outlook_page *p, enum label l, const double *arm,
    double weeks)
{
	struct buf b;

	buf_init(&b, p->results->arena, LINE_BYTES_MAX);
	if (isfinite(sum_of(p->results, arm)))
		add_arms(p, &b, arm);
	else
		buf_add(&b, in(p, TOO_MANY));
	buf_add(&b, STR(", "));
	if (isfinite(weeks))
		add_units(p, &b, REPORTWORD_WEEK, weeks);
	else
		buf_add(&b, in(p, NEVER));
	line(p, l, buf_str(&b));
}

static void
write_past(const struct outlook_page *p)
{
	const struct outlook_past *past = p->past;
	struct buf b;

	buf_init(&b, p->results->arena, LINE_BYTES_MAX);
	add_units(p, &b, REPORTWORD_DAY, rint(past->days));
	buf_add(&b, STR(", "));
	add_units(p, &b, past->is_views ? REPORTWORD_VIEW :
	    REPORTWORD_VISITOR, (double)past->visitors);
	if (past->is_views)
		buf_addf(&b, " %.*s", STR_ARG(in(p, TAKEN)));
	buf_add(&b, STR(", "));
	add_units(p, &b, p->results->goal == RESULTS_GOAL_LEAD ?
	    REPORTWORD_CONVERSION : REPORTWORD_LEAD,
	    (double)past->conversions);
	line(p, PAST, buf_str(&b));
}

static void
write_left(const struct outlook_page *p, double days)
{
	struct buf b;

	buf_init(&b, p->results->arena, LINE_BYTES_MAX);
	add_units(p, &b, REPORTWORD_DAY, ceil(days));
	line(p, LEFT, buf_str(&b));
}

void
outlook_write(const struct outlook_page *p, const struct outlook *o,
    double days_left)
{
	const struct reportcell c = { p->results->arena, p->lang };
	struct str rate = reportcell_percent(&c, o->baseline, 2);
	struct str change = reportcell_lift(&c, o->mde);
	struct str power = reportcell_percent(&c, o->power, 0);

	write_past(p);
	line(p, BASELINE, phrase_fill_all(c.arena, PHRASE_PLAN_BASELINE,
	    p->lang, (struct str[]){ rate, change, power }, 3));
	line(p, DAILY, reportcell_number(&c, o->daily, 0));
	write_size(p, ONCE, o->arm, o->weeks);
	write_size(p, EVERY_DAY, o->av_arm, o->av_weeks);
	if (isfinite(o->mde_up))
		line(p, CAN_FIND, reportcell_lift(&c, o->mde_up));
	if (isfinite(days_left))
		write_left(p, days_left);
	if (o->is_long)
		paragraph_write(phrase_in(PHRASE_PLAN_LONG, p->lang), "", "",
		    p->out);
}
