/* Implements costfile.h; what an entry may say is cost's. */
#include <inttypes.h>

#include "base/arena.h"
#include "base/csv.h"
#include "store/csvfile.h"

#include "track/costfile.h"

enum column { CAMPAIGN, KIND, FROM, TO, AMOUNT, CURRENCY, SUPPLIER, REFERENCE,
	SHARED_BY };
static const char *const names[] = { "campaign", "kind", "from", "to",
	"amount", "currency", "supplier", "reference", "shared_by" };
#define COLUMNS (sizeof names / sizeof *names)
#define ABSENT CSV_COLUMNS_MAX

struct reading {
	const struct costfile_wish *wish;
	struct arena *arena;
	FILE *complaints;
	size_t cells;			/* of the header */
	size_t place[COLUMNS];		/* of each in a row, or ABSENT */
	struct costfile *out;
};

static void
complain(const struct reading *r, uint64_t line, const char *why)
{
	fprintf(r->complaints, "%s: line %" PRIu64 ": %s\n", r->wish->path,
	    line, why);
}

static enum err
place_column(struct reading *r, const struct csv_record *header, size_t cell)
{
	struct str name = str_trim(header->cell[cell]);

	for (size_t i = 0; i < COLUMNS; i++) {
		if (!str_eq_fold(name, str_of(names[i])))
			continue;
		if (r->place[i] != ABSENT) {
			complain(r, header->line, "a column is there twice");
			return ERR_INPUT;
		}
		r->place[i] = cell;
		return OK;
	}
	fprintf(r->complaints, "%s: line %" PRIu64 ": the column %.*s is none"
	    " of ours, and not read\n", r->wish->path, header->line,
	    STR_ARG(str_slice(name, 0, COST_SUPPLIER_BYTES_MAX)));
	return OK;
}

static enum err
read_header(struct reading *r, struct csvfile *f)
{
	struct csv_record header;
	enum err e = csvfile_next(f, &header);

	if (e == ERR_ABSENT || (!e && header.fault)) {
		complain(r, e ? 1 : header.line, e ? "the file is empty" :
		    csv_fault_code(header.fault));
		return ERR_INPUT;
	}
	for (size_t i = 0; i < COLUMNS; i++)
		r->place[i] = ABSENT;
	for (size_t i = 0; !e && i < header.cells; i++)
		e = place_column(r, &header, i);
	r->cells = header.cells;
	if (!e && (r->place[FROM] == ABSENT || r->place[AMOUNT] == ABSENT)) {
		complain(r, header.line, "a file of costs has columns from and"
		    " amount");
		e = ERR_INPUT;
	}
	return e;
}

/* Has any of ours more than any may have? */
static bool
is_long(const struct reading *r, const struct csv_record *row)
{
	for (size_t i = 0; i < COLUMNS; i++)
		if (r->place[i] != ABSENT && str_trim(row->cell[r->place[i]])
		    .n > COST_SUPPLIER_BYTES_MAX)
			return true;
	return false;
}

/* The cell, or what is usual. */
static struct str
cell(const struct reading *r, const struct csv_record *row, enum column c,
    struct str usual)
{
	struct str s = r->place[c] == ABSENT ? STR_EMPTY :
	    str_trim(row->cell[r->place[c]]);

	return arena_copy(r->arena, s.n ? s : usual);
}

static const char *
read_row(struct reading *r, const struct csv_record *row,
    struct cost_entry *out)
{
	const struct cost_entry *usual = &r->wish->usual;
	const char *wrong;

	if (row->fault)
		return csv_fault_code(row->fault);
	if (row->cells != r->cells)
		return "it has other cells than the header";
	if (is_long(r, row))
		return "a cell has more than 200 bytes";
	*out = (struct cost_entry){
		.line = row->line,
		.campaign = cell(r, row, CAMPAIGN, usual->campaign),
		.shared_by = cell(r, row, SHARED_BY, usual->shared_by),
		.kind = cell(r, row, KIND, usual->kind),
		.from = cell(r, row, FROM, usual->from),
		.to = cell(r, row, TO, usual->to),
		.amount = cell(r, row, AMOUNT, usual->amount),
		.currency = cell(r, row, CURRENCY, usual->currency),
		.supplier = cell(r, row, SUPPLIER, usual->supplier),
		.reference = cell(r, row, REFERENCE, usual->reference),
	};
	wrong = cost_judge(r->arena, out);
	return wrong || str_eq(out->currency, usual->currency) ? wrong :
	    "it is in another currency than the file: see --currency";
}

static enum err
read_rows(struct reading *r, struct csvfile *f)
{
	struct costfile *out = r->out;
	struct csv_record row;
	enum err e;

	while (!(e = csvfile_next(f, &row))) {
		const char *wrong;

		if (out->rows++ == COST_ENTRIES_MAX) {
			complain(r, row.line, "a file has at most 20000 rows");
			return ERR_INPUT;
		}
		wrong = read_row(r, &row, &out->entry[out->entries]);
		if (wrong)
			complain(r, row.line, wrong);
		out->faults += wrong != NULL;
		out->entries += wrong == NULL;
	}
	return e == ERR_ABSENT ? OK : e;
}

enum err
costfile_read(struct arena *a, const struct costfile_wish *w,
    FILE *complaints, struct costfile *out)
{
	struct reading r = { .wish = w, .arena = a, .complaints = complaints,
		.out = out };
	struct csvfile *f;
	enum err e = csvfile_open(w->path, complaints, &f);

	if (e)
		return e;
	*out = (struct costfile){ .entry = arena_array(a, COST_ENTRIES_MAX,
	    sizeof *out->entry) };
	e = read_header(&r, f);
	if (!e)
		e = read_rows(&r, f);
	csvfile_close(f);
	return e;
}
