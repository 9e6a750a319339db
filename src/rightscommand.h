/* Knows `piste export-person …` and `piste erase …`: what people may ask. */
#ifndef PISTE_RIGHTSCOMMAND_H
#define PISTE_RIGHTSCOMMAND_H

struct conf;

#define RIGHTSCOMMAND_EXPORT_USAGE "PERSON [--out FILE]"
#define RIGHTSCOMMAND_ERASE_USAGE "PERSON [--reason TEXT] [--yes]"

/* Words after the name as command.h has them: the usages above. */
int rightscommand_export(const struct conf *c, int words, char **word);
int rightscommand_erase(const struct conf *c, int words, char **word);

#endif
