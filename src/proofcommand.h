/* Knows `piste proof …`: what people agreed to, so that it can be shown. */
#ifndef PISTE_PROOFCOMMAND_H
#define PISTE_PROOFCOMMAND_H

struct conf;

#define PROOFCOMMAND_USAGE "SUBMISSION [--out FILE] | --verify [--holds HASH]"

/* Words after the name as command.h has them: PROOFCOMMAND_USAGE. */
int proofcommand_run(const struct conf *c, int words, char **word);

#endif
