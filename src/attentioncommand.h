/* Knows `piste attention`: what waits for somebody. */
#ifndef PISTE_ATTENTIONCOMMAND_H
#define PISTE_ATTENTIONCOMMAND_H

struct conf;

#define ATTENTIONCOMMAND_USAGE "[--days N]"

/* Words after the name as command.h has them. */
int attentioncommand_run(const struct conf *c, int words, char **word);

#endif
