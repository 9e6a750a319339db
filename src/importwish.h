/* Knows what the words of `piste import` ask for. */
#ifndef PISTE_IMPORTWISH_H
#define PISTE_IMPORTWISH_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/str.h"

#define IMPORTWISH_TEXT_BYTES_MAX 200	/* of source and supplier */
#define IMPORTWISH_WEBINAR_BYTES_MAX 64
#define IMPORTWISH_CONSENTS_MAX 16
#define IMPORTWISH_COST_DIGITS_MAX 12	/* before the point */
#define IMPORTWISH_CENT_DIGITS_MAX 4	/* behind it */

struct importwish_consent {
	struct str key;
	uint32_t version;	/* 0: as it is asked now */
};

/* Empty, NULL or 0 where nothing was said. */
struct importwish {
	const char *file;
	struct str campaign;
	struct str source;
	struct str legal_basis;	/* as import_basis has it */
	struct str page;
	struct str form;
	struct str lang;
	struct str supplier;
	struct str cost;
	struct str currency;
	struct str valid_until;	/* 2026-12-31 */
	int64_t day;		/* people were met on, as date.h has it */
	struct str webinar;	/* which they attended */
	struct importwish_consent consent[IMPORTWISH_CONSENTS_MAX];
	size_t consents;
	struct str map;		/* see columns_match */
	const char *report;	/* file; NULL: standard output */
	bool is_preview;
	const char *wrong;	/* the option that is; NULL: several */
};

struct arena;

/*
 * Read the words; now_ms is today, since what was rented may be over.  False:
 * they are wrong: complaints is told why, and out->wrong is which.
 */
bool importwish_read(struct arena *a, int words, char **word, int64_t now_ms,
    FILE *complaints, struct importwish *out);

#endif
