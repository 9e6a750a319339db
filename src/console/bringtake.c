/* Implements bringtake.h over importrun. */
#include <stdio.h>

#include "base/buf.h"
#include "console/desk.h"
#include "http/request.h"
#include "importrun.h"
#include "lead/importfile.h"
#include "store/pg.h"

#include "console/bringtake.h"

#define LINE_BYTES_MAX 100

static void
add_line(struct buf *report, struct str line)
{
	/* Beyond what is kept, only the number of rows refused tells more. */
	if (report->n + line.n + 2 > report->max)
		return;
	if (report->n > 1)
		buf_byte(report, ',');
	buf_add(report, line);
}

static void
tell_refused(void *context, struct arena *a, const struct csv_record *record,
    const struct import_row *row)
{
	(void)record;
	add_line(context, import_line(a, row));
}

static void
tell_objected(void *context, uint64_t line, bool is_refused)
{
	char text[LINE_BYTES_MAX];
	int n = snprintf(text, sizeof text,
	    "{\"line\":%llu,\"ok\":%s,\"error\":\"%s\"}",
	    (unsigned long long)line, is_refused ? "false" : "true",
	    is_refused ? "objected" : "phone-objected");

	/* Not in the request's memory: a file may hold a hundred thousand. */
	add_line(context, (struct str){ text, (size_t)n });
}

static enum err
note(struct desk *d, const struct importrun *r, struct str totals)
{
	struct str subject = buf_fmt(d->rq->arena, LINE_BYTES_MAX,
	    "import %.*s", STR_ARG(r->import));

	return desk_journal(d, STR("import.take"), subject, PG_NULL, totals);
}

enum err
bringtake_rows(struct desk *d, struct importrun *r, struct str id)
{
	struct str totals;
	struct buf report;
	enum err e;

	buf_init(&report, d->rq->arena, IMPORTFILE_REPORT_BYTES_MAX);
	buf_byte(&report, '[');
	r->told = tell_refused;
	r->objected = tell_objected;
	r->context = &report;
	e = importrun_take(r);
	if (e)
		return e;
	buf_byte(&report, ']');
	totals = importrun_totals(r);
	e = pg_begin(d->db);
	if (!e)
		e = importfile_done(d->db, id, totals, buf_str(&report));
	if (!e)
		e = note(d, r, totals);
	return e ? e : pg_commit(d->db);
}
