/* Implements personcommand.h: reads words, calls lead/person and dedupe. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "command.h"
#include "lead/card.h"
#include "lead/dedupe.h"
#include "lead/person.h"
#include "store/pg.h"

#include "personcommand.h"

#define WHO STR("command")
#define FOUND_BYTES_MAX ((size_t)8 << 20)

/* Say why, and what it exits with. */
static int
end(struct pg *db, const char *what, enum err e)
{
	if (e)
		fprintf(stderr, "piste %s: %s\n", what, pg_message(db)[0] ?
		    pg_message(db) : err_name(e));
	pg_free(db);
	return e ? COMMAND_FAILED : COMMAND_OK;
}

static int
show(const struct conf *c, int words, char **word)
{
	struct pg *db;
	enum err e;

	if (words != 1 || !person_is_id(str_of(word[0])))
		return COMMAND_USAGE;
	db = command_database(c, "piste-person");
	e = person_show(db, str_of(word[0]), stdout);
	if (e == ERR_ABSENT)
		fprintf(stderr, "piste person: there is no person %s\n",
		    word[0]);
	if (e != ERR_ABSENT)
		return end(db, "person", e);
	pg_free(db);
	return COMMAND_FAILED;
}

/* Who is called so, a line each: id, names, address, company. */
static int
find(const struct conf *c, int words, char **word)
{
	struct arena *a;
	struct card *card;
	struct pg *db;
	size_t cards;
	int status;
	enum err e;

	if (words != 1 || !*word[0] || strlen(word[0]) >
	    CARD_TYPED_BYTES_MAX || !str_is_utf8(str_of(word[0])))
		return COMMAND_USAGE;
	a = arena_new(FOUND_BYTES_MAX);
	db = command_database(c, "piste-person");
	e = card_search(db, a, str_of(word[0]), false, &card, &cards);
	for (size_t i = 0; i < cards; i++)
		printf("%.*s\t%.*s %.*s\t%.*s\t%.*s\n",
		    STR_ARG(card[i].id), STR_ARG(card[i].first_name),
		    STR_ARG(card[i].last_name), STR_ARG(card[i].email),
		    STR_ARG(card[i].company));
	status = end(db, "person", e);
	arena_free(a);
	return status;
}

static int
merge(const struct conf *c, int words, char **word)
{
	struct person_note note = { .who = WHO };
	struct person_pair pair;
	bool is_preview = false;
	struct pg *db;

	if (words < 2 || !person_is_id(str_of(word[0])) ||
	    !person_is_id(str_of(word[1])))
		return COMMAND_USAGE;
	pair = (struct person_pair){ str_of(word[0]), str_of(word[1]) };
	for (int i = 2; i < words; i++) {
		if (!strcmp(word[i], "--preview"))
			is_preview = true;
		else if (!strcmp(word[i], "--reason") && i + 1 < words)
			note.reason = str_of(word[++i]);
		else
			return COMMAND_USAGE;
	}
	if (note.reason.n > PERSON_REASON_BYTES_MAX ||
	    !str_is_utf8(note.reason))
		return COMMAND_USAGE;
	db = command_database(c, "piste-person");
	return end(db, "person", person_merge(db, &pair, &note, is_preview,
	    stdout));
}

static int
unmerge(const struct conf *c, int words, char **word)
{
	struct pg *db;

	if (words != 1 || !person_is_id(str_of(word[0])))
		return COMMAND_USAGE;
	db = command_database(c, "piste-person");
	return end(db, "person", person_unmerge(db, str_of(word[0]), WHO));
}

int
personcommand_run(const struct conf *c, int words, char **word)
{
	static const struct verb {
		const char *name;
		int (*run)(const struct conf *c, int words, char **word);
	} verbs[] = {
		{ "show", show }, { "find", find }, { "merge", merge },
		{ "unmerge", unmerge },
	};

	for (size_t i = 0; words && i < sizeof verbs / sizeof *verbs; i++)
		if (!strcmp(word[0], verbs[i].name))
			return verbs[i].run(c, words - 1, word + 1);
	return COMMAND_USAGE;
}

int
personcommand_dedupe(const struct conf *c, int words, char **word)
{
	struct dedupe_wish w = { .pairs_max = DEDUPE_PAIRS_DEFAULT };
	bool is_report = false;
	struct pg *db;

	for (int i = 0; i < words; i++) {
		if (!strcmp(word[i], "--report"))
			is_report = true;
		else if (!strcmp(word[i], "--json"))
			w.is_json = true;
		else if (strcmp(word[i], "--limit") || i + 1 == words ||
		    !str_u32(str_of(word[++i]), 1, DEDUPE_PAIRS_MAX,
		    &w.pairs_max))
			return COMMAND_USAGE;
	}
	if (!is_report)
		return COMMAND_USAGE;
	db = command_database(c, "piste-dedupe");
	return end(db, "dedupe", dedupe_report(db, &w, stdout));
}
