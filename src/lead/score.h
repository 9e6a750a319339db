/*
 * Knows how a lead is scored: rules of two parts, fit and engagement, over
 * what happened until a moment, with half-lives and caps; the contributions,
 * the grade, and whether it is worth an MQL.  Pure: the same happenings, in
 * whatever order, rules and moment give the same.
 */
#ifndef PISTE_LEAD_SCORE_H
#define PISTE_LEAD_SCORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct arena;

#define SCORE_MAX 100
#define SCORE_RULES_MAX 100
#define SCORE_GROUPS_MAX 20
#define SCORE_OWN_FACTS_MAX 16		/* form fields that rules ask */
#define SCORE_OWN_ROOM (2 * SCORE_OWN_FACTS_MAX) /* of two sets together */
#define SCORE_SHARES_MAX (SCORE_RULES_MAX + SCORE_GROUPS_MAX)
/* Points are counted in thousandths, so that sums are exact in any order. */
#define SCORE_POINT 1000
/* An event counts for so long: less than a hundredth of it is left then. */
#define SCORE_HALF_LIVES_MAX 7
/* A day in milliseconds. */
#define SCORE_DAY_MS INT64_C(86400000)

/* What may be known; then come the fields that the rules name. */
enum score_fact {
	SCORE_EMAIL,		/* from its @ on */
	SCORE_PHONE,		/* this and the next four: "given" */
	SCORE_FIRST_NAME,
	SCORE_LAST_NAME,
	SCORE_COMPANY,
	SCORE_POSTCODE,
	SCORE_COUNTRY,		/* the form's */
	SCORE_GEO_COUNTRY,	/* the address's */
	SCORE_ROLE,		/* "yes": info@, contact@… */
	SCORE_MAIL,		/* as exchanger_name has it */
	SCORE_SAID,		/* those above are said, those below follow */
	SCORE_NAME = SCORE_SAID, /* "given": first and last */
	SCORE_DOMAIN,		/* "company", "free", "disposable" */
	SCORE_PLACE,		/* "match", "differs", "unknown": countries */
	SCORE_FACTS,
};
#define SCORE_FACTS_MAX (SCORE_FACTS + SCORE_OWN_ROOM)
/* "email", "geo_country"…; NULL from SCORE_FACTS on. */
const char *score_fact_name(size_t fact);

enum score_part { SCORE_FIT, SCORE_ENGAGEMENT };

struct score_group {
	struct str key;
	enum score_part part;
	int32_t cap;		/* points it gives at most */
	int32_t floor;		/* and at least, 0 or below */
	int within;		/* group it counts in, -1 for none: no cycle */
};

struct score_band {		/* from <= number < below */
	int64_t from;
	int64_t below;
	int32_t points;
};

enum score_test {
	SCORE_GIVEN,		/* is anything known? */
	SCORE_IN,		/* one of word, ASCII case ignored */
	SCORE_WORDS,		/* has one of word, as score_words has it */
	SCORE_BANDS,		/* a number in a band */
	SCORE_EVENT,		/* for each, fading */
};

struct score_rule {
	struct str key;
	size_t group;
	enum score_test test;
	size_t fact;		/* but for SCORE_EVENT */
	const struct str *word;
	size_t words;
	const struct score_band *band;	/* ascending, without overlap */
	size_t bands;
	struct str kind;	/* an event's */
	struct str name;	/* an event's; empty: any */
	int32_t points;
	double half_life_ms;	/* of an event */
};

struct score_rules {
	int32_t version;	/* 0: built in */
	/* All reached; of fit and engagement INT32_MIN: not asked. */
	struct { int32_t score, fit, engagement; } mql;
	int32_t hot;
	int32_t warm;
	int64_t recent_ms;	/* hot for so long after anything happened */
	int64_t timing_ms;	/* or if they mean to buy so near, or meant */
	struct score_group group[SCORE_GROUPS_MAX];
	size_t groups;
	struct score_rule rule[SCORE_RULES_MAX];
	size_t rules;
	struct str own[SCORE_OWN_ROOM];	/* fact SCORE_FACTS + i */
	size_t owns;
};

/*
 * Something that happened.  kind is an event's; "submission" of this lead,
 * "other_submission" of the same person's others.
 */
struct score_happening {
	int64_t at_ms;
	struct str kind;
	struct str name;
	/* SCORE_FACTS and the own: what a submission said; else NULL. */
	const struct str *said;
};

struct score_input {
	const struct score_happening *happening;
	size_t count;
	int64_t timing_ms;	/* BANT: when they mean to buy; 0: unknown */
};

/* A rule's contribution, or what a cap takes away and a floor gives back. */
struct score_share {
	struct str rule;	/* empty for a cap or a floor */
	struct str group;
	int64_t thousandths;
	struct str reason;	/* a fact, such as the domain; may borrow */
	double decay;		/* what is left of an event's points; 1 */
	bool is_event;
};

enum score_grade { SCORE_COLD, SCORE_WARM, SCORE_HOT };
/* "cold", "warm", "hot". */
const char *score_grade_name(enum score_grade g);

struct score {
	int32_t points;		/* 0..SCORE_MAX: the sum, rounded, clamped */
	int64_t fit;		/* thousandths */
	int64_t engagement;
	enum score_grade grade;
	bool is_mql;		/* at or above all thresholds */
	struct score_share share[SCORE_SHARES_MAX];
	size_t shares;		/* what they give in all is fit + engagement */
};

/* Score by what happened until at_ms; reasons live in a. */
void score_lead(struct arena *a, const struct score_rules *r,
    const struct score_input *in, int64_t at_ms, struct score *out);

/* Events before that moment count for nothing at at_ms or later. */
int64_t score_since(const struct score_rules *r, int64_t at_ms);

/* Words folded, without accents, between blanks: " chef de projet ". */
struct str score_words(struct arena *a, struct str s);

/*
 * The contributions as JSON, [{"rule", "group", "points", "reason", "decay"}]:
 * a cap's rule is null, only events have a decay.  In a.
 */
struct str score_json(struct arena *a, const struct score *s);
/* A number of thousandths as JSON: 20, -4.5, 0.125; in a. */
struct str score_points(struct arena *a, int64_t thousandths);

#endif
