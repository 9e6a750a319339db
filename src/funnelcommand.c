/* Implements funnelcommand.h: reads words, calls lead/funnel and recycle. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "command.h"
#include "dayword.h"
#include "experiment/table.h"
#include "lead/funnel.h"
#include "lead/recycle.h"
#include "optionwords.h"
#include "store/pg.h"

#include "funnelcommand.h"

#define WORD_BYTES_MAX 64
#define ARENA_BYTES ((size_t)4 << 20)
#define WON_BYTES_MAX 4096

/* What both commands are asked. */
struct wish {
	struct arena *a;
	struct str split;
	struct str from;
	struct str to;
	bool is_synthetic;
	bool is_json;
};

/* The last year unless said; without has_split nothing is split. */
static bool
read_wish(int words, char **word, bool has_split, struct wish *w)
{
	struct str of = STR("real");
	const struct optionword options[] = {
		{ "--from", &w->from, WORD_BYTES_MAX, false },
		{ "--to", &w->to, WORD_BYTES_MAX, false },
		{ "--of", &of, WORD_BYTES_MAX, false },
		{ "--by", &w->split, WORD_BYTES_MAX, false },
	};
	size_t count = sizeof options / sizeof *options;

	w->split = STR("campaign");
	dayword_year(w->a, &w->from, &w->to);
	if (!optionwords_read(words, word, options, count - !has_split,
	    &w->is_json))
		return false;
	return optionwords_among(of, &w->is_synthetic) &&
	    str_is_one_of(w->split, funnel_split) &&
	    dayword_span(w->a, &w->from, &w->to);
}

static struct str
count(struct arena *a, int64_t n)
{
	return n == FUNNEL_UNKNOWN ? STR("n/a") : buf_fmt(a, STR_I64_BYTES,
	    "%" PRId64, n);
}

/* {"EUR": "12.00"} for people: EUR 12.00. */
static struct str
amounts(struct arena *a, struct str json)
{
	struct buf b;

	buf_init(&b, a, WON_BYTES_MAX);
	for (size_t i = 0; i < json.n; i++)
		if (!strchr("{}\":", json.p[i]))
			buf_byte(&b, json.p[i]);
	return b.n ? buf_str(&b) : STR("-");
}

static struct str
name_of(const struct funnel_cell *f)
{
	static const char *const names[] = {
		[FUNNEL_NAMELESS] = "(not known)", [FUNNEL_OTHERS] = "(others)",
		[FUNNEL_TOTAL] = "all",
	};

	return f->kind == FUNNEL_CELL ? f->name : str_of(names[f->kind]);
}

static void
add_head(struct table *t, const char *const *head)
{
	for (t->columns = 0; head[t->columns]; t->columns++)
		;
	for (size_t i = 0; i < t->columns; i++)
		table_add(t, str_of(head[i]));
}

/* The last ones are told, with the sum. */
static size_t
first_row(const struct funnel *f)
{
	return f->cells < TABLE_ROWS_MAX ? 0 :
	    f->cells - (TABLE_ROWS_MAX - 1);
}

static void
print_counts(struct arena *a, const struct wish *w, const struct funnel *f)
{
	const char *const head[] = { w->split.p, "visitors", "visits",
		"leads", "MQL", "SQL", "opp.", "cust.", "days", "orders",
		NULL };
	struct table *t = ARENA_NEW(a, struct table);

	add_head(t, head);
	for (size_t i = first_row(f); i < f->cells; i++) {
		const struct funnel_cell *c = &f->cell[i];

		table_add(t, name_of(c));
		table_add(t, count(a, c->visitors));
		table_add(t, count(a, c->visits));
		table_add(t, count(a, c->leads));
		table_add(t, count(a, c->mqls));
		table_add(t, count(a, c->sqls));
		table_add(t, count(a, c->opportunities));
		table_add(t, count(a, c->customers));
		table_add(t, c->days.n ? c->days : STR("n/a"));
		table_add(t, amounts(a, c->won));
	}
	table_write(t, stdout);
}

static void
print_rates(struct arena *a, const struct wish *w, const struct funnel *f)
{
	const char *const head[] = { w->split.p, "lead/visitor", "MQL/lead",
		"SQL/MQL", "opp./SQL", "cust./opp.", "cust./lead", "mature",
		"immature", NULL };
	struct table *t = ARENA_NEW(a, struct table);

	add_head(t, head);
	for (size_t i = first_row(f); i < f->cells; i++) {
		const struct funnel_cell *c = &f->cell[i];

		table_add(t, name_of(c));
		table_add(t, funnel_percent(a, c->leads, c->visitors));
		table_add(t, funnel_percent(a, c->mqls, c->leads));
		table_add(t, funnel_percent(a, c->sqls, c->mqls));
		table_add(t, funnel_percent(a, c->opportunities, c->sqls));
		table_add(t, funnel_percent(a, c->customers,
		    c->opportunities));
		table_add(t, funnel_percent(a, c->customers, c->leads));
		table_add(t, funnel_percent(a, c->mature_customers,
		    c->leads - c->young));
		table_add(t, count(a, c->young));
	}
	table_write(t, stdout);
}

static void
print_text(const struct wish *w, const struct funnel *f)
{
	printf("%.*sleads made from %.*s to %.*s, by %.*s\n\n",
	    STR_ARG(w->is_synthetic ? STR("invented ") : STR_EMPTY),
	    STR_ARG(w->from), STR_ARG(w->to), STR_ARG(w->split));
	print_counts(w->a, w, f);
	putchar('\n');
	print_rates(w->a, w, f);
	if (first_row(f))
		printf("\nThe first %zu rows are left out: --json has all.\n",
		    first_row(f));
	printf("\nA lead is mature after %" PRId64 " days: nine of ten orders"
	    " of the last two years came within\nthem (90 days while there"
	    " are fewer than 20 orders). \"mature\" is customers per mature\n"
	    "lead; \"immature\" tells how many leads are younger.\n",
	    f->mature_days);
	if (f->quarantined)
		printf("In quarantine, and not counted: %" PRId64 " forms of"
		    " that time.\n", f->quarantined);
}

static void
add_count(struct buf *b, const char *name, int64_t n)
{
	buf_json_name(b, name);
	if (n == FUNNEL_UNKNOWN)
		buf_add(b, STR("null"));
	else
		buf_addf(b, "%" PRId64, n);
}

static void
add_raw(struct buf *b, const char *name, struct str json)
{
	buf_json_name(b, name);
	buf_add(b, json.n ? json : STR("null"));
}

static void
add_rates(struct buf *b, struct arena *a, const struct funnel_cell *c)
{
	const struct { const char *name; int64_t part, of; } rates[] = {
		{ "lead", c->leads, c->visitors },
		{ "lead_per_visit", c->leads, c->visits },
		{ "mql", c->mqls, c->leads },
		{ "sql", c->sqls, c->mqls },
		{ "opportunity", c->opportunities, c->sqls },
		{ "customer", c->customers, c->opportunities },
		{ "all", c->customers, c->leads },
	};

	buf_json_name(b, "rates");
	buf_byte(b, '{');
	for (size_t i = 0; i < sizeof rates / sizeof *rates; i++)
		add_raw(b, rates[i].name, funnel_json(a, rates[i].part,
		    rates[i].of));
	buf_byte(b, '}');
}

static void
print_cell(const struct wish *w, const struct funnel *f,
    const struct funnel_cell *c)
{
	static const char *const kinds[] = { "cell", "unknown", "others",
		"total" };
	struct buf b;

	buf_init(&b, w->a, WON_BYTES_MAX);
	buf_byte(&b, '{');
	buf_json_pair(&b, "by", w->split);
	buf_json_pair(&b, "row", str_of(kinds[c->kind]));
	if (c->kind == FUNNEL_CELL)
		buf_json_pair(&b, "cell", c->name);
	add_count(&b, "visitors", c->visitors);
	add_count(&b, "visits", c->visits);
	add_count(&b, "leads", c->leads);
	add_count(&b, "mql", c->mqls);
	add_count(&b, "sql", c->sqls);
	add_count(&b, "opportunity", c->opportunities);
	add_count(&b, "customer", c->customers);
	add_rates(&b, w->a, c);
	buf_json_name(&b, "mature");
	buf_byte(&b, '{');
	add_count(&b, "after_days", f->mature_days);
	add_count(&b, "leads", c->leads - c->young);
	add_count(&b, "customers", c->mature_customers);
	add_raw(&b, "rate", funnel_json(w->a, c->mature_customers,
	    c->leads - c->young));
	buf_byte(&b, '}');
	add_raw(&b, "immature", c->young ? STR("true") : STR("false"));
	add_count(&b, "quarantined", f->quarantined);
	add_raw(&b, "days_to_order", c->days);
	add_raw(&b, "won", c->won.n ? c->won : STR("{}"));
	buf_add(&b, STR("}\n"));
	printf("%.*s", STR_ARG(buf_str(&b)));
}

static int
end(struct pg *db, struct arena *a, const char *command, enum err e)
{
	arena_free(a);
	return command_end(command, db, e);
}

int
funnelcommand_run(const struct conf *c, int words, char **word)
{
	struct wish w = { .a = arena_new(ARENA_BYTES) };
	struct funnel f;
	struct pg *db;
	enum err e;

	if (!dayword_zone(c, "funnel")) {
		arena_free(w.a);
		return COMMAND_FAILED;
	}
	if (!read_wish(words, word, true, &w)) {
		arena_free(w.a);
		return COMMAND_USAGE;
	}
	db = command_database(c, "piste-funnel");
	e = funnel_read(db, w.a, &(struct funnel_wish){ w.split, w.from, w.to,
	    w.is_synthetic }, &f);
	if (!e && !w.is_json)
		print_text(&w, &f);
	for (size_t i = 0; !e && w.is_json && i < f.cells; i++)
		print_cell(&w, &f, &f.cell[i]);
	return end(db, w.a, "funnel", e);
}

static int64_t
woken(const struct recycle_figure *r)
{
	return r->by_date + r->by_download + r->by_score;
}

static void
print_again(const struct wish *w, const struct recycle_figure *r)
{
	struct buf b;

	buf_init(&b, w->a, WON_BYTES_MAX);
	buf_byte(&b, '{');
	if (r->rule.n)
		buf_json_pair(&b, "rule", r->rule);
	else
		add_raw(&b, "rule", STR_EMPTY);
	add_count(&b, "laid", r->laid);
	add_count(&b, "asleep", r->asleep);
	add_count(&b, "woken", woken(r));
	add_count(&b, "date", r->by_date);
	add_count(&b, "download", r->by_download);
	add_count(&b, "score", r->by_score);
	add_count(&b, "sql", r->sqls);
	add_count(&b, "customer", r->customers);
	add_raw(&b, "yield", funnel_json(w->a, r->customers, woken(r)));
	add_raw(&b, "days_aside", r->days_aside);
	add_raw(&b, "days_old", r->days_old);
	add_count(&b, "mails", r->mails);
	buf_json_pair(&b, "cost", r->cost);
	add_raw(&b, "won", r->won.n ? r->won : STR("{}"));
	buf_add(&b, STR("}\n"));
	printf("%.*s", STR_ARG(buf_str(&b)));
}

static void
print_table(const struct wish *w, const struct recycle_figure *r,
    size_t figures)
{
	static const char *const head[] = { "rule", "laid", "asleep", "woken",
		"SQL", "cust.", "yield", "aside", "old", "mails", "cost",
		"orders", NULL };
	struct table *t = ARENA_NEW(w->a, struct table);

	add_head(t, head);
	for (size_t i = 0; i < figures; i++, r++) {
		table_add(t, r->rule.n ? r->rule : STR("all"));
		table_add(t, count(w->a, r->laid));
		table_add(t, count(w->a, r->asleep));
		table_add(t, count(w->a, woken(r)));
		table_add(t, count(w->a, r->sqls));
		table_add(t, count(w->a, r->customers));
		table_add(t, funnel_percent(w->a, r->customers, woken(r)));
		table_add(t, r->days_aside.n ? r->days_aside : STR("n/a"));
		table_add(t, r->days_old.n ? r->days_old : STR("n/a"));
		table_add(t, count(w->a, r->mails));
		table_add(t, r->cost);
		table_add(t, amounts(w->a, r->won));
	}
	table_write(t, stdout);
	printf("\nLeads laid aside from %.*s to %.*s. \"yield\" is customers"
	    " per lead that came up again,\n\"aside\" and \"old\" are median"
	    " days from being laid aside, and from the lead, to that.\n",
	    STR_ARG(w->from), STR_ARG(w->to));
}

int
funnelcommand_recycle(const struct conf *c, int words, char **word)
{
	struct wish w = { .a = arena_new(ARENA_BYTES) };
	struct recycle_figure *figure;
	size_t figures;
	struct pg *db;
	enum err e;

	if (!dayword_zone(c, "recycle")) {
		arena_free(w.a);
		return COMMAND_FAILED;
	}
	if (!read_wish(words, word, false, &w)) {
		arena_free(w.a);
		return COMMAND_USAGE;
	}
	db = command_database(c, "piste-recycle");
	e = recycle_read(db, w.a, &(struct recycle_wish){ w.from, w.to,
	    w.is_synthetic }, &figure, &figures);
	if (!e && !w.is_json)
		print_table(&w, figure, figures);
	for (size_t i = 0; !e && w.is_json && i < figures; i++)
		print_again(&w, &figure[i]);
	return end(db, w.a, "recycle", e);
}
