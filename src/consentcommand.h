/* Knows `piste consent …`: how a person stands, and taking consent back. */
#ifndef PISTE_CONSENTCOMMAND_H
#define PISTE_CONSENTCOMMAND_H

struct conf;

#define CONSENTCOMMAND_USAGE \
	"show PERSON | withdraw PERSON [--purpose KEY] [--channel KEY]" \
	" [--recipient KEY] [--via TEXT]"

/* Words after the name as command.h has them: CONSENTCOMMAND_USAGE. */
int consentcommand_run(const struct conf *c, int words, char **word);

#endif
