/*
 * Knows what the buttons of a letter open: piste.letter has what a link is
 * to, and the link itself is made, and signed, when the letter is sent.
 */
#ifndef PISTE_DELIVER_LETTERLINK_H
#define PISTE_DELIVER_LETTERLINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/lang.h"
#include "base/str.h"
#include "base/token.h"

struct arena;
struct letter;

#define LETTERLINK_URL_BYTES_MAX 2000
#define LETTERLINK_PAGE_MS INT64_C(15552000000)	/* 180 days: good until then */

/* Whose letter it is, and what of; 0: nobody, nothing. */
struct letterlink {
	const struct token_key *key;
	struct str url;			/* of our site */
	enum lang lang;
	int64_t now_ms;
	int64_t asset_age_ms;		/* an asset's link is good for that */
	int64_t report_age_ms;		/* and a report's for that */
	int64_t person;
	int64_t seller;
	int64_t lead;
	bool has_submission;		/* the person's last one */
	struct uuid submission;
};

/*
 * Read json, [{"label", "link": {"kind", …}}], into out's buttons:
 *
 *	{"kind": "url", "url"}		that address
 *	{"kind": "site", "url"}		the same, of one that is observed
 *	{"kind": "page", "page"}	/p/PAGE, for that person
 *	{"kind": "asset", "page"}	the page's document
 *	{"kind": "seller", "allocation", "at"}
 *					where its seller answers, at that
 *					part of the page ("": none)
 *	{"kind": "report", "report"}	a report's page
 *	{"kind": "reset", "name"}	where a password is set, once
 *
 * ERR_INPUT when it is something else, or there is nobody whom a link needs.
 */
MUST_USE enum err letterlink_read(struct arena *a, const struct letterlink *l,
    struct str json, struct letter *out);

#endif
