/*
 * Knows what a screen of results says of an experiment: every figure from
 * experiment/figures, every sentence from experiment/sentence.
 */
#ifndef PISTE_CONSOLE_LABFILL_H
#define PISTE_CONSOLE_LABFILL_H

#include "console/shell.h"
#include "experiment/report.h"
#include "experiment/reportcell.h"

struct view;

#define LABFILL_BANDS_MAX 6	/* treatments that are drawn day by day */
#define LABFILL_PICTURES (2 + LABFILL_BANDS_MAX)

/* Texts are in cell's arena, until the answer. */
struct labfill {
	const struct report *report;
	struct reportcell cell;
	struct view *v;
	struct shell_picture picture[LABFILL_PICTURES];
	size_t pictures;
};

/* Verdict, notes, and what follows where there are figures. */
void labfill_all(struct labfill *f);

#endif
