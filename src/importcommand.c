/*
 * Implements importcommand.h: reads the file, has each row judged and the good
 * ones staged, and only when all of it could be read has them taken.
 */
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
#include "base/csv.h"
#include "command.h"
#include "form/date.h"
#include "form/form.h"
#include "importplan.h"
#include "importwish.h"
#include "lead/columns.h"
#include "lead/staging.h"
#include "page/site.h"
#include "store/csvfile.h"
#include "store/pg.h"
#include "track/behaviour.h"

#include "importcommand.h"

#define NAME "piste import"
#define PREVIEW_ROWS 20
#define ROW_ARENA_BYTES ((size_t)64 << 20)

struct run {
	const struct importwish *wish;
	struct arena *arena;	/* as long as the run */
	struct pg *db;
	struct import_plan plan;
	struct columns columns;
	struct csvfile *file;
	struct staging *staging;	/* NULL in a preview */
	FILE *report;
	uint64_t rows;
	uint64_t refused;
};

/* Complaints of modules that name no command themselves. */
static enum err
complain(const struct run *k, enum err e)
{
	fprintf(stderr, NAME ": %s\n", pg_message(k->db)[0] ?
	    pg_message(k->db) : err_name(e));
	return e;
}

/* A required field that no row can answer, which is no reason to stop. */
static void
warn_of_missing(const struct run *k)
{
	const struct form *f = k->plan.form;

	for (size_t i = 0; i < f->fields; i++)
		if (f->field[i].is_required && !f->field[i].from &&
		    columns_find(&k->columns, f->field[i].name) ==
		    k->columns.count)
			fprintf(stderr, NAME ": form %.*s requires %.*s, and"
			    " no column is it: see --preview and --map\n",
			    STR_ARG(f->key), STR_ARG(f->field[i].name));
}

static enum err
read_header(struct run *k)
{
	struct csv_record header;
	enum err e = csvfile_next(k->file, &header);

	if (e == ERR_ABSENT || (!e && header.fault)) {
		fprintf(stderr, NAME ": %s: line %llu: no header (%s)\n",
		    k->wish->file, e ? 1 : (unsigned long long)header.line,
		    e ? "the file is empty" : csv_fault_code(header.fault));
		return ERR_INPUT;
	}
	if (e)
		return e;
	e = columns_match(k->arena, k->plan.form, &header, k->wish->map,
	    stderr, &k->columns);
	if (e)
		return e;
	k->plan.columns = &k->columns;
	k->plan.form = import_relaxed(k->arena, k->plan.form, &k->columns);
	if (k->plan.needs_date && !k->plan.day && columns_find(&k->columns,
	    STR(COLUMNS_DATE)) == k->columns.count) {
		fprintf(stderr, NAME ": consent needs the day it was given: a"
		    " column (--map COLUMN=" COLUMNS_DATE ") or --date\n");
		return ERR_INPUT;
	}
	warn_of_missing(k);
	return OK;
}

static enum err
take_row(struct run *k, struct arena *a, const struct csv_record *record)
{
	struct import_row row;

	import_judge(a, &k->plan, record, &row);
	k->rows++;
	k->refused += import_is_refused(&row);
	if (k->staging && !import_is_refused(&row))
		return staging_put(k->staging, &row);
	fprintf(k->report, "%.*s\n", STR_ARG(import_line(a, &row)));
	return OK;
}

/* To the end, or of a preview as far as it goes. */
static enum err
read_rows(struct run *k)
{
	struct arena *a = arena_new(ROW_ARENA_BYTES);
	struct csv_record record;
	enum err e = OK;

	while (!e && (k->staging || k->rows < PREVIEW_ROWS)) {
		arena_reset(a);
		e = csvfile_next(k->file, &record);
		if (e)
			break;
		e = take_row(k, a, &record);
		if (e)
			complain(k, e);
	}
	arena_free(a);
	return e == ERR_ABSENT ? OK : e;
}

static void
print_columns(const struct run *k)
{
	struct buf b;

	buf_init(&b, k->arena, 2 * CSV_RECORD_BYTES_MAX * 6);
	buf_byte(&b, '{');
	buf_json_pair(&b, "page", k->plan.page);
	buf_json_pair(&b, "form", k->plan.form->key);
	buf_json_pair(&b, "separator",
	    (struct str){ (char[]){ csvfile_separator(k->file) }, 1 });
	buf_json_name(&b, "columns");
	buf_byte(&b, '[');
	for (size_t i = 0; i < k->columns.count; i++) {
		const struct column *c = &k->columns.column[i];

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
preview(struct run *k)
{
	enum err e = read_header(k);

	if (e)
		return e;
	print_columns(k);
	return read_rows(k);
}

/* The name without directories, as far as PostgreSQL keeps it. */
static struct str
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct str name = str_of(slash ? slash + 1 : path);

	return str_is_utf8(name) ? name : STR("file");
}

static void
print_totals(const struct run *k, struct str import,
    const struct staging_counts *c)
{
	printf("{\"import\":%.*s,\"page\":\"%.*s\",\"form\":\"%.*s\","
	    "\"rows\":%llu,\"refused\":%llu,\"new\":%lld,\"update\":%lld,"
	    "\"repeat\":%lld,\"quarantined\":%lld,\"known\":%lld}\n",
	    STR_ARG(import), STR_ARG(k->plan.page),
	    STR_ARG(k->plan.form->key), (unsigned long long)k->rows,
	    (unsigned long long)k->refused, (long long)c->added,
	    (long long)c->updated, (long long)c->repeated,
	    (long long)c->quarantined, (long long)c->known);
}

static void
tell_objected(void *context, uint64_t line, bool is_refused)
{
	struct run *k = context;

	k->refused += is_refused;
	fprintf(k->report, "{\"line\":%llu,%s}\n", (unsigned long long)line,
	    is_refused ? "\"ok\":false,\"error\":\"objected\"" :
	    "\"ok\":true,\"without\":\"phone\",\"why\":\"objected\"");
}

static enum err
take_all(struct run *k)
{
	const struct importwish *w = k->wish;
	char hash[TOKEN_HASH_TEXT];
	const struct staging_file file = {
		.sha256 = csvfile_hash(k->file, hash),
		.name = base_name(w->file),
		.campaign = w->campaign,
		.source = w->source,
		.page = k->plan.page,
		.form = k->plan.form->key,
		.supplier = w->supplier,
		.legal_basis = w->legal_basis,
		.cost = w->cost,
		.currency = w->currency,
		.valid_until = w->valid_until,
		.needs_phone = import_needs_phone(k->plan.form),
		.objected = tell_objected,
		.context = k,
	};
	struct staging_counts counts;
	struct str import = STR_EMPTY;
	enum err e = staging_take(k->staging, k->arena, &file, &import,
	    &counts);

	if (!e)
		e = staging_close(k->staging, import, k->rows, k->refused);
	if (!e && w->webinar.n)
		e = behaviour_webinar(k->db, import,
		    w->webinar, w->day ? date_iso(k->arena, w->day) :
		    STR_EMPTY);
	if (!e) {
		print_totals(k, import, &counts);
		return OK;
	}
	complain(k, e);
	if (import.n)
		fprintf(stderr, NAME ": what was taken stays; the same command"
		    " takes the rest\n");
	return e;
}

static enum err
import_file(struct run *k)
{
	enum err e = read_header(k);

	if (e)
		return e;
	e = staging_new(k->db, k->arena, &k->plan.secret, &k->staging);
	if (e)
		return complain(k, e);
	e = read_rows(k);
	if (!e)
		e = take_all(k);
	staging_free(k->staging);
	return e;
}

/* Emptied only once it is known to be another file than the one to read. */
static bool
is_input(const struct run *k, const struct stat *report)
{
	struct stat input;

	return !stat(k->wish->file, &input) && S_ISREG(report->st_mode) &&
	    input.st_dev == report->st_dev && input.st_ino == report->st_ino;
}

/* For its owner alone: a preview's rows are people's data. */
static enum err
open_report(struct run *k)
{
	const char *path = k->wish->report, *why;
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

	if (k->wish->report)
		is_bad = fclose(k->report) || is_bad;
	if (is_bad)
		fprintf(stderr, NAME ": the report: %s\n", strerror(errno));
	return is_bad ? ERR_AWAY : OK;
}

static enum err
run(struct run *k, const struct site *site)
{
	enum err e = importplan_make(k->db, k->arena, site, k->wish, &k->plan),
	    said;

	if (e)
		return e;
	k->plan.now_ms = clock_now_ms();
	e = csvfile_open(k->wish->file, stderr, &k->file);
	if (e)
		return e;
	e = open_report(k);
	if (!e) {
		e = k->wish->is_preview ? preview(k) : import_file(k);
		said = close_report(k);
		e = e ? e : said;
	}
	csvfile_close(k->file);
	return e;
}

int
importcommand_run(const struct conf *c, int words, char **word)
{
	struct run k = { .arena = arena_new(COMMAND_SITE_BYTES) };
	const struct site *site;
	struct importwish wish;
	int status = COMMAND_USAGE;

	if (!importwish_read(k.arena, words, word, clock_now_ms(), &wish))
		goto free;
	status = command_site(c, k.arena, "import", &site);
	if (status)
		goto free;
	k.wish = &wish;
	k.db = pg_new(c->database, "piste-import");
	status = run(&k, site) ? COMMAND_FAILED : COMMAND_OK;
	pg_free(k.db);
free:
	arena_free(k.arena);
	return status;
}
