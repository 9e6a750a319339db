/*
 * Decides what comes next for somebody in a scenario: a function of the
 * scenario, where they stand, what is known of them and a moment.  What sends
 * and what only tells what would be sent both ask here.  Pure.
 *
 * A mail waits for an hour that is nobody's night, in all zones of the
 * person's country (where none is common to all, in the first), and until
 * fewer than mails_max letters, of all scenarios together, went to them
 * within window_ms.
 */
#ifndef PISTE_LEAD_NURTURE_H
#define PISTE_LEAD_NURTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/lang.h"
#include "base/str.h"
#include "lead/scenario.h"
#include "lead/shift.h"

#define NURTURE_CONFIRM_MS INT64_C(2592000000)	/* 30 days to confirm in */
#define NURTURE_ASK_MS INT64_C(3600000)	/* a confirmation is looked for again */
#define NURTURE_GRID_MS INT64_C(900000)	/* quiet hours end on a quarter */

struct nurture_limits {
	int64_t mails_max;
	int64_t window_ms;
	struct shift_hours hours;	/* mails are sent in them */
};

enum nurture_consent {
	NURTURE_NEVER,		/* asked nothing, said nothing */
	NURTURE_PENDING,	/* to be confirmed */
	NURTURE_WITHDRAWN,
	NURTURE_LIVE,
};

struct nurture_event {
	struct str kind;	/* as piste.event has it */
	int64_t at_ms;
};

/* Moments are since they entered, 0: none. */
struct nurture_facts {
	enum lang lang;
	struct str offer;
	struct str stage;
	struct str grade;	/* empty: not judged */
	int64_t score;
	bool is_gone;		/* erased */
	bool is_closed;		/* the lead is disqualified, or lost */
	enum nurture_consent consent;
	int64_t answered_ms;
	int64_t converted_ms;
	int64_t submitted_ms;
	int64_t *mailed;	/* letters of any scenario, the latest last */
	size_t mails;
	struct nurture_event *event;
	size_t events;
	struct str country;
	const struct shift_zone *zone;	/* of their country; none: UTC */
	size_t zones;
};

struct nurture_state {
	int64_t entered_ms;
	size_t step;
	int64_t since_ms;	/* when they came to it */
};

enum nurture_what {
	NURTURE_WAIT,		/* nothing, before until_ms */
	NURTURE_MAIL,
	NURTURE_NOTIFY,
	NURTURE_STAGE,
	NURTURE_END,		/* for outcome */
};

struct nurture_action {
	enum nurture_what what;
	const struct scenario_step *step;
	const struct scenario_content *content;	/* of a mail */
	size_t zones;		/* of theirs, the first, where it is day then */
	int64_t until_ms;
	const char *outcome;	/* as piste.journey has it */
	struct nurture_state next;	/* once it is done */
};

void nurture_next(const struct scenario *s, const struct nurture_limits *l,
    const struct nurture_state *at, const struct nurture_facts *f,
    int64_t now_ms, struct nurture_action *out);

/* The first moment from from_ms on that is no quiet hour of theirs. */
int64_t nurture_open_ms(const struct nurture_limits *l,
    const struct shift_zone *zone, size_t zones, int64_t from_ms);

#endif
