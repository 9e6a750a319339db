/* Knows where round numbers lie on an axis, and what SVG may hold.  Pure. */
#ifndef PISTE_REPORT_SCALE_H
#define PISTE_REPORT_SCALE_H

#include <stdbool.h>

#include "base/lang.h"
#include "base/str.h"

struct arena;
struct buf;

#define SCALE_TICKS_MAX 5	/* about; SCALE_TICKS_MAX + 2 at most */

struct scale {
	double low;		/* a multiple of step, as high is */
	double high;
	double step;		/* 1, 2 or 5 times a power of ten */
};
/* An axis that has low and high on it, both finite; one of no width is made. */
struct scale scale_of(double low, double high);
/* Where v lies on it, from 0 to 1: what is beyond is at its end. */
double scale_at(const struct scale *s, double v);
/* How many ticks, and the value of one. */
size_t scale_ticks(const struct scale *s);
double scale_tick(const struct scale *s, size_t i);

/* "2 %", "-1,5 %", with is_signed "+2 %"; a plain number with is_number. */
struct scale_style {
	enum lang lang;
	bool is_signed;
	bool is_number;
};
struct str scale_text(struct arena *a, const struct scale *s,
    const struct scale_style *style, double v);

/* Text between tags: what XML can't have becomes U+FFFD. */
void scale_escape(struct buf *b, struct str text);
/* A text element there, with such attributes. */
void scale_label(struct buf *b, double x, double y, const char *look,
    struct str text);

#endif
