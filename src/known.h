/*
 * Knows what makes a page one visitor's own: the link they came by, their
 * country, parameters of the address.
 */
#ifndef PISTE_KNOWN_H
#define PISTE_KNOWN_H

#include <stdint.h>

#include "base/str.h"

struct fill;
struct recipient_facts;
struct request;
struct site_page;
struct uuid;
struct visit;

/*
 * Who the link of rq's query was made for; NULL when it has none of ours for
 * this page, its time is over, or PostgreSQL is away.  Waits for the database.
 */
const struct recipient_facts *known_find(struct request *rq,
    const struct site_page *pg);
/* What v's page says to this visitor alone; NULL: nothing. */
const struct fill *known_fill(struct request *rq, const struct visit *v);

/*
 * Where who has sent that submission is thanked; the address tells a further
 * page, if there is one, that it was them.
 */
struct str known_thanks(struct request *rq, const struct visit *v,
    const struct uuid *submission);
/* The link from the thanks of v to its further page; empty when it has none. */
struct str known_further(struct request *rq, const struct visit *v);

#endif
