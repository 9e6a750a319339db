/* Knows `piste results KEY`: what is known of an experiment so far. */
#ifndef PISTE_RESULTSCOMMAND_H
#define PISTE_RESULTSCOMMAND_H

struct conf;

#define RESULTSCOMMAND_USAGE \
	"KEY [--json] [--as-of T] [--exact] [--segments] [--lang fr|en]"

/*
 * Words after the name as command.h has them.  A table in the language of
 * $LANG, or JSON; T is a day or a moment in UTC.
 */
int resultscommand_run(const struct conf *c, int words, char **word);

#endif
