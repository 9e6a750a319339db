/* Implements bringline.h. */
#include <jansson.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/strictjson.h"
#include "console/desk.h"
#include "console/shell.h"
#include "form/form.h"
#include "http/request.h"
#include "lead/columns.h"
#include "lead/import.h"
#include "lead/importfile.h"
#include "page/site.h"
#include "page/view.h"

#include "console/bringline.h"

#define NUMBER_BYTES_MAX 32
#define PAGE_ARENA_BYTES ((size_t)16 << 20)

/* One reason, wherever it was read from. */
struct reason {
	int64_t line;
	struct str name;	/* a field's, or empty */
	struct str column;
	struct str code;
};

static const struct {
	const char *code;
	enum word word;
} rows[] = {
	{ "columns", WORD_ROW_COLUMNS },
	{ "too-long", WORD_ROW_LONG },
	{ "objected", WORD_ROW_OBJECTED },
	{ "phone-objected", WORD_ROW_PHONE_OBJECTED },
};

static struct str
why_row(struct arena *a, enum lang l, struct str code)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (str_eq(code, str_of(rows[i].code)))
			return word_in(rows[i].word, l);
	return word_fill(a, WORD_ROW_BROKEN, l, &code, 1);
}

/* Of the day somebody was met, which no form asks for. */
static struct str
why_day(struct arena *a, enum lang l, enum field_error e)
{
	const struct field day = { .kind = FIELD_DATE };

	return e == FIELD_TOO_LATE ? word_in(WORD_ROW_DATE_LATE, l) :
	    field_message(a, &day, e, l);
}

/* The sentence a visitor would read beside the field. */
static struct str
why_field(struct arena *a, enum lang l, const struct form *f,
    const struct reason *r)
{
	size_t field = 0;
	int error = 0;

	while (error < FIELD_ERRORS && !str_eq(r->code,
	    str_of(field_error_code((enum field_error)error))))
		error++;
	while (f && field < f->fields &&
	    !str_eq(f->field[field].name, r->name))
		field++;
	if (!f || error == FIELD_ERRORS)
		return r->code;
	if (str_eq(r->name, STR(COLUMNS_DATE)))
		return why_day(a, l, (enum field_error)error);
	return field < f->fields ? field_message(a, &f->field[field],
	    (enum field_error)error, l) : form_consent_message(a,
	    (enum field_error)error, l);
}

static struct str
where(const struct reason *r)
{
	return r->column.n ? r->column : r->name;
}

static struct str
why(struct arena *a, enum lang l, const struct form *f,
    const struct reason *r)
{
	return r->name.n ? why_field(a, l, f, r) : why_row(a, l, r->code);
}

static void
add_reason(struct desk *d, struct view *v, const struct form *f,
    const struct reason *r)
{
	struct arena *a = d->rq->arena;
	struct view *line = view_add(v, "LINE");

	view_set(v, "LINES", STR("1"));
	view_set(line, "LINE_NUMBER", buf_fmt(a, NUMBER_BYTES_MAX, "%lld",
	    (long long)r->line));
	view_set(line, "LINE_WHERE", arena_copy(a, where(r)));
	view_set(line, "LINE_WHY", arena_copy(a, why(a, d->lang, f, r)));
}

void
bringline_add(struct desk *d, struct view *v, const struct form *f,
    const struct import_row *row)
{
	if (row->code)
		add_reason(d, v, f, &(struct reason){ (int64_t)row->line,
		    STR_EMPTY, STR_EMPTY, str_of(row->code) });
	for (size_t i = 0; i < row->wrongs; i++)
		add_reason(d, v, f, &(struct reason){ (int64_t)row->line,
		    row->wrong[i].name, row->wrong[i].header,
		    str_of(row->wrong[i].code) });
}

static struct str
text(const json_t *object, const char *name)
{
	return str_of(json_string_value(json_object_get(object, name)));
}

/* Call take for each reason of a report's row. */
static void
each_stored(const json_t *row, void (*take)(void *context,
    const struct reason *r), void *context)
{
	int64_t line = json_integer_value(json_object_get(row, "line"));
	json_t *errors = json_object_get(row, "errors"), *one;
	size_t i;

	if (!errors)
		take(context, &(struct reason){ line, STR_EMPTY, STR_EMPTY,
		    text(row, "error") });
	json_array_foreach(errors, i, one)
		take(context, &(struct reason){ line, text(one, "field"),
		    text(one, "column"), text(one, "code") });
}

struct shown {
	struct desk *desk;
	struct view *view;
	const struct form *form;
};

static void
show_stored(void *context, const struct reason *r)
{
	struct shown *s = context;

	add_reason(s->desk, s->view, s->form, r);
}

static void
fill_numbers(struct desk *d, struct view *v, const json_t *totals)
{
	static const struct {
		const char *name;
		enum word word;
	} numbers[] = {
		{ "rows", WORD_IMPORT_ROWS },
		{ "new", WORD_IMPORT_NEW },
		{ "update", WORD_IMPORT_UPDATE },
		{ "repeat", WORD_IMPORT_REPEAT },
		{ "known", WORD_IMPORT_BEFORE },
		{ "quarantined", WORD_IMPORT_ASIDE },
		{ "refused", WORD_IMPORT_OUT },
	};

	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		struct view *row = view_add(v, "NUMBER");

		view_set(row, "NUMBER_NAME", word_in(numbers[i].word,
		    d->lang));
		view_set(row, "NUMBER_VALUE", buf_fmt(d->rq->arena,
		    NUMBER_BYTES_MAX, "%lld", (long long)json_integer_value(
		    json_object_get(totals, numbers[i].name))));
	}
}

/* Nothing came of it, but for what was refused, that was not there before. */
static bool
is_same(const json_t *totals)
{
	static const char *const news[] = { "new", "update", "repeat",
		"quarantined" };
	int64_t n = 0;

	for (size_t i = 0; i < sizeof news / sizeof *news; i++)
		n += json_integer_value(json_object_get(totals, news[i]));
	return !n && json_integer_value(json_object_get(totals, "known"));
}

void
bringline_fill_done(struct desk *d, struct view *v, const struct site *site,
    const struct importfile *f)
{
	json_error_t ignored;
	json_t *totals = strictjson_read(f->totals, &ignored);
	json_t *report = f->report.n ? strictjson_read(f->report, &ignored) :
	    NULL, *row;
	struct shown s = { d, v, site_form(site, text(totals, "form")) };
	size_t i;

	shell_notice(v, SHELL_GOOD, word_in(is_same(totals) ?
	    WORD_IMPORT_SAME : WORD_IMPORT_DONE, d->lang));
	fill_numbers(d, v, totals);
	json_array_foreach(report, i, row)
		each_stored(row, show_stored, &s);
	if (f->reported > IMPORTFILE_LINES_MAX)
		view_set(v, "MORE_REFUSED", word_number(d->rq->arena,
		    WORD_IMPORT_MORE_REFUSED, d->lang, IMPORTFILE_LINES_MAX));
	view_set(v, f->reported ? "REPORT" : "NO_LINES", STR("1"));
	json_decref(totals);
	json_decref(report);
}

struct written {
	struct buf *out;
	struct arena *arena;
	enum lang lang;
	const struct form *form;
};

static void
write_stored(void *context, const struct reason *r)
{
	struct written *w = context;

	buf_addf(w->out, "%lld,", (long long)r->line);
	buf_csv(w->out, where(r));
	buf_byte(w->out, ',');
	buf_csv(w->out, why(w->arena, w->lang, w->form, r));
	buf_add(w->out, STR("\r\n"));
}

enum err
bringline_csv(struct desk *d, const struct site *site,
    const struct importfile *f, struct buf *out)
{
	struct arena *a = arena_new(PAGE_ARENA_BYTES);
	json_error_t ignored;
	json_t *totals = strictjson_read(f->totals, &ignored), *lines, *row;
	struct written w = { out, a, d->lang, site_form(site, text(totals,
	    "form")) };
	struct str some;
	enum err e = OK;
	size_t i;

	buf_add(out, STR("line,column,reason\r\n"));
	for (int64_t n = 0; !e && n < f->reported;
	    n += IMPORTFILE_LINES_MAX) {
		arena_reset(a);
		e = importfile_lines(d->db, a, f->id, n, &some);
		lines = e ? NULL : strictjson_read(some, &ignored);
		json_array_foreach(lines, i, row)
			each_stored(row, write_stored, &w);
		json_decref(lines);
	}
	json_decref(totals);
	arena_free(a);
	return e ? e : out->full ? ERR_LIMIT : OK;
}
