/* Implements robots.h: reads, translates, and tries the examples. */
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "nfa.h"
#include "robots.h"

#define NUMBERS_A_LINE 16

struct lines {
	struct str line[ROBOTS_LINES_MAX];
	bool is_used[ROBOTS_LINES_MAX];
	size_t count;
};

/* What the words a line begins with stand for. */
enum word { BROWSER, ROBOT, SKIP, EXCEPT, WORDS };
static const char *const word_name[WORDS] = {
	"browser", "robot", "skip", "except",
};

struct work {
	struct arena *arena;
	struct nfa *nfa;
	FILE *say;
	struct lines *lines;	/* by word */
	json_t *package;	/* an array of objects, empty for none */
	size_t patterns;	/* of the package, skipped ones not counted */
};

static enum err
refuse(struct work *w, const char *what, struct str which, const char *why)
{
	fprintf(w->say, "embed-robots: %s \"%.*s\": %s\n", what,
	    STR_ARG(which), why);
	return ERR_INPUT;
}

enum err
robots_file(struct arena *a, const char *path, struct str *out, FILE *say)
{
	FILE *f = fopen(path, "re");
	char *p = arena_take(a, ROBOTS_FILE_BYTES_MAX + 1);
	size_t n = f ? fread(p, 1, ROBOTS_FILE_BYTES_MAX, f) : 0;
	bool is_read = f && !ferror(f) && n < ROBOTS_FILE_BYTES_MAX;

	if (!is_read)
		fprintf(say, "embed-robots: %s: %s\n", path,
		    f && n ? "too long" : strerror(errno));
	if (f)
		fclose(f);
	*out = (struct str){ p, n };
	return is_read ? OK : ERR_AWAY;
}

static enum err
read_own(struct work *w, struct str own)
{
	while (own.n) {
		struct str line, name, rest;
		struct lines *to;
		int i = 0;

		str_cut(own, '\n', &line, &own);
		if (!str_trim(line).n || line.p[0] == '#')
			continue;
		str_cut(line, ' ', &name, &rest);
		while (i < WORDS && !str_eq(name, str_of(word_name[i])))
			i++;
		if (i == WORDS || !rest.n)
			return refuse(w, "line", line, "not understood");
		to = &w->lines[i];
		if (to->count == ROBOTS_LINES_MAX)
			return refuse(w, "line", line, "one too many");
		to->line[to->count++] = rest;
	}
	return OK;
}

/* Is text among the lines?  They are then of use. */
static bool
take_line(struct lines *l, struct str text)
{
	bool is = false;

	for (size_t i = 0; i < l->count; i++)
		if (str_eq(l->line[i], text))
			is = l->is_used[i] = true;
	return is;
}

static enum err
add(struct work *w, const char *what, struct str pattern, bool fold)
{
	const char *why;

	if (nfa_add(w->nfa, pattern, fold, &why))
		return refuse(w, what, pattern, why);
	return OK;
}

static void
add_literal(struct buf *b, char c)
{
	bool is_plain = (c >= '0' && c <= '9') ||
	    ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');

	if (!is_plain)
		buf_byte(b, '\\');
	buf_byte(b, c);
}

/*
 * A text that leaves the ways browsers begin is a robot's: for each part of a
 * beginning, what goes on with none of the bytes that follow it in any.
 */
static enum err
add_departure(struct work *w, struct str part)
{
	const struct lines *all = &w->lines[BROWSER];
	struct buf b;

	buf_init(&b, w->arena, NFA_PATTERN_BYTES_MAX + 1);
	buf_byte(&b, '^');
	for (size_t i = 0; i < part.n; i++)
		add_literal(&b, part.p[i]);
	buf_add(&b, STR("([^"));
	for (size_t i = 0; i < all->count; i++)
		if (str_has_prefix(all->line[i], part))
			add_literal(&b, all->line[i].p[part.n]);
	buf_add(&b, STR("]|$)"));
	return add(w, "browser", buf_str(&b), true);
}

/* Has a line before this one the same first n bytes, or no more than them? */
static bool
is_covered(const struct lines *all, size_t line, size_t n)
{
	struct str part = str_slice(all->line[line], 0, n);

	for (size_t i = 0; i < all->count; i++)
		if ((i < line && str_has_prefix(all->line[i], part)) ||
		    str_has_prefix(part, all->line[i]))
			return true;
	return false;
}

static enum err
add_own(struct work *w)
{
	const struct lines *browser = &w->lines[BROWSER];
	const struct lines *robot = &w->lines[ROBOT];
	enum err e = OK;

	for (size_t i = 0; i < browser->count && !e; i++)
		for (size_t n = 0; n < browser->line[i].n && !e; n++)
			if (!is_covered(browser, i, n))
				e = add_departure(w,
				    str_slice(browser->line[i], 0, n));
	for (size_t i = 0; i < robot->count && !e; i++)
		e = add(w, "robot", robot->line[i], true);
	return e;
}

static json_t *
load(struct work *w, const char *dir, const char *file)
{
	char path[PATH_MAX];
	json_error_t why;
	json_t *j;

	snprintf(path, sizeof path, "%s/%s", dir, file);
	j = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
	if (!j)
		fprintf(w->say, "embed-robots: %s:%d: %s\n", path, why.line,
		    why.text);
	return j;
}

static enum err
add_package(struct work *w)
{
	size_t i;
	json_t *entry;

	if (!json_is_array(w->package))
		return refuse(w, "package", STR(ROBOTS_PACKAGE),
		    "not a list");
	json_array_foreach(w->package, i, entry) {
		const char *text = json_string_value(json_object_get(entry,
		    "pattern"));
		struct str pattern = str_of(text);

		if (!text)
			return refuse(w, "package", STR(ROBOTS_PACKAGE),
			    "an entry without pattern");
		if (take_line(&w->lines[SKIP], pattern))
			continue;
		if (add(w, ROBOTS_PACKAGE " pattern", pattern, false))
			return ERR_INPUT;
		w->patterns++;
	}
	return OK;
}

/* Every example of the package is a robot, but for those that are excepted. */
static enum err
try_examples(struct work *w, const struct robots *r)
{
	size_t i, j;
	json_t *entry, *example;
	enum err e = OK;

	json_array_foreach(w->package, i, entry)
		json_array_foreach(json_object_get(entry, "instances"), j,
		    example) {
			struct str text = str_of(json_string_value(example));

			if (!automaton_accepts(&r->dfa.automaton,
			    str_trim(text)) &&
			    !take_line(&w->lines[EXCEPT], text))
				e = refuse(w, "example", text,
				    "not recognised as a robot");
		}
	for (int word = SKIP; word <= EXCEPT; word++)
		for (i = 0; i < w->lines[word].count; i++)
			if (!w->lines[word].is_used[i])
				e = refuse(w, word_name[word],
				    w->lines[word].line[i],
				    "the package needs no such line");
	return e;
}

/* It goes into a C string as it is. */
static bool
is_version(const char *text)
{
	return text && *text && !text[strspn(text, "0123456789."
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+-")];
}

static enum err
name_list(struct work *w, struct robots *r, const char *dir)
{
	const char *version;
	json_t *about;
	enum err e = OK;

	r->list = STR("own list only");
	if (!json_array_size(w->package))
		return OK;
	about = load(w, dir, "package.json");
	if (!about)
		return ERR_AWAY;
	version = json_string_value(json_object_get(about, "version"));
	if (is_version(version))
		r->list = buf_fmt(w->arena, PATH_MAX, ROBOTS_PACKAGE
		    " %s, %zu patterns", version, w->patterns);
	else
		e = refuse(w, "package", STR(ROBOTS_PACKAGE), "no version");
	json_decref(about);
	return e;
}

static enum err
make(struct work *w, struct robots *r)
{
	enum err e = add_own(w);

	if (!e)
		e = add_package(w);
	if (e)
		return e;
	if (dfa_init(&r->dfa, w->nfa, ROBOTS_TABLE_BYTES_MAX))
		return refuse(w, "package", STR(ROBOTS_PACKAGE),
		    "the automaton would be too large");
	return json_array_size(w->package) ? try_examples(w, r) : OK;
}

enum err
robots_init(struct robots *r, struct arena *a, struct str own,
    const char *dir, FILE *say)
{
	struct work w = { .arena = a, .say = say };
	enum err e;

	memset(r, 0, sizeof *r);
	w.lines = arena_array(a, WORDS, sizeof *w.lines);
	e = read_own(&w, own);
	if (e)
		return e;
	w.package = load(&w, dir, ROBOTS_PACKAGE ".json");
	if (!w.package)
		return ERR_AWAY;
	w.nfa = nfa_new();
	e = make(&w, r);
	if (!e)
		e = name_list(&w, r, dir);
	nfa_free(w.nfa);
	json_decref(w.package);
	if (e)
		robots_clear(r);
	return e;
}

void
robots_clear(struct robots *r)
{
	dfa_clear(&r->dfa);
	r->list = STR_EMPTY;
}

void
robots_print(const struct robots *r, FILE *out)
{
	size_t entries = (size_t)r->dfa.states * r->dfa.columns;

	fprintf(out, "/* %u states, %u columns. */\n", r->dfa.states,
	    r->dfa.columns);
	fprintf(out, "#include \"track/bot_table.h\"\n"
	    "const char bot_list_text[] = \"%.*s\";\n"
	    "static const uint16_t next[] = {", STR_ARG(r->list));
	for (size_t i = 0; i < entries; i++)
		fprintf(out, "%s%u,", i % NUMBERS_A_LINE ? "" : "\n",
		    r->dfa.next[i]);
	fprintf(out, "\n};\nconst struct automaton bot_automaton = { {");
	for (size_t c = 0; c < AUTOMATON_SYMBOLS; c++)
		fprintf(out, "%s%u,", c % NUMBERS_A_LINE ? "" : "\n",
		    r->dfa.automaton.column[c]);
	fprintf(out, "\n}, next };\n");
}
