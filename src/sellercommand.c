/* Implements sellercommand.h: reads words, calls lead/seller and allot. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "command.h"
#include "lead/allot.h"
#include "lead/person.h"
#include "lead/promise.h"
#include "lead/seller.h"
#include "lead/sellerdesk.h"
#include "optionwords.h"
#include "store/pg.h"

#include "sellercommand.h"

#define WHO STR("command")
#define TIME_BYTES_MAX 64
#define SESSION "SET timezone = 'UTC'"

static struct pg *
connect(const struct conf *c)
{
	struct pg *db = command_database(c, "piste-seller");

	pg_session(db, SESSION);
	return db;
}

/* Say why, and what it exits with. */
static int
end(struct pg *db, const char *key, enum err e)
{
	if (e != ERR_ABSENT)
		return command_end("seller", db, e);
	fprintf(stderr, "piste seller: there is no seller %s\n", key);
	pg_free(db);
	return COMMAND_FAILED;
}

static int
apply(const struct conf *c, int words, char **word)
{
	struct arena *a;
	struct str json;
	struct pg *db;
	enum err e;
	int status;

	if (words != 1)
		return COMMAND_USAGE;
	a = arena_new(SELLERRULE_ARENA_BYTES_MAX);
	status = command_file(a, "seller", word[0], SELLERRULE_BYTES_MAX,
	    &json);
	if (!status) {
		db = connect(c);
		e = seller_apply(db, a, json, WHO, stderr, stdout);
		if (e == ERR_INPUT && !pg_message(db)[0]) {
			fprintf(stderr, "piste seller: nothing is applied\n");
			pg_free(db);
			status = COMMAND_FAILED;
		} else {
			status = end(db, "", e);
		}
	}
	arena_free(a);
	return status;
}

static int
list(const struct conf *c, int words, char **word)
{
	bool is_json = false;
	struct pg *db;

	if (!optionwords_read(words, word, NULL, 0, &is_json))
		return COMMAND_USAGE;
	db = connect(c);
	return end(db, "", seller_list(db, is_json, stdout));
}

static int
absent(const struct conf *c, int words, char **word)
{
	struct seller_away w = { .who = WHO };
	const struct optionword options[] = {
		{ "--from", &w.from, TIME_BYTES_MAX, true },
		{ "--to", &w.to, TIME_BYTES_MAX, true },
	};
	struct pg *db;
	enum err e;

	if (words < 1 || !optionwords_read(words - 1, word + 1, options, 2,
	    NULL))
		return COMMAND_USAGE;
	w.key = str_of(word[0]);
	db = connect(c);
	e = seller_absent(db, &w, stdout);
	if (e != ERR_INPUT)
		return end(db, word[0], e);
	pg_free(db);
	fprintf(stderr, "piste seller: from and to are moments like 2026-12-24"
	    " 08:00, from before to, of the years 1900 to 2199\n");
	return COMMAND_FAILED;
}

static int
present(const struct conf *c, int words, char **word)
{
	int64_t ended = 0;
	struct pg *db;
	enum err e;

	if (words != 1)
		return COMMAND_USAGE;
	db = connect(c);
	e = seller_present(db, str_of(word[0]), &ended);
	if (!e)
		printf("%lld absences ended\n", (long long)ended);
	return end(db, word[0], e);
}

static int
accept(const struct conf *c, int words, char **word)
{
	struct str whose;
	struct pg *db;
	enum err e;

	if (words != 1 || !person_is_id(str_of(word[0])))
		return COMMAND_USAGE;
	db = connect(c);
	e = allot_accept(db, str_of(word[0]), &whose);
	if (!e)
		printf("lead %s is %.*s's\n", word[0], STR_ARG(whose));
	return end(db, "", e);
}

static int
refuse(const struct conf *c, int words, char **word)
{
	struct str reason = STR_EMPTY;
	const struct optionword options[] = {
		{ "--reason", &reason, ALLOT_REASON_BYTES_MAX, true },
	};
	struct pg *db;
	enum err e;

	if (words < 1 || !person_is_id(str_of(word[0])) ||
	    !optionwords_read(words - 1, word + 1, options, 1, NULL))
		return COMMAND_USAGE;
	db = connect(c);
	e = allot_refuse(db, str_of(word[0]), reason);
	if (!e)
		printf("lead %s is nobody's, for the next one\n", word[0]);
	return end(db, "", e);
}

/* What a seller tells of a lead: that they spoke, or words alone. */
static int
tell(const struct conf *c, int words, char **word, bool is_contact)
{
	struct promise_word w = { .who = WHO, .is_contact = is_contact };
	const struct optionword options[] = {
		{ "--note", &w.note, SELLERDESK_WORDS_BYTES_MAX, !is_contact },
	};
	bool is_new = false;
	struct pg *db;
	enum err e;

	if (words < 1 || !person_is_id(str_of(word[0])) ||
	    !optionwords_read(words - 1, word + 1, options, 1, NULL))
		return COMMAND_USAGE;
	w.lead = str_of(word[0]);
	db = connect(c);
	e = promise_tell(db, &w, &is_new);
	if (!e)
		printf("lead %s: %s\n", word[0], is_new ? "noted" :
		    "that was the last thing noted");
	return end(db, "", e);
}

static int
contact(const struct conf *c, int words, char **word)
{
	return tell(c, words, word, true);
}

static int
note(const struct conf *c, int words, char **word)
{
	return tell(c, words, word, false);
}

static int
notes(const struct conf *c, int words, char **word)
{
	bool is_json = false;
	struct pg *db;

	if (words < 1 || !person_is_id(str_of(word[0])) ||
	    !optionwords_read(words - 1, word + 1, NULL, 0, &is_json))
		return COMMAND_USAGE;
	db = connect(c);
	return end(db, "", promise_words(db, str_of(word[0]), is_json,
	    stdout));
}

static int
day(const struct conf *c, int words, char **word)
{
	bool is_json = false;
	struct pg *db;

	if (words < 1 || !optionwords_read(words - 1, word + 1, NULL, 0,
	    &is_json))
		return COMMAND_USAGE;
	db = connect(c);
	return end(db, word[0], promise_day(db, str_of(word[0]),
	    c->time_zone, is_json, stdout));
}

static int
language(const struct conf *c, int words, char **word)
{
	struct pg *db;
	enum lang l;

	if (words != 2 || lang_parse(str_of(word[1]), &l))
		return COMMAND_USAGE;
	db = connect(c);
	return end(db, word[0], sellerdesk_language(db, str_of(word[0]), l));
}

int
sellercommand_run(const struct conf *c, int words, char **word)
{
	static const struct verb {
		const char *name;
		int (*run)(const struct conf *c, int words, char **word);
	} verbs[] = {
		{ "apply", apply }, { "list", list }, { "absent", absent },
		{ "present", present }, { "accept", accept },
		{ "refuse", refuse }, { "contact", contact },
		{ "note", note }, { "notes", notes }, { "day", day },
		{ "language", language },
	};

	for (size_t i = 0; words && i < sizeof verbs / sizeof *verbs; i++)
		if (!strcmp(word[0], verbs[i].name))
			return verbs[i].run(c, words - 1, word + 1);
	return COMMAND_USAGE;
}
