/*
 * Knows the page of a report: whoever has its signed link reads it, until the
 * link's time is over.  It shows what was kept, changes nothing, and is not
 * for search engines.
 */
#ifndef PISTE_REPORTPAGE_H
#define PISTE_REPORTPAGE_H

#include "http/route.h"

struct arena;
struct bulletin;
struct template_set;

enum turn reportpage_show(struct request *rq);	/* GET /r/:token */
enum turn reportpage_csv(struct request *rq);	/* GET /r/:token/csv */

/* What a page is made of. */
struct reportpage {
	const struct bulletin *bulletin;
	enum lang lang;
	struct str static_url;
	struct str brand;
	struct str path;	/* its own, which the CSV's begins with */
	struct str until;	/* a day, for people */
};
/* By the template landing/report; empty without it. */
struct str reportpage_html(struct arena *a, const struct template_set *set,
    const struct reportpage *p);

#endif
