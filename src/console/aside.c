/* Implements aside.h over lead/quarantine.  Translates only. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/token.h"
#include "console/desk.h"
#include "console/shell.h"
#include "console/term.h"
#include "http/request.h"
#include "http/url.h"
#include "lead/quarantine.h"
#include "page/view.h"

#include "console/aside.h"

#define HOME "/console/quarantine"
#define PATH_BYTES_MAX 400
#define IDS_BYTES_MAX ((size_t)BODY_FIELDS_MAX * UUID_TEXT + 2)

/* What was done by the request before: a number in the address, no more. */
static void
tell(struct desk *d, struct view *v)
{
	struct arena *a = d->rq->arena;
	uint32_t n;

	if (url_query(a, d->rq->query, STR("none")).n)
		shell_notice(v, SHELL_BAD, word_in(WORD_QUARANTINE_NONE_CHOSEN,
		    d->lang));
	if (str_u32(url_query(a, d->rq->query, STR("released")), 0, INT32_MAX,
	    &n))
		shell_notice(v, SHELL_GOOD, word_number(a,
		    WORD_QUARANTINE_DONE, d->lang, n));
}

/* How many there are by reason: to choose by, and to release by. */
static void
fill_reasons(struct desk *d, struct view *v, struct str chosen,
    const struct quarantine_count *count, size_t counts)
{
	struct arena *a = d->rq->arena;
	int64_t all = 0;

	for (size_t i = 0; i < counts; i++) {
		struct str reason = str_of(count[i].reason);
		bool is_chosen = str_eq(reason, chosen);
		struct view *row = view_add(v, "REASON");
		char digits[STR_I64_BYTES];
		struct str n = arena_copy(a, str_from_i64(digits,
		    count[i].submissions));

		view_set(row, "REASON_KEY", reason);
		view_set(row, "REASON_NAME", term_in(reason, d->lang));
		view_set(row, "REASON_COUNT", n);
		if (is_chosen)
			view_set(row, "REASON_CHOSEN", STR("1"));
		all += !chosen.n || is_chosen ? count[i].submissions : 0;
		if (d->role < ACCOUNT_MARKETER)
			continue;
		row = view_add(v, "RELEASE");
		view_set(row, "RELEASE_KEY", reason);
		view_set(row, "RELEASE_NAME", term_in(reason, d->lang));
		view_set(row, "RELEASE_TEXT", word_fill(a,
		    WORD_QUARANTINE_ALL_TEXT, d->lang,
		    (struct str[]){ n, term_in(reason, d->lang) }, 2));
		view_set(row, "RELEASE_BUTTON", word_fill(a,
		    WORD_QUARANTINE_ALL_BUTTON, d->lang, &n, 1));
	}
	view_set(v, "TABLE_TITLE", word_number(a, WORD_QUARANTINE_TABLE,
	    d->lang, all));
}

static void
fill_rows(struct desk *d, struct view *v, struct str reason,
    const struct quarantine_page *page)
{
	bool can_choose = d->role >= ACCOUNT_MARKETER;

	view_set(v, page->rows ? "ROWS" : "EMPTY", STR("1"));
	if (can_choose)
		view_set(v, "CAN_CHOOSE", STR("1"));
	for (size_t i = 0; i < page->rows; i++) {
		const struct quarantine_row *r = &page->row[i];
		struct view *row = view_add(v, "ROW");

		if (can_choose)
			view_set(row, "ROW_CHOICE", r->id);
		view_set(row, "ROW_AT", r->at);
		view_set(row, "ROW_REASON", term_in(r->reason, d->lang));
		view_set(row, "ROW_PAGE", r->page);
		view_set(row, "ROW_EMAIL", r->email);
	}
	if (page->is_more)
		view_set(v, "MORE_URL", buf_fmt(d->rq->arena, PATH_BYTES_MAX,
		    HOME "?reason=%.*s&before=%.*s", STR_ARG(reason),
		    STR_ARG(page->row[page->rows - 1].seq)));
}

/* One of those there are; anything else is no filter. */
static struct str
reason_of(struct str typed, const struct quarantine_count *count,
    size_t counts)
{
	for (size_t i = 0; i < counts; i++)
		if (str_eq(typed, str_of(count[i].reason)))
			return typed;
	return STR_EMPTY;
}

static struct str
number_of(struct str typed)
{
	int64_t n;

	return str_i64(typed, 1, INT64_MAX, &n) ? typed : STR_EMPTY;
}

static enum turn
show(struct desk *d)
{
	struct arena *a = d->rq->arena;
	struct quarantine_count count[QUARANTINE_REASONS_MAX];
	struct quarantine_page *page = ARENA_NEW(a, struct quarantine_page);
	struct quarantine_place from = { .is_masked = d->role <
	    ACCOUNT_SELLER, .before = number_of(url_query(a, d->rq->query,
	    STR("before"))) };
	struct view *v;
	size_t counts;
	enum err e = quarantine_counts(d->db, count, &counts);

	if (e)
		return desk_refuse(d, e);
	from.reason = reason_of(url_query(a, d->rq->query, STR("reason")),
	    count, counts);
	e = quarantine_page(d->db, a, &from, page);
	if (e)
		return desk_refuse(d, e);
	v = shell_begin(d, SHELL_QUARANTINE, word_in(WORD_QUARANTINE_TITLE,
	    d->lang));
	tell(d, v);
	fill_reasons(d, v, from.reason, count, counts);
	fill_rows(d, v, from.reason, page);
	return shell_answer(d->rq, v, 200, "quarantine");
}

enum turn
aside_show(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_READER, show);
}

/* The ids that are posted, as PostgreSQL writes an array; empty: none. */
static struct str
chosen_ids(const struct desk *d)
{
	struct buf b;

	buf_init(&b, d->rq->arena, IDS_BYTES_MAX);
	for (size_t i = 0; i < d->body.count; i++)
		if (str_eq(d->body.field[i].name, STR("id")))
			(void)quarantine_add_id(&b, d->body.field[i].value);
	if (b.n)
		buf_byte(&b, '}');
	return buf_str(&b);
}

static enum turn
release(struct desk *d)
{
	struct quarantine_choice c = { .reason = desk_field(d,
	    STR("reason")), .ids = chosen_ids(d), .session = d->session };
	struct quarantine_done done = { 0 };
	int64_t released;
	enum err e;

	if (c.reason.n && c.ids.n)
		return desk_refuse(d, ERR_INPUT);
	if (!c.reason.n && !c.ids.n)
		return desk_go(d, STR(HOME "?none=1"));
	e = quarantine_release(d->db, &c, &done);
	released = done.made + done.updates + done.repeats;
	if (e)
		return desk_refuse(d, e);
	return desk_go(d, buf_fmt(d->rq->arena, PATH_BYTES_MAX,
	    HOME "?released=%lld", (long long)released));
}

enum turn
aside_release(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_MARKETER, release);
}
