/*
 * Knows `piste audit`: the site's own pages as a visitor's browser gets them,
 * and what is kept, judged by the rules for audience measurement and
 * prospects' data (CNIL: guidelines 2020-091 and recommendation 2020-092 of
 * 17 September 2020, page on exempt trackers of 4 July 2025, reference
 * framework 2021-131 on management of commercial activities).
 */
#ifndef PISTE_AUDITCOMMAND_H
#define PISTE_AUDITCOMMAND_H

struct conf;

#define AUDITCOMMAND_USAGE "[--json FILE]"

/* 13 months and 25, as the guidelines say, in days of 31 each at most. */
#define AUDITCOMMAND_COOKIE_S_MAX (395 * 86400)
#define AUDITCOMMAND_VISITOR_MONTHS_MAX 25
#define AUDITCOMMAND_PROSPECT_MONTHS_MAX 36

/*
 * Words after the name as command.h has them: AUDITCOMMAND_USAGE.  The report
 * is printed, and kept as JSON in the state directory under the day's name.
 * COMMAND_FAILED when a line of it fails.
 */
int auditcommand_run(const struct conf *c, int words, char **word);

#endif
