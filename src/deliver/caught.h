/* Knows the directory where mails end up while no mail server is set. */
#ifndef PISTE_DELIVER_CAUGHT_H
#define PISTE_DELIVER_CAUGHT_H

#include "base/str.h"

/*
 * Write message as dir/new/NAME.eml, whole or not at all, on the disk when
 * this returns OK; the same name again replaces it.  The directories are made
 * when they are missing.  ERR_AWAY; logged.
 */
MUST_USE enum err caught_write(struct str dir, struct str name,
    struct str message);
/* Remove that message; ERR_ABSENT when there is none, ERR_AWAY; logged. */
MUST_USE enum err caught_remove(struct str dir, struct str name);

#endif
