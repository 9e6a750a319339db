/* Implements nurturecommand.h: reads words, calls lead/nurtureturn and dry. */
#include <stdio.h>
#include <string.h>

#include "base/conf.h"
#include "command.h"
#include "form/country.h"
#include "lead/nurturedry.h"
#include "lead/nurtureturn.h"
#include "lead/person.h"
#include "optionwords.h"
#include "store/pg.h"

#include "nurturecommand.h"

#define WORD_BYTES_MAX 64
#define APPLICATION "piste-nurture"

/* Say why, and what it exits with. */
static int
end(struct pg *db, const char *name, enum err e)
{
	if (e != ERR_ABSENT)
		return command_end("nurture", db, e);
	fprintf(stderr, "piste nurture: there is no %s\n", name);
	pg_free(db);
	return COMMAND_FAILED;
}

static int
list(const struct conf *c, int words, char **word)
{
	bool is_json = false;
	struct pg *db;

	if (!optionwords_read(words, word, NULL, 0, &is_json))
		return COMMAND_USAGE;
	db = command_database(c, APPLICATION);
	return end(db, "", nurtureturn_list(db, is_json, stdout));
}

static int
show(const struct conf *c, int words, char **word)
{
	bool is_json = false;
	struct pg *db;

	if (!words || !optionwords_read(words - 1, word + 1, NULL, 0,
	    &is_json))
		return COMMAND_USAGE;
	db = command_database(c, APPLICATION);
	return end(db, "such scenario", nurtureturn_show(db, str_of(word[0]),
	    is_json, stdout));
}

static int
stop(const struct conf *c, int words, char **word)
{
	struct str scenario = STR_EMPTY;
	const struct optionword options[] = {
		{ "--scenario", &scenario, WORD_BYTES_MAX, false },
	};
	int64_t ended = 0;
	struct pg *db;
	enum err e;

	if (!words || !person_is_id(str_of(word[0])) ||
	    !optionwords_read(words - 1, word + 1, options, 1, NULL))
		return COMMAND_USAGE;
	db = command_database(c, APPLICATION);
	e = nurtureturn_stop(db, str_of(word[0]), scenario, &ended);
	if (!e)
		printf("%lld ended\n", (long long)ended);
	return end(db, "", e);
}

static int
dry_run(const struct conf *c, int words, char **word)
{
	struct nurturedry d = { .lang = command_lang(LANG_FR) };
	struct str days = STR_EMPTY, lang = STR_EMPTY;
	const struct optionword options[] = {
		{ "--from", &d.from, WORD_BYTES_MAX, true },
		{ "--days", &days, WORD_BYTES_MAX, true },
		{ "--lead", &d.lead, WORD_BYTES_MAX, false },
		{ "--lang", &lang, WORD_BYTES_MAX, false },
		{ "--country", &d.country, WORD_BYTES_MAX, false },
		{ "--offer", &d.offer, WORD_BYTES_MAX, false },
		{ "--stage", &d.stage, WORD_BYTES_MAX, false },
	};
	struct pg *db;

	if (!words || !optionwords_read(words - 1, word + 1, options,
	    sizeof options / sizeof *options, &d.is_json) ||
	    !str_i64(days, 1, NURTUREDRY_DAYS_MAX, &d.days) ||
	    (lang.n && lang_parse(lang, &d.lang)) ||
	    (d.lead.n && !person_is_id(d.lead)))
		return COMMAND_USAGE;
	if (d.country.n && !country_find(d.country)) {
		fprintf(stderr, "piste nurture: --country %.*s: no country"
		    " like FR\n", STR_ARG(d.country));
		return COMMAND_FAILED;
	}
	d.scenario = str_of(word[0]);
	db = command_database(c, APPLICATION);
	return end(db, "such scenario, or lead", nurturedry_run(db, c, &d,
	    stdout));
}

int
nurturecommand_run(const struct conf *c, int words, char **word)
{
	static const struct verb {
		const char *name;
		int (*run)(const struct conf *c, int words, char **word);
	} verbs[] = {
		{ "show", show }, { "stop", stop }, { "--dry-run", dry_run },
	};

	for (size_t i = 0; words && i < sizeof verbs / sizeof *verbs; i++)
		if (!strcmp(word[0], verbs[i].name))
			return verbs[i].run(c, words - 1, word + 1);
	return list(c, words, word);
}
