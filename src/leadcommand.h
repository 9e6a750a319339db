/* Knows `piste lead …`: where a lead stands, stood, and is moved. */
#ifndef PISTE_LEADCOMMAND_H
#define PISTE_LEADCOMMAND_H

struct conf;

#define LEADCOMMAND_USAGE \
	"list [--q TEXT] [--stage S] [--grade G] [--owner KEY] [--offer KEY]" \
	" [--page KEY] [--variant KEY] [--campaign KEY] [--country CC]" \
	" [--outcome O] [--from DAY] [--to DAY] [--json] |" \
	" show ID [--json] | history ID [--json] |" \
	" move ID STAGE [--reason R] [--note TEXT] [--by WHO] [--json]"

/* Words after the name as command.h has them. */
int leadcommand_run(const struct conf *c, int words, char **word);

#endif
