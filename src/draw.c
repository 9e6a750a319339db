/* Implements draw.h: hashes and ranges are experiment/assign's. */
#include <assert.h>

#include "experiment/assign.h"
#include "experiment/bandit.h"
#include "page/site.h"

#include "draw.h"

static_assert(SITE_VARIANTS_MAX <= ASSIGN_ARMS_MAX, "a variant is an arm");

/* One hash a factor; the combination of their levels is a variant. */
static int
hash_factors(const struct site_experiment *x, struct str unit)
{
	struct assign_range range[SITE_LEVELS_MAX];
	const double whole = 1;
	size_t at = 0;

	assign_ranges(&whole, 1, x->coverage, range);
	if (assign_pick(range, 1, assign_bucket(x->seed, unit)) < 0)
		return ASSIGN_NO_ARM;
	for (size_t i = 0; i < x->factors; i++) {
		const struct site_factor *f = &x->factor[i];
		int level;

		assign_ranges(f->weight, f->levels, 1, range);
		level = assign_pick(range, f->levels,
		    assign_bucket(f->seed, unit));
		if (level < 0)
			return ASSIGN_NO_ARM;
		at = at * f->levels + (size_t)level;
	}
	return at < x->cells ? (int)x->cell[at] : ASSIGN_NO_ARM;
}

void
draw_ranges(const struct site_experiment *x, const struct site_leaf *leaf,
    struct str unit, struct assign_range *out)
{
	int arm;

	if (!x->cells) {
		assign_ranges(leaf ? leaf->weight : x->weight,
		    x->page->variants, x->coverage, out);
		return;
	}
	/* A combination without weight was paused: its levels go on. */
	arm = hash_factors(x, unit);
	for (int i = 0; i < (int)x->page->variants; i++)
		out[i] = (struct assign_range){ 0, i == arm &&
		    x->weight[i] > 0 };
}

static int
hash_arm(const struct site_experiment *x, const struct site_leaf *leaf,
    struct str unit)
{
	struct assign_range range[SITE_VARIANTS_MAX];

	draw_ranges(x, leaf, unit, range);
	return assign_pick(range, x->page->variants,
	    assign_bucket(x->seed, unit));
}

/* One hash more, for life: who explores has even weights. */
static bool
explores(const struct site_experiment *x, struct str unit)
{
	return assign_bucket(x->explore, unit) < BANDIT_UNIFORM;
}

const struct site_leaf *
draw_leaf(const struct site_experiment *x, struct str unit, struct str context)
{
	bool is_even = x->leaves && explores(x, unit);

	for (size_t i = 0; i < x->leaves; i++) {
		const struct site_leaf *l = &x->leaf[i];

		if (l->is_even == is_even &&
		    (is_even || str_eq_fold(l->key, context)))
			return l;
	}
	return NULL;
}

bool
draw_keeps(const struct site_experiment *x, struct str unit, uint32_t arm)
{
	bool is_even = x->leaves && explores(x, unit);
	bool is_kept = is_even || hash_arm(x, NULL, unit) == (int)arm;

	for (size_t i = 0; i < x->leaves && is_kept; i++)
		is_kept = x->leaf[i].is_even != is_even ||
		    hash_arm(x, &x->leaf[i], unit) == (int)arm;
	return is_kept;
}
