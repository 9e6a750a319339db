/*
 * Implements selftest.h.  The same visitors come three times: as they are, for
 * A/A tests; with a lift planted in one arm; with visitors of that arm lost.
 * Each time they are counted in a book of their own.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/token.h"
#include "cast.h"
#include "command.h"
#include "page/define.h"
#include "page/site.h"
#include "proof.h"
#include "store/pg.h"

#include "selftest.h"

#define NAME "piste selftest"
#define SITE_TEXT_ARENA_BYTES (SITE_ARENA_BYTES_MAX + SITE_JSON_BYTES_MAX)
#define PROOF_ARENA_BYTES ((size_t)1 << 30)
#define KEY_BYTES_MAX 64
#define ARRIVE_MS 5000
#define ARRIVE_AGAIN_MS 50
#define SENDS .3		/* in the A/A tests, whatever the arm */
#define MARGIN 3.5		/* standard errors beyond what is needed */
#define SRM_ERRORS 3.3		/* what STATS_SRM_P is in standard errors */

struct wish {
	const char *key;	/* NULL: the first that runs */
	uint32_t visitors;
	uint32_t looks;
	uint64_t seed;
};

static volatile int stop;

static void
want_stop(int number)
{
	(void)number;
	stop = 1;
}

/*
 * Until what was done has been written: visitors wait in memory a while.  What
 * has not come after ARRIVE_MS without anything never will, and a check tells.
 */
static enum err
await_book(const struct proof *p, int act)
{
	int64_t until = clock_mono_ms() + ARRIVE_MS, seen = -1;
	struct timespec pause = { 0, ARRIVE_AGAIN_MS * 1000000L };
	struct stats_arm did = { 0, 0 };
	struct synthetic_count now = { 0, 0 };
	enum err e = OK;

	for (size_t i = 0; i < p->stage->page->variants; i++) {
		struct stats_arm a = proof_tally(p, act, i, 0, p->visitors);

		did.n += a.n;
		did.x += a.x;
	}
	while (!e && !stop && clock_mono_ms() < until) {
		e = synthetic_count(p->db, p->act[act].book, &now);
		if (!e && now.exposures >= did.n && now.conversions >= did.x)
			break;
		if (!e && now.exposures + now.conversions != seen)
			until = clock_mono_ms() + ARRIVE_MS;
		seen = now.exposures + now.conversions;
		nanosleep(&pause, NULL);
	}
	return e;
}

/* Each rate with as many visitors as there will be, as they are expected. */
static struct stats_arm
expected(const struct proof *p, size_t arm, double rate)
{
	double n = p->x->weight[arm] * p->visitors;

	return (struct stats_arm){ (int64_t)n, (int64_t)(n * rate) };
}

/* The least lift that can't be missed; false when there is none. */
static bool
plan_lift(struct proof *p, size_t arms)
{
	static const double rates[] = { .22, .25, .3, .4, .5, .7 };
	struct stats_arm control = expected(p, p->control, PROOF_LIFT_FROM);

	for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
		struct stats_arm a = expected(p, p->treatment, rates[i]);
		struct stats_ratio r = stats_log_ratio(control, a);
		double c = stats_av_c(&(struct stats_av_plan){ p->x->alpha,
			p->visitors }, (double)(control.n + a.n));

		p->lift_to = rates[i];
		if (stats_av_is_ready(control, a) && r.is_known &&
		    r.theta / r.se > MARGIN + stats_av_critical(c,
		    p->x->alpha / (double)(arms - 1)))
			return true;
	}
	return false;
}

static bool
plan_loss(struct proof *p)
{
	static const double shares[] = { .1, .2, .3, .5, .8 };
	const struct stats_srm_limit limit = { STATS_SRM_P,
		STATS_SRM_TOTAL_MIN };

	for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
		int64_t count[SITE_VARIANTS_MAX];
		struct stats_srm srm;

		for (size_t k = 0; k < p->stage->page->variants; k++)
			count[k] = expected(p, k, 0).n;
		p->lost = shares[i];
		count[p->treatment] = (int64_t)((double)count[p->treatment] *
		    (1 - p->lost));
		srm = stats_srm(count, p->x->weight, p->stage->page->variants,
		    limit);
		if (srm.is_flagged && srm.p < stats_p_of_z(SRM_ERRORS + MARGIN))
			return true;
	}
	return false;
}

static int
refuse(const char *why, struct str what)
{
	fprintf(stderr, NAME ": %s%s%.*s\n", why, what.n ? " " : "",
	    STR_ARG(what));
	return COMMAND_FAILED;
}

/* The arm to compare: of the others the one with the largest share. */
static int
plan(struct proof *p)
{
	const struct site_experiment *x = p->x;
	static const char *const names[] = { "aa", "lift", "loss" };
	double largest = 0;
	size_t arms = 0;

	if (x->targeting.returning == SITE_FIRST_TIME)
		return refuse("whether visitors keep their arm can't be asked"
		    " where nobody may come again:", x->key);
	p->control = x->control;
	for (size_t i = 0; i < x->page->variants; i++) {
		arms += x->weight[i] > 0;
		if (i != p->control && x->weight[i] > largest) {
			largest = x->weight[i];
			p->treatment = i;
		}
	}
	if (arms < 2 || !(x->weight[p->control] > 0))
		return refuse("without a control and another arm there is"
		    " nothing to compare:", x->key);
	if (!plan_lift(p, arms) || !plan_loss(p))
		return refuse("too few --visitors for the weights of", x->key);
	for (int i = 0; i < PROOF_ACTS; i++) {
		struct cast_act *act = &p->act[i];

		act->number = (uint64_t)i;
		act->is_first = i == PROOF_SAME;
		act->book = buf_fmt(p->arena, KEY_BYTES_MAX,
		    "selftest-%llx-%s", (unsigned long long)p->began_ms,
		    names[i]);
		for (size_t k = 0; k < x->page->variants; k++)
			act->sends[k] = i == PROOF_SAME ? SENDS :
			    i == PROOF_LIFT ? PROOF_LIFT_FROM : 0;
	}
	p->act[PROOF_LIFT].sends[p->treatment] = p->lift_to;
	p->act[PROOF_LOSS].stays_away[p->treatment] = p->lost;
	return COMMAND_OK;
}

/* The visitors of an act begin where those of the one before ended. */
static enum err
play(struct proof *p, int act)
{
	size_t bytes = p->visitors * sizeof *p->visitor[act];
	enum err e = synthetic_open(p->db, &(struct synthetic_book){
		.like = p->x->key, .key = p->act[act].book,
		.planned = (int64_t)p->visitors });

	if (e)
		return e;
	p->visitor[act] = arena_take(p->arena, bytes);
	if (act)
		memcpy(p->visitor[act], p->visitor[act - 1], bytes);
	e = cast_play(p->stage, &p->act[act], p->visitor[act], p->visitors);
	return e ? e : await_book(p, act);
}

/* Books are closed whatever came of them. */
static enum err
play_and_prove(struct proof *p)
{
	enum err e = synthetic_sweep(p->db), closed = OK;

	for (int act = 0; act < PROOF_ACTS && !e; act++) {
		if (!act)
			e = proof_trace(p, act, &p->before);
		if (!e)
			e = play(p, act);
	}
	if (!e)
		e = proof_run(p);
	for (int act = 0; act < PROOF_ACTS; act++) {
		closed = synthetic_close(p->db, p->act[act].book);
		e = e ? e : closed;
	}
	return e;
}

static int
prove(struct proof *p)
{
	const struct sigaction on_stop = { .sa_handler = want_stop };
	enum err e;

	sigaction(SIGINT, &on_stop, NULL);
	sigaction(SIGTERM, &on_stop, NULL);
	fprintf(stderr, NAME ": %.*s, %zu visitors, --seed %llu\n",
	    STR_ARG(p->x->key), p->visitors,
	    (unsigned long long)p->stage->seed);
	e = play_and_prove(p);
	if (e == ERR_DENIED && stop)
		return refuse("stopped", STR_EMPTY);
	if (e)
		return refuse(pg_message(p->db)[0] ? pg_message(p->db) :
		    err_name(e), STR_EMPTY);
	return p->has_failed ? COMMAND_FAILED : COMMAND_OK;
}

static const struct site_experiment *
find(const struct site *s, const char *key)
{
	int64_t now = clock_now_ms();

	for (size_t i = 0; i < s->experiments; i++) {
		const struct site_experiment *x = &s->experiment[i];

		if (key ? str_eq(x->key, str_of(key)) : x->is_running &&
		    now >= x->starts_ms && now < x->ends_ms)
			return x;
	}
	return NULL;
}

static int
prepare(struct proof *p, struct cast_stage *stage, const struct wish *wish)
{
	const struct site *site;
	struct site_error *error;
	size_t errors;
	struct str json;
	enum err e = define_snapshot(p->db, p->arena, &json);

	if (!e)
		e = site_parse(p->arena, json, &site, &error, &errors);
	if (e)
		return refuse(pg_message(p->db)[0] ? pg_message(p->db) :
		    err_name(e), STR_EMPTY);
	p->x = find(site, wish->key);
	if (!p->x || !p->x->is_running)
		return refuse(wish->key ? "no experiment runs that is called" :
		    "no experiment runs", str_of(wish->key));
	p->began_ms = clock_now_ms();
	p->visitors = wish->visitors;
	p->looks = wish->looks;
	stage->page = p->x->page;
	stage->experiment = p->x;
	stage->seed = wish->seed;
	stage->stop = &stop;
	stage->domain = buf_fmt(p->arena, KEY_BYTES_MAX,
	    "@selftest-%llx.example.org", (unsigned long long)p->began_ms);
	e = token_key_read(stage->conf->state, &stage->key);
	if (e)
		return refuse("the key can't be read, which piste serve makes"
		    " in", stage->conf->state);
	return plan(p);
}

static bool
read_wish(int words, char **word, struct wish *out)
{
	int at = 1;

	*out = (struct wish){ .visitors = SELFTEST_VISITORS,
		.looks = SELFTEST_LOOKS };
	token_random(&out->seed, sizeof out->seed);
	if (!words || strcmp(word[0], "experiment"))
		return false;
	if (words > 1 && word[1][0] != '-')
		out->key = word[at++];
	for (; at + 1 < words; at += 2) {
		struct str value = str_of(word[at + 1]);
		bool ok = false;

		if (!strcmp(word[at], "--visitors"))
			ok = str_u32(value, 1, CAST_VISITORS_MAX,
			    &out->visitors);
		else if (!strcmp(word[at], "--looks"))
			ok = str_u32(value, 1, SELFTEST_LOOKS_MAX,
			    &out->looks);
		else if (!strcmp(word[at], "--seed"))
			ok = str_u64(value, 0, UINT64_MAX, &out->seed);
		if (!ok)
			return false;
	}
	return at == words;
}

int
selftest_run(const struct conf *c, int words, char **word)
{
	struct cast_stage stage = { .conf = c };
	struct proof *p;
	struct arena *a;
	struct wish wish;
	int status;

	if (!read_wish(words, word, &wish))
		return COMMAND_USAGE;
	a = arena_new(SITE_TEXT_ARENA_BYTES + PROOF_ARENA_BYTES);
	p = ARENA_NEW(a, struct proof);
	p->arena = a;
	p->stage = &stage;
	p->db = pg_new(c->database, "piste-selftest");
	status = prepare(p, &stage, &wish);
	if (!status)
		status = prove(p);
	pg_free(p->db);
	arena_free(a);
	return status;
}
