/*
 * Knows whether an installation will work: settings, templates, database, geo
 * file, spool; a line for each, "ok" or what is wrong and where.
 */
#ifndef PISTE_INSPECT_H
#define PISTE_INSPECT_H

struct conf;

/* `piste check`: 0 when all is well, 1 otherwise, 2 for stray words. */
int inspect_run(const struct conf *c, int words, char **word);

#endif
