/* Knows `piste conversions …`: files for the ad platforms. */
#ifndef PISTE_CONVERSIONCOMMAND_H
#define PISTE_CONVERSIONCOMMAND_H

struct conf;

#define CONVERSIONCOMMAND_USAGE \
	"google|microsoft --since DAY [--of lead|customer] [--name NAME]" \
	" [--value AMOUNT [--currency CODE]] [--test] |" \
	" google|microsoft --again NUMBER"

/* Words after the name as command.h has them. */
int conversioncommand_run(const struct conf *c, int words, char **word);

#endif
