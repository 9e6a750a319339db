/* Implements promisescommand.h: reads words, calls lead/promise. */
#include <stdio.h>
#include <string.h>

#include "base/conf.h"
#include "command.h"
#include "lead/promise.h"
#include "optionwords.h"
#include "store/pg.h"

#include "promisescommand.h"

#define SESSION "SET timezone = 'UTC'"
#define EVER "infinity"

int
promisescommand_run(const struct conf *c, int words, char **word)
{
	struct promise_span span = { STR_EMPTY, STR_EMPTY };
	const struct optionword options[] = {
		{ "--since", &span.since, PROMISE_MOMENT_BYTES_MAX, false },
		{ "--until", &span.until, PROMISE_MOMENT_BYTES_MAX, false },
	};
	bool is_broken = words && !strcmp(word[0], "--broken");
	bool is_json = false;
	struct pg *db;
	enum err e;

	if (!optionwords_read(words - is_broken, word + is_broken, options, 2,
	    &is_json))
		return COMMAND_USAGE;
	if (!span.since.n)
		span.since = STR("-" EVER);
	if (!span.until.n)
		span.until = STR(EVER);
	db = command_database(c, "piste-promises");
	pg_session(db, SESSION);
	e = is_broken ? promise_breaches(db, &span, is_json, stdout) :
	    promise_show(db, &span, is_json, stdout);
	return command_end("promises", db, e);
}
