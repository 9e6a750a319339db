/* Implements context.h.  An epoch's parts stand right before it in results. */
#include <math.h>

#include "base/arena.h"
#include "experiment/assign.h"
#include "experiment/bandit.h"
#include "experiment/epoch.h"
#include "experiment/figures.h"
#include "experiment/glance.h"
#include "experiment/slices.h"

#include "experiment/context.h"

#define BUCKETS ((double)ASSIGN_BUCKETS)

/* The arms that play, and a leaf's counts of them by epoch. */
struct leaf {
	const struct results *r;
	const struct figures *f;
	size_t of[RESULTS_ARMS_MAX];	/* results' arm */
	size_t players;
	struct epoch *epoch;
	struct stats_arm *count;	/* [epoch][player] */
	struct context *out;
};

static void
begin(struct leaf *l)
{
	const struct results *r = l->r;

	for (size_t k = 0; k < r->arms; k++)
		if (r->epoch[r->epochs - 1].weight[k] > 0)
			l->of[l->players++] = k;
	l->epoch = arena_array(r->arena, r->epochs, sizeof *l->epoch);
	l->count = arena_array(r->arena, r->epochs * l->players,
	    sizeof *l->count);
	for (size_t i = 0; i < r->epochs; i++)
		l->epoch[i].arm = &l->count[i * l->players];
}

/* Those of arms that don't play are left out. */
static void
take(struct leaf *l, const struct stats_arm *count)
{
	for (size_t i = 0; i < l->r->epochs; i++)
		for (size_t k = 0; k < l->players; k++)
			l->count[i * l->players + k] =
			    count[i * l->r->arms + l->of[k]];
}

/* Counts as if every epoch had sent each arm the same share. */
static void
standardise(const struct leaf *l, struct stats_arm *out)
{
	const struct epoch_series s = { l->epoch, l->r->epochs, l->players };
	double widest = 0;

	for (size_t k = 0; k < l->players; k++)
		out[k] = epoch_pooled(&s, k);
	for (size_t k = 1; k < l->players; k++) {
		struct epoch_pair p = epoch_compare(&s, k);

		if (!p.epochs)
			continue;
		out[k] = glance_counts(p.treatment, out[k].n);
		if (p.visitors <= widest)
			continue;
		widest = p.visitors;
		out[0] = glance_counts(p.control, epoch_pooled(&s, 0).n);
	}
}

/* All others together have nothing in common. */
static void
add(void *context, const struct str *key, const struct stats_arm *count)
{
	struct leaf *l = context;
	struct context *out = l->out;
	struct stats_arm mine[RESULTS_ARMS_MAX], all[RESULTS_ARMS_MAX];
	const struct epoch_series s = { l->epoch, l->r->epochs, l->players };
	double weight[RESULTS_ARMS_MAX];
	double floor = l->r->bandit_floor > 0 ? l->r->bandit_floor :
	    bandit_floor(l->players);
	struct bandit_leaf found;
	struct context_leaf *to;
	int64_t visitors = 0;

	if (!key || out->leaves == CONTEXT_LEAVES_MAX)
		return;
	take(l, count);
	for (size_t k = 0; k < l->players; k++) {
		visitors += epoch_pooled(&s, k).n;
		all[k] = l->f->arm[l->of[k]].standard;
	}
	standardise(l, mine);
	bandit_leaf(mine, all, l->players, floor, &found);
	if (!found.is_ready || visitors < BANDIT_LEAF_VISITORS_MIN)
		return;
	to = &out->leaf[out->leaves++];
	*to = (struct context_leaf){ .key = arena_copy(l->r->arena, *key),
		.visitors = visitors };
	/* The even tenth is set apart by its hash, not by these. */
	bandit_weights(found.p_best, l->players, floor, weight);
	for (size_t k = 0; k < l->players; k++)
		to->weight[l->of[k]] = weight[k];
}

enum err
context_read(struct pg *db, const struct results *r, const struct figures *f,
    struct context *out)
{
	struct leaf l = { .r = r, .f = f, .out = out };

	*out = (struct context){ 0 };
	begin(&l);
	for (size_t k = 0; k < l.players; k++)
		out->even[l.of[k]] = 1 / (double)l.players;
	return slices_each(db, r, &(struct slices_question){
	    r->bandit_context, CONTEXT_LEAVES_MAX }, add, &l);
}

static bool
differ(const struct results *r, const double *a, const double *b)
{
	for (size_t k = 0; k < r->arms; k++)
		if (fabs(a[k] - b[k]) >= .5 / BUCKETS)
			return true;
	return false;
}

bool
context_has_moved(const struct results *r, const struct context *c)
{
	const struct results_epoch *now = &r->epoch[r->epochs - 1];
	size_t found = 0, parts = 0;

	for (size_t i = 0; i + 1 < r->epochs; i++) {
		const struct results_epoch *part = &r->epoch[i];

		if (part->part_of != now->number)
			continue;
		parts++;
		if (part->is_even)
			found += !differ(r, part->weight, c->even);
		for (size_t k = 0; !part->is_even && k < c->leaves; k++)
			found += str_eq(part->leaf, c->leaf[k].key) &&
			    !differ(r, part->weight, c->leaf[k].weight);
	}
	return parts != c->leaves + 1 || found != parts;
}

static struct stats_arm
count_of(const struct results *r, size_t epoch)
{
	struct stats_arm sum = { 0 };

	for (size_t k = 0; k < r->arms; k++) {
		struct stats_arm one = glance_goal(r,
		    &r->cell[epoch * r->arms + k]);

		sum.n += one.n;
		sum.x += one.x;
	}
	return sum;
}

void
context_compare(const struct results *r, struct context_gain *out)
{
	struct epoch *epoch = arena_array(r->arena, r->epochs, sizeof *epoch);
	struct stats_arm (*side)[2] = arena_array(r->arena, r->epochs + 1,
	    sizeof *side);
	struct epoch_series s = { epoch, 0, 2 };
	struct epoch_pair p;

	for (size_t i = 0; i < r->epochs; i++) {
		struct stats_arm one = count_of(r, i);
		struct stats_arm *to = &side[s.epochs][!r->epoch[i].is_even];

		to->n += one.n;
		to->x += one.x;
		if (r->epoch[i].part_of)
			continue;
		/* An epoch of one piece tells nothing of two. */
		if (i && r->epoch[i - 1].part_of) {
			epoch[s.epochs].arm = side[s.epochs];
			s.epochs++;
		}
		side[s.epochs][0] = side[s.epochs][1] =
		    (struct stats_arm){ 0 };
	}
	p = epoch_compare(&s, 1);
	*out = (struct context_gain){ epoch_pooled(&s, 0), epoch_pooled(&s, 1),
		.even_rate = p.epochs ? p.control.rate : NAN,
		.led_rate = p.epochs ? p.treatment.rate : NAN,
		.lift = glance_lift(&p),
		.lift_log = stats_lift_log(p.ratio, r->alpha) };
}
