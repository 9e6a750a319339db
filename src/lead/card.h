/*
 * Knows a person as colleagues look somebody up: who it is, their leads, what
 * happened.
 */
#ifndef PISTE_LEAD_CARD_H
#define PISTE_LEAD_CARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct pg;

#define CARD_TYPED_BYTES_MAX 400	/* of what is searched for */
#define CARD_FOUND_MAX 50
#define CARD_STORY_MAX 100

/* Texts are empty where nothing is known. */
struct card {
	struct str id;
	struct str email;	/* as typed, or m…@example.org if masked */
	struct str phone;
	struct str first_name;
	struct str last_name;
	struct str company;
	struct str since;	/* 2026-12-31, of the first submission */
	struct str merged_into;	/* the id of whose card to read, or empty */
};

/*
 * Who has exactly that e-mail address, surname, or first name and surname, in
 * any case: the latest CARD_FOUND_MAX, in a.  Masked, nothing is read that a
 * reader may not see, and nobody found by an address.  As pg_run.
 */
MUST_USE enum err card_search(struct pg *db, struct arena *a,
    struct str typed, bool is_masked, struct card **out, size_t *count);
/* ERR_ABSENT: there is nobody of that id, or no longer. */
MUST_USE enum err card_read(struct pg *db, struct arena *a, struct str id,
    bool is_masked, struct card *out);

struct card_lead {
	struct str id;
	struct str offer;
	struct str stage;
	struct str grade;	/* hot, warm, cold, or empty */
	struct str score;	/* or empty */
	struct str since;
};
/* The latest first, in a.  As pg_run. */
MUST_USE enum err card_leads(struct pg *db, struct arena *a, struct str id,
    struct card_lead **out, size_t *count);

/*
 * What happened: "submission" (subject: page, detail: road), "given",
 * "confirmed", "withdrawn" (of what, by which road), "stage" (which, by whom),
 * "merged" (who).  No address, nobody's own words.
 */
struct card_event {
	struct str at;		/* 2026-12-31 08:30, in UTC */
	struct str what;
	struct str subject;
	struct str detail;
};
/* The last CARD_STORY_MAX, the latest first, in a.  As pg_run. */
MUST_USE enum err card_story(struct pg *db, struct arena *a, struct str id,
    struct card_event **out, size_t *count);

#endif
