/* Implements nurturedry.h. */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "deliver/letter.h"
#include "lead/nurture.h"
#include "lead/nurturefacts.h"
#include "store/pg.h"

#include "lead/nurturedry.h"

#define WAIT_MS 30000
#define ARENA_BYTES_MAX ((size_t)256 << 20)
#define LINE_BYTES_MAX ((size_t)1 << 20)
#define URL_BYTES_MAX 2048
#define DAY_MS INT64_C(86400000)
#define AT(n) "to_timestamp($" #n "::bigint / 1000.0)"

SQL(nurturedry_scenario, 1,
    "SELECT definition FROM piste.scenario WHERE key = $1");
SQL(nurturedry_when, 1,
    "SELECT floor(extract(epoch FROM ($1::timestamp AT TIME ZONE 'UTC'))"
    " * 1000)::bigint");
SQL(nurturedry_lead, 1,
    "SELECT l.id, l.person_id FROM piste.lead AS l"
    " WHERE l.id = piste.lead_now($1::bigint)");
SQL(nurturedry_stamp, 1,
    "SELECT to_char(" AT(1) " AT TIME ZONE 'UTC',"
    " 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')");

struct dry {
	struct pg *db;
	struct arena *arena;
	const struct conf *conf;
	const struct nurturedry *asked;
	FILE *out;
	struct scenario scenario;
	struct nurture_facts facts;
	int64_t from_ms;
	int64_t to_ms;
};

static enum err
stamp(struct dry *d, int64_t at_ms, struct str *out)
{
	char ms[STR_I64_BYTES];
	const struct pg_rows *rows;
	enum err e = pg_run(d->db, &nurturedry_stamp, (struct str[]){
	    str_from_i64(ms, at_ms) }, WAIT_MS, &rows);

	if (!e)
		*out = arena_copy(d->arena, pg_value(rows, 0, 0));
	return e;
}

/* Where a button leads, without whom it is for. */
static struct str
address(struct dry *d, const struct scenario_button *b)
{
	const char *path = !strcmp(b->kind, "page") ? "/p/" :
	    !strcmp(b->kind, "asset") ? "/a/" : "";
	struct str site = *path ? d->conf->url : STR_EMPTY;

	return buf_fmt(d->arena, URL_BYTES_MAX, "%.*s%s%.*s", STR_ARG(site),
	    path, STR_ARG(b->to));
}

static struct str
write_mail(struct dry *d, const struct scenario_content *c)
{
	enum lang l = d->facts.lang;
	struct letter letter = { .lang = l,
		.subject = lang_text(&c->subject, l),
		.brand = lang_text(&d->scenario.brand, l),
		.headline = lang_text(&c->headline, l),
		.buttons = c->buttons };

	letter_paragraphs(d->arena, lang_text(&c->text, l), &letter);
	for (size_t i = 0; i < c->buttons; i++)
		letter.button[i] = (struct letter_button){
		    lang_text(&c->button[i].label, l),
		    address(d, &c->button[i]) };
	letter_sign_off(&letter, buf_join(d->arena, d->conf->url,
	    STR("/u/…")), buf_join(d->arena, d->conf->url,
	    STR("/preferences/…")));
	return letter_text(d->arena, &letter);
}

/* What an action comes to, for people and for programs. */
struct told {
	const char *what;
	struct str step;
	struct str subject;	/* of a mail; or what else there is to say */
	struct str text;
};

static enum err
tell(struct dry *d, int64_t at_ms, const struct told *t)
{
	struct str at;
	struct buf b;
	enum err e = stamp(d, at_ms, &at);

	if (e)
		return e;
	buf_init(&b, d->arena, LINE_BYTES_MAX);
	if (d->asked->is_json) {
		buf_byte(&b, '{');
		buf_json_pair(&b, "at", at);
		buf_json_pair(&b, "do", str_of(t->what));
		buf_json_pair(&b, "step", t->step);
		buf_json_pair(&b, !strcmp(t->what, "mail") ||
		    !strcmp(t->what, "notify") ? "subject" : "detail",
		    t->subject);
		if (t->text.n)
			buf_json_pair(&b, "text", t->text);
		buf_add(&b, STR("}\n"));
	} else {
		buf_addf(&b, "%.*s\t%s\t%.*s\t%.*s\n", STR_ARG(at), t->what,
		    STR_ARG(t->step), STR_ARG(t->subject));
		if (t->text.n)
			buf_addf(&b, "\n%.*s\n\n", STR_ARG(t->text));
	}
	fprintf(d->out, "%.*s", STR_ARG(buf_str(&b)));
	return OK;
}

static void
remember_mail(struct dry *d, int64_t at_ms)
{
	int64_t *mailed = arena_array(d->arena, d->facts.mails + 1,
	    sizeof *mailed);

	for (size_t i = 0; i < d->facts.mails; i++)
		mailed[i] = d->facts.mailed[i];
	mailed[d->facts.mails++] = at_ms;
	d->facts.mailed = mailed;
}

/* Tell an action, and let it have been done. */
static enum err
play(struct dry *d, int64_t at_ms, const struct nurture_action *n)
{
	const struct scenario_step *step = n->step;
	struct told t = { .step = step ? step->key : STR_EMPTY };

	switch (n->what) {
	case NURTURE_WAIT:
		return OK;
	case NURTURE_MAIL:
		remember_mail(d, at_ms);
		t.what = "mail";
		t.subject = lang_text(&n->content->subject, d->facts.lang);
		t.text = write_mail(d, n->content);
		break;
	case NURTURE_NOTIFY:
		t.what = "notify";
		t.subject = step->subject;
		t.text = step->text;
		break;
	case NURTURE_STAGE:
		t.what = "stage";
		t.subject = d->facts.stage = step->to;
		break;
	case NURTURE_END:
		t.what = "end";
		t.subject = str_of(n->outcome);
		break;
	}
	return tell(d, at_ms, &t);
}

static enum err
run(struct dry *d)
{
	struct nurture_state at = { d->from_ms, 0, d->from_ms };
	struct nurture_limits limits;
	struct nurture_action next;
	int64_t now_ms = d->from_ms;
	enum err e = OK;

	nurturefacts_limits(d->conf, &limits);
	for (int i = 0; !e && i < NURTUREDRY_ACTIONS_MAX &&
	    now_ms < d->to_ms; i++) {
		nurture_next(&d->scenario, &limits, &at, &d->facts, now_ms,
		    &next);
		e = play(d, now_ms, &next);
		if (next.what == NURTURE_END)
			return e;
		at = next.next;
		if (next.what == NURTURE_WAIT)
			now_ms = next.until_ms;
	}
	return e;
}

/* Somebody who agreed, and of whom nothing else is known. */
static enum err
imagine(struct dry *d)
{
	const struct nurturedry *asked = d->asked;

	d->facts = (struct nurture_facts){ .lang = asked->lang,
		.offer = asked->offer, .consent = NURTURE_LIVE,
		.country = asked->country, .stage = asked->stage.n ?
		asked->stage : STR("lead") };
	return nurturefacts_zones(d->db, d->arena, d->conf,
	    d->from_ms - DAY_MS, d->to_ms + DAY_MS, &d->facts);
}

static enum err
look_up(struct dry *d)
{
	struct nurturefacts_ask ask = { .scenario = &d->scenario,
		.since_ms = d->from_ms, .now_ms = d->from_ms,
		.ahead_ms = d->to_ms - d->from_ms + DAY_MS };
	const struct pg_rows *rows;
	enum err e = pg_run(d->db, &nurturedry_lead, &d->asked->lead, WAIT_MS,
	    &rows);

	if (e || !pg_count(rows))
		return e ? e : ERR_ABSENT;
	if (!str_i64(pg_value(rows, 0, 0), 1, INT64_MAX, &ask.lead) ||
	    !str_i64(pg_value(rows, 0, 1), 1, INT64_MAX, &ask.person))
		return ERR_INPUT;
	return nurturefacts_read(d->db, d->arena, d->conf, &ask, &d->facts);
}

static enum err
read_asked(struct dry *d)
{
	const struct pg_rows *rows;
	enum err e = pg_run(d->db, &nurturedry_scenario, &d->asked->scenario,
	    WAIT_MS, &rows);

	if (e || !pg_count(rows))
		return e ? e : ERR_ABSENT;
	e = scenario_read(d->arena, pg_value(rows, 0, 0), &d->scenario);
	if (!e)
		e = pg_run(d->db, &nurturedry_when, &d->asked->from, WAIT_MS,
		    &rows);
	if (!e && !str_i64(pg_value(rows, 0, 0), 0, INT64_MAX, &d->from_ms))
		e = ERR_INPUT;
	d->to_ms = d->from_ms + d->asked->days * DAY_MS;
	return e;
}

enum err
nurturedry_run(struct pg *db, const struct conf *c,
    const struct nurturedry *asked, FILE *out)
{
	struct dry d = { .db = db, .conf = c, .asked = asked, .out = out,
		.arena = arena_new(ARENA_BYTES_MAX) };
	enum err e = read_asked(&d);

	if (!e)
		e = asked->lead.n ? look_up(&d) : imagine(&d);
	if (!e)
		e = run(&d);
	arena_free(d.arena);
	return e;
}
