/* Implements leads.h over lead/inbox and account/ownview. */
#include "account/ownview.h"
#include "base/arena.h"
#include "base/buf.h"
#include "console/desk.h"
#include "console/leadlist.h"
#include "console/shell.h"
#include "console/term.h"
#include "http/request.h"
#include "http/response.h"
#include "http/url.h"
#include "lead/inbox.h"
#include "lead/leaddesk.h"
#include "page/view.h"
#include "store/pg.h"

#include "console/leads.h"

#define PATH_BYTES_MAX 4096
#define CSV_BYTES (4 << 20)
#define CSV_BYTES_MAX (2 * CSV_BYTES)
#define CSV_ROWS 1000
/* Names, a company and where they came from may be of 16 KB each. */
#define CSV_PAGE_BYTES_MAX ((size_t)CSV_ROWS * (128 << 10))
#define DAY_BYTES 10	/* 2026-12-31 */
#define CSV "text/csv; charset=utf-8"
#define NOTE_BYTES_MAX 4096

static void
fill_row(struct desk *d, struct view *v, const struct inbox_row *r)
{
	struct arena *a = d->rq->arena;

	view_set(v, "ROW_URL", buf_fmt(a, PATH_BYTES_MAX,
	    LEADLIST_HOME "/%.*s", STR_ARG(r->id)));
	view_set(v, "ROW_NAME", leadlist_name(d, r->first_name, r->last_name,
	    r->email, r->id));
	view_set(v, "ROW_COMPANY", leadlist_brief(a, r->company));
	view_set(v, "ROW_EMAIL", r->email);
	view_set(v, "ROW_STAGE", term_brief(r->stage, d->lang));
	view_set(v, "ROW_GRADE", term_in(r->grade, d->lang));
	view_set(v, "ROW_GRADE_CLASS", r->grade);
	view_set(v, "ROW_SCORE", r->score);
	view_set(v, "ROW_OFFER", r->offer);
	view_set(v, "ROW_SYNTHETIC", r->is_synthetic ? STR("1") : STR_EMPTY);
	view_set(v, "ROW_PAGE", r->page);
	view_set(v, "ROW_VARIANT", r->variant);
	view_set(v, "ROW_CAMPAIGN", r->campaign);
	view_set(v, "ROW_COUNTRY", r->country);
	view_set(v, "ROW_OUTCOME", term_in(r->outcome, d->lang));
	view_set(v, "ROW_OWNER", r->owner_name);
	view_set(v, "ROW_DAY", str_slice(r->at, 0, DAY_BYTES));
	view_set(v, "ROW_TIME", str_slice(r->at, DAY_BYTES + 1, r->at.n));
}

/* Where newer and older ones are, if there are any. */
static void
fill_ways(struct desk *d, struct view *v, const struct inbox_wish *w,
    const struct inbox_rows *rows)
{
	struct arena *a = d->rq->arena;
	struct inbox_wish to = *w;
	bool has_newer = w->is_back ? rows->is_more : w->edge.n > 0;
	bool has_older = w->is_back || rows->is_more;

	if (!rows->count)
		return;
	if (has_newer) {
		to.edge = rows->row[0].id;
		to.is_back = true;
		view_set(v, "NEWER_URL", leadlist_url(a, LEADLIST_HOME, &to));
	}
	if (has_older) {
		to.edge = rows->row[rows->count - 1].id;
		to.is_back = false;
		view_set(v, "OLDER_URL", leadlist_url(a, LEADLIST_HOME, &to));
	}
	if (has_newer || has_older)
		view_set(v, "WAYS", STR("1"));
}

static enum err
fill_views(struct desk *d, struct view *v, struct str here)
{
	struct arena *a = d->rq->arena;
	struct ownview *view;
	size_t count;
	enum err e = ownview_list(d->db, a, d->session, &view, &count);

	if (count)
		view_set(v, "VIEWS", STR("1"));
	for (size_t i = 0; i < count; i++) {
		struct view *row = view_add(v, "VIEW");

		view_set(row, "VIEW_ID", view[i].id);
		view_set(row, "VIEW_NAME", view[i].name);
		view_set(row, "VIEW_URL", buf_fmt(a, PATH_BYTES_MAX,
		    LEADLIST_HOME "?%.*s", STR_ARG(view[i].query)));
		if (str_eq(view[i].query, here))
			view_set(row, "VIEW_HERE", STR("1"));
	}
	return e;
}

/* What the request before did. */
static void
tell(struct desk *d, struct view *v)
{
	struct str told = url_query(d->rq->arena, d->rq->query, STR("told"));

	if (str_eq(told, STR("kept")))
		shell_notice(v, SHELL_GOOD, word_in(WORD_VIEW_KEPT, d->lang));
	if (str_eq(told, STR("dropped")))
		shell_notice(v, SHELL_GOOD, word_in(WORD_VIEW_DROPPED,
		    d->lang));
	if (str_eq(told, STR("nameless")))
		shell_notice(v, SHELL_BAD, word_in(WORD_VIEW_NAMELESS,
		    d->lang));
	if (str_eq(told, STR("many")))
		shell_notice(v, SHELL_BAD, word_in(WORD_VIEW_MANY, d->lang));
}

/* A seller whom the rules don't name has nothing here, and is told why. */
static enum err
fill_empty(struct desk *d, struct view *v, bool is_filtered)
{
	struct str self = STR_EMPTY;
	enum err e = d->role == ACCOUNT_SELLER ? leaddesk_self(d->db,
	    d->rq->arena, d->session, &self) : OK;

	view_set(v, is_filtered ? "NONE_FOUND" : d->role == ACCOUNT_SELLER &&
	    !self.n ? "NO_SELLER" : "NO_LEADS", STR("1"));
	return e;
}

/* From the first that is shown on, whichever way one came there. */
static struct str
csv_url(struct arena *a, const struct inbox_wish *w, struct str first)
{
	char digits[STR_I64_BYTES];
	struct inbox_wish to = *w;
	int64_t id;

	if (w->is_back && str_i64(first, 1, INT64_MAX - 1, &id)) {
		to.is_back = false;
		to.edge = str_from_i64(digits, id + 1);
	}
	return leadlist_url(a, LEADLIST_HOME ".csv", &to);
}

static enum err
fill_rows(struct desk *d, struct view *v, const struct inbox_wish *w)
{
	struct arena *a = d->rq->arena;
	struct inbox_rows rows;
	enum err e = inbox_read(d->db, a, w, INBOX_PAGE_ROWS, &rows);

	if (e)
		return e;
	if (!rows.count)
		return fill_empty(d, v, leadlist_count(w) || w->edge.n);
	view_set(v, "ROWS", STR("1"));
	for (size_t i = 0; i < rows.count; i++)
		fill_row(d, view_add(v, "ROW"), &rows.row[i]);
	fill_ways(d, v, w, &rows);
	view_set(v, "CSV_URL", csv_url(a, w, rows.row[0].id));
	return OK;
}

static enum turn
show(struct desk *d)
{
	struct arena *a = d->rq->arena;
	struct inbox_wish w = leadlist_wish(d);
	enum inbox_filter wrong = inbox_judge(a, &w);
	struct view *v = shell_begin(d, SHELL_LEADS, word_in(WORD_NAV_LEADS,
	    d->lang));
	struct inbox_wish bare = w;
	struct str here;
	enum err e;

	bare.edge = STR_EMPTY;
	here = leadlist_query(a, &bare);
	tell(d, v);
	if (d->role < ACCOUNT_SELLER)
		view_set(v, "MASKED", STR("1"));
	if (d->role == ACCOUNT_SELLER)
		view_set(v, "OWN_ONLY", STR("1"));
	view_set(v, "HERE_QUERY", here);
	if (here.n)
		view_set(v, "CAN_KEEP", STR("1"));
	e = leadlist_fill(d, v, &w, wrong);
	if (!e)
		e = fill_views(d, v, here);
	if (!e && wrong == INBOX_FILTERS)
		e = fill_rows(d, v, &w);
	return e ? desk_refuse(d, e) : shell_answer(d->rq, v,
	    wrong == INBOX_FILTERS ? 200 : 422, "leads");
}

enum turn
leads_show(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_READER, show);
}

/*
 * Who took people's particulars away, and which.  The journal is kept for
 * ever: not whom they searched for.
 */
static enum err
note_export(struct desk *d, const struct inbox_wish *w, size_t rows)
{
	struct inbox_wish bare = *w;
	struct buf b;

	bare.value[INBOX_TEXT] = STR_EMPTY;
	buf_init(&b, d->rq->arena, NOTE_BYTES_MAX);
	buf_byte(&b, '{');
	buf_json_pair(&b, "filter", leadlist_query(d->rq->arena, &bare));
	buf_json_name(&b, "is_searched");
	buf_add(&b, w->value[INBOX_TEXT].n ? STR("true") : STR("false"));
	buf_json_name(&b, "rows");
	buf_u64(&b, rows);
	buf_byte(&b, '}');
	return desk_journal(d, STR("lead.export"), STR("leads"), PG_NULL,
	    buf_str(&b));
}

/* Page by page, so that no more than one is held beside what is sent. */
static enum err
write_rows(struct desk *d, struct arena *pages, struct inbox_wish *w,
    struct buf *b, size_t *written)
{
	struct inbox_rows rows = { .is_more = true };
	enum err e = OK;

	while (!e && rows.is_more && b->n < CSV_BYTES &&
	    *written < LEADS_CSV_ROWS_MAX) {
		size_t i = 0;

		arena_reset(pages);
		e = inbox_read(d->db, pages, w, CSV_ROWS, &rows);
		while (i < rows.count && b->n < CSV_BYTES)
			inbox_csv(b, &rows.row[i++]);
		if (i)
			w->edge = arena_copy(d->rq->arena, rows.row[i - 1].id);
		rows.is_more = rows.is_more || i < rows.count;
		*written += i;
	}
	if (!e && rows.is_more)
		response_header(d->rq, "Link", buf_fmt(d->rq->arena,
		    PATH_BYTES_MAX, "<%.*s>; rel=\"next\"",
		    STR_ARG(leadlist_url(d->rq->arena, LEADLIST_HOME ".csv",
		    w))));
	return e;
}

static enum turn
write_csv(struct desk *d)
{
	struct arena *pages;
	struct inbox_wish w = leadlist_wish(d);
	const struct inbox_wish asked = w;
	size_t written = 0;
	struct buf b;
	enum err e;

	if (inbox_judge(d->rq->arena, &w) != INBOX_FILTERS || w.is_back)
		return desk_refuse(d, ERR_INPUT);
	pages = arena_new(CSV_PAGE_BYTES_MAX);
	buf_init(&b, d->rq->arena, CSV_BYTES_MAX);
	inbox_csv_head(&b);
	e = write_rows(d, pages, &w, &b, &written);
	arena_free(pages);
	if (!e)
		e = b.full ? ERR_LIMIT : note_export(d, &asked, written);
	if (e)
		return desk_refuse(d, e);
	response_header(d->rq, "Content-Disposition",
	    STR("attachment; filename=\"leads.csv\""));
	response_set(d->rq, 200, CSV, buf_str(&b));
	return TURN_ANSWERED;
}

enum turn
leads_csv(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_READER, write_csv);
}

/* Back to the filters that were kept, with what became of that. */
static enum turn
back(struct desk *d, const struct inbox_wish *w, const char *told)
{
	struct str url = leadlist_url(d->rq->arena, LEADLIST_HOME, w);

	return desk_go(d, buf_fmt(d->rq->arena, PATH_BYTES_MAX,
	    "%.*s%ctold=%s", STR_ARG(url), url.n > sizeof LEADLIST_HOME - 1 ?
	    '&' : '?', told));
}

static enum turn
keep(struct desk *d)
{
	struct str name = str_trim(desk_field(d, STR("name")));
	struct str id = desk_field(d, STR("drop"));
	struct inbox_wish w = leadlist_wish_of(d, desk_field(d,
	    STR("query")));
	struct str query;
	int64_t number;
	enum err e;

	if (inbox_judge(d->rq->arena, &w) != INBOX_FILTERS)
		return desk_refuse(d, ERR_INPUT);
	if (id.n) {
		e = str_i64(id, 1, INT64_MAX, &number) ? ownview_drop(d->db,
		    d->session, id) : ERR_INPUT;
		return e ? desk_refuse(d, e) : back(d, &w, "dropped");
	}
	query = leadlist_query(d->rq->arena, &w);
	if (!name.n || name.n > OWNVIEW_NAME_BYTES_MAX || !query.n)
		return back(d, &w, "nameless");
	if (query.n > OWNVIEW_QUERY_BYTES_MAX)
		return desk_refuse(d, ERR_LIMIT);
	e = ownview_keep(d->db, d->session, name, query);
	if (e == ERR_LIMIT)
		return back(d, &w, "many");
	return e ? desk_refuse(d, e) : back(d, &w, "kept");
}

enum turn
leads_keep(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_READER, keep);
}
