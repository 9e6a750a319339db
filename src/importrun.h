/*
 * Knows how a file of leads is imported once its plan stands: its columns
 * matched, each row judged, the good ones taken.
 */
#ifndef PISTE_IMPORTRUN_H
#define PISTE_IMPORTRUN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/csv.h"
#include "base/str.h"
#include "lead/columns.h"
#include "lead/import.h"
#include "lead/staging.h"

struct arena;
struct csvfile;
struct importwish;
struct pg;

/* Why a file can't be read at all. */
enum importrun_fault {
	IMPORTRUN_FINE,
	IMPORTRUN_NO_HEADER,	/* its first record is none */
	IMPORTRUN_NO_COLUMN,	/* none is a field, or the map is wrong */
	IMPORTRUN_NO_DATE,	/* consent needs the day it was given */
};

/* What the caller sets stands above, what is found out below. */
struct importrun {
	const struct importwish *wish;
	struct arena *arena;	/* as long as the run */
	struct pg *db;
	FILE *complaints;
	struct csvfile *file;
	struct str name;	/* the file's, as it is kept */
	struct import_plan plan;
	/* Told of each row that is refused, or of all in a preview. */
	void (*told)(void *context, struct arena *a,
	    const struct csv_record *record, const struct import_row *row);
	/* Of one with an address or a number on the objection list. */
	void (*objected)(void *context, uint64_t line, bool is_refused);
	void *context;

	enum importrun_fault fault;
	struct str *header;	/* its cells, trimmed */
	size_t headers;
	struct columns columns;	/* none, if the map is wrong */
	uint64_t rows;
	uint64_t refused;
	struct staging_counts counts;
	struct str import;	/* its id, once something was taken */
};

/* Read the header.  As csvfile_next, or ERR_INPUT with a fault. */
MUST_USE enum err importrun_begin(struct importrun *k);
/* A required field that no row can answer, which is no reason to stop. */
bool importrun_lacks(const struct importrun *k, size_t field);
/* Judge rows up to the end, or rows_max of them, and take nothing. */
MUST_USE enum err importrun_preview(struct importrun *k, uint64_t rows_max);
/*
 * Judge all rows and, only once all could be read, take the good ones.  Fails
 * as staging_take; what was taken stays, and the same again takes the rest.
 */
MUST_USE enum err importrun_take(struct importrun *k);

/* {"import":7,"page":…,"rows":…,"refused":…,"new":…,…} */
struct str importrun_totals(const struct importrun *k);

#endif
