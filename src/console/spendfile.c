/* Implements spendfile.h over track/costfile. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "app.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "console/desk.h"
#include "console/shell.h"
#include "http/request.h"
#include "page/view.h"
#include "store/pg.h"
#include "track/costfile.h"

#include "console/spendfile.h"

#define HOME "/console/costs"
#define PATH_BYTES_MAX 100
#define JSON_BYTES_MAX 400
#define NUMBERS 3

/* A file of costs as far as it was read. */
struct take {
	struct desk *d;
	struct str text;
	struct costfile file;
	struct cost_told *told;
	struct str complaints;		/* a line each */
	uint64_t changes[COST_REFUSED + 1];
};

/* The file that is sent, else what was pasted or carried on. */
static struct str
text_of(struct desk *d)
{
	return d->body.files && d->body.file[0].bytes.n ?
	    d->body.file[0].bytes : desk_field(d, STR("csv"));
}

/* costfile reads what has a path. */
static enum err
read_file(struct take *t)
{
	struct arena *a = t->d->rq->arena;
	int fd = memfd_create("costs", MFD_CLOEXEC);
	struct costfile_wish w = { .usual.currency =
	    t->d->rq->app->conf->currency };
	char *text;
	size_t n;
	FILE *complaints = open_memstream(&text, &n);
	enum err e = ERR_AWAY;

	if (!complaints)
		abort();
	if (fd >= 0 && write(fd, t->text.p, t->text.n) == (ssize_t)t->text.n) {
		w.path = buf_fmt(a, PATH_BYTES_MAX, "/proc/self/fd/%d%c", fd,
		    '\0').p;
		e = costfile_read(a, &w, complaints, &t->file);
	}
	fclose(complaints);
	t->complaints = arena_copy(a, (struct str){ text, n });
	free(text);
	if (fd >= 0)
		close(fd);
	return e;
}

static enum err
take_rows(struct take *t, bool is_trial)
{
	const struct cost_batch b = { .entry = t->file.entry,
		.entries = t->file.entries, .is_file = true,
		.is_trial = is_trial || t->file.faults,
		.who = desk_who(t->d) };
	enum err e;

	t->told = arena_array(t->d->rq->arena, t->file.entries,
	    sizeof *t->told);
	e = cost_take(t->d->db, t->d->rq->arena, &b, t->told);
	for (size_t i = 0; !e && i < t->file.entries; i++)
		t->changes[t->told[i].change]++;
	t->changes[COST_REFUSED] += t->file.faults;
	return e;
}

static void
add_line(struct view *v, struct str text)
{
	view_set(v, "LINES_WRONG", STR("1"));
	view_set(view_add(v, "LINE_WRONG"), "LINE_TEXT", text);
}

/* Complaints name the file by a path of ours, which says nothing. */
static struct str
without_path(struct str line)
{
	struct str path, rest;

	return str_has_prefix(line, STR("/proc/")) && str_cut(line, ':', &path,
	    &rest) ? str_trim(rest) : line;
}

static void
fill_lines(struct take *t, struct view *v)
{
	struct str line, rest = t->complaints;
	size_t lines = 0;

	while ((str_cut(rest, '\n', &line, &rest) || line.n) &&
	    lines++ < SPENDFILE_LINES_MAX)
		add_line(v, without_path(line));
	for (size_t i = 0; i < t->file.entries &&
	    lines < SPENDFILE_LINES_MAX; i++) {
		if (t->told[i].change != COST_REFUSED)
			continue;
		lines++;
		add_line(v, buf_fmt(t->d->rq->arena, JSON_BYTES_MAX,
		    "line %llu: %.*s", (unsigned long long)t->told[i].line,
		    STR_ARG(t->told[i].problem)));
	}
}

/* What would become of it, and the file again to be entered. */
static enum turn
preview(struct take *t)
{
	struct desk *d = t->d;
	struct arena *a = d->rq->arena;
	struct view *v = shell_begin(d, SHELL_COSTS,
	    word_in(WORD_COST_FILE_TITLE, d->lang));
	struct str n[NUMBERS];
	bool is_good = !t->changes[COST_REFUSED] && t->file.entries;

	for (size_t i = 0; i < NUMBERS; i++)
		n[i] = buf_fmt(a, STR_I64_BYTES, "%llu",
		    (unsigned long long)t->changes[i]);
	shell_trail(v, STR(HOME), word_in(WORD_COST_TITLE, d->lang));
	view_set(v, "COUNTS", word_fill(a, WORD_COST_FILE_COUNTS, d->lang, n,
	    NUMBERS));
	fill_lines(t, v);
	if (!is_good)
		shell_notice(v, SHELL_BAD, word_in(WORD_COST_FILE_WHOLE,
		    d->lang));
	else if (t->changes[COST_NEW])
		view_set(v, "CSV_TEXT", t->text);
	else
		shell_notice(v, SHELL_PLAIN, word_in(WORD_COST_FILE_KNOWN,
		    d->lang));
	return shell_answer(d->rq, v, is_good ? 200 : 422, "costfile");
}

static enum err
enter(struct take *t)
{
	struct desk *d = t->d;
	enum err e = pg_begin(d->db);
	struct str is;

	if (!e)
		e = take_rows(t, false);
	if (e || t->changes[COST_REFUSED])
		return e;
	is = buf_fmt(d->rq->arena, JSON_BYTES_MAX,
	    "{\"new\":%llu,\"known\":%llu}",
	    (unsigned long long)t->changes[COST_NEW],
	    (unsigned long long)t->changes[COST_KNOWN]);
	e = desk_journal(d, STR("cost.import"), STR("costs"), PG_NULL, is);
	return e ? e : pg_commit(d->db);
}

static enum turn
take(struct desk *d)
{
	struct take t = { .d = d, .text = text_of(d) };
	bool is_wanted = str_eq(desk_field(d, STR("deed")), STR("take"));
	enum err e;

	if (t.text.n > SPENDFILE_BYTES_MAX)
		return desk_refuse(d, ERR_LIMIT);
	e = read_file(&t);
	if (e == ERR_INPUT) {
		t.file = (struct costfile){ .faults = 1 };
		t.changes[COST_REFUSED] = 1;
		return preview(&t);
	}
	if (!e)
		e = is_wanted ? enter(&t) : take_rows(&t, true);
	if (e) {
		pg_rollback(d->db);
		return desk_refuse(d, e);
	}
	if (is_wanted && !t.changes[COST_REFUSED])
		return desk_go(d, STR(HOME "?done=taken"));
	pg_rollback(d->db);
	return preview(&t);
}

enum turn
spendfile_take(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_MARKETER, take);
}
