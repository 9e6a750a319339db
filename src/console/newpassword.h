/* Knows what is said beside the field of a new password. */
#ifndef PISTE_CONSOLE_NEWPASSWORD_H
#define PISTE_CONSOLE_NEWPASSWORD_H

#include "account/password.h"
#include "base/lang.h"

struct arena;

struct str newpassword_hint(struct arena *a, enum lang l);
/* Empty for PASSWORD_FINE. */
struct str newpassword_error(struct arena *a, enum password_fault fault,
    enum lang l);

#endif
