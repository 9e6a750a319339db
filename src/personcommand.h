/* Knows `piste person …` and `piste dedupe`: who is one person, and who not. */
#ifndef PISTE_PERSONCOMMAND_H
#define PISTE_PERSONCOMMAND_H

struct conf;

#define PERSONCOMMAND_USAGE \
	"show ID | find NAME | merge FROM INTO [--preview]" \
	" [--reason TEXT] | unmerge MERGE"
#define PERSONCOMMAND_DEDUPE_USAGE "--report [--json] [--limit N]"

/* Words after the names as command.h has them. */
int personcommand_run(const struct conf *c, int words, char **word);
int personcommand_dedupe(const struct conf *c, int words, char **word);

#endif
