/* Implements allocatecommand.h: reads words, calls lead/allot and rehearse. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "command.h"
#include "lead/allot.h"
#include "lead/person.h"
#include "lead/rehearse.h"
#include "lead/sellerrule.h"
#include "optionwords.h"
#include "store/pg.h"

#include "allocatecommand.h"

#define WHO STR("command")
#define WORD_BYTES_MAX 64
#define PATH_BYTES_MAX 4096

/* Say why, and what it exits with. */
static int
end(struct pg *db, struct str lead, enum err e)
{
	if (e != ERR_ABSENT)
		return command_end("allocate", db, e);
	fprintf(stderr, "piste allocate: there is no lead %.*s\n",
	    STR_ARG(lead));
	pg_free(db);
	return COMMAND_FAILED;
}

static int
explain(const struct conf *c, int words, char **word)
{
	struct str lead = STR_EMPTY;
	const struct optionword options[] = {
		{ "--explain", &lead, WORD_BYTES_MAX, true },
	};
	bool is_json = false;
	struct pg *db;

	if (!optionwords_read(words, word, options, 1, &is_json) ||
	    !person_is_id(lead))
		return COMMAND_USAGE;
	db = command_database(c, "piste-allocate");
	return end(db, lead, allot_explain(db, lead, is_json, stdout));
}

static int
hand(const struct conf *c, int words, char **word)
{
	struct str lead = STR_EMPTY, seller = STR_EMPTY, reason = STR_EMPTY;
	const struct optionword options[] = {
		{ "--to", &seller, WORD_BYTES_MAX, true },
		{ "--lead", &lead, WORD_BYTES_MAX, true },
		{ "--reason", &reason, ALLOT_REASON_BYTES_MAX, true },
	};
	struct pg *db;
	enum err e;

	if (!optionwords_read(words, word, options, 3, NULL) ||
	    !person_is_id(lead))
		return COMMAND_USAGE;
	db = command_database(c, "piste-allocate");
	e = allot_hand(db, lead, seller, WHO, reason);
	if (!e)
		printf("lead %.*s is %.*s's\n", STR_ARG(lead),
		    STR_ARG(seller));
	return end(db, lead, e);
}

/* "30d" */
static bool
read_days(struct str text, uint32_t *out)
{
	return str_has_suffix(text, STR("d")) && str_u32(str_slice(text, 0,
	    text.n - 1), 1, REHEARSE_DAYS_MAX, out);
}

static int
replay(const struct conf *c, int words, char **word)
{
	struct rehearse r = { .complaints = stderr, .out = stdout };
	struct str days = STR_EMPTY, file = STR_EMPTY;
	const struct optionword options[] = {
		{ "--replay", &days, WORD_BYTES_MAX, true },
		{ "--rules", &file, PATH_BYTES_MAX, true },
	};
	struct arena *a;
	struct pg *db;
	int status;

	if (!optionwords_read(words, word, options, 2, &r.is_json) ||
	    !read_days(days, &r.days))
		return COMMAND_USAGE;
	a = arena_new(SELLERRULE_BYTES_MAX * 4);
	status = command_file(a, "allocate", file.p, SELLERRULE_BYTES_MAX,
	    &r.json);
	if (!status) {
		db = command_database(c, "piste-allocate");
		status = end(db, STR_EMPTY, rehearse_run(db, &r));
	}
	arena_free(a);
	return status;
}

static int
overflow(const struct conf *c, int words, char **word)
{
	bool is_json = false;
	struct pg *db;

	if (!optionwords_read(words - 1, word + 1, NULL, 0, &is_json))
		return COMMAND_USAGE;
	db = command_database(c, "piste-allocate");
	return end(db, STR_EMPTY, allot_overflow(db, is_json, stdout));
}

int
allocatecommand_run(const struct conf *c, int words, char **word)
{
	static const struct verb {
		const char *name;
		int (*run)(const struct conf *c, int words, char **word);
	} verbs[] = {
		{ "--explain", explain }, { "--replay", replay },
		{ "--to", hand }, { "--overflow", overflow },
	};

	for (size_t i = 0; words && i < sizeof verbs / sizeof *verbs; i++)
		if (!strcmp(word[0], verbs[i].name))
			return verbs[i].run(c, words, word);
	return COMMAND_USAGE;
}
