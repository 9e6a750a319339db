/* Implements resultscommand.h: reads words, prints what experiment/ knows. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "command.h"
#include "experiment/report.h"
#include "experiment/reporttext.h"
#include "store/pg.h"

#include "resultscommand.h"

#define NAME "piste results"
#define DAY_CHARS 10		/* 2026-12-01 */
#define SECOND_CHARS 19		/* 2026-12-01T08:00:00 */
#define MS_CHARS 24		/* 2026-12-01T08:00:00.000Z */

struct wish {
	struct str key;
	struct results_wish figures;
	bool is_json;
	bool has_segments;
	enum lang lang;
};

static bool
read_part(struct str s, size_t from, size_t n, int *out)
{
	uint32_t v;

	if (!str_u32(str_slice(s, from, n), 0, 9999, &v))
		return false;
	*out = (int)v;
	return true;
}

/* Is s how ms is written, whole or without what it lacks? */
static bool
is_written_so(struct str s, int64_t ms)
{
	char text[CLOCK_TEXT_BYTES];
	struct str again = clock_text(ms, text);

	if (s.n == MS_CHARS)
		return str_eq(s, again);
	if (s.n == SECOND_CHARS + 1)
		return s.p[SECOND_CHARS] == 'Z' && str_has_prefix(again,
		    str_slice(s, 0, SECOND_CHARS));
	return s.n == DAY_CHARS && str_has_prefix(again, s);
}

/* A day, a second of it, or as JSON has it, with milliseconds; UTC. */
static bool
read_moment(struct str s, int64_t *ms)
{
	struct tm t = { 0 };
	int fraction = 0;

	if (!read_part(s, 0, 4, &t.tm_year) || !read_part(s, 5, 2, &t.tm_mon) ||
	    !read_part(s, 8, 2, &t.tm_mday))
		return false;
	if (s.n > DAY_CHARS && (!read_part(s, 11, 2, &t.tm_hour) ||
	    !read_part(s, 14, 2, &t.tm_min) || !read_part(s, 17, 2, &t.tm_sec)))
		return false;
	if (s.n == MS_CHARS && !read_part(s, 20, 3, &fraction))
		return false;
	t.tm_year -= 1900;
	t.tm_mon--;
	*ms = (int64_t)timegm(&t) * 1000 + fraction;
	/* No 30th of February, and everything in its place. */
	return *ms > 0 && is_written_so(s, *ms);
}

static bool
read_option(struct wish *w, const char *option, const char *value)
{
	if (!strcmp(option, "--as-of")) {
		if (value && read_moment(str_of(value), &w->figures.as_of_ms) &&
		    w->figures.as_of_ms <= clock_now_ms())
			return true;
		fprintf(stderr, NAME ": --as-of is a moment that has passed,"
		    " such as 2026-12-01\n");
		return false;
	}
	if (!strcmp(option, "--phase"))
		return value && str_i64(str_of(value), 1, INT32_MAX,
		    &w->figures.phase);
	if (!strcmp(option, "--lang"))
		return value && !lang_parse(str_of(value), &w->lang);
	if (!strcmp(option, "--json"))
		w->is_json = true;
	else if (!strcmp(option, "--exact"))
		w->figures.is_exact = true;
	else if (!strcmp(option, "--segments"))
		w->has_segments = true;
	else
		return false;
	return true;
}

static bool
read_words(int words, char **word, struct wish *w)
{
	*w = (struct wish){ .lang = command_lang(LANG_FR) };
	if (!words || *word[0] == '-')
		return false;
	w->key = str_of(word[0]);
	for (int i = 1; i < words; i++) {
		bool has_value = !strcmp(word[i], "--as-of") ||
		    !strcmp(word[i], "--phase") || !strcmp(word[i], "--lang");

		if (!read_option(w, word[i], has_value && i + 1 < words ?
		    word[i + 1] : NULL)) {
			fprintf(stderr, NAME ": %s %s: no such option, or"
			    " nothing that it takes\n", word[i], has_value &&
			    i + 1 < words ? word[i + 1] : "");
			return false;
		}
		i += has_value;
	}
	return true;
}

static void
print(const struct wish *w, const struct report *rep)
{
	json_t *json;

	if (!w->is_json) {
		reporttext_write(rep, w->lang, stdout);
		return;
	}
	json = report_json(rep);
	json_dumpf(json, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(json);
}

/* Read all that is wanted and print it; what is read is large for a stack. */
static enum err
tell(struct pg *db, const struct wish *w, struct arena *a)
{
	struct results *r = ARENA_NEW(a, struct results);
	struct figures *f = ARENA_NEW(a, struct figures);
	struct grid *g = ARENA_NEW(a, struct grid);
	struct slices *slices = arena_array(a, SLICES_DIMENSIONS,
	    sizeof *slices);
	struct report rep = { .results = r, .has_looks = true };
	enum err e = results_read(db, a, w->key, &w->figures, r);

	if (!e && figures_can(r)) {
		figures_make(r, f);
		rep.figures = f;
	}
	if (rep.figures && r->factors) {
		grid_make(r, f, g);
		rep.grid = g;
	}
	if (rep.figures && w->has_segments) {
		e = slices_read(db, r, slices);
		rep.slices = slices;
	}
	if (!e)
		print(w, &rep);
	return e;
}

static int
refuse(const struct wish *w, enum err e, const struct pg *db)
{
	static const struct { enum err e; const char *why; } reasons[] = {
		{ ERR_ABSENT, "there is no such experiment" },
		{ ERR_INPUT, "it has no such phase, or one that ended before"
		    " phases were kept" },
		{ ERR_DENIED, "archived, or an earlier phase: it can't be"
		    " counted anew" },
		{ ERR_LIMIT, "it has more arms, epochs or days than can be"
		    " told of" },
	};
	const char *why = pg_message(db)[0] ? pg_message(db) : err_name(e);

	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (reasons[i].e == e)
			why = reasons[i].why;
	fprintf(stderr, NAME ": %.*s: %s\n", STR_ARG(w->key), why);
	return COMMAND_FAILED;
}

int
resultscommand_run(const struct conf *c, int words, char **word)
{
	struct wish w;
	struct arena *a;
	struct pg *db;
	enum err e;
	int status;

	if (!read_words(words, word, &w))
		return COMMAND_USAGE;
	a = arena_new(RESULTS_ARENA_BYTES_MAX);
	db = pg_new(c->database, "piste-results");
	/* A key that is no text is nobody's; PostgreSQL would not look. */
	e = str_is_utf8(w.key) ? tell(db, &w, a) : ERR_ABSENT;
	status = e ? refuse(&w, e, db) : COMMAND_OK;
	pg_free(db);
	arena_free(a);
	return status;
}
