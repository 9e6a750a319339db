/* Implements reconcilecommand.h: reads words and logs, calls the domain. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/conf.h"
#include "command.h"
#include "lead/reconcile.h"
#include "store/pg.h"

#include "reconcilecommand.h"

#define NAME "piste reconcile"
#define DAY_MS INT64_C(86400000)
#define DAY_CHARS 10
#define LOG_PATH_BYTES 4096

struct wish {
	struct reconcile_plan plan;
	char **log;		/* or NULL: the setting's, and the one before */
	int logs;
};

/* A day of UTC, in which the log's and the rows' moments are compared. */
static bool
read_day(struct wish *w, const char *word)
{
	int64_t now_ms = clock_now_ms(), begin = now_ms - now_ms % DAY_MS -
	    DAY_MS;
	char again[CLOCK_TEXT_BYTES];
	uint32_t part[3];
	struct tm tm;

	if (strcmp(word, "yesterday") != 0) {
		if (strlen(word) != DAY_CHARS ||
		    !str_u32((struct str){ word, 4 }, 1970, 9999, &part[0]) ||
		    !str_u32((struct str){ word + 5, 2 }, 1, 12, &part[1]) ||
		    !str_u32((struct str){ word + 8, 2 }, 1, 31, &part[2]))
			return false;
		tm = (struct tm){ .tm_year = (int)part[0] - 1900,
			.tm_mon = (int)part[1] - 1,
			.tm_mday = (int)part[2] };
		begin = (int64_t)timegm(&tm) * 1000;
		/* The thirtieth of February is the second of March. */
		if (memcmp(clock_text(begin, again).p, word, DAY_CHARS) != 0)
			return false;
	}
	w->plan.since_ms = begin;
	w->plan.until_ms = begin + DAY_MS;
	return true;
}

static bool
read_words(struct wish *w, int words, char **word)
{
	int i = 0;

	w->plan.until_ms = clock_now_ms();
	w->plan.since_ms = w->plan.until_ms - DAY_MS;
	for (; i < words && word[i][0] == '-' && word[i][1]; i++) {
		if (!strcmp(word[i], "--json"))
			w->plan.is_json = true;
		else if (strcmp(word[i], "--day") != 0 || ++i == words ||
		    !read_day(w, word[i]))
			return false;
	}
	w->log = word + i;
	w->logs = words - i;
	return true;
}

static enum err
read_lines(struct reconcile *r, FILE *in)
{
	char *line = NULL;
	enum err e = OK;
	size_t room = 0;
	ssize_t n;

	errno = 0;
	while (!e && (n = getline(&line, &room, in)) >= 0)
		if (n <= RECONCILE_LINE_BYTES_MAX)
			e = reconcile_line(r, (struct str){ line, (size_t)n });
	free(line);
	return e ? e : ferror(in) ? ERR_AWAY : OK;
}

/* is_optional: it may be absent, as a log that was never rotated. */
static enum err
read_log(struct reconcile *r, const char *path, bool is_optional)
{
	bool is_file = strcmp(path, "-") != 0;
	FILE *in = is_file ? fopen(path, "re") : stdin;
	enum err e;

	if (!in && is_optional && errno == ENOENT)
		return OK;
	e = in ? read_lines(r, in) : ERR_AWAY;
	if (e)
		fprintf(stderr, NAME ": %s: %s\n", path, e == ERR_LIMIT ?
		    "too many posts" : strerror(errno));
	if (in && is_file)
		fclose(in);
	return e;
}

static enum err
read_logs(struct reconcile *r, const struct conf *c, const struct wish *w)
{
	char path[LOG_PATH_BYTES];
	enum err e = OK;

	for (int i = 0; i < w->logs && !e; i++)
		e = read_log(r, w->log[i], false);
	if (w->logs)
		return e;
	snprintf(path, sizeof path, "%.*s", STR_ARG(c->access_log));
	e = read_log(r, path, false);
	if (e)
		return e;
	snprintf(path, sizeof path, "%.*s.1", STR_ARG(c->access_log));
	return read_log(r, path, true);
}

static void
tell(const struct wish *w, const struct reconcile_sums *s)
{
	const struct {
		const char *name;
		int64_t n;
		const char *help;
	} sum[] = {
		{ "posts", s->posts, "in the log" },
		{ "receipts", s->receipts, "of them, of submissions" },
		{ "acknowledged", s->acknowledged, "submissions, each once" },
		{ "stored", s->stored, "of them in the database" },
		{ "spooled", s->spooled, "still on the disk, to be drained" },
		{ "aside", s->aside, "kept aside on the disk" },
		{ "lost", s->lost, "nowhere" },
		{ "rows", s->rows, "submissions received then" },
		{ "quarantined", s->quarantined, "of them put aside" },
		{ "unqueued", s->unqueued, "accepted, but not in the queue" },
		{ "unsent", s->unsent, "accepted, but not in the outbox" },
		{ "unlogged", s->unlogged, "by a request not in the log" },
		{ "unanswered", s->unanswered, "stored, but not acknowledged" },
		{ "unread", s->unread, "lines that make no sense" },
	};
	char since[CLOCK_TEXT_BYTES], until[CLOCK_TEXT_BYTES];
	FILE *out = w->plan.out;

	clock_text(w->plan.since_ms, since);
	clock_text(w->plan.until_ms, until);
	fprintf(out, w->plan.is_json ? "{\"since\":\"%s\",\"until\":\"%s\"," :
	    "%s to %s\n", since, until);
	for (size_t i = 0; i < sizeof sum / sizeof *sum; i++)
		if (w->plan.is_json)
			fprintf(out, "\"%s\":%" PRId64 ",", sum[i].name,
			    sum[i].n);
		else
			fprintf(out, "%-14s%8" PRId64 "  %s\n", sum[i].name,
			    sum[i].n, sum[i].help);
	fprintf(out, w->plan.is_json ? "\"closes\":%s}\n" : "closes: %s\n",
	    reconcile_closes(s) ? w->plan.is_json ? "true" : "yes" :
	    w->plan.is_json ? "false" : "no");
}

int
reconcilecommand_run(const struct conf *c, int words, char **word)
{
	struct wish w = { .plan = { .spool = c->spool, .out = stdout } };
	struct reconcile_sums sums;
	struct reconcile *r;
	struct pg *db;
	int status;
	enum err e;

	if (!read_words(&w, words, word))
		return COMMAND_USAGE;
	r = reconcile_new(&w.plan);
	if (read_logs(r, c, &w)) {
		reconcile_free(r);
		return COMMAND_FAILED;
	}
	db = command_database(c, "piste-reconcile");
	e = reconcile_end(r, db, &sums);
	reconcile_free(r);
	if (!e)
		tell(&w, &sums);
	status = command_end("reconcile", db, e);
	return !e && !reconcile_closes(&sums) ? COMMAND_FAILED : status;
}
