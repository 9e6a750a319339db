/* Implements labfill.h: arms, changes, days.  Who is counted is labcount's. */
#include <math.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "console/labcount.h"
#include "console/word.h"
#include "experiment/reportword.h"
#include "experiment/sentence.h"
#include "page/view.h"
#include "report/band.h"
#include "report/whisker.h"

#include "console/labfill.h"

#define TEXT_BYTES_MAX 400
#define DIGITS 2
#define DAY_CHARS 10

static struct str
word(const struct labfill *f, enum word w)
{
	return word_in(w, f->cell.lang);
}

static bool
is_of_value(const struct labfill *f)
{
	return f->report->results->goal == RESULTS_GOAL_VALUE;
}

static struct str
level(const struct labfill *f, double v)
{
	return is_of_value(f) ? reportcell_number(&f->cell, v, DIGITS) :
	    reportcell_percent(&f->cell, v, DIGITS);
}

static struct str
levels(const struct labfill *f, struct stats_interval i)
{
	return is_of_value(f) ? reportcell_numbers(&f->cell, i, DIGITS) :
	    reportcell_percents(&f->cell, i, false);
}

static void
keep_picture(struct labfill *f, struct str name, struct str markup)
{
	f->picture[f->pictures++] = (struct shell_picture){ name, markup };
}

static void
name_arm(const struct labfill *f, struct view *row, size_t k)
{
	view_set(row, "ARM", f->report->results->arm[k].key);
	if (!k)
		view_set(row, "ARM_CONTROL", STR("1"));
	if (f->report->results->arm[k].is_archived)
		view_set(row, "ARM_CLOSED", STR("1"));
}

static double
end_of(struct stats_interval i, double end)
{
	return i.is_known ? end : NAN;
}

static void
fill_rates(struct labfill *f)
{
	const struct results *r = f->report->results;
	struct whisker_row row[RESULTS_ARMS_MAX];
	const struct whisker w = { .id = STR("rates"), .zero = NAN,
		.title = word(f, is_of_value(f) ? WORD_LAB_RATES_VALUE :
		WORD_LAB_RATES), .text = word(f, WORD_LAB_RATES_TEXT),
		.lang = f->cell.lang, .is_number = is_of_value(f),
		.row = row, .rows = r->arms };

	for (size_t k = 0; k < r->arms; k++) {
		const struct figures_arm *a = &f->report->figures->arm[k];
		struct view *v = view_add(f->v, "RATE_ROW");

		name_arm(f, v, k);
		view_set(v, "RATE_N", reportcell_whole(&f->cell, a->mature.n));
		view_set(v, "RATE_X", reportcell_whole(&f->cell, a->mature.x));
		view_set(v, "RATE", level(f, a->rate));
		view_set(v, "RATE_BETWEEN", levels(f, a->rate_ci));
		row[k] = (struct whisker_row){ r->arm[k].key,
			level(f, a->rate), a->rate,
			end_of(a->rate_ci, a->rate_ci.low),
			end_of(a->rate_ci, a->rate_ci.high),
			r->arm[k].is_archived };
	}
	view_set(f->v, "RATES_TITLE", w.title);
	view_set(f->v, "RATE_HEAD", word(f, is_of_value(f) ? WORD_LAB_VALUE :
	    WORD_LAB_RATE));
	keep_picture(f, w.id, whisker_svg(f->cell.arena, &w));
}

/* Before all that are compared have visitors these tell of the prior. */
static bool
has_beliefs(const struct labfill *f)
{
	for (size_t k = 0; k < f->report->results->arms; k++)
		if (isfinite(f->report->figures->arm[k].p_best) &&
		    !f->report->figures->arm[k].mature.n)
			return false;
	return true;
}

static struct str
any_time(const struct labfill *f, const struct figures_pair *p)
{
	return p->is_ready && p->av.is_known ? reportcell_percents(&f->cell,
	    p->av, true) : word(f, WORD_LAB_TOO_EARLY);
}

static void
fill_change(struct labfill *f, size_t k, struct whisker_row *row)
{
	const struct figures_arm *a = &f->report->figures->arm[k];
	const struct figures_pair *p = &f->report->figures->pair[k - 1];
	struct view *v = view_add(f->v, "LIFT_ROW");
	bool is_known = p->is_ready && p->av.is_known;

	name_arm(f, v, k);
	view_set(v, "LIFT", reportcell_lift(&f->cell, p->lift));
	view_set(v, "LIFT_BETWEEN", any_time(f, p));
	if (has_beliefs(f)) {
		view_set(v, "BEST", reportcell_percent(&f->cell, a->p_best,
		    1));
		view_set(v, "LOSS", level(f, a->loss));
	}
	*row = (struct whisker_row){ f->report->results->arm[k].key,
		reportcell_lift(&f->cell, p->lift), p->lift,
		is_known ? p->av.low : NAN, is_known ? p->av.high : NAN,
		!is_known || (p->av.low <= 0 && p->av.high >= 0) };
}

static void
fill_changes(struct labfill *f)
{
	const struct results *r = f->report->results;
	struct whisker_row row[RESULTS_ARMS_MAX];
	const struct whisker w = { .id = STR("changes"), .zero = 0,
		.title = word(f, WORD_LAB_LIFT), .text = word(f,
		WORD_LAB_RATES_TEXT), .lang = f->cell.lang, .is_signed = true,
		.row = row, .rows = r->arms - 1 };

	for (size_t k = 1; k < r->arms; k++)
		fill_change(f, k, &row[k - 1]);
	keep_picture(f, w.id, whisker_svg(f->cell.arena, &w));
}

static struct str
day_of(const struct labfill *f, size_t look)
{
	return str_slice(reportcell_moment(&f->cell,
	    f->report->results->look_ms[look]), 0, DAY_CHARS);
}

/* A treatment's change at each look, with what held at any time. */
static void
fill_band(struct labfill *f, size_t k)
{
	const struct results *r = f->report->results;
	const struct figures_pair *p = &f->report->figures->pair[k - 1];
	struct arena *a = f->cell.arena;
	struct band_point *point = arena_array(a, r->looks, sizeof *point);
	struct view *v = view_add(f->v, "BAND");
	struct str id = buf_fmt(a, TEXT_BYTES_MAX, "band%zu", k);
	struct str arm = r->arm[k].key;
	struct band b = { .id = id, .lang = f->cell.lang,
		.first = day_of(f, 0), .last = day_of(f, r->looks - 1),
		.point = point, .points = r->looks };

	for (size_t i = 0; i < r->looks; i++) {
		const struct history_look *l = &f->report->figures->past.look[
		    i * (r->arms - 1) + k - 1];
		bool is_ready = l->av.is_known &&
		    stats_av_is_ready(l->control, l->treatment);

		point[i] = (struct band_point){ l->lift, is_ready ?
			l->av.low : NAN, is_ready ? l->av.high : NAN };
	}
	b.title = word_fill(a, WORD_LAB_BAND, f->cell.lang, &arm, 1);
	b.text = word_fill(a, WORD_LAB_BAND_TEXT, f->cell.lang,
	    (struct str[]){ arm, reportcell_lift(&f->cell, p->lift),
	    any_time(f, p) }, 3);
	view_set(v, "BAND_TITLE", b.title);
	view_set(v, "BAND_ID", id);
	keep_picture(f, id, band_svg(a, &b));
}

static void
fill_bands(struct labfill *f)
{
	const struct results *r = f->report->results;

	if (r->looks < 2)
		return;
	view_set(f->v, "BANDS", STR("1"));
	for (size_t k = 1; k < r->arms && k <= LABFILL_BANDS_MAX; k++)
		fill_band(f, k);
}

static void
fill_notes(struct labfill *f)
{
	struct str note[SENTENCE_NOTES_MAX];
	size_t count = sentence_notes(f->report, f->cell.lang, note);

	if (count)
		view_set(f->v, "NOTES", STR("1"));
	for (size_t i = 0; i < count; i++)
		view_set(view_add(f->v, "NOTE"), "NOTE_TEXT", note[i]);
}

static void
fill_heading(struct labfill *f)
{
	const struct results *r = f->report->results;

	view_set(f->v, "VERDICT", sentence_verdict(f->report, f->cell.lang));
	view_set(f->v, "STATE", reportword_of(r->state, f->cell.lang));
	view_set(f->v, "PAGE", r->page);
	view_set(f->v, "GOAL", reportword_of(r->goal_name, f->cell.lang));
	view_set(f->v, "AS_OF", word_fill(f->cell.arena, WORD_LAB_AS_OF,
	    f->cell.lang, (struct str[]){ reportcell_moment(&f->cell,
	    r->as_of_ms), reportcell_whole(&f->cell, r->phase) }, 2));
}

void
labfill_all(struct labfill *f)
{
	fill_heading(f);
	fill_notes(f);
	if (!f->report->figures)
		return;
	view_set(f->v, "FIGURES", STR("1"));
	fill_rates(f);
	fill_changes(f);
	fill_bands(f);
	labcount_all(f);
}
