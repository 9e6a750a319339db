/*
 * Implements reporttext.h: what every experiment has.  Factors and segments
 * are reporttable's, sentences sentence's, words and figures reportword's and
 * reportcell's.
 */
#include <math.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/phrase.h"
#include "experiment/paragraph.h"
#include "experiment/report.h"
#include "experiment/reportcell.h"
#include "experiment/reporttable.h"
#include "experiment/reportword.h"
#include "experiment/sentence.h"
#include "experiment/table.h"

#include "experiment/reporttext.h"

#define LINE_BYTES_MAX 8000	/* of all arms, before it is broken up */
#define MONEY_DIGITS 2
#define RATE_DIGITS 2

/* A report being written. */
struct page {
	const struct report *rep;
	const struct results *r;
	const struct figures *f;
	struct reportcell cell;
	FILE *out;
};

static struct str
word(const struct page *p, enum reportword w)
{
	return reportword_in(w, p->cell.lang);
}

static struct str
colon(const struct page *p)
{
	return phrase_in(PHRASE_PAGE_COLON, p->cell.lang);
}

static bool
is_of_value(const struct page *p)
{
	return p->r->goal == RESULTS_GOAL_VALUE;
}

/* A rate, or for a goal in money the value a visitor. */
static struct str
level(const struct page *p, double v)
{
	return is_of_value(p) ? reportcell_number(&p->cell, v, MONEY_DIGITS) :
	    reportcell_percent(&p->cell, v, RATE_DIGITS);
}

static struct str
levels(const struct page *p, struct stats_interval i)
{
	return is_of_value(p) ? reportcell_numbers(&p->cell, i,
	    MONEY_DIGITS) : reportcell_percents(&p->cell, i, false);
}

static struct str
name_arm(const struct page *p, size_t arm)
{
	const struct results_arm *a = &p->r->arm[arm];

	return a->is_archived ? buf_fmt(p->cell.arena, LINE_BYTES_MAX,
	    "%.*s (%.*s)", STR_ARG(a->key), STR_ARG(word(p,
	    REPORTWORD_CLOSED))) : a->key;
}

static struct table *
begin_table(const struct page *p, const enum reportword *head, size_t count)
{
	struct table *t = ARENA_NEW(p->cell.arena, struct table);

	t->columns = count;
	for (size_t i = 0; i < count; i++)
		table_add(t, word(p, head[i]));
	return t;
}

static void
write_rates(const struct page *p)
{
	const enum reportword heads[] = { REPORTWORD_ARM,
		REPORTWORD_VISITORS, REPORTWORD_CONVERSIONS, is_of_value(p) ?
		REPORTWORD_VALUE : REPORTWORD_RATE, REPORTWORD_INTERVAL };
	struct table *t = begin_table(p, heads, sizeof heads / sizeof *heads);

	for (size_t k = 0; k < p->r->arms; k++) {
		const struct figures_arm *a = &p->f->arm[k];

		table_add(t, name_arm(p, k));
		table_add(t, reportcell_whole(&p->cell, a->mature.n));
		table_add(t, reportcell_whole(&p->cell, a->mature.x));
		table_add(t, level(p, a->rate));
		table_add(t, levels(p, a->rate_ci));
	}
	table_write(t, p->out);
}

/*
 * Before every arm that is compared has visitors, chances and losses tell of
 * the prior alone.
 */
static bool
has_beliefs(const struct page *p)
{
	for (size_t k = 0; k < p->r->arms; k++)
		if (isfinite(p->f->arm[k].p_best) && !p->f->arm[k].mature.n)
			return false;
	return true;
}

static void
write_comparison(const struct page *p)
{
	static const enum reportword heads[] = { REPORTWORD_ARM,
		REPORTWORD_LIFT, REPORTWORD_ANY_TIME, REPORTWORD_BEST,
		REPORTWORD_LOSS };
	struct table *t = begin_table(p, heads, sizeof heads / sizeof *heads);
	bool is_believed = has_beliefs(p);

	for (size_t k = 0; k < p->r->arms; k++) {
		const struct figures_arm *a = &p->f->arm[k];
		const struct figures_pair *pair = k ? &p->f->pair[k - 1] :
		    NULL;

		table_add(t, name_arm(p, k));
		table_add(t, pair ? reportcell_lift(&p->cell, pair->lift) :
		    STR("-"));
		table_add(t, pair && pair->is_ready ? reportcell_percents(
		    &p->cell, pair->av, true) : STR("-"));
		table_add(t, is_believed ? reportcell_percent(&p->cell,
		    a->p_best, RATE_DIGITS) : STR("-"));
		table_add(t, is_believed ? level(p, a->loss) : STR("-"));
	}
	table_write(t, p->out);
}

/* "label: ", and what follows it. */
static void
begin(const struct page *p, struct str label, struct buf *b)
{
	buf_init(b, p->cell.arena, LINE_BYTES_MAX);
	buf_add(b, label);
	buf_add(b, colon(p));
}

static void
end(const struct page *p, const struct buf *b)
{
	paragraph_write(buf_str(b), "", "  ", p->out);
}

/* An arm's counts: "a 12/480". */
static void
add_count(const struct page *p, struct buf *b, size_t arm,
    struct stats_arm counts)
{
	buf_addf(b, "%s%.*s\u00a0%lld/%lld", arm ? ", " : "",
	    STR_ARG(p->r->arm[arm].key), (long long)counts.x,
	    (long long)counts.n);
}

static void
write_live(const struct page *p)
{
	struct buf b;

	/* Of a goal behind the lead nothing is known but what has matured. */
	if (p->r->goal == RESULTS_GOAL_LEAD) {
		begin(p, word(p, REPORTWORD_SO_FAR), &b);
		for (size_t k = 0; k < p->r->arms; k++)
			add_count(p, &b, k, p->f->arm[k].live);
		end(p, &b);
	}
	if (!p->r->tests_consent)
		return;
	begin(p, word(p, REPORTWORD_CONSENTED), &b);
	for (size_t k = 0; k < p->r->arms; k++)
		add_count(p, &b, k, p->f->arm[k].consented);
	end(p, &b);
}

static void
write_rail(const struct page *p, size_t rail)
{
	const struct results_guardrail *g = &p->r->guardrail[rail];
	double margin = g->metric == RESULTS_METRIC_CONSENT ? -g->margin :
	    g->margin;
	struct buf b;

	begin(p, buf_fmt(p->cell.arena, LINE_BYTES_MAX,
	    "%.*s %.*s (%.*s %.*s)", STR_ARG(word(p, REPORTWORD_RAIL)),
	    STR_ARG(reportword_of(str_of(report_metric(g->metric)),
	    p->cell.lang)), STR_ARG(word(p, REPORTWORD_MARGIN)),
	    STR_ARG(reportcell_lift(&p->cell, margin))), &b);
	for (size_t k = 0; k < p->r->arms; k++) {
		add_count(p, &b, k, p->f->arm[k].metric[rail]);
		if (k && p->f->pair[k - 1].is_breached[rail])
			buf_addf(&b, " (%.*s)", STR_ARG(word(p,
			    REPORTWORD_BREACHED)));
	}
	end(p, &b);
}

/* "3 days", in the language. */
static void
add_units(const struct page *p, struct buf *b, enum reportword_unit u,
    int64_t n)
{
	buf_addf(b, "%lld\u00a0%.*s", (long long)n, STR_ARG(reportword_unit(u,
	    n, p->cell.lang)));
}

static void
write_counted(const struct page *p)
{
	struct report_raw raw = report_raw(p->r);
	struct buf b;

	begin(p, word(p, REPORTWORD_COUNTED), &b);
	add_units(p, &b, REPORTWORD_VISITOR, p->f->visitors);
	buf_addf(&b, " %.*s %lld, ", STR_ARG(word(p, REPORTWORD_OF)),
	    (long long)raw.visitors);
	add_units(p, &b, REPORTWORD_VIEW, raw.views);
	end(p, &b);
}

/* They are in no figure; one that is released is told as a stray. */
static void
write_aside(const struct page *p)
{
	const struct results *r = p->r;
	int64_t sum = 0;
	struct buf b;

	for (size_t i = 0; i < r->asides; i++)
		sum += r->aside[i].n;
	if (!sum)
		return;
	begin(p, word(p, REPORTWORD_ASIDE), &b);
	buf_addf(&b, "%lld (", (long long)sum);
	for (size_t i = 0; i < r->asides; i++)
		buf_addf(&b, "%s%.*s\u00a0%lld", i ? ", " : "",
		    STR_ARG(reportword_of(r->aside[i].reason,
		    p->cell.lang)), (long long)r->aside[i].n);
	buf_byte(&b, ')');
	end(p, &b);
}

static void
write_shares(const struct page *p, struct str heading, const double *weight)
{
	struct buf b;

	begin(p, heading, &b);
	for (size_t k = 0; k < p->r->arms; k++)
		buf_addf(&b, "%s%.*s\u00a0%.*s", k ? ", " : "",
		    STR_ARG(p->r->arm[k].key),
		    STR_ARG(reportcell_percent(&p->cell, weight[k],
		    RATE_DIGITS)));
	end(p, &b);
}

/* "weights, device mobile" */
static struct str
name_part(const struct page *p, const struct results_epoch *part)
{
	struct str of = reportword_of(p->r->bandit_context, p->cell.lang);
	struct str leaf = part->leaf.n ? reportword_of(part->leaf,
	    p->cell.lang) : word(p, REPORTWORD_UNKNOWN);

	return part->is_even ? buf_fmt(p->cell.arena, LINE_BYTES_MAX,
	    "%.*s, %.*s", STR_ARG(word(p, REPORTWORD_WEIGHTS)),
	    STR_ARG(word(p, REPORTWORD_EVEN))) :
	    buf_fmt(p->cell.arena, LINE_BYTES_MAX, "%.*s, %.*s %.*s",
	    STR_ARG(word(p, REPORTWORD_WEIGHTS)), STR_ARG(of),
	    STR_ARG(leaf));
}

static void
write_weights(const struct page *p)
{
	const struct results_epoch *now = &p->r->epoch[p->r->epochs - 1];

	write_shares(p, word(p, REPORTWORD_WEIGHTS), now->weight);
	for (size_t i = 0; i + 1 < p->r->epochs; i++)
		if (p->r->epoch[i].part_of == now->number)
			write_shares(p, name_part(p, &p->r->epoch[i]),
			    p->r->epoch[i].weight);
	if (p->r->is_bandit && p->f->bandit_is_ready)
		write_shares(p, word(p, REPORTWORD_NEXT_WEIGHTS),
		    p->f->bandit_weight);
}

/* What going by context is worth, beside visitors with even weights. */
static void
write_gain(const struct page *p)
{
	const struct context_gain *g = &p->f->gain;
	struct buf b;

	if (!g->even.n || !g->led.n)
		return;
	begin(p, word(p, REPORTWORD_GAIN), &b);
	buf_addf(&b, "%.*s (%lld/%lld) %.*s %.*s (%lld/%lld)",
	    STR_ARG(level(p, g->led_rate)), (long long)g->led.x,
	    (long long)g->led.n, STR_ARG(word(p, REPORTWORD_AGAINST)),
	    STR_ARG(level(p, g->even_rate)), (long long)g->even.x,
	    (long long)g->even.n);
	if (g->lift_log.is_known)
		buf_addf(&b, ", %.*s (%.*s)", STR_ARG(reportcell_lift(&p->cell,
		    g->lift)), STR_ARG(reportcell_percents(&p->cell,
		    g->lift_log, true)));
	end(p, &b);
}

static void
add_split(const struct page *p, struct buf *b, bool is_bad, double once,
    double running)
{
	buf_addf(b, "%.*s (%.*s, %.*s %.*s)", STR_ARG(word(p, is_bad ?
	    REPORTWORD_SPLIT_BAD : REPORTWORD_SPLIT_GOOD)),
	    STR_ARG(reportcell_p(&p->cell, once)), STR_ARG(word(p,
	    REPORTWORD_SPLIT_RUNNING)), STR_ARG(reportcell_p(&p->cell,
	    running)));
}

static void
write_split(const struct page *p)
{
	const struct figures *f = p->f;
	struct buf b;

	begin(p, word(p, REPORTWORD_SPLIT), &b);
	add_split(p, &b, f->srm.is_flagged || f->srm_seq_p < STATS_SRM_P,
	    f->srm.p, f->srm_seq_p);
	end(p, &b);
	if (!f->activated)
		return;
	begin(p, word(p, REPORTWORD_ACTIVATED), &b);
	add_units(p, &b, REPORTWORD_VISITOR, f->activated);
	buf_add(&b, STR(", "));
	add_split(p, &b, f->activated_is_odd, f->activated_srm.p,
	    f->activated_srm_seq_p);
	end(p, &b);
}

/* What remains of a plan, while it runs. */
static void
write_left(const struct page *p)
{
	int64_t left = p->r->planned_visitors - p->f->visitors;
	double days = p->f->days_left;
	struct buf b;

	if (isnan(days))
		return;
	begin(p, word(p, REPORTWORD_LEFT), &b);
	if (left <= 0) {
		buf_add(&b, word(p, REPORTWORD_LEFT_NONE));
	} else {
		if (isfinite(days)) {
			add_units(p, &b, REPORTWORD_DAY, llround(ceil(days)));
			buf_add(&b, STR(", "));
		}
		add_units(p, &b, REPORTWORD_VISITOR, left);
		if (!isfinite(days))
			buf_addf(&b, ", %.*s", STR_ARG(word(p,
			    REPORTWORD_LEFT_NEVER)));
	}
	end(p, &b);
}

static void
write_exclusions(const struct page *p)
{
	struct table *t = ARENA_NEW(p->cell.arena, struct table);

	t->columns = 2;
	for (size_t i = 0; i < p->r->reasons; i++) {
		if (!p->r->reason[i].n)
			continue;
		table_add(t, buf_join(p->cell.arena, STR("  "), reportword_of(
		    p->r->reason[i].name, p->cell.lang)));
		table_add(t, reportcell_whole(&p->cell, p->r->reason[i].n));
	}
	if (!t->rows)
		return;
	fprintf(p->out, "\n%.*s\n", STR_ARG(word(p, REPORTWORD_EXCLUDED)));
	table_write(t, p->out);
}

static void
write_figures(const struct page *p)
{
	const struct report *rep = p->rep;

	putc('\n', p->out);
	write_rates(p);
	putc('\n', p->out);
	write_comparison(p);
	putc('\n', p->out);
	write_live(p);
	write_counted(p);
	write_aside(p);
	write_weights(p);
	write_gain(p);
	write_split(p);
	write_left(p);
	for (size_t i = 0; i < p->r->guardrails; i++)
		write_rail(p, i);
	if (rep->grid && rep->grid->kind != GRID_NONE)
		reporttable_factors(&p->cell, p->r, rep->grid, p->out);
	if (rep->slices)
		reporttable_slices(&p->cell, p->r, rep->slices, p->out);
}

static void
write_notes(const struct page *p)
{
	struct str note[SENTENCE_NOTES_MAX];
	size_t count = sentence_notes(p->rep, p->cell.lang, note);

	if (count)
		putc('\n', p->out);
	for (size_t i = 0; i < count; i++)
		paragraph_write(note[i], "- ", "  ", p->out);
}

static void
write_heading(const struct page *p)
{
	const struct results *r = p->r;
	struct buf b;

	begin(p, r->key, &b);
	buf_addf(&b, "%.*s, %.*s\u00a0%lld, %.*s\u00a0%.*s, %.*s\u00a0%.*s",
	    STR_ARG(reportword_of(r->state, p->cell.lang)),
	    STR_ARG(word(p, REPORTWORD_PHASE)), (long long)r->phase,
	    STR_ARG(word(p, REPORTWORD_GOAL)),
	    STR_ARG(reportword_of(r->goal_name, p->cell.lang)),
	    STR_ARG(word(p, REPORTWORD_AS_OF)),
	    STR_ARG(reportcell_moment(&p->cell, r->as_of_ms)));
	end(p, &b);
}

void
reporttext_write(const struct report *rep, enum lang lang, FILE *out)
{
	const struct page p = { rep, rep->results, rep->figures,
		{ rep->results->arena, lang }, out };

	paragraph_write(sentence_verdict(rep, lang), "", "", out);
	putc('\n', out);
	write_heading(&p);
	if (rep->figures)
		write_figures(&p);
	write_notes(&p);
	write_exclusions(&p);
}
