/* Implements attributioncommand.h: reads words, calls track/credit. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "command.h"
#include "dayword.h"
#include "experiment/table.h"
#include "optionwords.h"
#include "store/pg.h"
#include "track/credit.h"

#include "attributioncommand.h"

#define NAME "piste attribution"
#define WORD_BYTES_MAX 64
#define ARENA_BYTES ((size_t)32 << 20)
#define LINE_BYTES_MAX 4096
#define CSV_BYTES_MAX (256 << 10)
#define AMOUNT_BYTES_MAX 32

enum shape { AS_TEXT, AS_JSON, AS_CSV };
static const char *const ofs[] = { [CREDIT_LEADS] = "leads",
	[CREDIT_CUSTOMERS] = "customers", [CREDIT_MARGIN] = "margin" };

static bool
read_of(struct str name, enum credit_of *out)
{
	for (size_t i = 0; i < sizeof ofs / sizeof *ofs; i++)
		if (str_eq(name, str_of(ofs[i]))) {
			*out = (enum credit_of)i;
			return true;
		}
	return false;
}

static bool
read_wish(struct arena *a, int words, char **word, struct credit_wish *w,
    enum shape *shape)
{
	struct str of = STR("leads"), among = STR("real");
	const struct optionword options[] = {
		{ "--by", &w->split, WORD_BYTES_MAX, false },
		{ "--from", &w->from, WORD_BYTES_MAX, false },
		{ "--to", &w->to, WORD_BYTES_MAX, false },
		{ "--of", &of, WORD_BYTES_MAX, false },
		{ "--among", &among, WORD_BYTES_MAX, false },
	};
	bool is_json = false, is_csv = optionwords_flag(&words, word,
	    "--csv");

	w->split = STR("channel");
	dayword_year(a, &w->from, &w->to);
	if (!optionwords_read(words, word, options,
	    sizeof options / sizeof *options, &is_json) || (is_json && is_csv))
		return false;
	*shape = is_csv ? AS_CSV : is_json ? AS_JSON : AS_TEXT;
	return optionwords_among(among, &w->is_synthetic) &&
	    str_is_one_of(w->split, credit_split) && read_of(of, &w->of) &&
	    dayword_span(a, &w->from, &w->to);
}

/* Hundredths, or cents: 1234 is 12.34. */
static struct str
amount(struct arena *a, int64_t n)
{
	uint64_t size = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;

	return buf_fmt(a, AMOUNT_BYTES_MAX, "%s%" PRIu64 ".%02" PRIu64,
	    n < 0 ? "-" : "", size / CREDIT_UNIT, size % CREDIT_UNIT);
}

static struct str
label(const struct credit_cell *c)
{
	return !c->name.n ? STR("(not known)") :
	    str_eq(c->name, STR("*")) ? STR("(others)") : c->name;
}

static void
print_text(struct arena *a, const struct credit_wish *w,
    const struct credit *c)
{
	struct table *t = ARENA_NEW(a, struct table);
	const char *of = ofs[w->of];

	printf("what led to %s, by %.*s: %sleads made from %.*s to %.*s\n\n",
	    of, STR_ARG(w->split), w->is_synthetic ? "invented " : "",
	    STR_ARG(w->from), STR_ARG(w->to));
	t->columns = 1 + MODEL_KINDS;
	table_add(t, w->split);
	for (size_t i = 0; i < MODEL_KINDS; i++)
		table_add(t, str_of(model_name((enum model_kind)i)));
	for (size_t k = 0; k < c->cells; k++) {
		table_add(t, label(&c->cell[k]));
		for (size_t i = 0; i < MODEL_KINDS; i++)
			table_add(t, amount(a, c->cell[k].credit[i]));
	}
	table_add(t, STR("all"));
	for (size_t i = 0; i < MODEL_KINDS; i++)
		table_add(t, amount(a, c->total));
	table_write(t, stdout);
	printf("\n%" PRId64 " leads, %" PRId64 " %s", c->leads, c->won,
	    w->of == CREDIT_MARGIN ? "orders" : of);
	if (w->of == CREDIT_MARGIN)
		printf(", margin in %.*s; of %" PRId64 " orders it is not"
		    " known", STR_ARG(w->currency), c->unknown);
	if (c->quarantined)
		printf(".\nIn quarantine, and not counted: %" PRId64
		    " forms of that time", c->quarantined);
	printf(".\nposition: 40 %% to the first touch, 40 %% to the last."
	    "  decay: half for every %d days before the last.\nmarkov: by how"
	    " many would be lost without it, which is no proof that it causes"
	    " them.\n", MODEL_HALF_LIFE_DAYS);
}

static void
print_json(struct arena *a, const struct credit_wish *w,
    const struct credit *c, const struct credit_cell *cell)
{
	struct buf b;

	buf_init(&b, a, LINE_BYTES_MAX);
	buf_byte(&b, '{');
	buf_json_pair(&b, "by", w->split);
	buf_json_pair(&b, "of", str_of(ofs[w->of]));
	buf_json_pair(&b, "row", !cell ? STR("total") : !cell->name.n ?
	    STR("unknown") : str_eq(cell->name, STR("*")) ? STR("others") :
	    STR("cell"));
	if (cell)
		buf_json_pair(&b, "cell", cell->name);
	for (size_t i = 0; i < MODEL_KINDS; i++)
		buf_json_pair(&b, model_name((enum model_kind)i), amount(a,
		    cell ? cell->credit[i] : c->total));
	if (!cell)
		buf_addf(&b, ",\"leads\":%" PRId64 ",\"won\":%" PRId64
		    ",\"without_margin\":%" PRId64 ",\"quarantined\":%" PRId64,
		    c->leads, c->won, c->unknown, c->quarantined);
	buf_add(&b, STR("}\n"));
	printf("%.*s", STR_ARG(buf_str(&b)));
}

static void
print_csv(struct arena *a, const struct credit_wish *w,
    const struct credit *c)
{
	struct buf b;

	buf_init(&b, a, CSV_BYTES_MAX);
	buf_csv(&b, w->split);
	for (size_t i = 0; i < MODEL_KINDS; i++)
		buf_addf(&b, ",%s", model_name((enum model_kind)i));
	buf_add(&b, STR("\r\n"));
	for (size_t k = 0; k < c->cells; k++) {
		buf_csv(&b, c->cell[k].name);
		for (size_t i = 0; i < MODEL_KINDS; i++)
			buf_addf(&b, ",%.*s", STR_ARG(amount(a,
			    c->cell[k].credit[i])));
		buf_add(&b, STR("\r\n"));
	}
	printf("%.*s", STR_ARG(buf_str(&b)));
}

static void
print(struct arena *a, const struct credit_wish *w, const struct credit *c,
    enum shape shape)
{
	if (shape == AS_TEXT)
		print_text(a, w, c);
	else if (shape == AS_CSV)
		print_csv(a, w, c);
	else
		for (size_t k = 0; k <= c->cells; k++)
			print_json(a, w, c, k < c->cells ? &c->cell[k] :
			    NULL);
}

int
attributioncommand_run(const struct conf *c, int words, char **word)
{
	struct arena *a = arena_new(ARENA_BYTES);
	struct credit_wish w = { .zone = c->time_zone,
		.currency = c->currency };
	int status = COMMAND_USAGE;
	struct credit credit;
	enum shape shape;
	struct pg *db;
	enum err e;

	if (!dayword_zone(c, "attribution")) {
		status = COMMAND_FAILED;
		goto free;
	}
	if (!read_wish(a, words, word, &w, &shape))
		goto free;
	db = command_database(c, "piste-attribution");
	e = credit_read(db, a, &w, &credit);
	if (!e)
		print(a, &w, &credit, shape);
	status = command_end("attribution", db, e);
free:
	arena_free(a);
	return status;
}
