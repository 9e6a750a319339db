/* Implements logbook.h over account/journal. */
#include "account/journal.h"
#include "account/journalrow.h"
#include "base/arena.h"
#include "base/buf.h"
#include "console/desk.h"
#include "console/shell.h"
#include "http/request.h"
#include "http/response.h"
#include "http/url.h"
#include "page/view.h"
#include "store/pg.h"

#include "console/logbook.h"

#define URL_BYTES_MAX 2048
#define CSV_BYTES_MAX (2 * LOGBOOK_CSV_BYTES)
#define CSV "text/csv; charset=utf-8"

/* p NULL for nothing typed. */
static struct str
asked(struct desk *d, struct str name)
{
	struct str s = str_trim(url_query(d->rq->arena, d->rq->query, name));

	return s.n ? s : PG_NULL;
}

static struct journal_wish
wish_of(struct desk *d)
{
	struct journal_wish w = { .by = d->session,
		.who = asked(d, STR("who")), .of = asked(d, STR("of")) };

	(void)str_i64(asked(d, STR("before")), 1, INT64_MAX, &w.before);
	return w;
}

/* The same question of what is older, at path. */
static struct str
link_of(struct desk *d, const char *path, const struct journal_wish *w)
{
	struct buf b;

	buf_init(&b, d->rq->arena, URL_BYTES_MAX);
	buf_addf(&b, "%s?before=%lld", path, (long long)w->before);
	if (w->who.n) {
		buf_add(&b, STR("&who="));
		url_encode(&b, w->who);
	}
	if (w->of.n) {
		buf_add(&b, STR("&of="));
		url_encode(&b, w->of);
	}
	return b.full ? str_of(path) : buf_str(&b);
}

static void
fill_row(struct view *v, const struct journal_row *row)
{
	view_set(v, "ROW_AT", row->at);
	view_set(v, "ROW_WHO", row->who);
	view_set(v, "ROW_WHAT", row->entry.what);
	view_set(v, "ROW_OF", row->entry.of);
	view_set(v, "ROW_WAS", row->entry.was);
	view_set(v, "ROW_IS", row->entry.is);
}

static enum turn
show(struct desk *d)
{
	struct view *v = shell_begin(d, SHELL_JOURNAL,
	    word_in(WORD_NAV_JOURNAL, d->lang));
	struct journal_wish w = wish_of(d);
	struct journal_row *row;
	size_t count;
	enum err e = journal_read(d->db, d->rq->arena, &w, &row, &count);

	if (e)
		return desk_refuse(d, e);
	view_set(v, "CSV_URL", link_of(d, "/console/journal.csv", &w));
	view_set(v, "WHO_TYPED", w.who);
	view_set(v, "OF_TYPED", w.of);
	view_set(v, count ? "ROWS" : "NO_ROWS", STR("1"));
	for (size_t i = 0; i < count; i++)
		fill_row(view_add(v, "ROW"), &row[i]);
	if (count == JOURNAL_PAGE_MAX) {
		w.before = row[count - 1].id;
		view_set(v, "OLDER_URL", link_of(d, "/console/journal", &w));
	}
	return shell_answer(d->rq, v, 200, "journal");
}

enum turn
logbook_show(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_ADMINISTRATOR, show);
}

static void
name_next(struct desk *d, const struct journal_wish *w)
{
	response_header(d->rq, "Link", buf_fmt(d->rq->arena, URL_BYTES_MAX +
	    20, "<%.*s>; rel=\"next\"", STR_ARG(link_of(d,
	    "/console/journal.csv", w))));
}

static enum turn
write_csv(struct desk *d)
{
	struct arena *pages = arena_new(ARENA_REQUEST_BYTES_MAX);
	struct journal_wish w = wish_of(d);
	size_t count = JOURNAL_PAGE_MAX, rows = 0;
	struct journal_row *row;
	struct buf b;
	enum err e = OK;

	buf_init(&b, d->rq->arena, CSV_BYTES_MAX);
	buf_add(&b, STR(JOURNALROW_CSV_HEAD));
	while (!e && count == JOURNAL_PAGE_MAX && b.n < LOGBOOK_CSV_BYTES &&
	    rows < LOGBOOK_CSV_ROWS_MAX) {
		arena_reset(pages);
		e = journal_read(d->db, pages, &w, &row, &count);
		for (size_t i = 0; i < count; i++)
			journalrow_csv(&b, &row[i]);
		if (count)
			w.before = row[count - 1].id;
		rows += count;
	}
	arena_free(pages);
	if (e || b.full)
		return desk_refuse(d, e ? e : ERR_LIMIT);
	if (count == JOURNAL_PAGE_MAX)
		name_next(d, &w);
	response_header(d->rq, "Content-Disposition",
	    STR("attachment; filename=\"journal.csv\""));
	response_set(d->rq, 200, CSV, buf_str(&b));
	return TURN_ANSWERED;
}

enum turn
logbook_csv(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_ADMINISTRATOR, write_csv);
}
