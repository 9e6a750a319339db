/* Implements importrun.h. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/token.h"
#include "form/date.h"
#include "form/form.h"
#include "importwish.h"
#include "store/csvfile.h"
#include "store/pg.h"
#include "track/behaviour.h"

#include "importrun.h"

#define NAME "piste import"
#define ROW_ARENA_BYTES ((size_t)64 << 20)
#define TOTALS_BYTES_MAX 2000

/* Complaints of modules that name no command themselves. */
static enum err
complain(const struct importrun *k, enum err e)
{
	fprintf(k->complaints, NAME ": %s\n", pg_message(k->db)[0] ?
	    pg_message(k->db) : err_name(e));
	return e;
}

bool
importrun_lacks(const struct importrun *k, size_t field)
{
	const struct field *f = &k->plan.form->field[field];

	return f->is_required && !f->from &&
	    columns_find(&k->columns, f->name) == k->columns.count;
}

static enum err
read_header(struct importrun *k, struct csv_record *header)
{
	enum err e = csvfile_next(k->file, header);

	if (e == ERR_ABSENT || (!e && header->fault)) {
		fprintf(k->complaints, NAME ": %.*s: line %llu: no header"
		    " (%s)\n", STR_ARG(k->name), e ? 1 :
		    (unsigned long long)header->line, e ? "the file is empty" :
		    csv_fault_code(header->fault));
		k->fault = IMPORTRUN_NO_HEADER;
		return ERR_INPUT;
	}
	k->headers = e ? 0 : header->cells;
	k->header = arena_array(k->arena, k->headers, sizeof *k->header);
	for (size_t i = 0; i < k->headers; i++)
		k->header[i] = arena_copy(k->arena,
		    str_trim(header->cell[i]));
	return e;
}

enum err
importrun_begin(struct importrun *k)
{
	struct csv_record header;
	enum err e = read_header(k, &header);

	if (e)
		return e;
	e = columns_match(k->arena, k->plan.form, &header, k->wish->map,
	    k->complaints, &k->columns);
	if (e) {
		k->columns.count = 0;
		k->fault = IMPORTRUN_NO_COLUMN;
		return e;
	}
	k->plan.columns = &k->columns;
	k->plan.form = import_relaxed(k->arena, k->plan.form, &k->columns);
	if (k->plan.needs_date && !k->plan.day && columns_find(&k->columns,
	    STR(COLUMNS_DATE)) == k->columns.count) {
		fprintf(k->complaints, NAME ": consent needs the day it was"
		    " given: a column (--map COLUMN=" COLUMNS_DATE ") or"
		    " --date\n");
		k->fault = IMPORTRUN_NO_DATE;
		return ERR_INPUT;
	}
	return OK;
}

static enum err
take_row(struct importrun *k, struct arena *a,
    const struct csv_record *record, struct staging *staging)
{
	struct import_row row;

	import_judge(a, &k->plan, record, &row);
	k->rows++;
	k->refused += import_is_refused(&row);
	if (staging && !import_is_refused(&row))
		return staging_put(staging, &row);
	k->told(k->context, a, record, &row);
	return OK;
}

static enum err
read_rows(struct importrun *k, uint64_t rows_max, struct staging *staging)
{
	struct arena *a = arena_new(ROW_ARENA_BYTES);
	struct csv_record record;
	enum err e = OK;

	while (!e && k->rows < rows_max) {
		arena_reset(a);
		e = csvfile_next(k->file, &record);
		if (e)
			break;
		e = take_row(k, a, &record, staging);
		if (e)
			complain(k, e);
	}
	arena_free(a);
	return e == ERR_ABSENT ? OK : e;
}

enum err
importrun_preview(struct importrun *k, uint64_t rows_max)
{
	return read_rows(k, rows_max, NULL);
}

static void
note_objected(void *context, uint64_t line, bool is_refused)
{
	struct importrun *k = context;

	k->refused += is_refused;
	k->objected(k->context, line, is_refused);
}

static enum err
take_staged(struct importrun *k, struct staging *staging)
{
	const struct importwish *w = k->wish;
	char hash[TOKEN_HASH_TEXT];
	const struct staging_file file = {
		.sha256 = csvfile_hash(k->file, hash),
		.name = k->name,
		.campaign = w->campaign,
		.source = w->source,
		.page = k->plan.page,
		.form = k->plan.form->key,
		.supplier = w->supplier,
		.legal_basis = w->legal_basis,
		.cost = w->cost,
		.currency = w->currency,
		.valid_until = w->valid_until,
		.needs_phone = import_needs_phone(k->plan.form),
		.objected = note_objected,
		.context = k,
	};
	enum err e = staging_take(staging, k->arena, &file, &k->import,
	    &k->counts);

	if (!e)
		e = staging_close(staging, k->import, k->rows, k->refused);
	if (!e && w->webinar.n)
		e = behaviour_webinar(k->db, k->import, w->webinar, w->day ?
		    date_iso(k->arena, w->day) : STR_EMPTY);
	if (!e)
		return OK;
	complain(k, e);
	if (k->import.n)
		fprintf(k->complaints, NAME ": what was taken stays; the same"
		    " again takes the rest\n");
	return e;
}

enum err
importrun_take(struct importrun *k)
{
	struct staging *staging;
	enum err e = staging_new(k->db, k->arena, &k->plan.secret, &staging);

	if (e)
		return complain(k, e);
	e = read_rows(k, UINT64_MAX, staging);
	if (!e)
		e = take_staged(k, staging);
	staging_free(staging);
	return e;
}

struct str
importrun_totals(const struct importrun *k)
{
	const struct staging_counts *c = &k->counts;

	return buf_fmt(k->arena, TOTALS_BYTES_MAX,
	    "{\"import\":%.*s,\"page\":\"%.*s\",\"form\":\"%.*s\","
	    "\"rows\":%llu,\"refused\":%llu,\"new\":%lld,\"update\":%lld,"
	    "\"repeat\":%lld,\"quarantined\":%lld,\"known\":%lld}",
	    STR_ARG(k->import), STR_ARG(k->plan.page),
	    STR_ARG(k->plan.form->key), (unsigned long long)k->rows,
	    (unsigned long long)k->refused, (long long)c->added,
	    (long long)c->updated, (long long)c->repeated,
	    (long long)c->quarantined, (long long)c->known);
}
