/* Implements quarantinecommand.h: reads words, calls lead/quarantine. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "base/token.h"
#include "command.h"
#include "lead/quarantine.h"
#include "store/pg.h"

#include "quarantinecommand.h"

#define NAME "piste quarantine"
#define IDS_BYTES_MAX ((size_t)QUARANTINE_IDS_MAX * UUID_TEXT + 2)
#define ARENA_BYTES (4 * IDS_BYTES_MAX)

struct wish {
	struct quarantine_choice choice;
	bool is_json;
	bool is_all;
	bool is_sure;
	struct buf ids;		/* {…,…}, not closed yet */
};

/* How many words that was; 0: it makes no sense. */
static int
read_word(struct wish *w, const char *word, const char *next)
{
	struct str *value = !strcmp(word, "--reason") ? &w->choice.reason :
	    !strcmp(word, "--since") ? &w->choice.since : NULL;

	if (value && (!next || !*next || !str_is_utf8(str_of(next))))
		return 0;
	if (value) {
		*value = str_of(next);
		return 2;
	}
	if (*word != '-')
		return quarantine_add_id(&w->ids, str_of(word));
	if (!strcmp(word, "--json"))
		w->is_json = true;
	else if (!strcmp(word, "--all"))
		w->is_all = true;
	else if (!strcmp(word, "--yes"))
		w->is_sure = true;
	else
		return 0;
	return 1;
}

static bool
read_words(struct wish *w, struct arena *a, int words, char **word)
{
	*w = (struct wish){ .choice = { STR_EMPTY, STR_EMPTY, STR_EMPTY,
	    { NULL, 0 } } };
	buf_init(&w->ids, a, IDS_BYTES_MAX);
	for (int i = 0, n; i < words; i += n) {
		n = read_word(w, word[i], i + 1 < words ? word[i + 1] : NULL);
		if (!n)
			return false;
	}
	if (w->ids.n)
		buf_byte(&w->ids, '}');
	if (w->ids.full) {
		fprintf(stderr, NAME ": %d at a time, or by --reason\n",
		    QUARANTINE_IDS_MAX);
		return false;
	}
	w->choice.ids = buf_str(&w->ids);
	return true;
}

/* A database in which moments are UTC. */
static struct pg *
begin(const struct conf *c)
{
	struct pg *db = pg_new(c->database, "piste-quarantine");

	pg_session(db, "SET TimeZone = 'UTC'");
	return db;
}

/* Say why, if it failed, and what it exits with. */
static int
end(struct pg *db, enum err e)
{
	if (e)
		fprintf(stderr, NAME ": %s\n", pg_message(db)[0] ?
		    pg_message(db) : err_name(e));
	pg_free(db);
	return e ? COMMAND_FAILED : COMMAND_OK;
}

static int
list(const struct conf *c, const struct wish *w)
{
	struct pg *db;

	if (w->is_all || w->is_sure || w->choice.ids.n)
		return COMMAND_USAGE;
	db = begin(c);
	return end(db, quarantine_list(db, &w->choice, w->is_json, stdout));
}

/* Ids, or a reason, or all of it: only one of these, and all said twice. */
static bool
is_clear(const struct wish *w)
{
	bool has_ids = w->choice.ids.n > 0, has_reason = w->choice.reason.n;

	if (has_ids + has_reason + w->is_all != 1 || w->is_json)
		return false;
	if (w->choice.since.n && !has_reason)
		return false;
	return w->is_all == w->is_sure;
}

static int
release(const struct conf *c, const struct wish *w)
{
	struct quarantine_done done;
	struct pg *db;
	enum err e;

	if (!is_clear(w))
		return COMMAND_USAGE;
	db = begin(c);
	e = quarantine_release(db, &w->choice, &done);
	printf("%" PRId64 " released: %" PRId64 " new, %" PRId64 " update, %"
	    PRId64 " repeat\n", done.made + done.updates + done.repeats,
	    done.made, done.updates, done.repeats);
	return end(db, e);
}

int
quarantinecommand_run(const struct conf *c, int words, char **word)
{
	struct arena *a = arena_new(ARENA_BYTES);
	int status = COMMAND_USAGE;
	struct wish w;

	if (words && read_words(&w, a, words - 1, word + 1)) {
		if (!strcmp(word[0], "list"))
			status = list(c, &w);
		else if (!strcmp(word[0], "release"))
			status = release(c, &w);
	}
	arena_free(a);
	return status;
}
