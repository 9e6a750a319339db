/* Implements importcommand.h: reads words, reports what importrun tells. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/conf.h"
#include "command.h"
#include "form/form.h"
#include "importplan.h"
#include "importrun.h"
#include "importwish.h"
#include "lead/columns.h"
#include "page/site.h"
#include "store/csvfile.h"
#include "store/pg.h"

#include "importcommand.h"

#define NAME "piste import"
#define PREVIEW_ROWS 20

struct run {
	struct importrun run;
	FILE *report;
};

static void
warn_of_missing(const struct importrun *k)
{
	const struct form *f = k->plan.form;

	for (size_t i = 0; i < f->fields; i++)
		if (importrun_lacks(k, i))
			fprintf(stderr, NAME ": form %.*s requires %.*s, and"
			    " no column is it: see --preview and --map\n",
			    STR_ARG(f->key), STR_ARG(f->field[i].name));
}

static void
tell(void *context, struct arena *a, const struct csv_record *record,
    const struct import_row *row)
{
	const struct run *k = context;

	(void)record;
	fprintf(k->report, "%.*s\n", STR_ARG(import_line(a, row)));
}

static void
tell_objected(void *context, uint64_t line, bool is_refused)
{
	const struct run *k = context;

	fprintf(k->report, "{\"line\":%llu,%s}\n", (unsigned long long)line,
	    is_refused ? "\"ok\":false,\"error\":\"objected\"" :
	    "\"ok\":true,\"without\":\"phone\",\"why\":\"objected\"");
}

static void
print_columns(const struct run *k)
{
	const struct columns *columns = &k->run.columns;
	struct buf b;

	buf_init(&b, k->run.arena, 2 * CSV_RECORD_BYTES_MAX * 6);
	buf_byte(&b, '{');
	buf_json_pair(&b, "page", k->run.plan.page);
	buf_json_pair(&b, "form", k->run.plan.form->key);
	buf_json_pair(&b, "separator",
	    (struct str){ (char[]){ csvfile_separator(k->run.file) }, 1 });
	buf_json_name(&b, "columns");
	buf_byte(&b, '[');
	for (size_t i = 0; i < columns->count; i++) {
		const struct column *c = &columns->column[i];

		buf_add(&b, i ? STR(",{") : STR("{"));
		buf_json_pair(&b, "column", c->header);
		buf_json_name(&b, "field");
		if (c->name.n)
			buf_json(&b, c->name);
		else
			buf_add(&b, STR("null"));
		buf_byte(&b, '}');
	}
	buf_add(&b, STR("]}"));
	fprintf(k->report, "%.*s\n", STR_ARG(buf_str(&b)));
}

static enum err
import_file(struct run *k)
{
	enum err e = importrun_begin(&k->run);

	if (e)
		return e;
	warn_of_missing(&k->run);
	if (k->run.wish->is_preview) {
		print_columns(k);
		return importrun_preview(&k->run, PREVIEW_ROWS);
	}
	e = importrun_take(&k->run);
	if (!e)
		printf("%.*s\n", STR_ARG(importrun_totals(&k->run)));
	return e;
}

/* The name without directories, as far as PostgreSQL keeps it. */
static struct str
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct str name = str_of(slash ? slash + 1 : path);

	return str_is_utf8(name) ? name : STR("file");
}

/* Emptied only once it is known to be another file than the one to read. */
static bool
is_input(const struct run *k, const struct stat *report)
{
	struct stat input;

	return !stat(k->run.wish->file, &input) && S_ISREG(report->st_mode) &&
	    input.st_dev == report->st_dev && input.st_ino == report->st_ino;
}

/* For its owner alone: a preview's rows are people's data. */
static enum err
open_report(struct run *k)
{
	const char *path = k->run.wish->report, *why;
	struct stat found;
	int fd;

	k->report = stdout;
	if (!path)
		return OK;
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || fstat(fd, &found)) {
		why = strerror(errno);
	} else if (is_input(k, &found)) {
		why = "this is the file to import";
	} else if (S_ISREG(found.st_mode) &&
	    (fchmod(fd, 0600) || ftruncate(fd, 0))) {
		why = strerror(errno);
	} else {
		k->report = fdopen(fd, "w");
		if (k->report)
			return OK;
		why = strerror(errno);
	}
	fprintf(stderr, NAME ": %s: %s\n", path, why);
	if (fd >= 0)
		close(fd);
	return ERR_AWAY;
}

/* A report that can't be written is no report. */
static enum err
close_report(struct run *k)
{
	bool is_bad = fflush(k->report) || ferror(k->report);

	if (k->run.wish->report)
		is_bad = fclose(k->report) || is_bad;
	if (is_bad)
		fprintf(stderr, NAME ": the report: %s\n", strerror(errno));
	return is_bad ? ERR_AWAY : OK;
}

static enum err
run(struct run *k, const struct site *site)
{
	struct importrun *r = &k->run;
	enum err e = importplan_make(r->db, r->arena, site, r->wish, stderr,
	    &r->plan), said;

	if (e)
		return e;
	r->plan.now_ms = clock_now_ms();
	e = csvfile_open(r->wish->file, stderr, &r->file);
	if (e)
		return e;
	e = open_report(k);
	if (!e) {
		e = import_file(k);
		said = close_report(k);
		e = e ? e : said;
	}
	csvfile_close(r->file);
	return e;
}

int
importcommand_run(const struct conf *c, int words, char **word)
{
	struct run k = { .run = { .arena = arena_new(COMMAND_SITE_BYTES),
		.complaints = stderr, .told = tell,
		.objected = tell_objected, .context = &k } };
	const struct site *site;
	struct importwish wish;
	int status = COMMAND_USAGE;

	if (!importwish_read(k.run.arena, words, word, clock_now_ms(), stderr,
	    &wish))
		goto free;
	status = command_site(c, k.run.arena, "import", &site);
	if (status)
		goto free;
	k.run.wish = &wish;
	k.run.name = base_name(wish.file);
	k.run.db = pg_new(c->database, "piste-import");
	status = run(&k, site) ? COMMAND_FAILED : COMMAND_OK;
	pg_free(k.run.db);
free:
	arena_free(k.run.arena);
	return status;
}
