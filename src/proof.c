/*
 * Implements proof.h.  What was planted must be found, what was not must not
 * be, and every figure must be what the visitors did.
 */
#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "cast.h"
#include "experiment/decide.h"
#include "experiment/figures.h"
#include "experiment/looks.h"
#include "experiment/results.h"
#include "experiment/synthetic.h"

#include "proof.h"

#define RUN_VISITORS 60		/* of the smallest arm, in an A/A test */
#define RUNS_MAX 100
#define EVEN_P .001
#define CHANCE .001		/* of more false winners though all is well */

struct stats_arm
proof_tally(const struct proof *p, int act, size_t arm, size_t from, size_t to)
{
	struct stats_arm a = { 0, 0 };

	for (size_t i = from; i < to; i++)
		if (p->visitor[act][i].arm == (int)arm) {
			a.n++;
			a.x += p->visitor[act][i].is_sent;
		}
	return a;
}

/* One check's outcome; figures is taken over. */
static void __attribute__((format(printf, 5, 6)))
tell(struct proof *p, const char *check, bool ok, json_t *figures,
    const char *format, ...)
{
	json_t *line = json_pack("{s:s,s:b,s:o}", "check", check, "ok", ok,
	    "figures", figures);
	char *text = json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(9));
	va_list list;

	p->has_failed = p->has_failed || !ok;
	puts(text);
	fflush(stdout);
	fprintf(stderr, "%-7s %-10s ", ok ? "ok" : "FAILED", check);
	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	fputc('\n', stderr);
	free(text);
	json_decref(line);
}

static void
check_served(struct proof *p)
{
	size_t pages = 0, failures = 0, limited = 0;
	const char *reason = "";

	for (int i = 0; i < PROOF_ACTS; i++) {
		pages += p->act[i].pages;
		limited += p->act[i].limited;
		if (p->act[i].failures && !failures)
			reason = p->act[i].reason;
		failures += p->act[i].failures;
	}
	tell(p, "served", !failures, json_pack("{s:I,s:I,s:I,s:s}",
	    "pages", (json_int_t)pages, "failures", (json_int_t)failures,
	    "posts_held_back", (json_int_t)limited, "reason", reason),
	    "%zu pages were served and their forms taken%s%s", pages,
	    failures ? ", but: " : "", reason);
}

static void
check_even(struct proof *p)
{
	const struct site_page *pg = p->stage->page;
	int64_t count[SITE_VARIANTS_MAX];
	json_t *counts = json_object();
	struct stats_srm srm;

	for (size_t i = 0; i < pg->variants; i++) {
		count[i] = proof_tally(p, PROOF_SAME, i, 0, p->visitors).n;
		json_object_set_new(counts, arena_copy(p->arena,
		    pg->variant[i].key).p, json_integer(count[i]));
	}
	srm = stats_srm(count, p->x->weight, pg->variants,
	    (struct stats_srm_limit){ EVEN_P, STATS_SRM_TOTAL_MIN });
	tell(p, "even", srm.p > EVEN_P, json_pack("{s:o,s:f,s:f}", "visitors",
	    counts, "chi2", srm.chi2, "p", srm.p),
	    "visitors are split by the weights, chi-square p %.3g", srm.p);
}

static void
check_sticky(struct proof *p)
{
	size_t moved = p->act[PROOF_LIFT].moved + p->act[PROOF_LOSS].moved;
	size_t cookies = p->act[PROOF_SAME].cookies;

	tell(p, "sticky", !moved && cookies == CAST_STRANGERS,
	    json_pack("{s:I,s:I,s:I}", "came_again",
	    (json_int_t)p->act[PROOF_LIFT].pages, "moved", (json_int_t)moved,
	    "cookies", (json_int_t)cookies),
	    "who comes again sees the same arm: %zu of %zu did not", moved,
	    p->act[PROOF_LIFT].pages + p->act[PROOF_LOSS].pages);
}

/* Is there ever a winner in these visitors, looked at again and again? */
static bool
run_aa(const struct proof *p, size_t from, size_t count)
{
	double running[SITE_VARIANTS_MAX] = { 0 }, adjusted[SITE_VARIANTS_MAX];
	size_t treatments = 0;

	for (size_t arm = 0; arm < p->stage->page->variants; arm++) {
		double share = p->x->weight[p->control] + p->x->weight[arm];
		struct looks l;

		if (arm == p->control || !(p->x->weight[arm] > 0))
			continue;
		looks_init(&l, &(struct looks_plan){ .alpha = p->x->alpha,
			.n_star = (double)count * share,
			.weight = { p->x->weight[p->control] / share,
			p->x->weight[arm] / share },
			.split_concentration = LOOKS_SPLIT_CONCENTRATION });
		for (size_t look = 1; look <= p->looks; look++) {
			size_t to = from + count * look / p->looks;
			struct looks_row row;

			looks_add(&l,
			    proof_tally(p, PROOF_SAME, p->control, from, to),
			    proof_tally(p, PROOF_SAME, arm, from, to), &row);
		}
		running[treatments++] = l.running_p;
	}
	stats_holm(running, treatments, adjusted);
	for (size_t i = 0; i < treatments; i++)
		if (adjusted[i] <= p->x->alpha)
			return true;
	return false;
}

/* The least k that a binomial number of n by p exceeds with CHANCE at most. */
static size_t
binomial_bound(size_t n, double p)
{
	double term = pow(1 - p, (double)n), below = term;
	size_t k = 0;

	for (; k < n && 1 - below > CHANCE; k++) {
		term *= (double)(n - k) / (double)(k + 1) * p / (1 - p);
		below += term;
	}
	return k;
}

static void
check_aa(struct proof *p)
{
	double least = 1;
	size_t runs, each, found = 0, bound;

	for (size_t i = 0; i < p->stage->page->variants; i++)
		if (p->x->weight[i] > 0 && p->x->weight[i] < least)
			least = p->x->weight[i];
	runs = (size_t)((double)p->visitors * least / RUN_VISITORS);
	runs = runs < 1 ? 1 : runs > RUNS_MAX ? RUNS_MAX : runs;
	each = p->visitors / runs;
	for (size_t i = 0; i < runs; i++)
		found += run_aa(p, i * each, each);
	bound = binomial_bound(runs, p->x->alpha);
	tell(p, "aa", found <= bound, json_pack("{s:I,s:I,s:I,s:I,s:f}",
	    "runs", (json_int_t)runs, "looks", (json_int_t)p->looks,
	    "false_winners", (json_int_t)found, "at_most", (json_int_t)bound,
	    "alpha", p->x->alpha), "of %zu A/A tests, looked at %u times"
	    " each, %zu have a winner; %zu may", runs, p->looks, found,
	    bound);
}

/* The figures of an act's book once its visitors' time has passed. */
static enum err
read_book(struct proof *p, int act, bool is_exact, struct results *out)
{
	return results_read(p->db, p->arena, p->act[act].book,
	    &(struct results_wish){
		.as_of_ms = clock_now_ms() + (p->x->window_s + 1) * 1000,
		.is_exact = is_exact,
	    }, out);
}

static size_t
results_arm_of(const struct results *r, struct str key)
{
	size_t i = 0;

	while (i < r->arms && !str_eq(r->arm[i].key, key))
		i++;
	return i;
}

/* Arms of which the book says something else than the visitors did. */
static size_t
differing_arms(struct proof *p, int act, const struct results *r)
{
	const struct site_page *pg = p->stage->page;
	size_t differing = 0;

	for (size_t i = 0; i < pg->variants; i++) {
		size_t arm = results_arm_of(r, pg->variant[i].key);
		struct stats_arm did = proof_tally(p, act, i, 0, p->visitors);
		struct results_cell c;

		if (arm == r->arms) {
			differing += did.n > 0;
			continue;
		}
		c = results_sum(r, r->looks - 1, arm);
		differing += c.n[RESULTS_VISITORS] != did.n ||
		    c.n[RESULTS_MATURE_VISITORS] != did.n ||
		    c.n[RESULTS_LEADS] != did.x ||
		    c.n[RESULTS_MATURE_LEADS] != did.x ||
		    c.n[RESULTS_POSTED] != did.x ||
		    c.n[RESULTS_REFUSED] || c.n[RESULTS_MULTI] ||
		    c.n[RESULTS_BOTS];
	}
	return differing;
}

/* By the sums kept as they come, and counted anew. */
static enum err
check_results(struct proof *p)
{
	size_t differing = 0, visitors = 0, leads = 0;
	struct results r;
	enum err e = OK;

	for (int act = 0; act < PROOF_ACTS && !e; act++)
		for (int exact = 0; exact < 2 && !e; exact++) {
			e = read_book(p, act, exact, &r);
			if (!e)
				differing += differing_arms(p, act, &r);
		}
	for (int act = 0; act < PROOF_ACTS; act++)
		for (size_t i = 0; i < p->stage->page->variants; i++) {
			struct stats_arm did = proof_tally(p, act, i, 0,
			    p->visitors);

			visitors += (size_t)did.n;
			leads += (size_t)did.x;
		}
	tell(p, "results", !e && !differing, json_pack("{s:I,s:I,s:I}",
	    "visitors", (json_int_t)visitors, "leads", (json_int_t)leads,
	    "arms_that_differ", (json_int_t)differing),
	    "%zu visits and %zu leads are counted as they were made", visitors,
	    leads);
	return e;
}

static enum err
check_lift(struct proof *p)
{
	const struct site_page *pg = p->stage->page;
	struct results r;
	struct figures *f = arena_take(p->arena, sizeof *f);
	enum err e = read_book(p, PROOF_LIFT, false, &r);
	size_t arm;
	bool is_found;

	if (e)
		return e;
	arm = results_arm_of(&r, pg->variant[p->treatment].key);
	if (!figures_can(&r) || !arm || arm == r.arms)
		return ERR_ABSENT;
	figures_make(&r, f);
	is_found = f->pair[arm - 1].state == DECIDE_WINNING;
	tell(p, "lift", is_found, json_pack("{s:f,s:f,s:f,s:s}", "planted",
	    p->lift_to / PROOF_LIFT_FROM - 1, "seen", f->pair[arm - 1].lift,
	    "p", f->pair[arm - 1].running_p, "verdict",
	    decide_verdict_name(f->verdict)),
	    "a planted lift of %.0f %% is %sfound, always-valid p %.2g",
	    100 * (p->lift_to / PROOF_LIFT_FROM - 1), is_found ? "" : "not ",
	    f->pair[arm - 1].running_p);
	return OK;
}

static enum err
check_loss(struct proof *p)
{
	struct results r;
	struct figures *f = arena_take(p->arena, sizeof *f);
	enum err e = read_book(p, PROOF_LOSS, false, &r);
	bool is_found;

	if (e)
		return e;
	if (!figures_can(&r))
		return ERR_ABSENT;
	figures_make(&r, f);
	is_found = f->verdict == DECIDE_INVALID_SRM;
	tell(p, "loss", is_found, json_pack("{s:f,s:f,s:f,s:f}", "planted",
	    p->lost, "chi2", f->srm.chi2, "p", f->srm.p, "sequential_p",
	    f->srm_seq_p),
	    "a planted loss of %.0f %% of an arm is %sseen, chi-square p %.2g",
	    100 * p->lost, is_found ? "" : "not ", f->srm.p);
	return OK;
}

enum err
proof_trace(const struct proof *p, int act, struct synthetic_trace *out)
{
	return synthetic_trace(p->db, &(struct synthetic_book){
		.like = p->x->key, .key = p->act[act].book },
	    p->stage->domain, p->began_ms, out);
}

/*
 * On a site with visitors of its own views go on; as many as ours in that time
 * would be ours.
 */
static enum err
check_apart(struct proof *p)
{
	struct synthetic_trace now = { 0 };
	int64_t pages = 0, strays = 0, views;
	enum err e = OK;

	for (int act = 0; act < PROOF_ACTS && !e; act++) {
		e = proof_trace(p, act, &now);
		strays += now.exposures;
		pages += (int64_t)p->act[act].pages;
	}
	views = now.views - p->before.views;
	strays += now.submissions + now.leads + now.queued;
	if (!e)
		tell(p, "apart", !strays && views < pages,
		    json_pack("{s:I,s:I,s:I,s:I,s:I}", "exposures",
		    (json_int_t)now.exposures, "submissions",
		    (json_int_t)now.submissions, "leads",
		    (json_int_t)now.leads, "queued", (json_int_t)now.queued,
		    "views_meanwhile", (json_int_t)views),
		    "the marketer's figures and the queue have none of it");
	return e;
}

/* The checks that need no database come first: they tell why others fail. */
enum err
proof_run(struct proof *p)
{
	enum err e;

	check_served(p);
	check_even(p);
	check_sticky(p);
	check_aa(p);
	e = check_results(p);
	if (!e)
		e = check_lift(p);
	if (!e)
		e = check_loss(p);
	return e ? e : check_apart(p);
}
