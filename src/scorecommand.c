/* Implements scorecommand.h: reads words, calls lead/rescore and backtest. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/conf.h"
#include "command.h"
#include "lead/backtest.h"
#include "lead/lead.h"
#include "lead/rescore.h"
#include "lead/scorepass.h"
#include "lead/scorerule.h"
#include "store/pg.h"

#include "scorecommand.h"

#define NAME "piste score"
#define WHO STR("command")

struct wish {
	const struct conf *conf;
	int64_t lead;
	struct str at;
	const char *file;	/* of rules */
	int64_t days;
	bool is_json;
};

static int
finish(struct pg *db, struct arena *a, int status)
{
	pg_free(db);
	arena_free(a);
	return status;
}

/* Say why, and what it exits with. */
static int
end(struct pg *db, struct arena *a, enum err e)
{
	if (e)
		fprintf(stderr, NAME ": %s\n", pg_message(db)[0] ?
		    pg_message(db) : err_name(e));
	return finish(db, a, e ? COMMAND_FAILED : COMMAND_OK);
}

/* A file's mistakes are told already, a line each. */
static int
end_file(struct pg *db, struct arena *a, enum err e, const char *what)
{
	if (e != ERR_INPUT || pg_message(db)[0])
		return end(db, a, e);
	fprintf(stderr, NAME ": %s\n", what);
	return finish(db, a, COMMAND_FAILED);
}

static void
print_text(const struct rescore_lead *l,
    const struct score_rules *r, const struct score *s, struct arena *a)
{
	printf("lead %" PRId64 " (%.*s): %d, %s%s; rules %d\n", l->id,
	    STR_ARG(l->stage), (int)s->points, score_grade_name(s->grade),
	    s->is_mql ? ", MQL" : "", (int)r->version);
	printf("fit %.*s, engagement %.*s\n", STR_ARG(score_points(a,
	    s->fit)), STR_ARG(score_points(a, s->engagement)));
	for (size_t i = 0; i < s->shares; i++) {
		const struct score_share *p = &s->share[i];
		struct str points = score_points(a, p->thousandths);

		printf("%*.*s  %.*s: %.*s", 8, STR_ARG(points), STR_ARG(
		    p->rule.n ? p->rule : p->group), STR_ARG(p->reason));
		if (p->is_event)
			printf(", %.0f %% left", p->decay * 100);
		putchar('\n');
	}
}

static void
print_json(const struct rescore_lead *l, const struct score_rules *r,
    const struct score *s, int64_t at_ms, struct arena *a)
{
	char at[CLOCK_TEXT_BYTES];

	clock_text(at_ms, at);
	printf("{\"lead\":%" PRId64 ",\"at\":\"%s\",\"version\":%d,"
	    "\"score\":%d,\"grade\":\"%s\",\"mql\":%s,\"stage\":\"%.*s\","
	    "\"fit\":%.*s,\"engagement\":%.*s,\"contributions\":%.*s}\n",
	    l->id, at, (int)r->version, (int)s->points,
	    score_grade_name(s->grade), s->is_mql ? "true" : "false",
	    STR_ARG(l->stage), STR_ARG(score_points(a, s->fit)),
	    STR_ARG(score_points(a, s->engagement)), STR_ARG(score_json(a,
	    s)));
}

/* Why it has no score. */
static void
tell_absent(const struct wish *w, struct pg *db)
{
	char id[STR_I64_BYTES];

	if (w->at.n)
		fprintf(stderr, NAME ": there is no lead %" PRId64 " at that"
		    " time\n", w->lead);
	else
		lead_absent(db, str_from_i64(id, w->lead), NAME, stderr);
}

static enum err
find(const struct wish *w, struct pg *db, struct arena *a, int64_t at_ms,
    const struct score_rules **r, struct rescore_lead *lead)
{
	enum err e = rescore_rules(db, a, w->at.n ? at_ms : at_ms +
	    RESCORE_SKEW_MS, r);

	return e ? e : rescore_one(db, a, *r, w->lead, at_ms, lead);
}

static int
show(const struct wish *w)
{
	struct arena *a = arena_new(RESCORE_ARENA_BYTES_MAX);
	struct pg *db = command_database(w->conf, "piste-score");
	struct score *s = ARENA_NEW(a, struct score);
	int64_t at_ms = clock_now_ms();
	const struct score_rules *r;
	struct rescore_lead lead;
	enum err e = OK;

	if (w->at.n)
		e = rescore_moment(db, w->at, &at_ms);
	if (e == ERR_INPUT) {
		fprintf(stderr, NAME ": --at %.*s: a day or a moment is like"
		    " 2026-12-01 or 2026-12-01T08:00:00Z\n", STR_ARG(w->at));
		return finish(db, a, COMMAND_FAILED);
	}
	if (!e)
		e = find(w, db, a, at_ms, &r, &lead);
	if (e == ERR_ABSENT) {
		tell_absent(w, db);
		return finish(db, a, COMMAND_FAILED);
	}
	if (!e) {
		score_lead(a, r, &lead.in, at_ms, s);
		if (w->is_json)
			print_json(&lead, r, s, at_ms, a);
		else
			print_text(&lead, r, s, a);
	}
	return end(db, a, e);
}

/* Without a file the rules in force are printed. */
static int
rules(const struct wish *w)
{
	struct arena *a = arena_new(RESCORE_ARENA_BYTES_MAX);
	struct pg *db = command_database(w->conf, "piste-score");
	struct str text;
	int32_t version;
	enum err e;

	if (!w->file) {
		e = rescore_text(db, a, &text);
		if (!e)
			printf("%.*s\n", STR_ARG(text));
		return end(db, a, e);
	}
	if (command_file(a, "score", w->file, SCORERULE_BYTES_MAX, &text))
		return finish(db, a, COMMAND_FAILED);
	e = rescore_apply(db, a, text, WHO, stderr, &version);
	if (!e)
		printf("rules %d are in force; piste score --all, or the"
		    " worker within a day, scores all leads by them\n",
		    (int)version);
	return end_file(db, a, e, "nothing is applied");
}

static int
backtest(const struct wish *w)
{
	struct arena *a = arena_new(RESCORE_ARENA_BYTES_MAX);
	struct pg *db = command_database(w->conf, "piste-score");
	struct backtest_wish b = { .until_ms = clock_now_ms(),
		.is_json = w->is_json };
	struct str text;
	enum err e;

	b.since_ms = b.until_ms - w->days * SCORE_DAY_MS;
	if (command_file(a, "score", w->file, SCORERULE_BYTES_MAX, &text))
		return finish(db, a, COMMAND_FAILED);
	e = scorerule_read(a, text, stderr, &b.rules);
	if (!e)
		e = backtest_run(db, &b, stdout);
	return end_file(db, a, e, "nothing is tested");
}

static int
all(const struct wish *w)
{
	struct pg *db[SCOREPASS_LANES_MAX];
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	size_t lanes = cores < 1 ? 1 : cores > SCOREPASS_LANES_MAX ?
	    SCOREPASS_LANES_MAX : (size_t)cores, failed = 0;
	struct scorepass pass;
	enum err e;

	for (size_t i = 0; i < lanes; i++)
		db[i] = command_database(w->conf, "piste-score");
	e = scorepass_run(db, lanes, &pass);
	if (!e)
		printf("%" PRId64 " leads, %" PRId64 " changed, %" PRId64
		    " came up as MQL\n", pass.leads, pass.changed, pass.mqls);
	while (failed + 1 < lanes && !pg_message(db[failed])[0])
		failed++;
	for (size_t i = 0; i < lanes; i++)
		if (i != failed)
			pg_free(db[i]);
	return end(db[failed], NULL, e);
}

/* "90d" */
static bool
read_days(const char *word, int64_t *out)
{
	struct str s = str_of(word);

	return str_has_suffix(s, STR("d")) && str_i64(str_slice(s, 0, s.n - 1),
	    1, SCORECOMMAND_SINCE_DAYS_MAX, out);
}

/* The options behind the first words, of those that this way takes. */
static bool
read_options(struct wish *w, int words, char **word, bool is_backtest)
{
	for (int i = 0; i < words; i++) {
		if (!strcmp(word[i], "--json"))
			w->is_json = true;
		else if (is_backtest && !strcmp(word[i], "--since") &&
		    i + 1 < words && read_days(word[i + 1], &w->days))
			i++;
		else if (!is_backtest && !strcmp(word[i], "--at") &&
		    i + 1 < words)
			w->at = str_of(word[++i]);
		else
			return false;
	}
	return true;
}

static bool
is_file(const char *word)
{
	return strncmp(word, "--", 2) != 0;
}

int
scorecommand_run(const struct conf *c, int words, char **word)
{
	struct wish w = { .conf = c, .days = SCORECOMMAND_SINCE_DAYS };

	if (words == 1 && !strcmp(word[0], "--all"))
		return all(&w);
	if (words && words <= 2 && !strcmp(word[0], "--rules") &&
	    (words == 1 || is_file(word[1]))) {
		w.file = words == 2 ? word[1] : NULL;
		return rules(&w);
	}
	if (words >= 2 && !strcmp(word[0], "--backtest") &&
	    is_file(word[1])) {
		w.file = word[1];
		return read_options(&w, words - 2, word + 2, true) ?
		    backtest(&w) : COMMAND_USAGE;
	}
	if (!words || !str_i64(str_of(word[0]), 1, INT64_MAX, &w.lead) ||
	    !read_options(&w, words - 1, word + 1, false))
		return COMMAND_USAGE;
	return show(&w);
}
