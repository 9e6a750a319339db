/* Knows `piste experiment …`: what a person decides about an experiment. */
#ifndef PISTE_TRIALCOMMAND_H
#define PISTE_TRIALCOMMAND_H

struct conf;

#define TRIALCOMMAND_USAGE \
	"list [--json] | show KEY | plan KEY [--baseline P] [--mde M]" \
	" [--power P] [--json] | start KEY | pause KEY | stop KEY |" \
	" decide KEY ARM | undo KEY | archive KEY [--reason TEXT];" \
	" each [--lang fr|en]"

/* Words after the name as command.h has them: TRIALCOMMAND_USAGE. */
int trialcommand_run(const struct conf *c, int words, char **word);

#endif
