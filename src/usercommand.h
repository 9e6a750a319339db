/* Knows `piste user …`: accounts of the console. */
#ifndef PISTE_USERCOMMAND_H
#define PISTE_USERCOMMAND_H

struct conf;

#define USERCOMMAND_USAGE \
	"add LOGIN --role ROLE [--name NAME] [--lang fr|en] | first LOGIN |" \
	" passwd LOGIN | reset LOGIN | role LOGIN ROLE | disable LOGIN |" \
	" enable LOGIN | second LOGIN off | list [--json]"

/* Words after the name as command.h has them. */
int usercommand_run(const struct conf *c, int words, char **word);

#endif
