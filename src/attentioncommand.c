/* Implements attentioncommand.h: what the console's home shows. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "command.h"
#include "lead/attention.h"
#include "store/pg.h"
#include "store/spool.h"

#include "attentioncommand.h"

#define ARENA_BYTES ((size_t)1 << 20)

/* The kind, how many, and of what, between tabs. */
static enum err
tell_matters(const struct conf *c, struct pg *db, struct arena *a)
{
	struct spool_depth spool = { 0 };
	struct attention *matter;
	size_t matters;
	enum err e = attention_read(db, a, &matter, &matters);

	for (size_t i = 0; !e && i < matters; i++)
		printf("%s\t%" PRId64 "\t%.*s\n",
		    attention_word(matter[i].kind), matter[i].n,
		    STR_ARG(matter[i].subject));
	if (!e && !spool_depth(c->spool, &spool) && spool.records)
		printf("spool\t%" PRId64 "\t\n", (int64_t)spool.records);
	return e;
}

static enum err
tell_days(struct pg *db, struct arena *a, uint32_t days)
{
	struct attention_day *day;
	enum err e = attention_daily(db, a, days, &day);

	for (size_t i = 0; !e && i < days; i++)
		printf("%.*s\t%" PRId64 " views\t%" PRId64 " leads\n",
		    STR_ARG(day[i].day), day[i].views, day[i].leads);
	return e;
}

int
attentioncommand_run(const struct conf *c, int words, char **word)
{
	uint32_t days = 0;
	struct arena *a;
	struct pg *db;
	int status;
	enum err e;

	if (words && (words != 2 || strcmp(word[0], "--days") ||
	    !str_u32(str_of(word[1]), 1, ATTENTION_DAYS_MAX, &days)))
		return COMMAND_USAGE;
	a = arena_new(ARENA_BYTES);
	db = command_database(c, "piste-attention");
	e = tell_matters(c, db, a);
	if (!e && days)
		e = tell_days(db, a, days);
	status = command_end("attention", db, e);
	arena_free(a);
	return status;
}
