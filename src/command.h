/*
 * Knows the commands that are neither the server nor the worker.  Each gets
 * the words after its name, and gives the exit status: 0; 1 failed, with a
 * reason on standard error; 2 wrong usage.
 */
#ifndef PISTE_COMMAND_H
#define PISTE_COMMAND_H

struct conf;

#define COMMAND_OK 0
#define COMMAND_FAILED 1
#define COMMAND_USAGE 2

int command_migrate(const struct conf *c, int words, char **word);
int command_apply(const struct conf *c, int words, char **word);
int command_export(const struct conf *c, int words, char **word);
int command_validate(const struct conf *c, int words, char **word);
int command_assign(const struct conf *c, int words, char **word);
int command_events(const struct conf *c, int words, char **word);
int command_stats(const struct conf *c, int words, char **word);
int command_preview(const struct conf *c, int words, char **word);

#endif
