/* Implements model.h. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

#include "track/model.h"

#define HALF_LIFE_MS ((double)MODEL_HALF_LIFE_DAYS * 86400000)
#define END_SHARE 0.4
#define NEAR 1e6	/* a millionth is rounding */

struct model {
	struct arena *arena;
	size_t keys;
	struct model_sums sums;
	double *credit[MODEL_MARKOV];	/* by key */
	/* How many paths went so: of keys + 1 rows, the last one the start. */
	double *step;			/* to another key */
	double *success;
	double *failure;
};

static const char *const names[MODEL_KINDS] = { "first", "last", "linear",
	"position", "decay", "markov" };

const char *
model_name(enum model_kind kind)
{
	return names[kind];
}

static double
weight(enum model_kind kind, const struct model_path *p, size_t i)
{
	size_t last = p->touches - 1;
	double age_ms = (double)(p->touch[last].at_ms - p->touch[i].at_ms);

	switch (kind) {
	case MODEL_FIRST:
		return i == 0;
	case MODEL_LAST:
		return i == last;
	case MODEL_POSITION:
		return p->touches <= 2 ? 1 : i == 0 || i == last ? END_SHARE :
		    (1 - 2 * END_SHARE) / (double)(p->touches - 2);
	case MODEL_DECAY:
		return exp2(-age_ms / HALF_LIFE_MS);
	case MODEL_LINEAR:
	case MODEL_MARKOV:
		break;
	}
	return 1;
}

void
model_share(enum model_kind kind, const struct model_path *p, double *share)
{
	double sum = 0;

	assert(kind != MODEL_MARKOV && p->touches > 0);
	for (size_t i = 0; i < p->touches; i++) {
		share[i] = weight(kind, p, i);
		sum += share[i];
	}
	for (size_t i = 0; i < p->touches; i++)
		share[i] /= sum;
}

struct model *
model_new(struct arena *a, size_t keys)
{
	struct model *m = ARENA_NEW(a, struct model);

	assert(keys <= MODEL_KEYS_MAX);
	m->arena = a;
	m->keys = keys;
	for (size_t i = 0; i < MODEL_MARKOV; i++)
		m->credit[i] = arena_array(a, keys, sizeof(double));
	m->step = arena_array(a, (keys + 1) * keys, sizeof(double));
	m->success = arena_array(a, keys + 1, sizeof(double));
	m->failure = arena_array(a, keys + 1, sizeof(double));
	return m;
}

static void
walk(struct model *m, const struct model_path *p)
{
	size_t at = m->keys;

	for (size_t i = 0; i < p->touches; i++) {
		m->step[at * m->keys + p->touch[i].key]++;
		at = p->touch[i].key;
	}
	(p->is_won ? m->success : m->failure)[at]++;
}

void
model_add(struct model *m, const struct model_path *p)
{
	double share[MODEL_TOUCHES_MAX];

	assert(p->touches <= MODEL_TOUCHES_MAX);
	for (size_t i = 0; i < p->touches; i++)
		assert(p->touch[i].key < m->keys);
	m->sums.paths++;
	walk(m, p);
	if (!p->is_won)
		return;
	m->sums.won++;
	m->sums.value += p->value;
	for (size_t kind = 0; kind < MODEL_MARKOV; kind++) {
		model_share((enum model_kind)kind, p, share);
		for (size_t i = 0; i < p->touches; i++)
			m->credit[kind][p->touch[i].key] += share[i] *
			    (double)p->value;
	}
}

struct model_sums
model_sums(const struct model *m)
{
	return m->sums;
}

/* How often anything went on from there. */
static double
leaves(const struct model *m, size_t from)
{
	double n = m->success[from] + m->failure[from];

	for (size_t i = 0; i < m->keys; i++)
		n += m->step[from * m->keys + i];
	return n;
}

static void
swap_rows(double *matrix, size_t n, size_t i, size_t k)
{
	for (size_t c = 0; i != k && c < n; c++) {
		double t = matrix[i * n + c];

		matrix[i * n + c] = matrix[k * n + c];
		matrix[k * n + c] = t;
	}
}

/*
 * Invert an n by n matrix in place, into out, by Gauss and Jordan with partial
 * pivoting.  Every key was left at least once by a path that ended, so I - Q
 * is regular.
 */
static void
invert(double *matrix, size_t n, double *out)
{
	for (size_t i = 0; i < n; i++)
		for (size_t c = 0; c < n; c++)
			out[i * n + c] = i == c;
	for (size_t i = 0; i < n; i++) {
		size_t pivot = i;
		double by;

		for (size_t r = i + 1; r < n; r++)
			if (fabs(matrix[r * n + i]) >
			    fabs(matrix[pivot * n + i]))
				pivot = r;
		swap_rows(matrix, n, i, pivot);
		swap_rows(out, n, i, pivot);
		by = matrix[i * n + i];
		for (size_t c = 0; c < n; c++) {
			matrix[i * n + c] /= by;
			out[i * n + c] /= by;
		}
		for (size_t r = 0; r < n; r++) {
			by = matrix[r * n + i];
			for (size_t c = 0; r != i && c < n; c++) {
				matrix[r * n + c] -= by * matrix[i * n + c];
				out[r * n + c] -= by * out[i * n + c];
			}
		}
	}
}

/* (I - Q)^-1; a key that no path came to goes nowhere. */
static double *
fundamental(const struct model *m)
{
	size_t n = m->keys;
	double *q = arena_array(m->arena, n * n, sizeof *q);
	double *out = arena_array(m->arena, n * n, sizeof *out);

	for (size_t i = 0; i < n; i++) {
		double all = leaves(m, i);

		for (size_t k = 0; k < n; k++)
			q[i * n + k] = (i == k) - (all > 0 ?
			    m->step[i * n + k] / all : 0);
	}
	invert(q, n, out);
	return out;
}

void
model_removal(struct model *m, double *effect)
{
	size_t n = m->keys;
	const double *first = m->step + n * n;
	double *out = fundamental(m), all = leaves(m, n), succeeds = 0;
	double *success = arena_array(m->arena, n, sizeof *success);

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < n; k++)
			if (m->success[k] > 0)
				success[i] += out[i * n + k] * m->success[k] /
				    leaves(m, k);
		succeeds += all > 0 ? first[i] / all * success[i] : 0;
	}
	for (size_t k = 0; k < n; k++) {
		double comes = 0;

		for (size_t i = 0; i < n && all > 0; i++)
			comes += first[i] / all * out[i * n + k];
		effect[k] = succeeds > 0 ? comes / out[k * n + k] *
		    success[k] / succeeds : 0;
	}
}

static void
markov(struct model *m, double *credit)
{
	double sum = 0;

	model_removal(m, credit);
	for (size_t k = 0; k < m->keys; k++)
		sum += credit[k];
	for (size_t k = 0; k < m->keys; k++)
		credit[k] = sum > 0 ? credit[k] / sum *
		    (double)m->sums.value : 0;
}

struct rest {
	size_t key;
	double part;
};

static int
by_rest(const void *a, const void *b)
{
	const struct rest *x = a, *y = b;

	if (x->part != y->part)
		return x->part > y->part ? -1 : 1;
	return x->key < y->key ? -1 : x->key > y->key;
}

/* Whole numbers near the exact ones that sum to total. */
static void
settle(struct arena *a, const double *exact, size_t n, int64_t total,
    int64_t *out)
{
	struct rest *rest = arena_array(a, n, sizeof *rest);
	int64_t left = total;

	for (size_t i = 0; i < n; i++) {
		/* What is whole but for rounding is whole. */
		double near = round(exact[i] * NEAR) / NEAR;

		out[i] = (int64_t)floor(near);
		rest[i] = (struct rest){ i, near - floor(near) };
		left -= out[i];
	}
	qsort(rest, n, sizeof *rest, by_rest);
	/* More than n, or below zero, only where doubles run out of digits. */
	for (size_t i = 0; n && left != 0; i = (i + 1) % n) {
		int64_t one = left > 0 ? 1 : -1;

		out[rest[i].key] += one;
		left -= one;
	}
}

void
model_credit(struct model *m, enum model_kind kind, int64_t unit,
    int64_t *credit)
{
	double *exact = arena_array(m->arena, m->keys, sizeof *exact);

	if (kind == MODEL_MARKOV)
		markov(m, exact);
	else
		memcpy(exact, m->credit[kind], m->keys * sizeof *exact);
	for (size_t k = 0; k < m->keys; k++)
		exact[k] *= (double)unit;
	settle(m->arena, exact, m->keys, m->sums.value * unit, credit);
}
