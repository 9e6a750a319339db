/* Knows `piste deal …`: what a lead may bring, brought, or did not. */
#ifndef PISTE_DEALCOMMAND_H
#define PISTE_DEALCOMMAND_H

struct conf;

#define DEALCOMMAND_USAGE \
	"open LEAD AMOUNT [--expected DAY] [--margin AMOUNT]" \
	" [--currency CODE] [--why TEXT] [--by WHO] |" \
	" win LEAD AMOUNT --order REF [--date DAY] [--margin AMOUNT]" \
	" [--currency CODE] [--why TEXT] [--by WHO] |" \
	" lost LEAD --reason KEY [--note TEXT] [--by WHO] |" \
	" cancel LEAD --reason KEY [--note TEXT] [--by WHO] |" \
	" show LEAD [--json]"

/* Words after the name as command.h has them. */
int dealcommand_run(const struct conf *c, int words, char **word);

#endif
