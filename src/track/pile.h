/*
 * Knows exposures that wait in memory: packed side by side, taken out in
 * order.  Not safe in threads: its owner locks.
 */
#ifndef PISTE_TRACK_PILE_H
#define PISTE_TRACK_PILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

#define PILE_TEXT_BYTES_MAX 64	/* of each text */

enum pile_text {
	PILE_EXPERIMENT, PILE_VISITOR, PILE_VARIANT, PILE_COUNTRY, PILE_DEVICE,
	PILE_SOURCE, PILE_LANG, PILE_TEXTS
};

struct pile_head {
	int64_t at_ms;
	int64_t posted_ms;	/* 0: no form was sent */
	int64_t refused_ms;	/* 0: none was given back */
	int64_t activated_ms;	/* 0: its page has not told that it is shown */
	uint32_t bucket_version;
	uint32_t epoch;
	bool is_new;		/* the visitor was named for this view */
	bool is_robot;
	bool is_ahead;		/* for who is counted, by another row */
	uint8_t n[PILE_TEXTS];
};

/* As pile_take gives it, the texts are borrowed from the pile. */
struct pile_row {
	struct pile_head head;
	struct str text[PILE_TEXTS];
};

struct pile {
	char *p;
	size_t n;
	size_t capacity;
	size_t count;
};

/* Copy row on top; texts fit PILE_TEXT_BYTES_MAX, head.n is set here. */
void pile_push(struct pile *p, const struct pile_row *row);
/* Up to max rows from *at on, which moves behind them; how many. */
size_t pile_take(const struct pile *p, size_t *at, struct pile_row *row,
    size_t max);
/* Forget the rows; memory beyond what is common goes back. */
void pile_empty(struct pile *p);
void pile_clear(struct pile *p);

#endif
