/*
 * Implements factorial.h: contrasts of cell rates.  Which cell is likely the
 * best is bayes'.
 */
#include <math.h>
#include <stdio.h>

#include "experiment/special.h"
#include "experiment/factorial.h"

/*
 * A pivot so small beside its diagonal is rounding: the contrasts of a term
 * have no spread in some direction.
 */
#define PIVOT_MIN 1e-12

bool
factorial_init(struct factorial *f, const size_t *levels, size_t factors)
{
	*f = (struct factorial){ .factors = factors, .cells = 1 };
	if (!factors || factors > FACTORIAL_FACTORS_MAX)
		return false;
	for (size_t i = 0; i < factors; i++) {
		if (levels[i] < 2 || levels[i] > FACTORIAL_LEVELS_MAX)
			return false;
		f->levels[i] = levels[i];
		f->cells *= levels[i];
	}
	return f->cells <= FACTORIAL_CELLS_MAX;
}

size_t
factorial_cell(const struct factorial *f, const size_t *level)
{
	size_t cell = 0;

	for (size_t i = 0; i < f->factors; i++)
		cell = cell * f->levels[i] + level[i];
	return cell;
}

size_t
factorial_level(const struct factorial *f, size_t cell, size_t factor)
{
	for (size_t i = f->factors - 1; i > factor; i--)
		cell /= f->levels[i];
	return cell % f->levels[factor];
}

enum factorial_fit
factorial_fit(double visitors, double rate)
{
	if (visitors < FACTORIAL_VISITORS_MIN)
		return FACTORIAL_FEW_VISITORS;
	return visitors * rate < FACTORIAL_CONVERSIONS_MIN ?
	    FACTORIAL_FEW_CONVERSIONS : FACTORIAL_FITS;
}

enum factorial_fit
factorial_filled(const struct factorial *f, const struct stats_arm *cell)
{
	enum factorial_fit worst = FACTORIAL_FITS;

	for (size_t i = 0; i < f->cells; i++) {
		if (cell[i].n < FACTORIAL_VISITORS_MIN)
			return FACTORIAL_FEW_VISITORS;
		if (cell[i].x < FACTORIAL_CONVERSIONS_MIN)
			worst = FACTORIAL_FEW_CONVERSIONS;
	}
	return worst;
}

/* Of each cell the rate and its variance, none of an empty one. */
struct rates {
	const struct factorial *f;
	double p[FACTORIAL_CELLS_MAX];
	double v[FACTORIAL_CELLS_MAX];
	bool is_empty[FACTORIAL_CELLS_MAX];
};

/* The factors of a term: one, or a pair. */
struct term {
	size_t factor[2];
	size_t factors;
};

struct contrasts {
	double c[FACTORIAL_EFFECTS_MAX][FACTORIAL_CELLS_MAX];
	size_t count;
};

/* The contrast of these levels of t's factors to their levels 0. */
static void
contrast(const struct factorial *f, const struct term *t, const size_t *level,
    double *c)
{
	for (size_t cell = 0; cell < f->cells; cell++) {
		c[cell] = 1 / (double)f->cells;
		for (size_t i = 0; i < t->factors; i++) {
			size_t at = factorial_level(f, cell, t->factor[i]);
			double levels = (double)f->levels[t->factor[i]];

			c[cell] *= at == level[i] ? levels :
			    at == 0 ? -levels : 0;
		}
	}
}

static void
judge(const struct rates *r, const double *c, struct factorial_effect *e)
{
	double var = 0;

	e->is_known = true;
	for (size_t i = 0; i < r->f->cells; i++) {
		if (c[i] != 0 && r->is_empty[i])
			e->is_known = false;
		e->estimate += c[i] * r->p[i];
		var += c[i] * c[i] * r->v[i];
	}
	e->se = sqrt(var);
	e->z = var > 0 ? e->estimate / e->se : 0;
	e->p = stats_p_of_z(e->z);
}

/*
 * m = L L' (Cholesky) in place, and y = L^-1 y; then y'y is y' m^-1 y of
 * before.  False when m is singular.
 */
static bool
reduce(double m[][FACTORIAL_EFFECTS_MAX], double *y, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		double diagonal = m[i][i];

		for (size_t j = 0; j <= i; j++) {
			double sum = m[i][j];

			for (size_t k = 0; k < j; k++)
				sum -= m[i][k] * m[j][k];
			if (j < i)
				m[i][j] = sum / m[j][j];
			else if (sum <= PIVOT_MIN * diagonal)
				return false;
			else
				m[i][i] = sqrt(sum);
		}
		for (size_t k = 0; k < i; k++)
			y[i] -= m[i][k] * y[k];
		y[i] /= m[i][i];
	}
	return true;
}

static double
wald(const struct rates *r, const struct contrasts *cs)
{
	double m[FACTORIAL_EFFECTS_MAX][FACTORIAL_EFFECTS_MAX] = { 0 };
	double y[FACTORIAL_EFFECTS_MAX] = { 0 }, chi2 = 0;

	for (size_t i = 0; i < cs->count; i++)
		for (size_t cell = 0; cell < r->f->cells; cell++) {
			y[i] += cs->c[i][cell] * r->p[cell];
			for (size_t j = 0; j <= i; j++)
				m[i][j] += cs->c[i][cell] * cs->c[j][cell] *
				    r->v[cell];
		}
	if (!reduce(m, y, cs->count))
		return 0;
	for (size_t i = 0; i < cs->count; i++)
		chi2 += y[i] * y[i];
	return chi2;
}

static void
name_effect(const struct term *t, const size_t *level, char *name)
{
	char a = (char)('A' + t->factor[0]), b = (char)('A' + t->factor[1]);

	if (t->factors == 1)
		snprintf(name, FACTORIAL_NAME_BYTES, "%c%u-%c0", a,
		    (unsigned)level[0] % 10, a);
	else
		snprintf(name, FACTORIAL_NAME_BYTES, "%c%u:%c%u", a,
		    (unsigned)level[0] % 10, b, (unsigned)level[1] % 10);
}

static void
add_term(const struct rates *r, const struct term *t,
    struct factorial_result *out)
{
	struct factorial_term *whole = &out->term[out->terms++];
	size_t last = t->factors == 2 ? r->f->levels[t->factor[1]] - 1 : 1;
	struct contrasts cs = { .count = 0 };

	*whole = (struct factorial_term){ .is_known = true };
	snprintf(whole->name, sizeof whole->name, t->factors == 2 ? "%c:%c" :
	    "%c", (char)('A' + t->factor[0]), (char)('A' + t->factor[1]));
	for (size_t a = 1; a < r->f->levels[t->factor[0]]; a++)
		for (size_t b = 1; b <= last; b++) {
			size_t level[2] = { a, b };
			struct factorial_effect *e =
			    &out->effect[out->effects++];

			*e = (struct factorial_effect){
				.is_interaction = t->factors == 2 };
			name_effect(t, level, e->name);
			contrast(r->f, t, level, cs.c[cs.count]);
			judge(r, cs.c[cs.count++], e);
			whole->is_known &= e->is_known;
		}
	whole->df = cs.count;
	whole->chi2 = wald(r, &cs);
	whole->p = special_chi2_q(whole->chi2, (double)whole->df);
}

static void
correct(struct factorial_result *out)
{
	double p[FACTORIAL_EFFECTS_MAX], holm[FACTORIAL_EFFECTS_MAX];
	size_t count = 0;

	for (size_t i = 0; i < out->effects; i++)
		if (out->effect[i].is_known)
			p[count++] = out->effect[i].p;
	stats_holm(p, count, holm);
	for (size_t i = out->effects; i-- > 0;)
		if (out->effect[i].is_known)
			out->effect[i].p_holm = holm[--count];
}

void
factorial_analyze(const struct factorial *f, const struct stats_arm *cell,
    struct factorial_result *out)
{
	struct rates r = { .f = f };

	for (size_t i = 0; i < f->cells; i++) {
		double n = (double)cell[i].n;

		r.is_empty[i] = !cell[i].n;
		r.p[i] = r.is_empty[i] ? 0 : (double)cell[i].x / n;
		r.v[i] = r.is_empty[i] ? 0 : r.p[i] * (1 - r.p[i]) / n;
	}
	*out = (struct factorial_result){ .terms = 0 };
	for (size_t i = 0; i < f->factors; i++)
		add_term(&r, &(struct term){ { i, 0 }, 1 }, out);
	for (size_t i = 0; i < f->factors; i++)
		for (size_t j = i + 1; j < f->factors; j++)
			add_term(&r, &(struct term){ { i, j }, 2 }, out);
	correct(out);
}

bool
factorial_interacts(const struct factorial_result *r, double alpha)
{
	for (size_t i = 0; i < r->effects; i++)
		if (r->effect[i].is_interaction && r->effect[i].is_known &&
		    r->effect[i].p_holm <= alpha)
			return true;
	return false;
}

double
factorial_marginal(const struct factorial *f, const struct stats_arm *cell,
    size_t factor, size_t level)
{
	double sum = 0;

	for (size_t i = 0; i < f->cells; i++) {
		if (factorial_level(f, i, factor) != level)
			continue;
		if (!cell[i].n)
			return NAN;
		sum += (double)cell[i].x / (double)cell[i].n;
	}
	return sum * (double)f->levels[factor] / (double)f->cells;
}
