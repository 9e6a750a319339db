/* Knows the command `piste nurture`. */
#ifndef PISTE_NURTURECOMMAND_H
#define PISTE_NURTURECOMMAND_H

struct conf;

#define NURTURECOMMAND_USAGE \
    "[--json] | show SCENARIO [--json] | stop PERSON [--scenario SCENARIO]" \
    " | --dry-run SCENARIO --from DATE --days N [--lead LEAD]" \
    " [--lang fr|en] [--country CC] [--offer OFFER] [--stage STAGE]" \
    " [--json]"

/* As command.h has it. */
int nurturecommand_run(const struct conf *c, int words, char **word);

#endif
