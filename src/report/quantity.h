/* Knows how a figure is written for people, in their language.  Pure. */
#ifndef PISTE_REPORT_QUANTITY_H
#define PISTE_REPORT_QUANTITY_H

#include "base/lang.h"
#include "base/str.h"
#include "track/kpi.h"

struct arena;

#define QUANTITY_BYTES_MAX 80
#define QUANTITY_MAX 1e15	/* beyond it cents are not exact */

/* What figures are written in: ISO 4217, and whose language. */
struct quantity_style {
	enum lang lang;
	struct str currency;
};

/*
 * "1 234", "2,4 %", "12,50 €", "3,5 jours", and of minutes "45 min" or "2,4 h";
 * "n/a" of what is no number, or beyond QUANTITY_MAX.
 */
struct str quantity_text(struct arena *a, const struct quantity_style *s,
    enum kpi_unit u, double value);
/* The same as short as an axis has room for: "2 %", "12 €", "1 200". */
struct str quantity_tick(struct arena *a, const struct quantity_style *s,
    enum kpi_unit u, double value);
/*
 * From before to now: "+12 %", of rates "+0,3 pt"; "n/a" when there is no
 * saying, as from nothing.
 */
struct str quantity_change(struct arena *a, const struct quantity_style *s,
    enum kpi_unit u, double now, double before);

#endif
