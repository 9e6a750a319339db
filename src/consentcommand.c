/* Implements consentcommand.h: reads words, prints what consent/ knows. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "command.h"
#include "consent/standing.h"
#include "store/pg.h"

#include "consentcommand.h"

#define NAME "piste consent"
#define VIA "command"		/* when nothing else is said */

struct wish {
	bool is_withdrawal;
	struct str person;
	struct standing_scope scope;
	struct str via;
};

static bool
read_option(const char *name, const char *value, struct wish *w)
{
	const struct { const char *name; struct str *to; } options[] = {
		{ "--purpose", &w->scope.purpose },
		{ "--channel", &w->scope.channel },
		{ "--recipient", &w->scope.recipient },
		{ "--via", &w->via },
	};

	for (size_t i = 0; i < sizeof options / sizeof *options; i++)
		if (!strcmp(name, options[i].name)) {
			*options[i].to = str_of(value);
			return *value;
		}
	return false;
}

static bool
read_words(int words, char **word, struct wish *w)
{
	*w = (struct wish){ .via = STR(VIA) };
	if (words < 2 || *word[1] == '-')
		return false;
	w->is_withdrawal = !strcmp(word[0], "withdraw");
	w->person = str_of(word[1]);
	if (!w->is_withdrawal)
		return words == 2 && !strcmp(word[0], "show");
	for (int i = 2; i < words; i += 2)
		if (i + 1 == words || !read_option(word[i], word[i + 1], w))
			return false;
	if (standing_via_ok(w->via))
		return true;
	fprintf(stderr, NAME ": --via: a way such as letter or phone, without"
	    " bars, of at most %d bytes\n", STANDING_VIA_BYTES_MAX);
	return false;
}

int
consentcommand_run(const struct conf *c, int words, char **word)
{
	struct arena *a;
	struct wish w;
	struct pg *db;
	struct str ids;
	enum err e;

	if (!read_words(words, word, &w))
		return COMMAND_USAGE;
	a = arena_new(ARENA_REQUEST_BYTES_MAX);
	db = command_database(c, "piste-consent");
	e = standing_find(db, a, w.person, &ids);
	if (e == ERR_ABSENT)
		fprintf(stderr, NAME ": there is no person %.*s\n",
		    STR_ARG(w.person));
	if (!e)
		e = w.is_withdrawal ? standing_withdraw(db, ids, &w.scope,
		    w.via, stdout) : standing_show(db, ids, stdout);
	if (e && e != ERR_ABSENT)
		fprintf(stderr, NAME ": %s\n", pg_message(db)[0] ?
		    pg_message(db) : err_name(e));
	pg_free(db);
	arena_free(a);
	return e ? COMMAND_FAILED : COMMAND_OK;
}
