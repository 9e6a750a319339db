/* Knows what a report says, in each language: words, lines, charts.  Pure. */
#ifndef PISTE_REPORT_BULLETINWORD_H
#define PISTE_REPORT_BULLETINWORD_H

#include <stdbool.h>

#include "base/lang.h"
#include "base/str.h"
#include "track/kpi.h"

struct arena;
struct bulletin;
struct bulletin_row;

#define BULLETINWORD_TEXT_BYTES_MAX (16 << 10)

/* "Week from 16 November 2026 to 22 November 2026" */
struct str bulletinword_title(struct arena *a, const struct bulletin *b,
    enum lang l);
/* "This week", "Week before". */
struct str bulletinword_now(const struct bulletin *b, enum lang l);
struct str bulletinword_before(const struct bulletin *b, enum lang l);
/* "16 November 2026" */
struct str bulletinword_day(struct arena *a, struct str day, enum lang l);

/* A figure beside the one before, for people. */
struct bulletinword_figure {
	struct str name;
	struct str text;	/* its definition */
	struct str now;
	struct str between;	/* its interval; or empty */
	struct str before;
	struct str change;	/* "n/a" while it is immature */
	bool is_young;
};
struct bulletinword_figure bulletinword_figure(struct arena *a,
    const struct bulletin *b, enum kpi_figure f, enum lang l);
/* One of a campaign's. */
struct str bulletinword_value(struct arena *a, const struct bulletin *b,
    const struct bulletin_row *r, enum kpi_figure f, enum lang l);
/* Cut to BULLETIN_NAME_CHARS_MAX. */
struct str bulletinword_name(struct arena *a, const struct bulletin_row *r,
    enum lang l);
/* What immature is; empty when nothing that is shown is. */
struct str bulletinword_young(struct arena *a, const struct bulletin *b,
    enum lang l);
/* How many forms are in no figure; empty when none was put aside. */
struct str bulletinword_aside(struct arena *a, const struct bulletin *b,
    enum lang l);

enum bulletinword_chart { BULLETINWORD_DAYS, BULLETINWORD_TREND };
struct str bulletinword_chart(struct arena *a, const struct bulletin *b,
    enum bulletinword_chart which, enum lang l, bool is_alone);

/* All that a mail without HTML says, in paragraphs. */
struct str bulletinword_text(struct arena *a, const struct bulletin *b,
    enum lang l);

#endif
