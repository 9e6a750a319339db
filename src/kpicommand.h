/* Knows `piste kpi`: the figures of a time, by what they can be split by. */
#ifndef PISTE_KPICOMMAND_H
#define PISTE_KPICOMMAND_H

struct conf;

#define KPICOMMAND_USAGE \
	"[--by SPLIT] [--from DAY] [--to DAY] [--of real|synthetic]" \
	" [--currency CODE] [--compare] [--recount] [--json | --csv] |" \
	" --definitions [--json] | --rebuild"

/* Words after the name as command.h has them. */
int kpicommand_run(const struct conf *c, int words, char **word);

#endif
