/* Knows the words of `piste reconcile`. */
#ifndef PISTE_RECONCILECOMMAND_H
#define PISTE_RECONCILECOMMAND_H

struct conf;

#define RECONCILECOMMAND_USAGE "[--day DAY | --day yesterday] [--json]" \
    " [LOG...]"

/* As a row of the command table has it. */
int reconcilecommand_run(const struct conf *c, int words, char **word);

#endif
