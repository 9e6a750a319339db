/* Knows `piste funnel` and `piste recycle`: how far leads get, and again. */
#ifndef PISTE_FUNNELCOMMAND_H
#define PISTE_FUNNELCOMMAND_H

struct conf;

#define FUNNELCOMMAND_USAGE \
	"[--by SPLIT] [--from DAY] [--to DAY] [--of real|synthetic] [--json]"
#define FUNNELCOMMAND_RECYCLE_USAGE \
	"[--from DAY] [--to DAY] [--of real|synthetic] [--json]"

/* Words after the name as command.h has them. */
int funnelcommand_run(const struct conf *c, int words, char **word);
int funnelcommand_recycle(const struct conf *c, int words, char **word);

#endif
