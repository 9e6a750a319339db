/*
 * Knows what became of clicks on ads, as the platforms that sold them take
 * it back: files of offline conversions, each conversion in one of them.
 *
 * Google ("Import conversions from ad clicks into Google Ads using files",
 * support.google.com/google-ads/answer/7014069): a line of parameters, a line
 * of names that begins with the click id's, then a line for each; times such
 * as 2026-12-31 18:05:00+0100, not before the click, at most 90 days after
 * it; a value not below 0 and its currency, or neither.  gclid, gbraid and
 * wbraid have a column each, and a line fills one of them (ClickConversion of
 * developers.google.com/google-ads/api: exactly one identifies the click).
 *
 * Microsoft Advertising ("Offline conversion",
 * learn.microsoft.com/advertising/bulk-service/offline-conversion, and the
 * template of its import, aka.ms/dk8o1y): the same lines under names of its
 * own, but times have no offset: the parameters tell it as +HHMM, for all of
 * them.  So they are in UTC, which no summer changes.
 */
#ifndef PISTE_TRACK_CONVERSION_H
#define PISTE_TRACK_CONVERSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct pg;

#define CONVERSION_NAME_CHARS_MAX 100
#define CONVERSION_BYTES_MAX (32 << 20)	/* a file: some 200,000 of them */

enum conversion_platform { CONVERSION_GOOGLE, CONVERSION_MICROSOFT };

struct conversion_wish {
	enum conversion_platform platform;
	struct str goal;	/* "lead" or "customer" */
	struct str name;	/* as the platform knows it */
	struct str since;	/* "2026-12-31", in zone */
	struct str purpose;	/* what people must have agreed to */
	struct str zone;	/* IANA */
	struct str value;	/* of a lead, "12.50"; or empty */
	struct str currency;	/* of value */
	bool is_test;		/* tell, and keep nothing of it */
};

struct conversion_file {
	int64_t number;		/* 0: a test's */
	int64_t count;		/* of conversions in it */
	struct str csv;
};

/* "google" or "microsoft"; ERR_INPUT for any other name. */
MUST_USE enum err conversion_platform(struct str name,
    enum conversion_platform *out);

/*
 * The file of all conversions since then that are in none yet, in a; they are
 * in this one from now on, once the call has returned OK.  ERR_LIMIT: it
 * would be longer than CONVERSION_BYTES_MAX, and nothing is kept; otherwise
 * as pg_run.
 */
MUST_USE enum err conversion_write(struct pg *db, struct arena *a,
    const struct conversion_wish *w, struct conversion_file *out);
/*
 * A file again, by its number: without those who do not agree any more.
 * ERR_ABSENT when there is none of that number for the platform.
 */
MUST_USE enum err conversion_again(struct pg *db, struct arena *a,
    const struct conversion_wish *w, int64_t number,
    struct conversion_file *out);

#endif
