/* Knows the words of `piste quarantine`. */
#ifndef PISTE_QUARANTINECOMMAND_H
#define PISTE_QUARANTINECOMMAND_H

struct conf;

#define QUARANTINECOMMAND_USAGE "list [--reason R] [--since T] [--json]\n" \
    "       piste quarantine release ID... | --reason R [--since T]" \
    " | --all --yes"

/* As a row of the command table has it. */
int quarantinecommand_run(const struct conf *c, int words, char **word);

#endif
