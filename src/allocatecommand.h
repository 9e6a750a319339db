/* Knows `piste allocate …`: whose a lead is and why, and what if. */
#ifndef PISTE_ALLOCATECOMMAND_H
#define PISTE_ALLOCATECOMMAND_H

struct conf;

#define ALLOCATECOMMAND_USAGE \
	"--explain LEAD [--json] | --replay 30d --rules FILE [--json] |" \
	" --to SELLER --lead LEAD --reason TEXT | --overflow [--json]"

/* Words after the name as command.h has them. */
int allocatecommand_run(const struct conf *c, int words, char **word);

#endif
