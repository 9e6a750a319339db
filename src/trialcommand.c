/*
 * Implements trialcommand.h.  A move is an apply of the experiment's own
 * definition with another state, so that whatever is asked of a definition is
 * asked of a move; shipping and undoing are experiment/steer's.
 */
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
#include "page/define.h"
#include "store/pg.h"

#include "trialcommand.h"

#define NAME "piste experiment"
#define WHO "command"
#define SHARE_BYTES_MAX 32

/* What was asked for. */
struct wish {
	struct str key;
	struct str arm;
	struct str reason;
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

/* The experiment's definition as export has it; a new reference, or NULL. */
static json_t *
find_definition(struct str site, struct str key)
{
	json_t *all = json_loadb(site.p, site.n, 0, NULL), *one, *found = NULL;
	size_t i;

	json_array_foreach(json_object_get(all, "experiments"), i, one)
		if (str_eq(key, str_of(json_string_value(json_object_get(one,
		    "key")))))
			found = json_incref(one);
	json_decref(all);
	return found;
}

/* A document that changes nothing but this experiment's state. */
static enum err
write_document(struct order *o, const char *state, struct str *out)
{
	struct str site;
	json_t *one;
	char *text;
	enum err e = define_export(o->db, o->arena, &site);

	if (e)
		return e;
	one = find_definition(site, o->wish->key);
	if (!one)
		return ERR_ABSENT;
	json_object_set_new(one, "state", json_string(state));
	one = json_pack("{s:[o]}", "experiments", one);
	text = json_dumps(one, JSON_COMPACT);
	json_decref(one);
	if (!text)
		abort();
	*out = arena_copy(o->arena, str_of(text));
	free(text);
	return OK;
}

/* Who moved it and why, and no word of a state where there was none. */
static enum err
sign(struct order *o, bool is_named)
{
	const struct steer_note note = { STR(WHO), o->wish->reason };
	enum err e = pg_begin(o->db);

	if (e)
		return e;
	e = steer_sign(o->db, o->wish->key, &note);
	if (!e && !is_named)
		e = steer_unname(o->db, o->wish->key);
	if (!e)
		return pg_commit(o->db);
	pg_rollback(o->db);
	return e;
}

static enum err
refuse_move(const struct order *o, struct str state, const char *wanted)
{
	fprintf(stderr, NAME ": %.*s is %.*s, which can't become %s\n",
	    STR_ARG(o->wish->key), STR_ARG(state), wanted);
	return ERR_DENIED;
}

/*
 * What apply complains of, as sentences about the experiment: it is the one
 * thing in its document, so where in that a mistake stands says nothing.
 */
static void
refuse_definition(const struct order *o, const char *wanted,
    struct str complaints)
{
	static const struct str mine = { "$.experiments[0].",
		sizeof "$.experiments[0]." - 1 };
	static const struct str whole = { "$: ", sizeof "$: " - 1 };
	struct str line;

	while (str_cut(complaints, '\n', &line, &complaints) || line.n) {
		if (str_has_prefix(line, mine))
			line = str_slice(line, mine.n, line.n);
		else if (str_has_prefix(line, whole))
			line = str_slice(line, whole.n, line.n);
		fprintf(stderr, NAME ": %.*s can't become %s: %.*s\n",
		    STR_ARG(o->wish->key), wanted, STR_ARG(line));
	}
	fprintf(stderr, NAME ": correct that in its definition (piste export,"
	    " piste apply) or end what is in its way, then try again\n");
}

/* ERR_DENIED: refused, and said why. */
static enum err
apply(struct order *o, const char *wanted, struct str document)
{
	char *text;
	size_t n;
	FILE *quiet = fopen("/dev/null", "we");
	FILE *complaints = open_memstream(&text, &n);
	enum err e;

	if (!quiet || !complaints)
		abort();
	e = define_apply(o->db, o->arena, document, quiet, complaints);
	fclose(quiet);
	fclose(complaints);
	if (e == ERR_INPUT) {
		refuse_definition(o, wanted, (struct str){ text, n });
		e = ERR_DENIED;
	}
	free(text);
	return e;
}

static enum err
move(struct order *o, const char *state, enum phrase done)
{
	struct roster_state now;
	struct str document;
	enum err e = roster_state(o->db, o->arena, o->wish->key, &now);

	if (e)
		return e;
	/* From a decision only undo leads back. */
	if (str_eq(now.state, str_of(state)) || (str_eq(now.state,
	    STR("decided")) && !strcmp(state, "stopped")))
		return refuse_move(o, now.state, state);
	e = write_document(o, state, &document);
	if (e)
		return e;
	e = apply(o, state, document);
	if (!e)
		e = sign(o, now.is_named);
	return e ? e : tell(o, done);
}

/* What is known of it, and what it would take. */
static enum err
look_ahead(struct order *o, struct results *r, struct outlook_past *past,
    struct outlook *out)
{
	const struct results_wish now = { 0 };
	enum err e = results_read(o->db, o->arena, o->wish->key, &now, r);

	if (!e)
		e = outlook_read(o->db, o->wish->key, past);
	if (!e)
		outlook_make(r, past, &o->wish->plan, out);
	return e;
}

static enum err
refuse_plan(const struct order *o, enum outlook_refusal refusal)
{
	fprintf(stderr, NAME ": %.*s: %s\n", STR_ARG(o->wish->key),
	    outlook_why(refusal));
	return ERR_DENIED;
}

/* Factors need a plan that fills their combinations; others just begin. */
static enum err
start(struct order *o)
{
	struct results *r = ARENA_NEW(o->arena, struct results);
	struct outlook_past past;
	struct outlook ahead;
	enum err e = look_ahead(o, r, &past, &ahead);

	if (!e && r->factors && ahead.refusal)
		return refuse_plan(o, ahead.refusal);
	return e ? e : move(o, "running", PHRASE_MOVED_RUNNING);
}

static enum err
take_pause(struct order *o)
{
	return move(o, "paused", PHRASE_MOVED_PAUSED);
}

static enum err
stop(struct order *o)
{
	return move(o, "stopped", PHRASE_MOVED_STOPPED);
}

static enum err
archive(struct order *o)
{
	return move(o, "archived", PHRASE_MOVED_ARCHIVED);
}

static enum err
commit(struct order *o, enum phrase done)
{
	enum err e = pg_commit(o->db);

	return e ? e : tell(o, done);
}

static enum err
decide(struct order *o)
{
	const struct steer_note note = { STR(WHO), o->wish->reason };
	struct roster_state now;
	enum err e = roster_state(o->db, o->arena, o->wish->key, &now);

	if (!e)
		e = pg_begin(o->db);
	if (e)
		return e;
	e = steer_ship(o->db, o->wish->key, o->wish->arm, &note);
	if (!e)
		return commit(o, PHRASE_MOVED_DECIDED);
	pg_rollback(o->db);
	if (e == ERR_DENIED)
		return refuse_move(o, now.state, "decided");
	if (e != ERR_ABSENT)
		return e;
	fprintf(stderr, NAME ": %.*s has no variant %.*s\n",
	    STR_ARG(o->wish->key), STR_ARG(o->wish->arm));
	return ERR_DENIED;
}

static enum err
undo(struct order *o)
{
	const struct steer_note note = { STR(WHO), o->wish->reason };
	enum err e = pg_begin(o->db);

	if (e)
		return e;
	e = steer_undo(o->db, o->wish->key, &note);
	if (!e)
		return commit(o, PHRASE_MOVED_UNDONE);
	pg_rollback(o->db);
	if (e == ERR_DENIED)
		fprintf(stderr, NAME ": %.*s is not decided, or its page's"
		    " control was changed since\n", STR_ARG(o->wish->key));
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
	struct results *r = ARENA_NEW(o->arena, struct results);
	struct outlook_past past;
	struct outlook ahead;
	enum err e = look_ahead(o, r, &past, &ahead);

	if (e)
		return e;
	if (ahead.refusal)
		return refuse_plan(o, ahead.refusal);
	print_plan(o, &ahead, &past, r);
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
	{ "start", ONE, REASON, start },
	{ "pause", ONE, REASON, take_pause },
	{ "stop", ONE, REASON, stop },
	{ "decide", ARM, REASON, decide },
	{ "undo", ONE, REASON, undo },
	{ "archive", ONE, REASON, archive },
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
	if (words < i)
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
