/* Knows `piste score …`: why a lead has its score, and the rules of it. */
#ifndef PISTE_SCORECOMMAND_H
#define PISTE_SCORECOMMAND_H

struct conf;

#define SCORECOMMAND_USAGE \
	"LEAD [--at DATE] [--json] | --rules [FILE.json] | --backtest" \
	" FILE.json [--since 90d] [--json] | --all"
#define SCORECOMMAND_SINCE_DAYS 90
#define SCORECOMMAND_SINCE_DAYS_MAX 3650

/* Words after the name as command.h has them: SCORECOMMAND_USAGE. */
int scorecommand_run(const struct conf *c, int words, char **word);

#endif
