/*
 * Knows how a success is shared among the touches that led to it, by several
 * models side by side.  Pure: paths in, credits out.
 *
 * first, last   all to that touch
 * linear        the same to each
 * position      40 % to the first, 40 % to the last, 20 % in equal parts to
 *               those between; half each of two
 * decay         half as much for every MODEL_HALF_LIFE_DAYS before the last
 *               touch: 2^(-age / half-life), over their sum
 * markov        by removal effect (Anderl, Becker, von Wangenheim and Schumann
 *               2016, Int. J. of Research in Marketing 33, 457-474).  Paths,
 *               won and lost, make a chain of first order from a start over
 *               keys to success or failure; the removal effect of a key is the
 *               share of success that is lost when whoever comes to it fails:
 *                 R(k) = h(k) s(k) / s(start),
 *               h(k) the chance to come to k at all, s(x) that to succeed from
 *               x.  With N = (I - Q)^-1, Q the steps between keys, a the first
 *               steps and w the last ones to success: s = N w, s(start) = a s,
 *               h(k) = (a N)(k) / N(k,k) (Kemeny and Snell 1960, Finite Markov
 *               Chains, theorems 3.2.4 and 3.5.4).  A key's share is
 *               R(k) / sum of R: it says what goes together, not what causes.
 *               A key from which no step leads to success gets nothing.
 *
 * A path is counted with its value by all of them, so that each model's
 * credits sum to the value of all paths won.
 */
#ifndef PISTE_TRACK_MODEL_H
#define PISTE_TRACK_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

enum model_kind { MODEL_FIRST, MODEL_LAST, MODEL_LINEAR, MODEL_POSITION,
	MODEL_DECAY, MODEL_MARKOV };
#define MODEL_KINDS (MODEL_MARKOV + 1)
#define MODEL_HALF_LIFE_DAYS 7
#define MODEL_KEYS_MAX 128	/* the chain is a matrix */
#define MODEL_TOUCHES_MAX 200	/* of one path */

/* "first", "last" …; a MODEL_KINDS. */
const char *model_name(enum model_kind kind);

struct model_touch {
	size_t key;		/* from 0; below the model's keys */
	int64_t at_ms;
};
/* Touches in their order, from 1 to MODEL_TOUCHES_MAX. */
struct model_path {
	const struct model_touch *touch;
	size_t touches;
	int64_t value;		/* of a success: 1, or cents; may be < 0 */
	bool is_won;
};

/*
 * Each touch's share of a path, by any but the chain; they sum to one, but for
 * rounding of less than 1e-12.
 */
void model_share(enum model_kind kind, const struct model_path *p,
    double *share);

struct model;

/* Of keys, at most MODEL_KEYS_MAX, that nothing is known of yet; in a. */
struct model *model_new(struct arena *a, size_t keys);
void model_add(struct model *m, const struct model_path *p);

/* How many paths were added, and what those won are worth. */
struct model_sums {
	int64_t paths;
	int64_t won;
	int64_t value;
};
struct model_sums model_sums(const struct model *m);

/*
 * What each key is credited with, in parts of `unit` (100: of a hundredth):
 * whole numbers by the largest remainder, equal ones by key, so that they sum
 * to the value of all paths won times unit.
 */
void model_credit(struct model *m, enum model_kind kind, int64_t unit,
    int64_t *credit);
/* Removal effects: of each key, from 0 to 1; all 0 when no path is won. */
void model_removal(struct model *m, double *effect);

#endif
