/* Implements command.h: reads words and standard input, calls the domain. */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apikey.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "base/token.h"
#include "experiment/assignline.h"
#include "experiment/designcheck.h"
#include "experiment/rulesline.h"
#include "experiment/statsline.h"
#include "form/verdict.h"
#include "http/body.h"
#include "http/route.h"
#include "lead/scenario.h"
#include "page/define.h"
#include "page/site.h"
#include "page/siteorigin.h"
#include "page/stock.h"
#include "page/template.h"
#include "store/migrate.h"
#include "store/pg.h"
#include "visitor.h"

#include "command.h"

#define NAME "piste"
#define DEFAULT_COUNTRY "FR"
#define LINE_ARENA_BYTES ((size_t)16 << 20)

static_assert(VERDICT_FORM_BYTES_MAX == ROUTE_BODY_BYTES_MAX &&
    VERDICT_MEMBERS_MAX == BODY_FIELDS_MAX,
    "validate form takes what a post may hold");

enum lang
command_lang(enum lang fallback)
{
	enum lang lang;

	return lang_parse(str_slice(str_of(getenv("LANG")), 0, 2), &lang) ?
	    fallback : lang;
}

struct pg *
command_database(const struct conf *c, const char *application)
{
	struct pg *db = pg_new(c->database, application);

	pg_tells(db);
	return db;
}

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
command_end(const char *command, struct pg *db, enum err e)
{
	int status = e ? failed(db, command, e) : COMMAND_OK;

	pg_free(db);
	return status;
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

/* All of a stream; ERR_LIMIT beyond max bytes, ERR_AWAY with errno. */
static enum err
read_all(struct arena *a, FILE *in, size_t max, struct str *out)
{
	char piece[BUFSIZ];
	struct buf b;
	size_t n;

	buf_init(&b, a, max);
	while (!b.full && (n = fread(piece, 1, sizeof piece, in)) > 0)
		buf_add(&b, (struct str){ piece, n });
	if (b.full)
		return ERR_LIMIT;
	if (ferror(in))
		return ERR_AWAY;
	*out = buf_str(&b);
	return OK;
}

int
command_file(struct arena *a, const char *command, const char *name,
    size_t max, struct str *out)
{
	bool is_file = strcmp(name, "-") != 0;
	FILE *in = is_file ? fopen(name, "re") : stdin;
	enum err e = in ? read_all(a, in, max, out) : ERR_AWAY;

	if (e)
		fprintf(stderr, NAME " %s: %s: %s\n", command,
		    is_file ? name : "standard input",
		    e == ERR_LIMIT ? "too long" : strerror(errno));
	if (in && is_file)
		fclose(in);
	return e ? COMMAND_FAILED : COMMAND_OK;
}

/* Templates of this machine, when it has a sound set of them. */
static enum err
check_stock(const struct conf *c, struct str json)
{
	FILE *quiet = fopen("/dev/null", "we");
	struct template_set *set;
	enum err e = OK;

	if (quiet && !template_load(c->templates, &set, quiet)) {
		e = stock_check(json, set, stderr);
		template_free(set);
	}
	if (quiet)
		fclose(quiet);
	return e;
}

/* Somebody's answer; false: apply nothing. */
static bool
ask_about_text(struct str experiments, enum define_text *text)
{
	char answer[8];

	fprintf(stderr, "%.*s: the text of a variant changes while it is"
	    " tested.  New phase, correction, or nothing (p/c/n)? ",
	    STR_ARG(experiments));
	if (!fgets(answer, sizeof answer, stdin))
		return false;
	*text = answer[0] == 'c' ? DEFINE_CORRECTION : DEFINE_NEW_PHASE;
	return answer[1] == '\n' && (answer[0] == 'p' || answer[0] == 'c');
}

static enum err
apply(struct pg *db, struct arena *a, struct define *d)
{
	struct str asked;
	enum err e = define_run(db, a, d, &asked);

	if (e || !asked.n)
		return e;
	if (!ask_about_text(asked, &d->text)) {
		fprintf(stderr, NAME " apply: nothing is applied\n");
		return ERR_INPUT;
	}
	return define_run(db, a, d, &asked);
}

/*
 * FILE and, before or behind it, --new-phase or --correction; by default
 * whoever is there is asked.
 */
static bool
read_wish(int words, char **word, const char **file, enum define_text *out)
{
	bool is_anybody = isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
	const char *option = NULL;

	*file = NULL;
	for (int i = 0; i < words; i++) {
		bool is_option = !strncmp(word[i], "--", 2);
		const char **to = is_option ? &option : file;

		if (*to)
			return false;
		*to = word[i];
	}
	if (!*file)
		return false;
	*out = is_anybody && strcmp(*file, "-") ? DEFINE_ASK :
	    DEFINE_NEW_PHASE;
	if (!option)
		return true;
	*out = strcmp(option, "--correction") ? DEFINE_NEW_PHASE :
	    DEFINE_CORRECTION;
	return *out == DEFINE_CORRECTION || !strcmp(option, "--new-phase");
}

int
command_apply(const struct conf *c, int words, char **word)
{
	struct define d = { .judge = scenario_check, .out = stdout,
	    .complaints = stderr };
	const char *file;
	struct arena *a;
	struct pg *db;
	int status;
	enum err e;

	if (!read_wish(words, word, &file, &d.text))
		return COMMAND_USAGE;
	a = arena_new(COMMAND_SITE_BYTES);
	status = command_file(a, "apply", file, SITE_JSON_BYTES_MAX, &d.json);
	if (status) {
		arena_free(a);
		return status;
	}
	db = pg_new(c->database, NAME "-apply");
	e = check_stock(c, d.json);
	if (!e)
		e = designcheck_run(d.json, stderr);
	if (!e)
		e = apply(db, a, &d);
	if (e)
		status = failed(e == ERR_AWAY ? db : NULL, "apply", e);
	pg_free(db);
	arena_free(a);
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
	a = arena_new(COMMAND_SITE_BYTES);
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

int
command_site(const struct conf *c, struct arena *a, const char *command,
    const struct site **out)
{
	struct pg *db = pg_new(c->database, NAME "-command");
	struct site_error *error;
	struct str json;
	size_t errors;
	int status = COMMAND_OK;
	enum err e = define_snapshot(db, a, &json);

	if (!e)
		e = site_parse(a, json, out, &error, &errors);
	if (e)
		status = failed(e == ERR_AWAY ? db : NULL, command, e);
	pg_free(db);
	return status;
}

static int
load_form(const struct conf *c, struct arena *a, const char *key,
    const struct form **out)
{
	const struct site *site;
	int status = command_site(c, a, "validate", &site);

	if (status)
		return status;
	*out = site_form(site, str_of(key));
	if (*out)
		return COMMAND_OK;
	fprintf(stderr, NAME " validate: there is no form %s\n", key);
	return COMMAND_FAILED;
}

/*
 * The next line without its end; false when there is none.  Of a longer one
 * room bytes are kept, one more than any verdict takes.
 */
static bool
next_line(char *line, size_t room, struct str *out)
{
	size_t n = 0;
	int c = getc(stdin);

	if (c == EOF)
		return false;
	for (; c != EOF && c != '\n'; c = getc(stdin))
		if (n < room)
			line[n++] = (char)c;
	*out = (struct str){ line, n };
	return true;
}

/* One verdict a line, until standard input ends. */
static int
judge_lines(enum field_kind kind, const struct form *form, struct str country)
{
	static char line[VERDICT_FORM_BYTES_MAX + 1];
	struct str in;

	while (next_line(line, sizeof line, &in)) {
		struct arena *a = arena_new(LINE_ARENA_BYTES);

		in = form ? verdict_form(a, form, in) :
		    verdict_value(a, kind, country, in);
		printf("%.*s\n", STR_ARG(in));
		fflush(stdout);
		arena_free(a);
	}
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
	a = arena_new(COMMAND_SITE_BYTES);
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
command_events(const struct conf *c, int words, char **word)
{
	(void)c;
	if (words != 2 || strcmp(word[0], "analyze") ||
	    strcmp(word[1], "--jsonl"))
		return COMMAND_USAGE;
	return rulesline_run(stdin, stdout) ? COMMAND_FAILED : COMMAND_OK;
}

int
command_stats(const struct conf *c, int words, char **word)
{
	bool has_only = words == 4 && !strcmp(word[2], "--only");
	const char *only = has_only ? word[3] : NULL;

	(void)c;
	if ((words != 2 && !has_only) || strcmp(word[1], "--jsonl") ||
	    !statsline_is_kind(word[0], only))
		return COMMAND_USAGE;
	return statsline_run(word[0], stdin, stdout, only) ? COMMAND_FAILED :
	    COMMAND_OK;
}

/* Is there such a page, with such a variant?  If not, say so. */
static int
find_variant(const struct conf *c, const char *page, const char *variant)
{
	struct arena *a = arena_new(COMMAND_SITE_BYTES);
	const struct site_page *pg;
	const struct site *site;
	int status = command_site(c, a, "preview", &site);

	if (status)
		goto done;
	status = COMMAND_FAILED;
	pg = site_find(site, str_of(page));
	if (!pg)
		fprintf(stderr, NAME " preview: there is no page %s\n", page);
	else if (!site_variant(pg, str_of(variant)))
		fprintf(stderr, NAME " preview: the page %s has no variant"
		    " %s\n", page, variant);
	else
		status = COMMAND_OK;
done:
	arena_free(a);
	return status;
}

/*
 * The key is the server's to make: one made here would belong to whoever asks
 * for a link, and the server could not read it.
 */
static int
read_key(const struct conf *c, const char *command, struct token_key *out)
{
	enum err e = token_key_read(c->state, out);

	if (e == ERR_ABSENT)
		fprintf(stderr, NAME " %s: there is no key in %.*s yet: piste"
		    " serve makes it\n", command, STR_ARG(c->state));
	else if (e)
		failed(NULL, command, e);
	return e ? COMMAND_FAILED : COMMAND_OK;
}

int
command_preview(const struct conf *c, int words, char **word)
{
	struct token_key key;
	struct arena *a;
	struct str url;

	if (words != 2)
		return COMMAND_USAGE;
	if (find_variant(c, word[0], word[1]) || read_key(c, "preview", &key))
		return COMMAND_FAILED;
	a = arena_new(ARENA_REQUEST_BYTES_MAX);
	url = visitor_preview(a, c, &key, str_of(word[0]), str_of(word[1]));
	printf("%.*s\n", STR_ARG(url));
	arena_free(a);
	return COMMAND_OK;
}

int
command_origin(const struct conf *c, int words, char **word)
{
	const struct site_origin *o;
	const struct site *site;
	struct token_key key;
	struct arena *a;
	int status;

	if (words != 1)
		return COMMAND_USAGE;
	a = arena_new(COMMAND_SITE_BYTES);
	status = command_site(c, a, "origin", &site);
	if (status)
		goto done;
	o = siteorigin_find(site, str_of(word[0]));
	status = COMMAND_FAILED;
	if (!o)
		fprintf(stderr, NAME " origin: there is no origin %s\n",
		    word[0]);
	else if (!read_key(c, "origin", &key)) {
		printf("%.*s\n", STR_ARG(apikey_make(a, &key, o)));
		status = COMMAND_OK;
	}
done:
	arena_free(a);
	return status;
}
