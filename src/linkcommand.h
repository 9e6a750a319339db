/* Knows the words of `piste link`. */
#ifndef PISTE_LINKCOMMAND_H
#define PISTE_LINKCOMMAND_H

struct conf;

#define LINKCOMMAND_USAGE "PAGE|ORIGIN [--person ID] [--part NAME=VALUE…]" \
	" [--days N]"
#define LINKCOMMAND_DAYS_MAX 365

/* A command as command.h has them. */
int linkcommand_run(const struct conf *c, int words, char **word);

#endif
