/* Implements bantcommand.h: reads words, calls lead/bantrow. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "command.h"
#include "form/date.h"
#include "lead/bantrow.h"
#include "lead/lead.h"
#include "lead/person.h"
#include "optionwords.h"
#include "store/pg.h"

#include "bantcommand.h"

#define WHO STR("command")
#define KEY_BYTES_MAX 64
#define PARSE_BYTES 65536
#define BY(into) { "--by", (into), BANTROW_WHO_BYTES_MAX, false }
#define NOTE(into) { "--note", (into), BANTROW_NOTE_BYTES_MAX, false }

/* Say why, unless it was said, and what it exits with. */
static int
end(struct pg *db, struct str lead, enum err e)
{
	if (e == ERR_ABSENT)
		lead_absent(db, lead, "piste bant", stderr);
	else if (e && (e != ERR_LIMIT || pg_message(db)[0]))
		fprintf(stderr, "piste bant: %s\n", pg_message(db)[0] ?
		    pg_message(db) : err_name(e));
	pg_free(db);
	return e ? COMMAND_FAILED : COMMAND_OK;
}

static bool
can_parse(const struct bantrow *row)
{
	struct arena *a = arena_new(PARSE_BYTES);
	struct bant_answer answer;
	bool can = row->value.n <= BANT_VALUE_BYTES_MAX &&
	    !bant_parse(a, row->topic, row->value, &answer);

	arena_free(a);
	return can;
}

static int
set(const struct conf *c, int words, char **word)
{
	struct bantrow row = { .who = WHO };
	const struct optionword options[] = { NOTE(&row.note),
		BY(&row.who) };
	struct pg *db;

	if (words < 3 || !person_is_id(str_of(word[0])) ||
	    bant_topic_parse(str_of(word[1]), &row.topic) ||
	    !optionwords_read(words - 3, word + 3, options, 2, NULL))
		return COMMAND_USAGE;
	row.lead = str_of(word[0]);
	row.value = str_of(word[2]);
	if (!can_parse(&row)) {
		fprintf(stderr, "piste bant: %s is yes, no, unknown%s\n",
		    word[1], row.topic == BANT_BUDGET ? ", or an amount like"
		    " 9000" : row.topic == BANT_TIMING ?
		    ", now, or a day like 2026-12-31" : "");
		return COMMAND_FAILED;
	}
	db = command_database(c, "piste-bant");
	return end(db, row.lead, bantrow_set(db, &row, stderr, stdout));
}

static int
show(const struct conf *c, int words, char **word)
{
	bool is_json = false;
	struct pg *db;

	if (words < 1 || !person_is_id(str_of(word[0])) ||
	    !optionwords_read(words - 1, word + 1, NULL, 0, &is_json))
		return COMMAND_USAGE;
	db = command_database(c, "piste-bant");
	return end(db, str_of(word[0]), bantrow_show(db, str_of(word[0]),
	    is_json, stdout));
}

static int
plan(const struct conf *c, int words, char **word, bool is_taken)
{
	struct bantrow_next n = { .who = WHO };
	struct str due = STR_EMPTY;
	const struct optionword options[] = {
		{ "--action", &n.action, BANTROW_NOTE_BYTES_MAX, true },
		{ "--due", &due, KEY_BYTES_MAX, true }, BY(&n.who),
	};
	struct pg *db;

	if (words < 1 || !person_is_id(str_of(word[0])) ||
	    !optionwords_read(words - 1, word + 1, options, 3, NULL) ||
	    date_parse(due, &n.due))
		return COMMAND_USAGE;
	n.lead = str_of(word[0]);
	db = command_database(c, "piste-bant");
	return end(db, n.lead, (is_taken ? bantrow_accept : bantrow_next)(db,
	    &n, stderr, stdout));
}

static int
accept(const struct conf *c, int words, char **word)
{
	return plan(c, words, word, true);
}

static int
next(const struct conf *c, int words, char **word)
{
	return plan(c, words, word, false);
}

static int
refuse(const struct conf *c, int words, char **word)
{
	struct str who = WHO, reason = STR_EMPTY, note = STR_EMPTY;
	const struct optionword options[] = {
		{ "--reason", &reason, KEY_BYTES_MAX, true }, NOTE(&note),
		BY(&who),
	};
	struct pg *db;

	if (words < 1 || !person_is_id(str_of(word[0])) ||
	    !optionwords_read(words - 1, word + 1, options, 3, NULL))
		return COMMAND_USAGE;
	db = command_database(c, "piste-bant");
	return end(db, str_of(word[0]), bantrow_refuse(db, str_of(word[0]),
	    who, reason, note, stdout));
}

static int
late(const struct conf *c, int words, char **word)
{
	bool is_json = false;
	struct pg *db;

	if (!optionwords_read(words, word, NULL, 0, &is_json))
		return COMMAND_USAGE;
	db = command_database(c, "piste-bant");
	return end(db, STR_EMPTY, bantrow_late(db, is_json, stdout));
}

int
bantcommand_run(const struct conf *c, int words, char **word)
{
	static const struct verb {
		const char *name;
		int (*run)(const struct conf *c, int words, char **word);
	} verbs[] = {
		{ "set", set }, { "show", show }, { "accept", accept },
		{ "next", next }, { "refuse", refuse }, { "late", late },
	};

	for (size_t i = 0; words && i < sizeof verbs / sizeof *verbs; i++)
		if (!strcmp(word[0], verbs[i].name))
			return verbs[i].run(c, words - 1, word + 1);
	return COMMAND_USAGE;
}
