/* Knows `piste seller …`: who gets leads, by which rules, and who is away. */
#ifndef PISTE_SELLERCOMMAND_H
#define PISTE_SELLERCOMMAND_H

struct conf;

#define SELLERCOMMAND_USAGE \
	"apply FILE.json | list [--json] | absent KEY --from T --to T |" \
	" present KEY | language KEY fr|en | accept LEAD |" \
	" refuse LEAD --reason TEXT | contact LEAD [--note TEXT] |" \
	" note LEAD --note TEXT | notes LEAD [--json] | day KEY [--json]"

/* Words after the name as command.h has them. */
int sellercommand_run(const struct conf *c, int words, char **word);

#endif
