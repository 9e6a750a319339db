/* Knows how a report looks in a mail: its table, and its charts as PNG. */
#ifndef PISTE_REPORTMAIL_H
#define PISTE_REPORTMAIL_H

#include <stdbool.h>

struct arena;
struct letter;
struct mail;
struct template_set;

#define REPORTMAIL_CHART_PIXELS 1040	/* wide: twice as it is shown */

/*
 * Fill m's html and pictures by the template mail/report.  False: there is no
 * such template, l's figures are none, or it is too long.
 */
bool reportmail_html(struct arena *a, const struct template_set *set,
    const struct letter *l, struct mail *m);

#endif
