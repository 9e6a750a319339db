/*
 * Knows what scores are made from in the database: which rules are in force,
 * and what a lead is scored from as of a moment.
 */
#ifndef PISTE_LEAD_RESCORE_H
#define PISTE_LEAD_RESCORE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/str.h"
#include "lead/score.h"

struct arena;
struct pg;
struct pg_rows;

#define RESCORE_CHUNK 5000		/* persons of a step, at most */
/* What one lead takes: piste.score_read says how much may have happened. */
#define RESCORE_LEAD_BYTES_MAX ((size_t)256 << 20)
/* What there is besides: rules, what is to be written. */
#define RESCORE_ARENA_BYTES_MAX ((size_t)1 << 30)
#define RESCORE_WAIT_MS 60000
/* So far the clocks of our machines may differ: as score_queued has it. */
#define RESCORE_SKEW_MS 10000

/* The columns a lead is read by; rescore_row knows them. */
#define RESCORE_COLUMNS "r.lead, r.score, r.grade, r.stage, r.is_above," \
	" r.timing, r.happened"

/*
 * The rules in force at a moment: the last applied until then, or those built
 * in; in a.  ERR_INPUT: they are none any more, logged; else as pg_run.
 */
MUST_USE enum err rescore_rules(struct pg *db, struct arena *a, int64_t at_ms,
    const struct score_rules **out);
/*
 * Put a set in force, checked as scorerule_read does.  ERR_INPUT: complaints
 * was told, or pg_run's.  OK: it was told what the site as it is now does not
 * have, which may have been or may be to come.
 */
MUST_USE enum err rescore_apply(struct pg *db, struct arena *a,
    struct str json, struct str who, FILE *complaints, int32_t *version);

/* The set in force as it was applied, or as it is built in; in a. */
MUST_USE enum err rescore_text(struct pg *db, struct arena *a,
    struct str *out);

/*
 * A day or a moment as PostgreSQL reads one, in UTC unless it says otherwise.
 * ERR_INPUT: it is none, or none from 1970 to 9999; else as pg_run.
 */
#define RESCORE_MOMENT_MAX INT64_C(253402300799999)
MUST_USE enum err rescore_moment(struct pg *db, struct str text,
    int64_t *ms);

/* PostgreSQL's clock, by which it is told which score knew more.  As pg_run. */
MUST_USE enum err rescore_now(struct pg *db, int64_t *ms);

/* The form fields that rules ask, as PostgreSQL has an array; in a. */
struct str rescore_fields(struct arena *a, const struct score_rules *r);

/* A lead as it stands, and what it is scored from. */
struct rescore_lead {
	int64_t id;
	struct str score;	/* empty: not yet; this and the next in a */
	struct str grade;
	struct str stage;
	bool is_above;		/* an MQL of its stands */
	struct score_input in;
};
/*
 * A row of RESCORE_COLUMNS, read by r's rules, copied into a.  What comes
 * from a clock ahead of ours happened at at_ms.  ERR_INPUT when it is none,
 * logged.
 */
MUST_USE enum err rescore_row(struct arena *a, const struct score_rules *r,
    const struct pg_rows *rows, size_t row, int64_t at_ms,
    struct rescore_lead *out);

/*
 * One lead as known at a moment; the one that took its place.  ERR_ABSENT:
 * none, not yet then, or erased.
 */
MUST_USE enum err rescore_one(struct pg *db, struct arena *a,
    const struct score_rules *r, int64_t lead, int64_t at_ms,
    struct rescore_lead *out);

/* The same for who is at a desk and sees that lead. */
struct rescore_view {
	struct str session;	/* its hash */
	struct str lead;
	int64_t at_ms;
};
MUST_USE enum err rescore_desk(struct pg *db, struct arena *a,
    const struct score_rules *r, const struct rescore_view *view,
    struct rescore_lead *out);

/* Given each lead, which dies with a. */
typedef void rescore_each(void *context, struct arena *a,
    const struct rescore_lead *l);
struct rescore_ask {
	const struct score_rules *rules;
	int64_t since_ms;	/* events before it are not wanted */
	int64_t at_ms;
	int64_t until_ms;	/* known then; at at_ms, if later */
	int64_t last;		/* person to be read; 0: whoever is */
	bool is_closed_too;
	rescore_each *each;
	void *context;
};
/* Give the leads that are rows of RESCORE_COLUMNS.  As rescore_row. */
MUST_USE enum err rescore_give(const struct rescore_ask *ask,
    const struct pg_rows *rows);
/*
 * Give the leads of up to RESCORE_CHUNK persons after that id, by the leads'
 * ids; *upto is the last person's, after itself behind the last.  As pg_run;
 * some leads may have been given before it failed.
 */
MUST_USE enum err rescore_read(struct pg *db, const struct rescore_ask *ask,
    int64_t after, int64_t *upto);

/* As piste.score_take has a row; appended to b. */
struct buf;
void rescore_add(struct buf *b, struct arena *a, int64_t lead,
    const struct score *s);

#endif
