/* Knows what the database's own keys are called, in every language. */
#ifndef PISTE_CONSOLE_TERM_H
#define PISTE_CONSOLE_TERM_H

#include "base/lang.h"
#include "base/str.h"

/*
 * Of a stage, a grade, a reason of quarantine, a channel, a road, a role, a
 * kind of event: words for it.  Anything else, such as a site's own key, is
 * given back as it is.
 */
struct str term_in(struct str key, enum lang l);
/* The same of a stage where there is little room: "MQL". */
struct str term_brief(struct str key, enum lang l);
/* Likewise why a seller could not get a lead. */
struct str term_hindrance(struct str key, enum lang l);

#endif
