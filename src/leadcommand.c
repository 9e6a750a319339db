/* Implements leadcommand.h: reads words, calls lead/lead and lead/inbox. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "command.h"
#include "lead/inbox.h"
#include "lead/lead.h"
#include "lead/person.h"
#include "optionwords.h"
#include "store/pg.h"

#include "leadcommand.h"

#define WHO STR("command")
#define ROLE STR("operator")
#define LIST_ROWS 100
#define LIST_BYTES_MAX (16 << 20)
#define OPTION_BYTES 16

/* Say why, and what it exits with. */
static int
end(struct pg *db, struct str id, enum err e)
{
	if (e != ERR_ABSENT)
		return command_end("lead", db, e);
	lead_absent(db, id, "piste lead", stderr);
	pg_free(db);
	return COMMAND_FAILED;
}

static int
tell(const struct conf *c, int words, char **word,
    enum err (*ask)(struct pg *, struct str, const struct lead_voice *))
{
	struct lead_voice v = { .out = stdout, .lang = command_lang(LANG_EN),
		.is_json = words == 2 && !strcmp(word[1], "--json") };
	struct str id = str_of(words ? word[0] : "");
	struct pg *db;

	if (words != 1 + v.is_json || !person_is_id(id))
		return COMMAND_USAGE;
	db = command_database(c, "piste-lead");
	return end(db, id, ask(db, id, &v));
}

static int
show(const struct conf *c, int words, char **word)
{
	return tell(c, words, word, lead_show);
}

static int
history(const struct conf *c, int words, char **word)
{
	return tell(c, words, word, lead_history);
}

static int
move(const struct conf *c, int words, char **word)
{
	struct lead_voice v = { .out = stdout, .lang = command_lang(LANG_EN) };
	struct lead_wish wish = { .who = WHO, .role = ROLE };
	const struct { const char *name; struct str *into; } options[] = {
		{ "--reason", &wish.reason }, { "--note", &wish.note },
		{ "--by", &wish.who },
	};
	struct pg *db;

	if (words < 2 || !person_is_id(str_of(word[0])))
		return COMMAND_USAGE;
	wish.id = str_of(word[0]);
	wish.stage = str_of(word[1]);
	for (int i = 2; i < words; i++) {
		size_t o = 0;

		if (!strcmp(word[i], "--json")) {
			v.is_json = true;
			continue;
		}
		while (o < sizeof options / sizeof *options &&
		    strcmp(word[i], options[o].name))
			o++;
		if (o == sizeof options / sizeof *options || ++i == words)
			return COMMAND_USAGE;
		*options[o].into = str_of(word[i]);
	}
	db = command_database(c, "piste-lead");
	return end(db, wish.id, lead_move(db, &wish, &v));
}

/* All of them, a page at a time. */
static enum err
write_list(struct pg *db, struct inbox_wish *w, bool is_json)
{
	struct arena *a = arena_new(ARENA_REQUEST_BYTES_MAX);
	char edge[STR_I64_BYTES];
	struct inbox_rows rows = { .is_more = true };
	struct buf b;
	enum err e = OK;

	if (!is_json) {
		buf_init(&b, a, LIST_BYTES_MAX);
		inbox_csv_head(&b);
		printf("%.*s", STR_ARG(buf_str(&b)));
	}
	while (!e && rows.is_more) {
		arena_reset(a);
		buf_init(&b, a, LIST_BYTES_MAX);
		e = inbox_read(db, a, w, LIST_ROWS, &rows);
		for (size_t i = 0; i < rows.count; i++)
			(is_json ? inbox_json : inbox_csv)(&b, &rows.row[i]);
		printf("%.*s", STR_ARG(buf_str(&b)));
		if (rows.count) {
			snprintf(edge, sizeof edge, "%.*s",
			    STR_ARG(rows.row[rows.count - 1].id));
			w->edge = str_of(edge);
		}
	}
	arena_free(a);
	return e;
}

/* Its options are the inbox's filters. */
static bool
read_wish(int words, char **word, struct inbox_wish *w, bool *is_json)
{
	struct optionword options[INBOX_FILTERS];
	char name[INBOX_FILTERS][OPTION_BYTES];

	for (enum inbox_filter f = 0; f < INBOX_FILTERS; f++) {
		snprintf(name[f], sizeof name[f], "--%s",
		    inbox_filter_name(f));
		options[f] = (struct optionword){ name[f], &w->value[f],
			INBOX_TEXT_BYTES_MAX, false };
	}
	return optionwords_read(words, word, options, INBOX_FILTERS, is_json);
}

static int
list(const struct conf *c, int words, char **word)
{
	struct inbox_wish w = { .session = PG_NULL };
	struct arena *a;
	enum inbox_filter wrong;
	bool is_json = false;
	int status = COMMAND_FAILED;

	if (!read_wish(words, word, &w, &is_json))
		return COMMAND_USAGE;
	a = arena_new(ARENA_REQUEST_BYTES_MAX);
	wrong = inbox_judge(a, &w);
	if (wrong == INBOX_FILTERS) {
		struct pg *db = command_database(c, "piste-lead");

		status = command_end("lead", db, write_list(db, &w, is_json));
	} else {
		fprintf(stderr, "piste lead: --%s: %.*s is none\n",
		    inbox_filter_name(wrong), STR_ARG(w.value[wrong]));
	}
	arena_free(a);
	return status;
}

int
leadcommand_run(const struct conf *c, int words, char **word)
{
	static const struct verb {
		const char *name;
		int (*run)(const struct conf *c, int words, char **word);
	} verbs[] = {
		{ "list", list }, { "show", show }, { "history", history },
		{ "move", move },
	};

	for (size_t i = 0; words && i < sizeof verbs / sizeof *verbs; i++)
		if (!strcmp(word[0], verbs[i].name))
			return verbs[i].run(c, words - 1, word + 1);
	return COMMAND_USAGE;
}
