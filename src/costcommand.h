/* Knows `piste cost …`: what campaigns cost, and may cost. */
#ifndef PISTE_COSTCOMMAND_H
#define PISTE_COSTCOMMAND_H

struct conf;

#define COSTCOMMAND_USAGE \
	"add CAMPAIGN|- KIND AMOUNT [--from DAY] [--to DAY]" \
	" [--currency CODE] [--supplier NAME] [--reference REF]" \
	" [--shared-by spend|leads|equally] [--by WHO] [--again] [--anyway] |" \
	" import FILE.csv [--campaign KEY] [--kind KIND] [--currency CODE]" \
	" [--supplier NAME] [--shared-by KEY] [--by WHO] [--preview]" \
	" [--anyway] |" \
	" correct ENTRY --why TEXT [--amount AMOUNT] [--by WHO] |" \
	" list [--campaign KEY] [--from DAY] [--to DAY] [--json] |" \
	" tree [--from DAY] [--to DAY] [--currency CODE]" \
	" [--of real|synthetic] [--json] |" \
	" budget CAMPAIGN AMOUNT --from DAY --to DAY [--currency CODE]" \
	" [--by WHO] [--anyway] |" \
	" budgets [--campaign KEY] [--from DAY] [--to DAY] [--json]"

/* Words after the name as command.h has them. */
int costcommand_run(const struct conf *c, int words, char **word);

#endif
