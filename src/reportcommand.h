/* Knows the commands about reports and alarms. */
#ifndef PISTE_REPORTCOMMAND_H
#define PISTE_REPORTCOMMAND_H

struct conf;

#define REPORTCOMMAND_USAGE "week|month [--day DAY] [--csv | --json | --link]"
int reportcommand_run(const struct conf *c, int words, char **word);

#define REPORTCOMMAND_ALARMS_USAGE "[--all] [--json]"
int reportcommand_alarms(const struct conf *c, int words, char **word);

#endif
