/* Implements history.h: what a look says is glance's. */
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "experiment/glance.h"

#include "experiment/history.h"

/* What an epoch adds to a look, as of its last change. */
struct leaf {
	bool is_stale;
	double ln_bf;
	double activated_ln_bf;
	int64_t visitors;
	struct stats_arm goal[RESULTS_ARMS_MAX];
	struct epoch_sum part[RESULTS_ARMS_MAX];	/* by arm, from 1 */
};

/* Walking from look to look. */
struct walk {
	const struct results *r;
	struct results_cell *cell;	/* [epoch][arm], at this look */
	struct leaf *leaf;		/* by epoch */
	size_t change;			/* the next of r's */
	double better[RESULTS_ARMS_MAX];
	double worse[RESULTS_ARMS_MAX];
	struct history *out;
};

static double
ln_bf(const struct walk *w, size_t epoch, enum results_measure measure)
{
	const struct results *r = w->r;
	struct stats_arm count[RESULTS_ARMS_MAX];
	const struct epoch e = { count, r->epoch[epoch].weight };

	for (size_t k = 0; k < r->arms; k++) {
		int64_t n = w->cell[epoch * r->arms + k].n[measure];

		count[k] = (struct stats_arm){ n > 0 ? n : 0, 0 };
	}
	return epoch_ln_bf(&e, r->arms, STATS_SRM_CONCENTRATION);
}

static void
grow(struct walk *w, size_t epoch)
{
	const struct results *r = w->r;
	const struct results_cell *cell = &w->cell[epoch * r->arms];
	struct leaf *leaf = &w->leaf[epoch];

	leaf->is_stale = false;
	leaf->ln_bf = ln_bf(w, epoch, RESULTS_VISITORS);
	leaf->activated_ln_bf = ln_bf(w, epoch, RESULTS_ACTIVATED);
	leaf->visitors = 0;
	for (size_t k = 0; k < r->arms; k++) {
		leaf->visitors += cell[k].n[RESULTS_VISITORS];
		leaf->goal[k] = glance_goal(r, &cell[k]);
		if (k)
			leaf->part[k] = glance_part(r, cell, k);
	}
}

/* The cells as they were at that look. */
static void
step(struct walk *w, size_t at)
{
	const struct results *r = w->r;

	for (; w->change < r->changes && r->change[w->change].look <= at;
	    w->change++) {
		const struct results_change *c = &r->change[w->change];

		w->cell[c->epoch * r->arms + c->arm] = c->cell;
		w->leaf[c->epoch].is_stale = true;
	}
	/* The last one may have been counted anew. */
	for (size_t i = 0; at + 1 == r->looks && i < r->epochs; i++) {
		struct results_cell *now = &w->cell[i * r->arms];
		const struct results_cell *last = &r->cell[i * r->arms];

		if (!memcmp(now, last, r->arms * sizeof *now))
			continue;
		memcpy(now, last, r->arms * sizeof *now);
		w->leaf[i].is_stale = true;
	}
	for (size_t i = 0; i < r->epochs; i++)
		if (w->leaf[i].is_stale)
			grow(w, i);
}

static void
note_split(struct walk *w, size_t at)
{
	double all = 0, activated = 0;
	int64_t visitors = 0;

	for (size_t i = 0; i < w->r->epochs; i++) {
		all += w->leaf[i].ln_bf;
		activated += w->leaf[i].activated_ln_bf;
		visitors += w->leaf[i].visitors;
	}
	w->out->visitors[at] = visitors;
	w->out->srm_seq_p = fmin(w->out->srm_seq_p, exp(-all));
	w->out->activated_srm_seq_p = fmin(w->out->activated_srm_seq_p,
	    exp(-activated));
}

static void
note_pair(struct walk *w, size_t at, size_t arm)
{
	const struct results *r = w->r;
	struct history *out = w->out;
	struct history_look *row = &out->look[at * (r->arms - 1) + arm - 1];
	struct epoch_sum sum = { 0 };
	struct epoch_pair p;
	double *side;

	*row = (struct history_look){ 0 };
	for (size_t i = 0; i < r->epochs; i++) {
		const struct leaf *leaf = &w->leaf[i];

		epoch_add(&sum, &leaf->part[arm]);
		row->control.n += leaf->goal[0].n;
		row->control.x += leaf->goal[0].x;
		row->treatment.n += leaf->goal[arm].n;
		row->treatment.x += leaf->goal[arm].x;
	}
	p = glance_pair_of(r, &sum);
	side = &(p.ratio.theta < 0 ? w->worse : w->better)[arm - 1];
	out->before[arm - 1] = *side;
	*side = fmin(*side, glance_av_p(r, &p, row->control, row->treatment));
	out->now[arm - 1] = *side;
	row->lift = glance_lift(&p);
	row->av = glance_av(r, &p);
	row->running_p = *side;
}

static void
note_look(struct walk *w, size_t at)
{
	const struct results *r = w->r;
	double holm[RESULTS_ARMS_MAX];

	step(w, at);
	note_split(w, at);
	for (size_t k = 1; k < r->arms; k++)
		note_pair(w, at, k);
	stats_holm(w->out->now, r->arms - 1, holm);
	for (size_t k = 0; k + 1 < r->arms; k++)
		if (holm[k] <= r->alpha && w->out->first_significant < 0)
			w->out->first_significant = (int)at;
}

void
history_take(const struct results *r, struct history *out)
{
	struct arena *a = r->arena;
	struct walk w = { .r = r, .out = out,
		.cell = arena_array(a, r->epochs * r->arms, sizeof *w.cell),
		.leaf = arena_array(a, r->epochs, sizeof *w.leaf) };

	*out = (struct history){ .srm_seq_p = 1, .activated_srm_seq_p = 1,
		.first_significant = -1,
		.look = arena_array(a, r->looks * (r->arms - 1),
		    sizeof *out->look),
		.visitors = arena_array(a, r->looks, sizeof *out->visitors) };
	for (size_t k = 0; k < RESULTS_ARMS_MAX; k++)
		out->now[k] = out->before[k] = w.better[k] = w.worse[k] = 1;
	for (size_t i = 0; i < r->epochs; i++)
		w.leaf[i].is_stale = true;
	for (size_t at = 0; at < r->looks; at++)
		note_look(&w, at);
}
