/*
 * Knows a scenario of nurturing: what brings people into it, its steps, and
 * what ends it; read from JSON, each mistake told with its path.  Pure.
 *
 *	{"key", "name": {"fr", "en"}, "state": "running" (or "paused",
 *	 "archived"), "purpose", "brand": {"fr", "en"},
 *	 "enter": {"when": "submission", "pages": […], "offers": […]}
 *	   or {"when": "stage", "stages": […], "offers": […]}
 *	   or {"when": "event", "event", "names": […], "offers": […]},
 *	 "again_days": 0 (never again), "stop": ["answered", "converted",
 *	 "submission"], "steps": [
 *	   {"key", "do": "wait", "days", "hours", "minutes"},
 *	   {"key", "do": "mail", "content": [{"offers", "stages", "subject",
 *	    "headline", "text", "buttons": [{"label", and one of "page",
 *	    "asset", "site", "url"}]}…]},	the first that fits is sent
 *	   {"key", "do": "condition", "if": {"offers", "stages", "grades",
 *	    "score", "event", "days"}, "then": KEY, "else": KEY},
 *	   {"key", "do": "notify", "to", "lang", "subject", "text"},
 *	   {"key", "do": "stage", "to", "reason"},
 *	   {"key", "do": "stop"}]}
 *
 * A condition leads to a later step, or, where it names none, to the next: so
 * nobody walks in a circle.
 */
#ifndef PISTE_LEAD_SCENARIO_H
#define PISTE_LEAD_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/lang.h"
#include "base/str.h"

struct arena;

#define SCENARIO_MAX 200		/* of one site */
#define SCENARIO_STEPS_MAX 100
#define SCENARIO_CONTENTS_MAX 40	/* of one mail */
#define SCENARIO_BUTTONS_MAX 4
#define SCENARIO_LIST_MAX 100		/* offers, pages, names… */
#define SCENARIO_NAME_BYTES_MAX 200
#define SCENARIO_LINE_BYTES_MAX 300	/* subject, headline, label */
#define SCENARIO_TEXT_BYTES_MAX 16384
#define SCENARIO_URL_BYTES_MAX 1000
#define SCENARIO_DAYS_MAX 730
#define SCENARIO_JSON_BYTES_MAX ((size_t)4 << 20)

enum scenario_do {
	SCENARIO_WAIT,
	SCENARIO_MAIL,
	SCENARIO_CONDITION,
	SCENARIO_NOTIFY,
	SCENARIO_STAGE,
	SCENARIO_STOP,
};

/* What ends it at whatever step; a withdrawal always does. */
enum scenario_end {
	SCENARIO_ANSWERED = 1,		/* a seller spoke with them */
	SCENARIO_CONVERTED = 2,		/* the lead became an MQL or more */
	SCENARIO_SUBMISSION = 4,	/* they sent another form */
};

/* Words of which one must fit; none: any does. */
struct scenario_list {
	struct str *word;
	size_t words;
};

struct scenario_button {
	struct text label;
	const char *kind;		/* as deliver/letterlink.h has them */
	struct str to;			/* a page's key, or an address */
};

struct scenario_content {
	struct scenario_list offers;
	struct scenario_list stages;
	struct text subject;
	struct text headline;
	struct text text;		/* an empty line between paragraphs */
	struct scenario_button button[SCENARIO_BUTTONS_MAX];
	size_t buttons;
};

/* All that is given must hold. */
struct scenario_condition {
	struct scenario_list offers;
	struct scenario_list stages;
	struct scenario_list grades;
	int64_t score;			/* at least; 0: any */
	struct str event;		/* was there, within_ms ago at most */
	int64_t within_ms;
};

struct scenario_step {
	struct str key;
	enum scenario_do what;
	int64_t wait_ms;
	struct scenario_content *content;	/* the last fits anybody */
	size_t contents;
	struct scenario_condition condition;
	size_t then;			/* a later step, or steps: the end */
	size_t otherwise;
	struct str to;			/* a stage, or an address */
	struct str reason;
	enum lang lang;			/* of a notice */
	struct str subject;
	struct str text;
};

struct scenario {
	struct str key;
	struct str state;
	struct str purpose;
	struct str channel;
	struct text name;
	struct text brand;
	unsigned ends;			/* of enum scenario_end */
	struct scenario_step *step;
	size_t steps;
};

/*
 * Judge the scenarios of a whole site (a JSON document): a line to complaints
 * for each mistake, "$.scenarios[0].steps[2].days: …".  ERR_INPUT then.
 */
MUST_USE enum err scenario_check(struct arena *a, struct str site,
    FILE *complaints);
/* One that was applied; ERR_INPUT when it can't be read. */
MUST_USE enum err scenario_read(struct arena *a, struct str json,
    struct scenario *out);

/* The step of that key; steps when there is none; 0 for an empty key. */
size_t scenario_find(const struct scenario *s, struct str key);
/* Is word in the list, or is that empty? */
bool scenario_fits(const struct scenario_list *list, struct str word);
/* A content's buttons as deliver/letterlink.h reads them. */
struct str scenario_buttons(struct arena *a,
    const struct scenario_content *c, enum lang l);

#endif
