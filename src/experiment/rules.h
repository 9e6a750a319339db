/*
 * Knows which exposures, conversions and qualified leads count: rules R1 to
 * R8, over a log of events.  Pure.
 *
 * R1 An exposure counts only if its visitor is human, and it is neither
 *    prefetch nor preview.  A prefetched one counts at its visitor's next
 *    activation, however late, as if the page had been asked for then; one
 *    never activated is a prefetch_exposure.  Preview goes before prefetch.
 * R2 The first counted exposure gives the arm and t0.
 * R3 A visitor with counted exposures to several arms is excluded.
 * R4 A conversion is the visitor's first lead, not spam, with t0 <= t < t0 +
 *    window.  Later ones inside the window are duplicates.  Leads with equal
 *    names are not merged: a lead told twice is a duplicate, one told of two
 *    visitors converts both.
 * R5 Events with t > as_of count for nothing.  A visitor is mature when t0 +
 *    window <= as_of; mature_only excludes those that are not.
 * R6 A lead marked spam, on its conversion or by an event of its own and at
 *    any time, also after as_of, does not count; a later genuine lead does.
 * R7 A visitor is qualified when the lead that converted it has its first
 *    stage (MQL or SQL) before t0 + qualify_window; asked only of visitors
 *    with t0 + qualify_window <= as_of.
 * R8 A visitor flagged as a bot on any exposure, also a prefetch or preview
 *    and also after as_of, is excluded for all times.
 *
 * Each visitor has one reason for being excluded, the first of: bot, several
 * arms, immature.  What such a visitor converted counts nowhere.  Of the other
 * conversions each has one, the first of: spam, without exposure, before
 * exposure, after window, duplicate.  Exposures of a bot are no prefetch or
 * preview exposures.
 */
#ifndef PISTE_EXPERIMENT_RULES_H
#define PISTE_EXPERIMENT_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct arena;

#define RULES_ARMS_MAX 64
#define RULES_WINDOW_S 86400		/* for filling a form in */
#define RULES_QUALIFY_WINDOW_S 1209600	/* for becoming an MQL */
#define RULES_ARENA_BYTES(events) ((size_t)(events) * 32)

enum rules_kind {
	RULES_EXPOSURE,		/* visitor, arm, flags */
	RULES_ACTIVATION,	/* visitor */
	RULES_CONVERSION,	/* visitor, lead, is_spam */
	RULES_SPAM,		/* lead */
	RULES_STAGE,		/* lead became an MQL or an SQL */
};

struct rules_event {
	enum rules_kind kind;
	uint32_t arm;		/* < RULES_ARMS_MAX */
	bool is_bot;
	bool is_prefetch;
	bool is_preview;
	bool is_spam;
	double t;		/* seconds, from anywhere */
	double seq;		/* orders events of one t; then their place */
	struct str visitor;
	struct str lead;	/* empty: has no name */
};

struct rules_plan {
	double window_s;
	double qualify_window_s;
	double as_of;		/* INFINITY: whatever there is */
	bool mature_only;
};

struct rules_counts {
	int64_t visitors[RULES_ARMS_MAX];
	int64_t conversions[RULES_ARMS_MAX];
	int64_t qualify_mature_visitors[RULES_ARMS_MAX];
	int64_t qualified[RULES_ARMS_MAX];
	int64_t bot_visitors;
	int64_t prefetch_exposures;
	int64_t preview_exposures;
	int64_t multi_exposed_visitors;
	int64_t immature_visitors;	/* 0 unless mature_only */
	int64_t spam_conversions;
	int64_t conversions_without_exposure;
	int64_t conversions_before_exposure;
	int64_t conversions_after_window;
	int64_t duplicate_conversions;
};

/*
 * Count events, in whatever order they stand.  Takes RULES_ARENA_BYTES(count)
 * of a at most; time grows as count * log(count), whatever the names are.
 */
void rules_count(struct arena *a, const struct rules_plan *plan,
    const struct rules_event *event, size_t count, struct rules_counts *out);

#endif
