/* Knows `piste promises …`: how long leads wait, and what they were told. */
#ifndef PISTE_PROMISESCOMMAND_H
#define PISTE_PROMISESCOMMAND_H

struct conf;

#define PROMISESCOMMAND_USAGE \
	"[--broken] [--since T] [--until T] [--json]"

/* Words after the name as command.h has them. */
int promisescommand_run(const struct conf *c, int words, char **word);

#endif
