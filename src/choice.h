/*
 * Knows which variant a visit gets and whether it counts: preview, robots,
 * targeting, filters, earlier assignment, hash, in that order.
 */
#ifndef PISTE_CHOICE_H
#define PISTE_CHOICE_H

#include <stdbool.h>

#include "base/lang.h"
#include "base/str.h"
#include "geo/geo.h"
#include "page/site.h"
#include "track/traffic.h"

struct arena;
struct request;
struct token_key;

/* What is known of a visit before a variant is chosen. */
struct choice_visit {
	const struct site_page *page;
	enum lang lang;
	struct str source;	/* of the touch */
	bool is_embedded;	/* in a frame of another site's */
};

struct choice {
	const struct site_variant *variant;	/* to be shown */
	/* The experiment that chose it and the arm counted; NULL for none. */
	const struct site_experiment *experiment;
	const struct site_variant *arm;
	uint32_t epoch;		/* the experiment's, or its part's */
	struct str counted_as;	/* the experiment's key, or a self-test's */
	enum traffic_class class;	/* TRAFFIC_HUMAN: it counts */
	bool is_synthetic;	/* a self-test's visitor */
	/* Empty for whom we give no cookie; a robot's is the one it sent. */
	struct str visitor;
	bool is_new;		/* the cookie must be set */
	struct place place;	/* choice_place's; not known until then */
	bool is_placed;
};

/*
 * The country and region of the visitor's address; looked up once, for it
 * takes a while.
 */
const struct place *choice_place(struct request *rq, struct choice *c);

void choice_make(struct request *rq, const struct choice_visit *v,
    struct choice *out);

/*
 * What each running experiment of the page would make of a visitor who has our
 * cookie, in experiment and arm; how many would count them.  Targeting is not
 * asked: it is of the visit, which may be a robot's.
 */
size_t choice_each(struct request *rq, const struct site_page *pg,
    struct str visitor, struct choice out[SITE_RUNNING_MAX]);

/* Is it the experiment's time? */
bool choice_is_on(const struct site_experiment *x, int64_t now_ms);
/* Count a first visit: more of them from its address than people make? */
bool choice_is_crowd(struct request *rq);

/* Has this browser refused to be measured?  See objection.h. */
bool choice_is_refused(const struct request *rq);

/* The epoch in which c's visitor would be counted, coming from that source. */
uint32_t choice_epoch(struct request *rq, const struct choice *c,
    struct str source);

/* "?variant=K&preview=…": a variant to look at, for VISITOR_PREVIEW_MS. */
struct str choice_preview(struct arena *a, const struct token_key *k,
    struct str page, struct str variant);

/*
 * "?selftest=…": visits of page to that experiment are counted under the key
 * book instead, others not at all; what is sent from them goes no further.
 */
struct str choice_selftest(struct arena *a, const struct token_key *k,
    struct str page, struct str experiment, struct str book);

#endif
