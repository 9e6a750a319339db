/*
 * Implements bringcheck.h over importrun: what a person is shown before and
 * after, and what they decide.
 */
#include <stdatomic.h>
#include <stdio.h>

#include "app.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/csv.h"
#include "console/bringline.h"
#include "console/bringmap.h"
#include "console/bringtake.h"
#include "console/desk.h"
#include "console/shell.h"
#include "form/form.h"
#include "http/request.h"
#include "importplan.h"
#include "importrun.h"
#include "importwish.h"
#include "lead/importfile.h"
#include "page/site.h"
#include "page/snapshot.h"
#include "page/view.h"
#include "store/csvfile.h"
#include "store/pg.h"
#include "store/pool.h"

#include "console/bringcheck.h"

#define HOME "/console/import"
#define PATH_BYTES_MAX 100
#define REMAPPED "columns=1"
#define SAMPLE_ROWS 3
#define SAMPLE_BYTES_MAX 40	/* of a cell */
#define SAMPLES_BYTES_MAX 400
#define NUMBER_BYTES_MAX 32

struct check {
	struct desk *desk;
	const struct site *site;
	struct importfile file;
	struct importwish wish;
	struct importrun run;
	FILE *nobody;		/* complaints: the screen has its own */
	struct str sample[BRINGMAP_COLUMNS_MAX];
	struct view *view;
	size_t shown;		/* refusals */
	int64_t rows_in;	/* -1: it isn't under way */
	bool is_remapped;	/* other columns than those that were judged */
};

static struct str
number(struct arena *a, uint64_t n)
{
	return buf_fmt(a, NUMBER_BYTES_MAX, "%llu", (unsigned long long)n);
}

/* Of the first rows, so that one sees which column is which. */
static void
take_samples(struct check *k, const struct csv_record *record)
{
	struct arena *a = k->desk->rq->arena;

	for (size_t i = 0; i < record->cells && i < BRINGMAP_COLUMNS_MAX; i++) {
		struct str cell = str_trim(record->cell[i]), cut = cell;
		struct buf b;

		if (!cell.n)
			continue;
		cut.n = 0;
		while (cut.n < SAMPLE_BYTES_MAX && cut.n < cell.n)
			cut.n += str_utf8_step(str_slice(cell, cut.n, cell.n));
		buf_init(&b, a, SAMPLES_BYTES_MAX);
		buf_add(&b, k->sample[i]);
		buf_add(&b, k->sample[i].n ? STR(" · ") : STR_EMPTY);
		buf_add(&b, cut);
		buf_add(&b, cut.n < cell.n ? STR("…") : STR_EMPTY);
		k->sample[i] = buf_str(&b);
	}
}

static void
tell_preview(void *context, struct arena *a, const struct csv_record *record,
    const struct import_row *row)
{
	struct check *k = context;

	(void)a;
	if (k->run.rows <= SAMPLE_ROWS)
		take_samples(k, record);
	if (import_is_refused(row) && k->shown++ < BRINGLINE_SHOWN_MAX)
		bringline_add(k->desk, k->view, k->run.plan.form, row);
}

/* What the file is wished to be: judged anew, a day may be over meanwhile. */
static enum err
read_wish(struct check *k)
{
	struct arena *a = k->desk->rq->arena;
	size_t words = k->file.words + 1;
	char **word = arena_array(a, words, sizeof *word);

	word[0] = (char *)arena_copy(a, STR("file")).p;
	for (size_t i = 1; i < words; i++)
		word[i] = (char *)arena_copy(a, k->file.word[i - 1]).p;
	if (!importwish_read(a, (int)words, word, clock_now_ms(), k->nobody,
	    &k->wish))
		return ERR_INPUT;
	k->wish.map = k->file.map;
	return OK;
}

/* Up to its first row; with a fault in k->run for what a person can mend. */
static enum err
open_run(struct check *k, struct pg *db)
{
	struct importrun *r = &k->run;
	enum err e = read_wish(k);

	*r = (struct importrun){ .wish = &k->wish, .db = db,
		.arena = k->desk->rq->arena, .complaints = k->nobody,
		.name = k->file.name, .told = tell_preview, .context = k };
	if (!e)
		e = importplan_make(db, r->arena, k->site, &k->wish,
		    k->nobody, &r->plan);
	if (e)
		return e;
	r->plan.now_ms = clock_now_ms();
	e = csvfile_of(k->file.content, "file", k->nobody, &r->file);
	if (e)
		r->fault = IMPORTRUN_NO_HEADER;
	return e ? e : importrun_begin(r);
}

static void
offer_field(struct view *column, struct str name, struct str label,
    struct str chosen)
{
	struct view *row = view_add(column, "FIELD");

	view_set(row, "FIELD_NAME", name);
	view_set(row, "FIELD_LABEL", label);
	if (str_eq(name, chosen))
		view_set(row, "FIELD_CHOSEN", STR("1"));
}

static const struct { struct str name; enum word word; } unasked[] = {
	{ STR(COLUMNS_DATE), WORD_IMPORT_MAP_DATE },
	{ STR(COLUMNS_KEYWORD), WORD_IMPORT_MAP_KEYWORD },
	{ STR(COLUMNS_AFFILIATE), WORD_IMPORT_MAP_AFFILIATE },
	{ STR(COLUMNS_PROMO), WORD_IMPORT_MAP_PROMO },
};

static void
offer_fields(struct check *k, struct view *column, struct str chosen)
{
	const struct form *f = k->run.plan.form;
	enum lang l = k->desk->lang;

	for (size_t i = 0; i < f->fields; i++)
		if (f->field[i].kind != FIELD_FILE)
			offer_field(column, f->field[i].name,
			    lang_text(&f->field[i].label, l), chosen);
	for (size_t i = 0; i < f->consents; i++)
		offer_field(column, f->consent[i].key, f->consent[i].key,
		    chosen);
	for (size_t i = 0; i < sizeof unasked / sizeof *unasked; i++)
		offer_field(column, unasked[i].name, word_in(unasked[i].word,
		    l), chosen);
}

static void
fill_columns(struct check *k)
{
	struct arena *a = k->desk->rq->arena;
	const struct columns *c = &k->run.columns;

	for (size_t i = 0; i < BRINGMAP_COLUMNS_MAX && i < k->run.headers;
	    i++) {
		struct view *row = view_add(k->view, "COLUMN");

		view_set(row, "COLUMN_ID", buf_fmt(a, NUMBER_BYTES_MAX,
		    "map-%zu", i));
		view_set(row, "COLUMN_NAME", k->run.header[i].n ?
		    k->run.header[i] : number(a, i + 1));
		view_set(row, "COLUMN_SAMPLE", k->sample[i]);
		offer_fields(k, row, i < c->count ? c->column[i].name :
		    STR_EMPTY);
	}
	view_set(k->view, "COLUMNS", STR("1"));
}

static void
warn_of_missing(struct check *k)
{
	const struct form *f = k->run.plan.form;
	struct desk *d = k->desk;

	for (size_t i = 0; i < f->fields; i++) {
		struct str label = lang_text(&f->field[i].label, d->lang);

		if (importrun_lacks(&k->run, i))
			shell_notice(k->view, SHELL_BAD, word_fill(
			    d->rq->arena, WORD_IMPORT_LACKS, d->lang, &label,
			    1));
	}
}

static void
fill_counts(struct check *k)
{
	struct desk *d = k->desk;
	struct arena *a = d->rq->arena;
	struct str rows = number(a, k->run.rows),
	    refused = number(a, k->run.refused),
	    good = number(a, k->run.rows - k->run.refused);

	view_set(k->view, "JUDGED", word_fill(a, WORD_IMPORT_JUDGED, d->lang,
	    (struct str[]){ rows, good, refused }, 3));
	if (k->shown > BRINGLINE_SHOWN_MAX)
		view_set(k->view, "MORE_REFUSED", word_number(a,
		    WORD_IMPORT_MORE_REFUSED, d->lang, BRINGLINE_SHOWN_MAX));
	if (k->run.rows == k->run.refused)
		return;
	view_set(k->view, "TAKE", word_fill(a, WORD_IMPORT_TAKE, d->lang,
	    &good, 1));
	view_set(k->view, "TAKE_TEXT", word_fill(a, WORD_IMPORT_TAKE_TEXT,
	    d->lang, (struct str[]){ good, k->run.plan.page, refused }, 3));
}

/* The sentence for a file that can't be imported as it is. */
static void
tell_fault(struct check *k, enum err e)
{
	static const enum word faults[] = {
		[IMPORTRUN_FINE] = WORD_IMPORT_UNREADABLE,
		[IMPORTRUN_NO_HEADER] = WORD_IMPORT_NO_HEADER,
		[IMPORTRUN_NO_COLUMN] = WORD_IMPORT_NO_COLUMN,
		[IMPORTRUN_NO_DATE] = WORD_IMPORT_NO_DATE,
	};
	struct desk *d = k->desk;
	struct str date = word_in(WORD_IMPORT_MAP_DATE, d->lang);
	bool has_plan = k->run.plan.form != NULL;

	if (e)
		shell_notice(k->view, SHELL_BAD, word_fill(d->rq->arena,
		    has_plan ? faults[k->run.fault] : WORD_IMPORT_NO_PLAN,
		    d->lang, &date, 1));
}

static enum err
tell_known(struct check *k)
{
	struct desk *d = k->desk;
	struct str known;
	enum err e = importfile_known(d->db, d->rq->arena, k->file.sha256,
	    &known);

	if (!e && known.n)
		shell_notice(k->view, SHELL_PLAIN, word_fill(d->rq->arena,
		    WORD_IMPORT_KNOWN, d->lang, &known, 1));
	return e;
}

static struct str
path_of(const struct check *k, struct str query)
{
	return buf_fmt(k->desk->rq->arena, PATH_BYTES_MAX, HOME "/%.*s%.*s",
	    STR_ARG(k->file.id), STR_ARG(query));
}

static struct view *
begin_screen(struct check *k)
{
	struct view *v = shell_begin(k->desk, SHELL_IMPORT, k->file.name);

	shell_trail(v, STR(HOME), word_in(WORD_IMPORT_TITLE, k->desk->lang));
	view_set(v, "FILE_URL", path_of(k, STR_EMPTY));
	return v;
}

/* ERR_INPUT is the file's own fault, which the screen tells. */
static enum turn
preview(struct check *k)
{
	struct desk *d = k->desk;
	struct pg *db;
	enum err e;

	k->view = begin_screen(k);
	view_set(k->view, "DROP", STR("1"));
	db = pool_take(d->rq->app->pool);
	e = open_run(k, db);
	if (!e)
		e = importrun_preview(&k->run, UINT64_MAX);
	csvfile_close(k->run.file);
	pool_give(d->rq->app->pool, db);
	if (e == ERR_AWAY)
		return desk_refuse(d, e);
	if (str_eq(d->rq->query, STR(REMAPPED)))
		shell_notice(k->view, SHELL_PLAIN,
		    word_in(WORD_IMPORT_REMAPPED, d->lang));
	tell_fault(k, e);
	if (k->run.headers)
		fill_columns(k);
	if (!e) {
		warn_of_missing(k);
		fill_counts(k);
		e = tell_known(k);
	}
	return e && e != ERR_INPUT && e != ERR_ABSENT ? desk_refuse(d, e) :
	    shell_answer(d->rq, k->view, 200, "importcheck");
}

static enum turn
tell_done(struct check *k)
{
	k->view = begin_screen(k);
	bringline_fill_done(k->desk, k->view, k->site, &k->file);
	return shell_answer(k->desk->rq, k->view, 200, "importdone");
}

/* Another session imports it: nothing else can be done with it. */
static enum turn
tell_under_way(struct check *k)
{
	struct desk *d = k->desk;

	k->view = begin_screen(k);
	shell_notice(k->view, SHELL_PLAIN, word_number(d->rq->arena,
	    WORD_IMPORT_UNDER_WAY, d->lang, k->rows_in));
	view_set(k->view, "UNDER_WAY", STR("1"));
	return shell_answer(d->rq, k->view, 200, "importcheck");
}

/* Rows are taken by a session of its own, as piste import does. */
static enum err
take(struct check *k)
{
	struct pg *db = pg_new(k->desk->rq->app->conf->database,
	    "piste-console");
	enum err e = open_run(k, db);

	k->is_remapped = !e && bringmap_differs(k->desk, &k->run.columns);
	if (!e && !k->is_remapped)
		e = importfile_hold(db, k->file.id);
	if (!e && !k->is_remapped)
		e = bringtake_rows(k->desk, &k->run, k->file.id);
	csvfile_close(k->run.file);
	pg_free(db);
	return e;
}

static enum turn
tell_stopped(struct check *k, struct str why, int status)
{
	k->view = begin_screen(k);
	shell_notice(k->view, SHELL_BAD, why);
	view_set(k->view, "DROP", STR("1"));
	return shell_answer(k->desk->rq, k->view, status, "importcheck");
}

/* The columns are kept, and what they come to is shown before it happens. */
static enum turn
show_remapped(struct check *k)
{
	enum err e = bringmap_keep(k->desk, k->file.id);

	return e ? desk_refuse(k->desk, e) : desk_go(k->desk,
	    path_of(k, STR("?" REMAPPED)));
}

/* Two at once would each hold a thread for as long as a file takes. */
static enum turn
take_alone(struct check *k)
{
	static atomic_flag is_taken = ATOMIC_FLAG_INIT;
	enum lang l = k->desk->lang;
	enum err e;

	if (atomic_flag_test_and_set(&is_taken))
		return tell_stopped(k, word_in(WORD_IMPORT_BUSY, l), 503);
	e = take(k);
	atomic_flag_clear(&is_taken);
	if (k->is_remapped)
		return show_remapped(k);
	/* Begun by a second click, say: the screen tells how far it is. */
	if (!e || e == ERR_DENIED)
		return desk_go(k->desk, path_of(k, STR_EMPTY));
	return tell_stopped(k, e == ERR_INPUT ?
	    word_in(WORD_IMPORT_OTHER_WORDS, l) :
	    word_fill(k->desk->rq->arena, WORD_IMPORT_FAILED, l,
	    (struct str[]){ str_of(err_name(e)) }, 1),
	    e == ERR_AWAY ? 503 : 409);
}

static enum turn
act(struct check *k)
{
	struct desk *d = k->desk;
	struct str deed = desk_field(d, STR("deed"));
	enum err e = ERR_INPUT;

	if (str_eq(deed, STR("take")))
		return take_alone(k);
	if (str_eq(deed, STR("map")))
		e = bringmap_keep(d, k->file.id);
	else if (str_eq(deed, STR("drop")))
		e = importfile_drop(d->db, k->file.id);
	if (e)
		return desk_refuse(d, e);
	return desk_go(d, str_eq(deed, STR("drop")) ? STR(HOME "?dropped=1") :
	    path_of(k, STR_EMPTY));
}

static enum turn
enter(struct desk *d)
{
	struct check *k = ARENA_NEW(d->rq->arena, struct check);
	const struct picture *p;
	enum turn turn;
	enum err e;

	k->desk = d;
	e = importfile_read(d->db, d->rq->arena, d->rq->param[0], d->user,
	    &k->file);
	if (!e)
		e = importfile_under_way(d->db, k->file.id, &k->rows_in);
	if (e)
		return desk_refuse(d, e);
	p = snapshot_hold(d->rq->app->snapshot);
	k->nobody = fopen("/dev/null", "w");
	if (p && k->nobody) {
		k->site = p->site;
		turn = k->file.totals.n ? tell_done(k) :
		    k->rows_in >= 0 ? tell_under_way(k) :
		    d->rq->method == METHOD_POST ? act(k) : preview(k);
	} else {
		turn = desk_refuse(d, ERR_AWAY);
	}
	if (k->nobody)
		fclose(k->nobody);
	if (p)
		snapshot_release(d->rq->app->snapshot, p);
	return turn;
}

enum turn
bringcheck_show(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_MARKETER, enter);
}

enum turn
bringcheck_do(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_MARKETER, enter);
}
