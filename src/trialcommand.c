/* Implements trialcommand.h: reads words, calls trialmove and roster. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/phrase.h"
#include "command.h"
#include "experiment/figures.h"
#include "experiment/outlook.h"
#include "experiment/paragraph.h"
#include "experiment/roster.h"
#include "experiment/steer.h"
#include "store/pg.h"
#include "trialmove.h"

#include "trialcommand.h"

#define NAME "piste experiment"
#define WHO "command"
#define SHARE_BYTES_MAX 32

/* What was asked for. */
struct wish {
	struct str key;
	struct str arm;
	struct str reason;
	enum trialmove_deed deed;
	struct outlook_wish plan;
	enum lang lang;
	bool is_json;
};

/* One being carried out; what refuses says why, and gives ERR_DENIED. */
struct order {
	const struct wish *wish;
	struct pg *db;
	struct arena *arena;
};

/* One sentence of what now holds; its page shows that arm. */
static enum err
tell(const struct order *o, enum phrase p)
{
	const struct wish *w = o->wish;
	struct roster_state now;
	enum err e = roster_state(o->db, o->arena, w->key, &now);

	if (e)
		return e;
	paragraph_write(phrase_fill_all(o->arena, p, w->lang, (struct str[]){
	    w->key, now.page, now.control, w->key }, 4), "", "", stdout);
	return OK;
}

static enum err
list(struct order *o)
{
	return o->wish->is_json ? roster_json(o->db, stdout) :
	    roster_list(o->db, &(struct roster){ o->arena, o->wish->lang,
		stdout });
}

static enum err
show(struct order *o)
{
	return roster_show(o->db, o->wish->key, &(struct roster){ o->arena,
	    o->wish->lang, stdout });
}

/*
 * What apply complains of, as sentences about the experiment: it is the one
 * thing in its document, so where in that a mistake stands says nothing.
 */
static void
refuse_definition(const struct order *o, const struct trialmove_answer *why)
{
	static const struct str mine = { "$.experiments[0].",
		sizeof "$.experiments[0]." - 1 };
	static const struct str whole = { "$: ", sizeof "$: " - 1 };
	struct str complaints = why->complaints, line;

	while (str_cut(complaints, '\n', &line, &complaints) || line.n) {
		if (str_has_prefix(line, mine))
			line = str_slice(line, mine.n, line.n);
		else if (str_has_prefix(line, whole))
			line = str_slice(line, whole.n, line.n);
		fprintf(stderr, NAME ": %.*s can't become %s: %.*s\n",
		    STR_ARG(o->wish->key), why->wanted, STR_ARG(line));
	}
	fprintf(stderr, NAME ": correct that in its definition (piste export,"
	    " piste apply) or end what is in its way, then try again\n");
}

static enum err
refuse_plan(const struct order *o, enum outlook_refusal refusal)
{
	fprintf(stderr, NAME ": %.*s: %s\n", STR_ARG(o->wish->key),
	    outlook_why(refusal));
	return ERR_DENIED;
}

static void
refuse(const struct order *o, const struct trialmove_answer *why)
{
	const struct wish *w = o->wish;

	switch (why->refusal) {
	case TRIALMOVE_FINE:
		break;
	case TRIALMOVE_STATE:
		fprintf(stderr, NAME ": %.*s is %.*s, which can't become"
		    " %s\n", STR_ARG(w->key), STR_ARG(why->state),
		    why->wanted);
		break;
	case TRIALMOVE_PLAN:
		(void)refuse_plan(o, why->outlook);
		break;
	case TRIALMOVE_DEFINITION:
		refuse_definition(o, why);
		break;
	case TRIALMOVE_NO_ARM:
		fprintf(stderr, NAME ": %.*s has no variant %.*s\n",
		    STR_ARG(w->key), STR_ARG(w->arm));
		break;
	case TRIALMOVE_NOT_DECIDED:
		fprintf(stderr, NAME ": %.*s is not decided, or its page's"
		    " control was changed since\n", STR_ARG(w->key));
		break;
	}
}

static enum err
move(struct order *o)
{
	const struct wish *w = o->wish;
	const struct trialmove m = { .db = o->db, .arena = o->arena,
		.key = w->key, .deed = w->deed, .arm = w->arm,
		.note = { STR(WHO), w->reason } };
	struct trialmove_answer answer;
	enum err e = trialmove_do(&m, &answer);

	if (!e)
		return tell(o, trialmove_done(w->deed));
	if (e == ERR_DENIED)
		refuse(o, &answer);
	return e;
}

static void
print_plan(const struct order *o, const struct outlook *ahead,
    const struct outlook_past *past, const struct results *r)
{
	struct figures *f = ARENA_NEW(o->arena, struct figures);
	json_t *json;

	f->days_left = NAN;
	if (figures_can(r))
		figures_make(r, f);
	if (o->wish->is_json) {
		json = outlook_json(r, ahead, past);
		json_object_set_new(json, "days_left", isfinite(f->days_left) ?
		    json_real(f->days_left) : json_null());
		json_dumpf(json, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(json);
		return;
	}
	outlook_write(&(struct outlook_page){ r, past, o->wish->lang, stdout },
	    ahead, f->days_left);
}

static enum err
plan(struct order *o)
{
	struct trialmove_plan p;
	enum err e = trialmove_plan(o->db, o->arena, o->wish->key,
	    &o->wish->plan, &p);

	if (e)
		return e;
	if (p.outlook.refusal)
		return refuse_plan(o, p.outlook.refusal);
	print_plan(o, &p.outlook, &p.past, p.results);
	return OK;
}

static const struct verb {
	const char *name;
	enum { ALL, ONE, ARM } needs;
	enum { WORDS, LISTED, REASON, PLAN } options;
	enum err (*run)(struct order *o);
} verbs[] = {
	{ "list", ALL, LISTED, list },
	{ "show", ONE, WORDS, show },
	{ "plan", ONE, PLAN, plan },
	{ "start", ONE, REASON, move },
	{ "pause", ONE, REASON, move },
	{ "stop", ONE, REASON, move },
	{ "decide", ARM, REASON, move },
	{ "undo", ONE, REASON, move },
	{ "archive", ONE, REASON, move },
};

static const struct verb *
find_verb(const char *name)
{
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (!strcmp(name, verbs[i].name))
			return &verbs[i];
	return NULL;
}

static bool
read_share(const char *text, double max, double *out)
{
	/* JSON wants a digit before the point, people don't. */
	char written[SHARE_BYTES_MAX];
	json_t *number;

	(void)snprintf(written, sizeof written, "%s%s",
	    *text == '.' ? "0" : "", text);
	number = json_loads(written, JSON_DECODE_ANY, NULL);
	*out = json_number_value(number);
	json_decref(number);
	return *out > 0 && *out < max;
}

static bool
read_option(const struct verb *v, const char *name, const char *value,
    struct wish *w)
{
	if (!strcmp(name, "--lang"))
		return !lang_parse(str_of(value), &w->lang);
	if (v->options == REASON && !strcmp(name, "--reason")) {
		w->reason = str_of(value);
		return w->reason.n <= STEER_REASON_BYTES_MAX &&
		    str_is_utf8(w->reason);
	}
	if (v->options != PLAN)
		return false;
	if (!strcmp(name, "--baseline"))
		return read_share(value, 1, &w->plan.baseline);
	if (!strcmp(name, "--mde"))
		return read_share(value, OUTLOOK_MDE_MAX, &w->plan.mde);
	return !strcmp(name, "--power") && read_share(value, 1,
	    &w->plan.power);
}

/* The words after the verb. */
static bool
read_words(const struct verb *v, int words, char **word, struct wish *w)
{
	int i = (int)v->needs;

	*w = (struct wish){ .key = STR_EMPTY,
		.lang = command_lang(LANG_EN) };
	if (words < i || (v->run == move && trialmove_parse(str_of(v->name),
	    &w->deed)))
		return false;
	if (v->needs != ALL)
		w->key = str_of(word[0]);
	if (v->needs == ARM)
		w->arm = str_of(word[1]);
	for (; i < words; i++) {
		if ((v->options == PLAN || v->options == LISTED) &&
		    !strcmp(word[i], "--json")) {
			w->is_json = true;
			continue;
		}
		if (i + 1 == words ||
		    !read_option(v, word[i], word[i + 1], w)) {
			fprintf(stderr, NAME " %s: %s %s: no such option, or"
			    " nothing that it takes\n", v->name, word[i],
			    i + 1 == words ? "" : word[i + 1]);
			return false;
		}
		i++;
	}
	return true;
}

int
trialcommand_run(const struct conf *c, int words, char **word)
{
	const struct verb *v = words ? find_verb(word[0]) : NULL;
	struct order o = { 0 };
	struct wish w;
	enum err e;

	if (!v || !read_words(v, words - 1, word + 1, &w))
		return COMMAND_USAGE;
	o.wish = &w;
	o.arena = arena_new(RESULTS_ARENA_BYTES_MAX);
	o.db = command_database(c, "piste-experiment");
	/* A key that is no text is nobody's; PostgreSQL would not look. */
	e = str_is_utf8(w.key) && str_is_utf8(w.arm) ? v->run(&o) :
	    ERR_ABSENT;
	if (e == ERR_ABSENT)
		fprintf(stderr, NAME ": there is no experiment %.*s\n",
		    STR_ARG(w.key));
	else if (e && e != ERR_DENIED)
		fprintf(stderr, NAME ": %s\n", pg_message(o.db)[0] ?
		    pg_message(o.db) : err_name(e));
	pg_free(o.db);
	arena_free(o.arena);
	return e ? COMMAND_FAILED : COMMAND_OK;
}
