/* Implements command.h: reads words and standard input, calls the domain. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "base/token.h"
#include "command.h"
#include "experiment/assignline.h"
#include "form/verdict.h"
#include "page/define.h"
#include "page/site.h"
#include "visitor.h"
#include "store/migrate.h"
#include "store/pg.h"

#define NAME "piste"
#define DEFAULT_COUNTRY "FR"
#define SITE_TEXT_ARENA_BYTES (SITE_ARENA_BYTES_MAX + SITE_JSON_BYTES_MAX)
#define LINE_ARENA_BYTES ((size_t)16 << 20)

/* Say why, and what it exits with. */
static int
failed(const struct pg *db, const char *what, enum err e)
{
	const char *why = db && pg_message(db)[0] ? pg_message(db) :
	    err_name(e);

	fprintf(stderr, "%s %s: %s\n", NAME, what, why);
	return COMMAND_FAILED;
}

int
command_migrate(const struct conf *c, int words, char **word)
{
	struct pg *db;
	enum err e;
	int status = COMMAND_OK;

	(void)word;
	if (words)
		return COMMAND_USAGE;
	db = pg_new(c->database, NAME "-migrate");
	e = migrate_run(db, stdout);
	if (e)
		status = failed(db, "migrate", e);
	pg_free(db);
	return status;
}

/* All of a stream; ERR_LIMIT beyond max bytes. */
static enum err
read_all(struct arena *a, FILE *in, size_t max, struct str *out)
{
	char piece[BUFSIZ];
	struct buf b;
	size_t n;

	buf_init(&b, a, max);
	while ((n = fread(piece, 1, sizeof piece, in)) > 0)
		buf_add(&b, (struct str){ piece, n });
	*out = buf_str(&b);
	return b.full ? ERR_LIMIT : ferror(in) ? ERR_AWAY : OK;
}

int
command_apply(const struct conf *c, int words, char **word)
{
	struct arena *a;
	struct pg *db;
	struct str json;
	int status = COMMAND_OK;
	FILE *in;
	enum err e;

	if (words != 1)
		return COMMAND_USAGE;
	in = strcmp(word[0], "-") ? fopen(word[0], "re") : stdin;
	if (!in) {
		perror(word[0]);
		return COMMAND_FAILED;
	}
	a = arena_new(SITE_TEXT_ARENA_BYTES);
	db = pg_new(c->database, NAME "-apply");
	e = read_all(a, in, SITE_JSON_BYTES_MAX, &json);
	if (!e)
		e = define_apply(db, a, json, stdout, stderr);
	if (e)
		status = failed(e == ERR_AWAY ? db : NULL, "apply", e);
	pg_free(db);
	arena_free(a);
	fclose(in);
	return status;
}

int
command_export(const struct conf *c, int words, char **word)
{
	struct arena *a;
	struct pg *db;
	struct str json;
	int status = COMMAND_OK;
	enum err e;

	(void)word;
	if (words)
		return COMMAND_USAGE;
	a = arena_new(SITE_TEXT_ARENA_BYTES);
	db = pg_new(c->database, NAME "-export");
	e = define_export(db, a, &json);
	if (e)
		status = failed(db, "export", e);
	else
		printf("%.*s\n", STR_ARG(json));
	pg_free(db);
	arena_free(a);
	return status;
}

/* The form of that key as the database has it. */
static int
load_form(const struct conf *c, struct arena *a, const char *key,
    const struct form **out)
{
	struct pg *db = pg_new(c->database, NAME "-validate");
	struct site_error *error;
	const struct site *site;
	struct str json;
	size_t errors;
	int status = COMMAND_OK;
	enum err e = define_snapshot(db, a, &json);

	if (!e)
		e = site_parse(a, json, &site, &error, &errors);
	*out = e ? NULL : site_form(site, str_of(key));
	if (e)
		status = failed(e == ERR_AWAY ? db : NULL, "validate", e);
	else if (!*out)
		status = failed(NULL, "validate form", ERR_ABSENT);
	pg_free(db);
	return status;
}

/* One verdict a line, until standard input ends. */
static int
judge_lines(enum field_kind kind, const struct form *form, struct str country)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t n;

	while ((n = getline(&line, &room, stdin)) >= 0) {
		struct arena *a = arena_new(LINE_ARENA_BYTES);
		struct str in = { line, (size_t)n };

		if (in.n && in.p[in.n - 1] == '\n')
			in.n--;
		in = form ? verdict_form(a, form, in) :
		    verdict_value(a, kind, country, in);
		printf("%.*s\n", STR_ARG(in));
		fflush(stdout);
		arena_free(a);
	}
	free(line);
	return ferror(stdin) ? COMMAND_FAILED : COMMAND_OK;
}

int
command_validate(const struct conf *c, int words, char **word)
{
	struct str country = STR(DEFAULT_COUNTRY);
	const struct form *form = NULL;
	enum field_kind kind = FIELD_EMAIL;
	struct arena *a;
	int status = COMMAND_OK;

	if (words == 2 && !strcmp(word[0], "phone"))
		country = str_of(word[1]);
	else if (words != (words > 0 && !strcmp(word[0], "form") ? 2 : 1))
		return COMMAND_USAGE;
	a = arena_new(SITE_TEXT_ARENA_BYTES);
	if (!strcmp(word[0], "form"))
		status = load_form(c, a, word[1], &form);
	else if (!strcmp(word[0], "phone"))
		kind = FIELD_PHONE;
	else if (strcmp(word[0], "email"))
		status = COMMAND_USAGE;
	if (!status)
		status = judge_lines(kind, form, country);
	arena_free(a);
	return status;
}

int
command_assign(const struct conf *c, int words, char **word)
{
	(void)c;
	if (words != 1 || strcmp(word[0], "--jsonl"))
		return COMMAND_USAGE;
	return assignline_run(stdin, stdout) ? COMMAND_FAILED : COMMAND_OK;
}

int
command_preview(const struct conf *c, int words, char **word)
{
	struct token_key key;
	char path[PATH_MAX];
	struct arena *a;
	struct str url;

	if (words != 2)
		return COMMAND_USAGE;
	a = arena_new(ARENA_REQUEST_BYTES_MAX);
	snprintf(path, sizeof path, "%.*s/" TOKEN_KEY_FILE, STR_ARG(c->state));
	if (token_key_load(path, &key)) {
		arena_free(a);
		return failed(NULL, "preview", ERR_DENIED);
	}
	url = visitor_preview(a, c, &key, str_of(word[0]), str_of(word[1]));
	printf("%.*s\n", STR_ARG(url));
	arena_free(a);
	return COMMAND_OK;
}
