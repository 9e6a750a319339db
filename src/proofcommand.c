/* Implements proofcommand.h: reads words, prints what consent/ knows. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/file.h"
#include "base/token.h"
#include "command.h"
#include "consent/dossier.h"
#include "consent/ledger.h"
#include "store/pg.h"

#include "proofcommand.h"

#define NAME "piste proof"

struct wish {
	struct str submission;
	const char *out;	/* NULL: standard output */
	struct str held;
	bool is_verify;
};

static bool
is_hash(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!strchr("0123456789abcdef", s.p[i]))
			return false;
	return s.n == TOKEN_HASH_TEXT - 1;
}

static bool
read_words(int words, char **word, struct wish *w)
{
	*w = (struct wish){ .held = STR_EMPTY };
	if (!words)
		return false;
	w->is_verify = !strcmp(word[0], "--verify");
	w->submission = str_of(word[0]);
	if (words == 1)
		return w->is_verify || *word[0] != '-';
	if (words != 3)
		return false;
	if (w->is_verify) {
		w->held = str_of(word[2]);
		return !strcmp(word[1], "--holds") && is_hash(w->held);
	}
	w->out = word[2];
	return *word[0] != '-' && !strcmp(word[1], "--out");
}

static enum err
make(struct pg *db, struct arena *a, const struct wish *w)
{
	struct str text;
	enum err e = dossier_make(db, a, w->submission, &text);

	if (e == ERR_ABSENT)
		fprintf(stderr, NAME ": there is no submission %.*s\n",
		    STR_ARG(w->submission));
	else if (e == ERR_DENIED)
		fprintf(stderr, NAME ": the submission %.*s gave no consent\n",
		    STR_ARG(w->submission));
	if (e)
		return e == ERR_ABSENT ? ERR_DENIED : e;
	if (w->out && file_write_private(w->out, text)) {
		fprintf(stderr, NAME ": %s: %s\n", w->out, strerror(errno));
		return ERR_DENIED;
	}
	if (w->out)
		return OK;
	return fwrite(text.p, 1, text.n, stdout) == text.n &&
	    !fflush(stdout) ? OK : ERR_DENIED;
}

static enum err
verify(struct pg *db, struct arena *a, const struct wish *w)
{
	struct ledger_report r;
	enum err e = ledger_verify(db, a, w->held, &r);

	if (e)
		return e;
	if (r.fault.n) {
		fprintf(stderr, NAME ": %.*s\n", STR_ARG(r.fault));
		return ERR_DENIED;
	}
	if (w->held.n && !r.has_held) {
		fprintf(stderr, NAME ": no row has the hash %.*s: the chain"
		    " is not the one that was noted\n", STR_ARG(w->held));
		return ERR_DENIED;
	}
	printf("ok %lld rows, head %.*s\n", (long long)r.rows,
	    STR_ARG(r.head));
	return OK;
}

int
proofcommand_run(const struct conf *c, int words, char **word)
{
	struct arena *a;
	struct wish w;
	struct pg *db;
	enum err e;

	if (!read_words(words, word, &w))
		return COMMAND_USAGE;
	a = arena_new(DOSSIER_ARENA_BYTES_MAX);
	db = command_database(c, "piste-proof");
	e = w.is_verify ? verify(db, a, &w) : make(db, a, &w);
	if (e && e != ERR_DENIED)
		fprintf(stderr, NAME ": %s\n", pg_message(db)[0] ?
		    pg_message(db) : err_name(e));
	pg_free(db);
	arena_free(a);
	return e ? COMMAND_FAILED : COMMAND_OK;
}
