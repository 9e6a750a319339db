/* Knows how a posted form is taken: judged, parked until durable, answered. */
#ifndef PISTE_CAPTURE_H
#define PISTE_CAPTURE_H

#include "base/str.h"
#include "http/route.h"

struct form_result;
struct ticket;
struct visit;

/* A form as it is about to be shown. */
struct capture_view {
	int status;
	const struct form_result *form;
	struct str token;
	const struct ticket *ticket;	/* the token's: may ask for work */
	bool is_counted;	/* as render.h says */
	struct str notice;	/* a sentence above it, or empty */
};

/* Answer rq with v's page and that form. */
void capture_answer(struct request *rq, const struct visit *v,
    const struct capture_view *view);

/* POST /p/:page: no files. */
enum turn capture_take(struct request *rq);
/* POST /p/:page/steps, for forms that keep drafts: asks the database. */
enum turn capture_take_steps(struct request *rq);
/* POST /p/:page/files, for forms that take some: waits for the disk. */
enum turn capture_take_files(struct request *rq);

#endif
