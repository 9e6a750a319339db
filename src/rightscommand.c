/* Implements rightscommand.h: reads words, asks, calls lead/erase. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/file.h"
#include "command.h"
#include "lead/erase.h"
#include "store/pg.h"

#include "rightscommand.h"

struct wish {
	const char *command;	/* for complaints */
	struct str person;
	const char *out;	/* NULL: standard output */
	struct str reason;
	bool is_sure;
};

/* The words of both commands; with_value is the option that has one. */
static bool
read_words(int words, char **word, const char *with_value, struct wish *w,
    const char **value)
{
	if (!words || word[0][0] == '-')
		return false;
	w->person = str_of(word[0]);
	for (int i = 1; i < words; i++) {
		if (!strcmp(word[i], with_value) && i + 1 < words && !*value)
			*value = word[++i];
		else if (!strcmp(word[i], "--yes"))
			w->is_sure = true;
		else
			return false;
	}
	return true;
}

static void
complain(const struct wish *w, const struct pg *db, enum err e)
{
	if (e == ERR_INPUT)
		fprintf(stderr, "piste %s: %.*s: %s\n", w->command,
		    STR_ARG(w->person), pg_message(db)[0] ? pg_message(db) :
		    "neither an id, an e-mail address nor a phone like"
		    " +33612345678");
	else
		fprintf(stderr, "piste %s: %s\n", w->command,
		    pg_message(db)[0] ? pg_message(db) : err_name(e));
}

/*
 * Only the database is searched, so what waits on the disk is taken in first.
 * What is put aside there can't be: the operator is told, and *aside is set.
 */
static enum err
find(struct pg *db, struct arena *a, const struct conf *c,
    const struct wish *w, struct erase_found *found, int64_t *aside)
{
	enum err e = erase_drain(db, c->spool, aside);

	if (e) {
		fprintf(stderr, "piste %s: submissions wait in %.*s, which the"
		    " database can't take now%s%s; nothing is done\n",
		    w->command, STR_ARG(c->spool), pg_message(db)[0] ? ": " :
		    "", pg_message(db));
		return ERR_DENIED;
	}
	e = erase_find(db, a, w->person, found);
	if (e == ERR_LIMIT) {
		fprintf(stderr, "piste %s: %.*s is several people's, say whose"
		    " by id: %.*s\n", w->command, STR_ARG(w->person),
		    STR_ARG(found->persons));
		e = ERR_DENIED;
	}
	if (*aside)
		fprintf(stderr, "piste %s: %lld pieces of the spool lie in"
		    " %.*s/aside, unread: look there too\n", w->command,
		    (long long)*aside, STR_ARG(c->spool));
	return e;
}

static struct erase_place
place_of(const struct conf *c)
{
	return (struct erase_place){ c->spool, c->uploads, c->mail_caught };
}

static enum err
write_export(struct pg *db, struct arena *a, const struct conf *c,
    const struct wish *w)
{
	const struct erase_place place = place_of(c);
	struct erase_found found;
	int64_t aside = 0;
	struct str told;
	enum err e = find(db, a, c, w, &found, &aside);

	if (e == ERR_ABSENT || (!e && !erase_is_held(&found))) {
		fprintf(stderr, "piste %s: nothing is held of %.*s\n",
		    w->command, STR_ARG(w->person));
		return ERR_DENIED;
	}
	if (!e)
		e = erase_export(db, a, &place, &found, &told);
	if (e)
		return e;
	if (w->out && file_write_private(w->out, told)) {
		fprintf(stderr, "piste %s: %s: %s\n", w->command, w->out,
		    strerror(errno));
		return ERR_DENIED;
	}
	if (!w->out && (fwrite(told.p, 1, told.n, stdout) != told.n ||
	    fflush(stdout)))
		return ERR_DENIED;
	return aside ? ERR_DENIED : OK;
}

static bool
is_confirmed(const struct wish *w, const struct erase_found *f)
{
	char answer[8];

	if (w->is_sure)
		return true;
	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
		fprintf(stderr, "piste %s: --yes is needed where nobody can"
		    " be asked\n", w->command);
		return false;
	}
	fprintf(stderr, "Erase %.*s, %lld persons, %lld submissions and %lld"
	    " half-filled forms, for ever (yes/no)? ", STR_ARG(w->person),
	    (long long)f->person_count, (long long)f->submission_count,
	    (long long)f->draft_count);
	return fgets(answer, sizeof answer, stdin) &&
	    !strcmp(answer, "yes\n");
}

static enum err
erase(struct pg *db, struct arena *a, const struct conf *c,
    const struct wish *w)
{
	const struct erase_place place = place_of(c);
	struct erase_found found;
	int64_t aside = 0;
	enum err e = find(db, a, c, w, &found, &aside);

	if (e == ERR_ABSENT) {
		printf("nothing is held of %.*s\n", STR_ARG(w->person));
		return aside ? ERR_DENIED : OK;
	}
	if (e)
		return e;
	if (erase_is_done(&found)) {
		printf("%.*s was erased already, at %.*s\n",
		    STR_ARG(w->person), STR_ARG(found.erased_at));
		return aside ? ERR_DENIED : OK;
	}
	if (!is_confirmed(w, &found))
		return ERR_DENIED;
	e = erase_run(db, &place, &found, w->reason);
	if (e)
		return e;
	printf("erased: %lld persons, %lld submissions, %lld half-filled"
	    " forms; what they are counted in stays\n",
	    (long long)found.person_count, (long long)found.submission_count,
	    (long long)found.draft_count);
	return aside ? ERR_DENIED : OK;
}

static int
run(const struct conf *c, const struct wish *w, enum err (*act)(
    struct pg *db, struct arena *a, const struct conf *c,
    const struct wish *w))
{
	struct arena *a = arena_new(ERASE_ARENA_BYTES_MAX);
	struct pg *db = pg_new(c->database, "piste-rights");
	enum err e;

	pg_session(db, PG_WRITER_SESSION "; SET plan_cache_mode ="
	    " force_custom_plan");
	e = act(db, a, c, w);
	if (e && e != ERR_DENIED)
		complain(w, db, e);
	pg_free(db);
	arena_free(a);
	return e ? COMMAND_FAILED : COMMAND_OK;
}

int
rightscommand_export(const struct conf *c, int words, char **word)
{
	struct wish w = { .command = "export-person" };

	if (!read_words(words, word, "--out", &w, &w.out) || w.is_sure)
		return COMMAND_USAGE;
	return run(c, &w, write_export);
}

int
rightscommand_erase(const struct conf *c, int words, char **word)
{
	struct wish w = { .command = "erase" };
	const char *reason = NULL;

	if (!read_words(words, word, "--reason", &w, &reason))
		return COMMAND_USAGE;
	w.reason = str_of(reason);
	if (w.reason.n > ERASE_REASON_BYTES_MAX || !str_is_utf8(w.reason))
		return COMMAND_USAGE;
	return run(c, &w, erase);
}
