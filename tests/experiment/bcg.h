/* Thirteen trials of the BCG vaccine (Colditz et al. 1994): cases by arm. */
#ifndef PISTE_TESTS_EXPERIMENT_BCG_H
#define PISTE_TESTS_EXPERIMENT_BCG_H

/* Each is { { untreated, cases }, { treated, cases } }. */
#define BCG_TRIALS \
	{ { 139, 11 }, { 123, 4 } }, \
	{ { 303, 29 }, { 306, 6 } }, \
	{ { 220, 11 }, { 231, 3 } }, \
	{ { 12867, 248 }, { 13598, 62 } }, \
	{ { 5808, 47 }, { 5069, 33 } }, \
	{ { 1451, 372 }, { 1541, 180 } }, \
	{ { 629, 10 }, { 2545, 8 } }, \
	{ { 88391, 499 }, { 88391, 505 } }, \
	{ { 7277, 45 }, { 7499, 29 } }, \
	{ { 1665, 65 }, { 1716, 17 } }, \
	{ { 27338, 141 }, { 50634, 186 } }, \
	{ { 2341, 3 }, { 2498, 5 } }, \
	{ { 17854, 29 }, { 16913, 27 } }

#endif
