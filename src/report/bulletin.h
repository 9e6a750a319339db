/*
 * Knows a report: the figures of a week or a month beside those of the one
 * before, as its mail, its page and its CSV show them.  It is kept as JSON
 * (piste.report) and says the same ever after.  Pure.
 */
#ifndef PISTE_REPORT_BULLETIN_H
#define PISTE_REPORT_BULLETIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/lang.h"
#include "base/str.h"
#include "track/kpi.h"

struct arena;

#define BULLETIN_CELLS_MAX 10	/* campaigns with most leads */
#define BULLETIN_DAYS_MAX 31
#define BULLETIN_TREND 12	/* weeks or months, the last one is this */
#define BULLETIN_NAME_CHARS_MAX 60	/* of a campaign: anybody names them */
#define BULLETIN_BYTES_MAX (256 << 10)
#define BULLETIN_CSV_BYTES_MAX (512 << 10)

enum bulletin_period { BULLETIN_WEEK, BULLETIN_MONTH };

struct bulletin_row {
	enum kpi_kind kind;
	struct str name;		/* of a KPI_CELL */
	struct kpi_value now[KPI_FIGURES];
	struct kpi_value before[KPI_FIGURES];	/* of the total alone */
};

/* Leads of a day, or of a period that began then. */
struct bulletin_point {
	struct str day;
	struct kpi_value leads;
	struct kpi_value before;	/* of a day: its fellow's */
};

struct bulletin {
	enum bulletin_period period;
	struct str from;		/* 2026-11-16, as all days */
	struct str to;
	struct str before_from;
	struct str before_to;
	struct str currency;
	int64_t mature_days;
	int64_t quarantined;		/* forms of the period then */
	struct bulletin_row total;
	struct bulletin_row cell[BULLETIN_CELLS_MAX];
	size_t cells;
	struct bulletin_point day[BULLETIN_DAYS_MAX];
	size_t days;
	struct bulletin_point trend[BULLETIN_TREND];
	size_t trends;
};

/* "week" or "month". */
const char *bulletin_period_name(enum bulletin_period p);

/* The few figures that matter, in their order; KPI_FIGURES beyond the last. */
enum kpi_figure bulletin_headline(size_t at);
/* Those of a campaign. */
enum kpi_figure bulletin_column(size_t at);

/* Did anything happen, then or before? */
bool bulletin_is_quiet(const struct bulletin *b);

/* The JSON, and back; ERR_INPUT: it is none.  Both in a. */
struct str bulletin_write(struct arena *a, const struct bulletin *b);
MUST_USE enum err bulletin_read(struct arena *a, struct str json,
    struct bulletin *out);

/*
 * All of it as CSV (RFC 4180, UTF-8): section, from, to, name, figure, unit,
 * value, low, high, immature.  Values are exact, with a dot; what a
 * spreadsheet would take for a formula begins with an apostrophe.
 */
struct str bulletin_csv(struct arena *a, const struct bulletin *b);

#endif
