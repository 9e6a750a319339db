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

static enum err
find(struct pg *db, struct arena *a, const struct wish *w, struct str *id)
{
	enum err e = standing_find(db, a, w->person, id);

	if (e == ERR_ABSENT)
		fprintf(stderr, NAME ": there is no person %.*s\n",
		    STR_ARG(w->person));
	else if (e == ERR_LIMIT)
		fprintf(stderr, NAME ": %.*s is several people's: %.*s\n",
		    STR_ARG(w->person), STR_ARG(*id));
	return e == ERR_ABSENT || e == ERR_LIMIT ? ERR_DENIED : e;
}

static enum err
withdraw(struct pg *db, const struct wish *w, struct str id)
{
	int64_t live;
	enum err e = standing_withdraw(db, id, &w->scope, w->via, &live);

	if (!e)
		printf("{\"person\":%.*s,\"withdrawn\":%lld}\n", STR_ARG(id),
		    (long long)live);
	return e;
}

int
consentcommand_run(const struct conf *c, int words, char **word)
{
	struct arena *a;
	struct wish w;
	struct pg *db;
	struct str id;
	enum err e;

	if (!read_words(words, word, &w))
		return COMMAND_USAGE;
	a = arena_new(ARENA_REQUEST_BYTES_MAX);
	db = pg_new(c->database, "piste-consent");
	e = find(db, a, &w, &id);
	if (!e)
		e = w.is_withdrawal ? withdraw(db, &w, id) :
		    standing_show(db, id, stdout);
	if (e && e != ERR_DENIED)
		fprintf(stderr, NAME ": %s\n", pg_message(db)[0] ?
		    pg_message(db) : err_name(e));
	pg_free(db);
	arena_free(a);
	return e ? COMMAND_FAILED : COMMAND_OK;
}
