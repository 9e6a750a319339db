/* Implements kpicommand.h: reads words, calls track/kpi, lays out tables. */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "command.h"
#include "dayword.h"
#include "experiment/table.h"
#include "kpiwish.h"
#include "optionwords.h"
#include "store/pg.h"
#include "track/kpi.h"
#include "track/kpitext.h"

#include "kpicommand.h"

#define NAME "piste kpi"
#define WORD_BYTES_MAX 64
#define ARENA_BYTES ((size_t)64 << 20)
#define FEW 100		/* so many and more need no interval beside them */

struct wish {
	struct arena *a;
	struct kpi_wish k;
	enum lang lang;
	bool is_json;
	bool is_csv;
	bool is_definitions;
	bool is_rebuild;
};

/* Says what is wrong with a word; false. */
static bool
refuse(const char *option, struct str word, const char *why)
{
	fprintf(stderr, NAME ": %s: %.*s is %s\n", option, STR_ARG(word), why);
	return false;
}

static bool
is_understood(struct wish *w)
{
	static const char no_day[] = "no day like 2026-12-31";

	switch (kpiwish_judge(w->a, &w->k)) {
	case KPIWISH_FINE:
		return true;
	case KPIWISH_SPLIT:
		return refuse("--by", w->k.split, "nothing to split by");
	case KPIWISH_CURRENCY:
		return refuse("--currency", w->k.currency,
		    "no currency like EUR");
	case KPIWISH_FROM:
		return refuse("--from", w->k.from, no_day);
	case KPIWISH_TO:
		break;
	}
	return refuse("--to", w->k.to, no_day);
}

static bool
read_wish(const struct conf *c, int words, char **word, struct wish *w)
{
	struct str of = STR("real");
	const struct optionword options[] = {
		{ "--from", &w->k.from, WORD_BYTES_MAX, false },
		{ "--to", &w->k.to, WORD_BYTES_MAX, false },
		{ "--of", &of, WORD_BYTES_MAX, false },
		{ "--by", &w->k.split, WORD_BYTES_MAX, false },
		{ "--currency", &w->k.currency, WORD_BYTES_MAX, false },
	};
	int given = words;

	kpiwish_usual(c, w->a, &w->k);
	w->lang = command_lang(LANG_EN);
	w->k.has_before = optionwords_flag(&words, word, "--compare");
	w->k.is_recount = optionwords_flag(&words, word, "--recount");
	w->is_csv = optionwords_flag(&words, word, "--csv");
	w->is_definitions = optionwords_flag(&words, word, "--definitions");
	w->is_rebuild = optionwords_flag(&words, word, "--rebuild");
	if (!optionwords_read(words, word, options,
	    sizeof options / sizeof *options, &w->is_json))
		return false;
	if (w->is_definitions || w->is_rebuild)
		return given == 1 + (w->is_definitions && w->is_json);
	return optionwords_among(of, &w->k.is_synthetic) &&
	    !(w->is_csv && w->is_json) && is_understood(w);
}

static void
print_definitions(const struct wish *w)
{
	for (int i = 0; i < KPI_FIGURES; i++) {
		const struct kpi_definition *d = kpi_definition(i);
		struct buf b;

		if (!w->is_json) {
			printf("%-20s %-8s %s.  %s\n", d->key,
			    kpi_unit(d->unit), d->name[w->lang],
			    d->text[w->lang]);
			continue;
		}
		buf_init(&b, w->a, KPITEXT_BYTES_MAX);
		buf_byte(&b, '{');
		buf_json_pair(&b, "key", str_of(d->key));
		buf_json_pair(&b, "unit", str_of(kpi_unit(d->unit)));
		buf_json_pair(&b, "name_fr", str_of(d->name[LANG_FR]));
		buf_json_pair(&b, "name_en", str_of(d->name[LANG_EN]));
		buf_json_pair(&b, "definition_fr", str_of(d->text[LANG_FR]));
		buf_json_pair(&b, "definition_en", str_of(d->text[LANG_EN]));
		buf_byte(&b, '}');
		printf("%.*s\n", STR_ARG(buf_str(&b)));
	}
}

static struct str
name_of(const struct kpi_cell *c)
{
	static const char *const names[] = {
		[KPI_NAMELESS] = "(not known)", [KPI_OTHERS] = "(others)",
		[KPI_TOTAL] = "all",
	};

	return c->kind == KPI_CELL ? c->name : str_of(names[c->kind]);
}

/* "12.3 % (8.1-18.0)~": with its interval where there are few. */
static struct str
told(const struct wish *w, enum kpi_figure figure, const struct kpi_value *v)
{
	enum kpi_unit unit = kpi_definition(figure)->unit;
	struct str mark = v->is_immature ? STR("~") : STR_EMPTY;
	struct str text = kpi_text(w->a, unit, v, w->k.currency);
	double scale = unit == KPI_SHARE ? 100 : 1;

	if (v->has_interval && (unit == KPI_SHARE ? v->part : v->of) < FEW)
		return buf_fmt(w->a, WORD_BYTES_MAX * 2,
		    unit == KPI_SHARE ? "%.*s (%.1f-%.1f)%.*s" :
		    "%.*s (%.2f-%.2f)%.*s", STR_ARG(text), v->low * scale,
		    v->high * scale, STR_ARG(mark));
	return buf_join(w->a, text, mark);
}

/* The last ones are told, with the sum. */
static size_t
first_row(const struct kpi *k)
{
	return k->cells < TABLE_ROWS_MAX ? 0 :
	    k->cells - (TABLE_ROWS_MAX - 1);
}

static void
print_table(const struct wish *w, const struct kpi *k,
    const enum kpi_figure *figure, size_t figures)
{
	struct table *t = ARENA_NEW(w->a, struct table);

	t->columns = figures + 1;
	table_add(t, w->k.split.n ? w->k.split : STR_EMPTY);
	for (size_t i = 0; i < figures; i++)
		table_add(t, str_of(kpi_definition(figure[i])->
		    name[w->lang]));
	for (size_t c = first_row(k); c < k->cells; c++) {
		table_add(t, name_of(&k->cell[c]));
		for (size_t i = 0; i < figures; i++)
			table_add(t, told(w, figure[i],
			    &k->cell[c].value[figure[i]]));
	}
	table_write(t, stdout);
	putchar('\n');
}

/* Of what is all new there is nothing to tell. */
static bool
has_counterparts(const struct kpi *k)
{
	for (size_t i = 0; i + 1 < k->cells; i++)
		if (k->cell[i].before[KPI_LEADS].is_known)
			return true;
	return false;
}

/* Of each cell the few that tell most. */
static void
print_changes(const struct wish *w, const struct kpi *k)
{
	static const enum kpi_figure figure[] = { KPI_VISITORS, KPI_LEADS,
		KPI_CONVERSION, KPI_COST, KPI_COST_LEAD, KPI_CUSTOMERS,
		KPI_MARGIN };
	const size_t figures = sizeof figure / sizeof *figure;
	struct table *t = ARENA_NEW(w->a, struct table);

	t->columns = figures + 1;
	table_add(t, STR("change"));
	for (size_t i = 0; i < figures; i++)
		table_add(t, str_of(kpi_definition(figure[i])->
		    name[w->lang]));
	for (size_t c = first_row(k); c < k->cells; c++) {
		table_add(t, name_of(&k->cell[c]));
		for (size_t i = 0; i < figures; i++)
			table_add(t, kpi_text(w->a, KPI_SHARE,
			    &k->cell[c].change[figure[i]], STR_EMPTY));
	}
	table_write(t, stdout);
	putchar('\n');
}

/* Of all together; each cell has it in JSON and CSV. */
static void
print_change(const struct wish *w, const struct kpi *k)
{
	const struct kpi_cell *c = &k->cell[k->cells - 1];
	struct table *t = ARENA_NEW(w->a, struct table);
	const char *const head[] = { "all", "now", "before", "change" };

	t->columns = 4;
	for (size_t i = 0; i < 4; i++)
		table_add(t, str_of(head[i]));
	for (int i = 0; i < KPI_FIGURES; i++) {
		table_add(t, str_of(kpi_definition(i)->name[w->lang]));
		table_add(t, told(w, i, &c->value[i]));
		table_add(t, told(w, i, &c->before[i]));
		table_add(t, kpi_text(w->a, KPI_SHARE, &c->change[i],
		    STR_EMPTY));
	}
	printf("before: from %.*s to %.*s\n\n", STR_ARG(k->before_from),
	    STR_ARG(k->before_to));
	table_write(t, stdout);
	putchar('\n');
}

static bool
is_empty(const struct kpi *k)
{
	const struct kpi_value *all = k->cell[k->cells - 1].value;

	return !all[KPI_VIEWS].part && !all[KPI_LEADS].part &&
	    !all[KPI_COST].part;
}

static void
print_text(const struct wish *w, const struct kpi *k)
{
	static const enum kpi_figure seen[] = { KPI_VISITORS, KPI_VIEWS,
		KPI_ROBOTS, KPI_BOUNCE, KPI_LEADS, KPI_CONVERSION,
		KPI_DOWNLOADS, KPI_CONSENTED };
	static const enum kpi_figure stages[] = { KPI_LEADS, KPI_MQLS,
		KPI_SQLS, KPI_OPPORTUNITIES, KPI_CUSTOMERS, KPI_MQL_RATE,
		KPI_SQL_RATE, KPI_TRANSFORMATION, KPI_CONTACT_TIME,
		KPI_ORDER_TIME };
	static const enum kpi_figure money[] = { KPI_COST, KPI_COST_VISITOR,
		KPI_COST_LEAD, KPI_COST_MQL, KPI_COST_SQL, KPI_COST_CUSTOMER,
		KPI_TURNOVER, KPI_MARGIN, KPI_LEAD_VALUE, KPI_ROI };

	printf("%sfrom %.*s to %.*s (%.*s)\n\n", w->k.is_synthetic ?
	    "invented leads, " : "", STR_ARG(w->k.from), STR_ARG(w->k.to),
	    STR_ARG(w->k.zone));
	print_table(w, k, seen, sizeof seen / sizeof *seen);
	print_table(w, k, stages, sizeof stages / sizeof *stages);
	print_table(w, k, money, sizeof money / sizeof *money);
	if (w->k.has_before && has_counterparts(k))
		print_changes(w, k);
	if (w->k.has_before)
		print_change(w, k);
	printf("~: leads in it are younger than %" PRId64 " days, and more is"
	    " to come.  In brackets: 95 %% interval.\n"
	    "piste kpi --definitions tells what each figure is.\n",
	    k->mature_days);
	if (is_empty(k) && !w->k.is_synthetic)
		printf("Nothing happened in these days; of a demo's invented"
		    " leads --of synthetic tells.\n");
	if (k->waiting)
		printf("Changes that are not counted yet: %" PRId64 "\n",
		    k->waiting);
	if (k->quarantined)
		printf("In quarantine, and in no figure: %" PRId64 " forms of"
		    " these days.\n", k->quarantined);
	if (k->others.n)
		printf("Left out, as it is in other currencies: %.*s\n",
		    STR_ARG(k->others));
}

/* What has changed is counted before anything is told. */
static enum err
tell(struct pg *db, const struct wish *w)
{
	struct kpi k;
	struct buf b;
	int64_t left;
	enum err e = w->is_rebuild ? kpi_rebuild(db) : OK;

	if (!e)
		e = kpi_catch_up(db, w->k.zone, INT_MAX, &left);
	if (!e && w->is_rebuild && left)
		fprintf(stderr, "piste kpi: another counts; %" PRId64 " days"
		    " or more are left to the worker\n", left);
	if (e || w->is_rebuild)
		return e;
	e = kpi_read(db, w->a, &w->k, &k);
	if (e)
		return e;
	if (w->is_csv && k.waiting)
		fprintf(stderr, "piste kpi: changes that are not counted yet:"
		    " %" PRId64 "\n", k.waiting);
	if (!w->is_json && !w->is_csv) {
		print_text(w, &k);
		return OK;
	}
	buf_init(&b, w->a, KPITEXT_BYTES_MAX);
	if (w->is_csv)
		kpitext_csv(&b, &w->k, &k);
	else
		kpitext_json(&b, &w->k, &k);
	printf("%.*s", STR_ARG(buf_str(&b)));
	return OK;
}

int
kpicommand_run(const struct conf *c, int words, char **word)
{
	struct wish w = { .a = arena_new(ARENA_BYTES) };
	struct pg *db;
	enum err e;

	if (!dayword_zone(c, "kpi")) {
		arena_free(w.a);
		return COMMAND_FAILED;
	}
	if (!read_wish(c, words, word, &w)) {
		arena_free(w.a);
		return COMMAND_USAGE;
	}
	if (w.is_definitions) {
		print_definitions(&w);
		arena_free(w.a);
		return COMMAND_OK;
	}
	db = command_database(c, "piste-kpi");
	e = tell(db, &w);
	arena_free(w.a);
	return command_end("kpi", db, e);
}
