/* Implements trialmove.h over page/define and experiment/steer. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "experiment/roster.h"
#include "page/define.h"
#include "store/pg.h"

#include "trialmove.h"

static const struct {
	const char *word;
	const char *state;
	enum phrase done;
} deeds[TRIALMOVE_DEEDS] = {
	[TRIALMOVE_START] = { "start", "running", PHRASE_MOVED_RUNNING },
	[TRIALMOVE_PAUSE] = { "pause", "paused", PHRASE_MOVED_PAUSED },
	[TRIALMOVE_STOP] = { "stop", "stopped", PHRASE_MOVED_STOPPED },
	[TRIALMOVE_DECIDE] = { "decide", "decided", PHRASE_MOVED_DECIDED },
	[TRIALMOVE_UNDO] = { "undo", "stopped", PHRASE_MOVED_UNDONE },
	[TRIALMOVE_ARCHIVE] = { "archive", "archived",
	    PHRASE_MOVED_ARCHIVED },
};

const char *
trialmove_word(enum trialmove_deed d)
{
	return deeds[d].word;
}

enum err
trialmove_parse(struct str word, enum trialmove_deed *out)
{
	for (size_t i = 0; i < TRIALMOVE_DEEDS; i++)
		if (str_eq(word, str_of(deeds[i].word))) {
			*out = (enum trialmove_deed)i;
			return OK;
		}
	return ERR_INPUT;
}

enum phrase
trialmove_done(enum trialmove_deed d)
{
	return deeds[d].done;
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
write_document(const struct trialmove *m, struct str *out)
{
	struct str site;
	json_t *one;
	char *text;
	enum err e = define_export(m->db, m->arena, &site);

	if (e)
		return e;
	one = find_definition(site, m->key);
	if (!one)
		return ERR_ABSENT;
	json_object_set_new(one, "state", json_string(deeds[m->deed].state));
	one = json_pack("{s:[o]}", "experiments", one);
	text = json_dumps(one, JSON_COMPACT);
	json_decref(one);
	if (!text)
		abort();
	*out = arena_copy(m->arena, str_of(text));
	free(text);
	return OK;
}

static enum err
deny(struct trialmove_answer *out, enum trialmove_refusal why)
{
	out->refusal = why;
	return ERR_DENIED;
}

static enum err
apply(const struct trialmove *m, struct str document,
    struct trialmove_answer *out)
{
	struct define d = { .json = document, .text = DEFINE_NEW_PHASE };
	struct define_answer done;
	char *text;
	size_t n;
	enum err e;

	d.complaints = open_memstream(&text, &n);
	if (!d.complaints)
		abort();
	e = define_within(m->db, m->arena, &d, &done);
	fclose(d.complaints);
	out->complaints = arena_copy(m->arena, (struct str){ text, n });
	free(text);
	return e == ERR_INPUT ? deny(out, TRIALMOVE_DEFINITION) : e;
}

/* Factors need a plan that fills their combinations; others just begin. */
static enum err
look_ahead(const struct trialmove *m, struct trialmove_answer *out)
{
	const struct outlook_wish none = { 0 };
	struct trialmove_plan p;
	enum err e = trialmove_plan(m->db, m->arena, m->key, &none, &p);

	if (e || !p.results->factors || !p.outlook.refusal)
		return e;
	out->outlook = p.outlook.refusal;
	return deny(out, TRIALMOVE_PLAN);
}

static enum err
move(const struct trialmove *m, const struct roster_state *now,
    struct trialmove_answer *out)
{
	struct str document;
	enum err e;

	/* From a decision only undo leads back. */
	if (str_eq(now->state, str_of(out->wanted)) || (str_eq(now->state,
	    STR("decided")) && m->deed == TRIALMOVE_STOP))
		return deny(out, TRIALMOVE_STATE);
	e = write_document(m, &document);
	if (!e)
		e = apply(m, document, out);
	/* Who moved it, and no word of a state where there was none. */
	if (!e)
		e = steer_sign(m->db, m->key, &m->note);
	if (!e && !now->is_named)
		e = steer_unname(m->db, m->key);
	return e;
}

static enum err
ship(const struct trialmove *m, struct trialmove_answer *out)
{
	enum err e = steer_ship(m->db, m->key, m->arm, &m->note);

	/* The experiment is there: roster_state has said so. */
	return e == ERR_DENIED ? deny(out, TRIALMOVE_STATE) :
	    e == ERR_ABSENT ? deny(out, TRIALMOVE_NO_ARM) : e;
}

static enum err
undo(const struct trialmove *m, struct trialmove_answer *out)
{
	enum err e = steer_undo(m->db, m->key, &m->note);

	return e == ERR_DENIED ? deny(out, TRIALMOVE_NOT_DECIDED) : e;
}

/* What it is now is looked at when nobody else can change it any more. */
static enum err
take(const struct trialmove *m, struct trialmove_answer *out)
{
	struct roster_state now;
	enum err e = define_hold(m->db);

	if (!e)
		e = roster_state(m->db, m->arena, m->key, &now);
	if (e)
		return e;
	out->state = now.state;
	if (m->was.n && !str_eq(m->was, now.state))
		return deny(out, TRIALMOVE_STATE);
	e = m->deed == TRIALMOVE_DECIDE ? ship(m, out) :
	    m->deed == TRIALMOVE_UNDO ? undo(m, out) : move(m, &now, out);
	return !e && m->within ? m->within(m->context) : e;
}

enum err
trialmove_do(const struct trialmove *m, struct trialmove_answer *out)
{
	enum err e = OK;

	*out = (struct trialmove_answer){ .wanted = deeds[m->deed].state };
	if (m->deed == TRIALMOVE_START)
		e = look_ahead(m, out);
	if (e)
		return e;
	e = pg_begin(m->db);
	if (!e)
		e = take(m, out);
	if (!e)
		e = pg_commit(m->db);
	if (e)
		pg_rollback(m->db);
	return e;
}

enum err
trialmove_plan(struct pg *db, struct arena *a, struct str key,
    const struct outlook_wish *w, struct trialmove_plan *out)
{
	const struct results_wish now = { 0 };
	enum err e;

	out->results = ARENA_NEW(a, struct results);
	e = results_read(db, a, key, &now, out->results);
	if (!e)
		e = outlook_read(db, key, &out->past);
	if (!e)
		outlook_make(out->results, &out->past, w, &out->outlook);
	return e;
}
