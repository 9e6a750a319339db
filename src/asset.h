/* Knows the white papers: links to them, and who may fetch one. */
#ifndef PISTE_ASSET_H
#define PISTE_ASSET_H

#include "base/lang.h"
#include "base/str.h"
#include "http/route.h"

struct site_page;
struct uuid;

/*
 * A link, from now on for asset_max_age_ms, to the page's asset; empty when it
 * has none.  Of a submission, or NULL: then nobody counts who fetches it.
 */
struct str asset_link(struct request *rq, const struct site_page *pg,
    enum lang l, const struct uuid *submission);

enum turn asset_give(struct request *rq);	/* GET /a/:page */

#endif
