/* Implements sellermail.h; the sentences are in base/phrase. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/phrase.h"
#include "lead/seller.h"
#include "lead/sellerword.h"
#include "store/pg.h"

#include "lead/sellermail.h"

#define WAIT_MS 30000
#define DAY_MS INT64_C(86400000)
#define LINE_BYTES_MAX 400
#define TEXT_BYTES_MAX (30 << 10)	/* piste.letter takes 32 KB */
#define BUTTONS_BYTES_MAX (8 << 10)
#define KEY_BYTES_MAX 100
#define ADDRESS_BYTES_MAX 254	/* of piste.letter */
#define DIGITS(n) #n
#define TEXT_OF(n) DIGITS(n)
#define NEWS "n.id, n.step, n.grade, n.lead_id, n.allocation_id, n.seller," \
    " n.seller_id, n.lang, n.accept_ms, n.due_ms"

SQL(sellermail_broken, 0, "SELECT " NEWS
    " FROM piste.promise_break(" TEXT_OF(SELLERMAIL_BROKEN_MAX) ") AS n");
SQL(sellermail_soon, 0, "SELECT " NEWS
    " FROM piste.seller_remind(" TEXT_OF(SELLERMAIL_BATCH_MAX) ") AS n");
SQL(sellermail_given, 0, "SELECT " NEWS
    " FROM piste.seller_tell(" TEXT_OF(SELLERMAIL_BATCH_MAX) ") AS n");
SQL(sellermail_mornings, 3,
    "SELECT m FROM piste.seller_mornings($1::bigint[], $2::text[],"
    " $3::int[]) AS m");
SQL(sellermail_digest, 2,
    "SELECT d.part, d.lead_id, d.allocation_id, d.grade, d.by, d.day,"
    " s.lang, d.things FROM piste.seller_digest($1::bigint, $2,"
    " " TEXT_OF(SELLERMAIL_LINES_MAX) ") AS d"
    " JOIN piste.seller AS s ON s.id = $1::bigint");
SQL(sellermail_append, 8,
    "SELECT piste.letter_append($1, $2, NULL, $3::bigint, $4::bigint, NULL,"
    " NULL, $5, NULL, $5, $6, $7::jsonb, $8)");

/* A fact to tell. */
struct news {
	struct str id;
	struct str step;
	struct str grade;
	struct str lead;
	struct str allocation;
	struct str seller;	/* key; empty: nobody's */
	struct str seller_id;
	enum lang lang;
	int64_t accept_ms;	/* -1: none */
	int64_t due_ms;
};

enum sort { BROKEN, SOON, GIVEN, SORTS };
static const struct {
	const struct sql *take;
	const char *key;		/* of the letter, before the id */
	enum phrase subject;		/* {}: the lead, {}: its grade */
} sorts[] = {
	[BROKEN] = { &sellermail_broken, "promise.broken",
	    PHRASE_SELLER_BROKEN_SUBJECT },
	[SOON] = { &sellermail_soon, "promise.soon",
	    PHRASE_SELLER_SOON_SUBJECT },
	[GIVEN] = { &sellermail_given, "seller.given",
	    PHRASE_SELLER_GIVEN_SUBJECT },
};

/* What a turn is about. */
struct turn {
	struct pg *db;
	struct arena *arena;
	struct sellermail *m;
	const struct allocate_plan *plan;	/* NULL: no rules */
	struct news *news[SORTS];
	size_t count[SORTS];
};

/* A letter before it has a row. */
struct draft {
	struct str to;
	enum lang lang;
	struct str seller_id;	/* or empty, as what follows */
	struct str lead;
	struct str subject;
	struct str key;
	struct buf text;
	struct buf buttons;
};

static int64_t
number(struct str text)
{
	int64_t n = -1;

	(void)str_i64(text, INT64_MIN, INT64_MAX, &n);
	return n;
}

static enum lang
lang_of(struct str code)
{
	enum lang l;

	return lang_parse(code, &l) ? LANG_FR : l;
}

static enum err
take(struct turn *t, enum sort sort)
{
	const struct pg_rows *rows;
	enum err e = pg_run(t->db, sorts[sort].take, NULL, WAIT_MS, &rows);
	size_t count = e ? 0 : pg_count(rows);

	t->news[sort] = arena_array(t->arena, count, sizeof *t->news[sort]);
	t->count[sort] = count;
	for (size_t i = 0; i < count; i++) {
		struct str v[10];

		for (size_t k = 0; k < sizeof v / sizeof *v; k++)
			v[k] = arena_copy(t->arena, pg_value(rows, i, k));
		t->news[sort][i] = (struct news){ v[0], v[1], v[2], v[3],
			v[4], v[5], v[6], lang_of(v[7]), number(v[8]),
			number(v[9]) };
	}
	return e;
}

static const struct allocate_seller *
find(const struct turn *t, int64_t id)
{
	for (size_t i = 0; t->plan && i < t->plan->sellers; i++)
		if (t->plan->seller[i].id == id)
			return &t->plan->seller[i];
	return NULL;
}

struct str
sellermail_headline(struct arena *a, struct str lead, struct str grade,
    enum lang l)
{
	return phrase_fill_all(a, PHRASE_DESK_HEADLINE, l, (struct str[]){
	    lead, sellerword_grade(grade, l) }, 2);
}

static struct draft
begin(struct turn *t, struct str to, enum lang l)
{
	struct draft d = { .to = to, .lang = l };

	buf_init(&d.text, t->arena, TEXT_BYTES_MAX);
	buf_init(&d.buttons, t->arena, BUTTONS_BYTES_MAX);
	buf_byte(&d.buttons, '[');
	return d;
}

static void
add_paragraph(struct draft *d, struct str s)
{
	if (d->text.n)
		buf_add(&d->text, STR("\n\n"));
	buf_add(&d->text, s);
}

static void
add_button(struct draft *d, struct str label, struct str allocation,
    const char *anchor)
{
	buf_add(&d->buttons, d->buttons.n > 1 ? STR(",{") : STR("{"));
	buf_json_pair(&d->buttons, "label", label);
	buf_addf(&d->buttons, ",\"link\":{\"kind\":\"seller\","
	    "\"allocation\":%.*s", STR_ARG(allocation));
	buf_json_pair(&d->buttons, "at", str_of(anchor));
	buf_add(&d->buttons, STR("}}"));
}

static enum err
append(struct turn *t, struct draft *d)
{
	buf_byte(&d->buttons, ']');
	return pg_run(t->db, &sellermail_append, (struct str[]){ d->to,
	    lang_code(d->lang), d->seller_id.n ? d->seller_id : PG_NULL,
	    d->lead.n ? d->lead : PG_NULL, d->subject, buf_str(&d->text),
	    buf_str(&d->buttons), d->key }, WAIT_MS, NULL);
}

static void
add_facts(struct draft *d)
{
	enum lang l = d->lang;

	add_paragraph(d, phrase_in(PHRASE_SELLER_SCORE, l));
	add_paragraph(d, phrase_in(PHRASE_SELLER_CONSENTS, l));
	add_paragraph(d, phrase_in(PHRASE_SELLER_CONSENT_WORDS, l));
	add_paragraph(d, phrase_in(PHRASE_SELLER_ASKED, l));
	add_paragraph(d, STR("{asked}"));
}

/* One about a lead that is somebody's. */
static enum err
tell(struct turn *t, enum sort sort, const struct news *n)
{
	const struct allocate_seller *s = find(t, number(n->seller_id));
	struct arena *a = t->arena;
	enum lang l = n->lang;
	struct draft d;

	/* A promise of scoring is nobody's; some sellers have no address. */
	if (!s || !s->email.n)
		return OK;
	d = begin(t, s->email, l);
	d.seller_id = n->seller_id;
	d.lead = n->lead;
	d.subject = phrase_fill_all(a, sorts[sort].subject, l,
	    (struct str[]){ n->lead, sellerword_grade(n->grade, l) }, 2);
	d.key = buf_fmt(a, KEY_BYTES_MAX, "%s %.*s", sorts[sort].key,
	    STR_ARG(sort == GIVEN ? n->allocation : n->id));
	if (n->accept_ms >= 0)
		add_paragraph(&d, phrase_fill(a, PHRASE_SELLER_ACCEPT_BY, l,
		    sellerword_moment(a, s, t->m->zone,
		    n->accept_ms)));
	if (n->due_ms >= 0)
		add_paragraph(&d, phrase_fill(a, PHRASE_SELLER_DUE, l,
		    sellerword_moment(a, s, t->m->zone, n->due_ms)));
	add_facts(&d);
	if (n->accept_ms >= 0)
		add_button(&d, phrase_in(PHRASE_SELLER_ACCEPT, l),
		    n->allocation, "accept");
	add_button(&d, phrase_in(PHRASE_SELLER_CONTACT, l), n->allocation,
	    "contact");
	add_button(&d, phrase_in(PHRASE_SELLER_REFUSE, l), n->allocation,
	    "refuse");
	add_button(&d, phrase_in(PHRASE_SELLER_NOTE, l), n->allocation,
	    "note");
	return append(t, &d);
}

/* All that were found broken at once, in one letter. */
static enum err
raise_alarm(struct turn *t)
{
	struct arena *a = t->arena;
	enum lang l = t->m->alarm_lang;
	struct draft d;
	char digits[STR_I64_BYTES];

	/* One that is too long must not hold up the others. */
	if (!t->count[BROKEN] || !t->m->alarm_to.n ||
	    t->m->alarm_to.n > ADDRESS_BYTES_MAX)
		return OK;
	d = begin(t, t->m->alarm_to, l);
	d.subject = phrase_fill(a, PHRASE_ALARM_SUBJECT, l,
	    str_from_i64(digits, (int64_t)t->count[BROKEN]));
	d.key = buf_fmt(a, KEY_BYTES_MAX, "promise.alarm %.*s",
	    STR_ARG(t->news[BROKEN][0].id));
	for (size_t i = 0; i < t->count[BROKEN] &&
	    i < SELLERMAIL_ALARM_LINES_MAX; i++) {
		const struct news *n = &t->news[BROKEN][i];

		add_paragraph(&d, phrase_fill_all(a, PHRASE_ALARM_LINE, l,
		    (struct str[]){ n->lead, sellerword_grade(n->grade, l),
		    sellerword_step(n->step, l), sellerword_moment(a, NULL,
		    t->m->zone, n->due_ms), n->seller.n ? n->seller :
		    STR("-") }, 5));
	}
	if (t->count[BROKEN] > SELLERMAIL_ALARM_LINES_MAX)
		add_paragraph(&d, phrase_fill(a, PHRASE_ALARM_MORE, l,
		    str_from_i64(digits, (int64_t)(t->count[BROKEN] -
		    SELLERMAIL_ALARM_LINES_MAX))));
	return append(t, &d);
}

/* Was it the lead of a row before?  The parts name some twice. */
static bool
is_named(const struct pg_rows *rows, size_t row)
{
	for (size_t i = 0; i < row; i++)
		if (str_eq(pg_value(rows, i, 1), pg_value(rows, row, 1)))
			return true;
	return false;
}

static void
add_morning(struct turn *t, struct draft *d, const struct pg_rows *rows)
{
	int64_t more = number(pg_value(rows, 0, 7)) -
	    (int64_t)pg_count(rows);
	char digits[STR_I64_BYTES];
	size_t buttons = 0;

	for (size_t i = 0; i < pg_count(rows); i++) {
		struct str lead = pg_value(rows, i, 1);
		struct str allocation = pg_value(rows, i, 2);
		struct str grade = sellerword_grade(pg_value(rows, i, 3),
		    d->lang);

		add_paragraph(d, phrase_fill_all(t->arena,
		    sellerword_part(pg_value(rows, i, 0)), d->lang,
		    (struct str[]){ lead, grade, pg_value(rows, i, 4) }, 3));
		if (!allocation.n || buttons == SELLERMAIL_BUTTONS_MAX ||
		    is_named(rows, i))
			continue;
		buttons++;
		add_button(d, phrase_fill(t->arena, PHRASE_DIGEST_BUTTON,
		    d->lang, lead), allocation, "");
	}
	if (more > 0)
		add_paragraph(d, phrase_fill(t->arena, PHRASE_DIGEST_MORE,
		    d->lang, str_from_i64(digits, more)));
}

/* Nothing to do is no mail. */
static enum err
tell_morning(struct turn *t, const struct allocate_seller *s)
{
	char id[STR_I64_BYTES];
	struct str who = str_from_i64(id, s->id);
	const struct pg_rows *rows;
	struct draft d;
	enum err e;

	if (!s->email.n)
		return OK;
	e = pg_run(t->db, &sellermail_digest, (struct str[]){ who,
	    sellerword_zone(s, t->m->zone) }, WAIT_MS, &rows);
	if (e || !pg_count(rows))
		return e;
	d = begin(t, s->email, lang_of(pg_value(rows, 0, 6)));
	d.seller_id = who;
	d.key = buf_fmt(t->arena, KEY_BYTES_MAX, "seller.digest %.*s %.*s",
	    STR_ARG(who), STR_ARG(pg_value(rows, 0, 5)));
	d.subject = phrase_fill(t->arena, PHRASE_DIGEST_SUBJECT, d.lang,
	    pg_value(rows, 0, 7));
	add_morning(t, &d, rows);
	return append(t, &d);
}

/* Who works now, as three arrays. */
static void
list_present(struct turn *t, struct buf list[3])
{
	int64_t now_ms = clock_now_ms();
	bool is_first = true;

	for (size_t k = 0; k < 3; k++) {
		buf_init(&list[k], t->arena, LINE_BYTES_MAX *
		    ALLOCATE_SELLERS_MAX);
		buf_byte(&list[k], '{');
	}
	for (size_t i = 0; i < t->plan->sellers; i++) {
		const struct allocate_seller *s = &t->plan->seller[i];
		const char *comma = is_first ? "" : ",";

		if (!s->id || !shift_is_working(&s->shift, now_ms) ||
		    shift_is_absent(&s->shift, now_ms))
			continue;
		is_first = false;
		buf_addf(&list[0], "%s%lld", comma, (long long)s->id);
		buf_addf(&list[1], "%s\"%.*s\"", comma,
		    STR_ARG(sellerword_zone(s, t->m->zone)));
		buf_addf(&list[2], "%s%d", comma, s->shift.hours_count ? 0 :
		    SELLERMAIL_MORNING_HOUR);
	}
	for (size_t k = 0; k < 3; k++)
		buf_byte(&list[k], '}');
}

static enum err
tell_mornings(struct turn *t)
{
	const struct pg_rows *rows;
	struct buf list[3];
	int64_t *who;
	size_t count;
	enum err e;

	list_present(t, list);
	e = pg_run(t->db, &sellermail_mornings, (struct str[]){
	    buf_str(&list[0]), buf_str(&list[1]), buf_str(&list[2]) },
	    WAIT_MS, &rows);
	count = e ? 0 : pg_count(rows);
	who = arena_array(t->arena, count, sizeof *who);
	for (size_t i = 0; i < count; i++)
		who[i] = number(pg_value(rows, i, 0));
	for (size_t i = 0; !e && i < count; i++)
		e = tell_morning(t, find(t, who[i]));
	return e;
}

/* In a transaction: what is taken here is told here. */
static enum err
tell_all(struct turn *t, bool is_morning)
{
	int64_t now_ms = clock_now_ms();
	struct seller_span span = { now_ms - DAY_MS, now_ms +
		(SHIFT_DEADLINE_DAYS_MAX + 1) * DAY_MS };
	struct seller_snapshot s;
	enum err e = seller_load(t->db, t->arena, span, &s);

	if (e && e != ERR_ABSENT)
		return e;
	t->plan = e ? NULL : &s.rule.plan;
	e = raise_alarm(t);
	for (enum sort sort = 0; !e && sort < SORTS; sort++)
		for (size_t i = 0; !e && i < t->count[sort]; i++)
			e = tell(t, sort, &t->news[sort][i]);
	return !e && is_morning && t->plan ? tell_mornings(t) : e;
}

/* After a full turn there are more, to be told now as well. */
static void
hold_back(struct sellermail *m, size_t broken)
{
	int64_t ms = (int64_t)broken * SELLERMAIL_PAUSE_MS;

	if (broken < SELLERMAIL_BROKEN_MAX)
		m->broken_at_ms = clock_mono_ms() +
		    (ms < SELLERMAIL_PAUSE_MS_MAX ? ms :
		    SELLERMAIL_PAUSE_MS_MAX);
}

static enum err
turn(struct turn *t, int64_t *done)
{
	bool is_morning = clock_mono_ms() >= t->m->morning_at_ms;
	bool is_quiet = clock_mono_ms() < t->m->broken_at_ms;
	enum err e = OK;

	for (enum sort sort = is_quiet ? SOON : BROKEN; !e && sort < SORTS;
	    sort++) {
		e = take(t, sort);
		*done += e ? 0 : (int64_t)t->count[sort];
	}
	if (!e && t->count[BROKEN]) {
		hold_back(t->m, t->count[BROKEN]);
		log_event(LOG_WARN, "promise.broken",
		    LOG_INT("promises", (int64_t)t->count[BROKEN]));
	}
	if (!e && (*done || is_morning))
		e = tell_all(t, is_morning);
	if (is_morning)
		t->m->morning_at_ms = clock_mono_ms() + SELLERMAIL_MORNING_MS;
	return e;
}

enum err
sellermail_turn(struct pg *db, struct sellermail *m, int64_t *done)
{
	struct turn t = { .db = db, .m = m };
	enum err e = pg_begin(db);

	*done = 0;
	if (e)
		return e;
	t.arena = arena_new(SELLERRULE_ARENA_BYTES_MAX);
	e = turn(&t, done);
	if (!e) {
		e = pg_commit(db);
	} else {
		pg_rollback(db);
		*done = 0;
	}
	arena_free(t.arena);
	return e;
}
