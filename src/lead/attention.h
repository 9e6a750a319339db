/* Knows what waits for somebody to look at it, and how the last days went. */
#ifndef PISTE_LEAD_ATTENTION_H
#define PISTE_LEAD_ATTENTION_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct pg;

#define ATTENTION_MAX 100
#define ATTENTION_DAYS_MAX 92

enum attention_kind {
	ATTENTION_INVALID,	/* an experiment that can't be trusted */
	ATTENTION_LATE,		/* leads that wait longer than promised */
	ATTENTION_OVERFLOW,	/* leads that no seller can take */
	ATTENTION_QUARANTINE,
	ATTENTION_DECIDED,	/* an experiment with an answer */
	ATTENTION_UNDELIVERED,	/* mails and calls given up */
};
#define ATTENTION_KINDS 6
/* "invalid" and so on. */
const char *attention_word(enum attention_kind k);

struct attention {
	enum attention_kind kind;
	struct str subject;	/* an experiment's key, or empty */
	int64_t n;
};
/* The most urgent kinds first, in a; ATTENTION_MAX at most.  As pg_run. */
MUST_USE enum err attention_read(struct pg *db, struct arena *a,
    struct attention **out, size_t *count);

struct attention_day {
	struct str day;		/* 2026-12-31, in UTC */
	int64_t views;		/* pages shown to humans */
	int64_t leads;
};
/* The last days up to today, in a: exactly that many.  As pg_run. */
MUST_USE enum err attention_daily(struct pg *db, struct arena *a, size_t days,
    struct attention_day **out);

#endif
