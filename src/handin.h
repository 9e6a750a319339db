/* Knows how a judged submission is handed to the group that makes it last. */
#ifndef PISTE_HANDIN_H
#define PISTE_HANDIN_H

#include "base/str.h"
#include "lead/submit.h"

struct group_item;
struct request;
struct site_page;

/* What the roads in differ in; borrowed until the row is made. */
struct handin {
	const struct ticket *ticket;
	const struct site_page *page;
	const struct form *form;
	const struct form_result *result;
	struct str visitor;		/* as struct submit has it */
	enum submit_suspect suspect;
	const char *via;
	/*
	 * The origin whose key a program sent it with: its own address says
	 * nothing of the person.  Empty for everybody else.
	 */
	struct str origin;
};

/*
 * Hand it in: item, which lives as long as rq, gets its row and then what
 * became of it, and rq->resume is called on rq's loop.  Fails as group_put;
 * then nothing will be called.
 */
MUST_USE enum err handin_put(struct request *rq, const struct handin *h,
    struct group_item *item);
/*
 * The submission of that id is durable: told in a header that nginx writes to
 * its log and keeps from the client.
 */
void handin_receipt(struct request *rq, const struct uuid *id);
/* What became of an item that is durable: one on disk alone is new. */
enum submit_verdict handin_verdict(const struct group_item *item);

#endif
