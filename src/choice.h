/*
 * Knows which variant a visit gets and whether it counts: preview, robots,
 * targeting, filters, earlier assignment, hash, in that order.
 */
#ifndef PISTE_CHOICE_H
#define PISTE_CHOICE_H

#include <stdbool.h>

#include "base/lang.h"
#include "base/str.h"
#include "track/traffic.h"

struct arena;
struct request;
struct site_experiment;
struct site_page;
struct site_variant;
struct token_key;

/* What is known of a visit before a variant is chosen. */
struct choice_visit {
	const struct site_page *page;
	enum lang lang;
	struct str source;	/* of the touch */
};

struct choice {
	const struct site_variant *variant;	/* to be shown */
	/* The experiment that chose it and the arm counted; NULL for none. */
	const struct site_experiment *experiment;
	const struct site_variant *arm;
	struct str counted_as;	/* the experiment's key, or a self-test's */
	enum traffic_class class;	/* TRAFFIC_HUMAN: it counts */
	bool is_synthetic;	/* a self-test's visitor */
	struct str visitor;	/* empty for whom we give no cookie */
	bool is_new;		/* the cookie must be set */
	struct str country;	/* only once it was asked for; else empty */
};

void choice_make(struct request *rq, const struct choice_visit *v,
    struct choice *out);

/*
 * The arm, by the page's variants, that unit's hash says in x as it is now;
 * -1: not included.  Filters and earlier assignments are not asked.
 */
int choice_hash(const struct site_experiment *x, struct str unit);

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
