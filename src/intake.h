/* Knows how the files of a form get to the disk before it is handed in. */
#ifndef PISTE_INTAKE_H
#define PISTE_INTAKE_H

#include "base/err.h"

struct body;
struct form;
struct form_post;
struct form_result;
struct request;
struct ticket;

/* The files of body as form_check_post wants them, in rq's arena. */
void intake_files(struct request *rq, const struct body *body,
    struct form_post *out);

/*
 * Keep every good file of r and write its name into r->fields: waits for the
 * disk.  The name follows from the form's ticket, field and content, under
 * our key: nobody can guess it, and a form sent twice names the same file.
 * ERR_AWAY: the form can't be handed in; what was kept is an orphan.
 */
MUST_USE enum err intake_keep(struct request *rq, const struct ticket *t,
    const struct form *f, struct form_result *r);

#endif
