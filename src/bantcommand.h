/* Knows `piste bant …`: budget, authority, need, timing of a lead. */
#ifndef PISTE_BANTCOMMAND_H
#define PISTE_BANTCOMMAND_H

struct conf;

#define BANTCOMMAND_USAGE \
	"set LEAD TOPIC VALUE [--note TEXT] [--by WHO] | show LEAD [--json] |" \
	" accept LEAD --action TEXT --due DAY [--by WHO] | next LEAD" \
	" --action TEXT --due DAY [--by WHO] | refuse LEAD" \
	" --reason KEY [--note TEXT] [--by WHO] | late [--json]"

/* Words after the name as command.h has them. */
int bantcommand_run(const struct conf *c, int words, char **word);

#endif
