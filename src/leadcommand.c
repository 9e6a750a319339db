/* Implements leadcommand.h: reads words, calls lead/lead. */
#include <stdio.h>
#include <string.h>

#include "base/conf.h"
#include "command.h"
#include "lead/lead.h"
#include "lead/person.h"
#include "store/pg.h"

#include "leadcommand.h"

#define WHO STR("command")
#define ROLE STR("operator")

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

int
leadcommand_run(const struct conf *c, int words, char **word)
{
	static const struct verb {
		const char *name;
		int (*run)(const struct conf *c, int words, char **word);
	} verbs[] = {
		{ "show", show }, { "history", history }, { "move", move },
	};

	for (size_t i = 0; words && i < sizeof verbs / sizeof *verbs; i++)
		if (!strcmp(word[0], verbs[i].name))
			return verbs[i].run(c, words - 1, word + 1);
	return COMMAND_USAGE;
}
