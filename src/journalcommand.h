/* Knows `piste journal`: who changed what at the console. */
#ifndef PISTE_JOURNALCOMMAND_H
#define PISTE_JOURNALCOMMAND_H

struct conf;

#define JOURNALCOMMAND_USAGE \
	"[--from T] [--to T] [--who LOGIN] [--of SUBJECT] [--csv | --json]"

/* Words after the name as command.h has them. */
int journalcommand_run(const struct conf *c, int words, char **word);

#endif
