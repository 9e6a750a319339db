/* Knows `piste qr …`: the code to print for a link. */
#ifndef PISTE_QRCOMMAND_H
#define PISTE_QRCOMMAND_H

struct conf;

#define QRCOMMAND_MODULE_PIXELS_MAX 40
#define QRCOMMAND_USAGE "CODE --svg | --png [--pixels N]"

/* Words after the name as command.h has them. */
int qrcommand_run(const struct conf *c, int words, char **word);

#endif
