/* Implements costcommand.h: reads words, calls track/cost and costfile. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "base/currency.h"
#include "command.h"
#include "dayword.h"
#include "experiment/table.h"
#include "lead/person.h"
#include "optionwords.h"
#include "store/pg.h"
#include "track/cost.h"
#include "track/costfile.h"

#include "costcommand.h"

#define NAME "piste cost"
#define WHO STR("command")
#define WORD_BYTES_MAX 64
#define ARENA_BYTES ((size_t)192 << 20)
#define LINE_BYTES_MAX 2048
#define NO_WISH { .campaign = STR_EMPTY, .from = STR_EMPTY, .to = STR_EMPTY }
#define INDENT "  "
#define DEPTH_TOLD_MAX 8

static int
fail(const char *why)
{
	fprintf(stderr, NAME ": %s\n", why);
	return COMMAND_FAILED;
}

static int
tell(const struct cost_told *t)
{
	switch (t->change) {
	case COST_NEW:
		printf("entry %.*s\n", STR_ARG(t->id));
		return COMMAND_OK;
	case COST_KNOWN:
		printf("entry %.*s says so already; --again enters another\n",
		    STR_ARG(t->id));
		return COMMAND_OK;
	case COST_REFUSED:
		break;
	}
	fprintf(stderr, NAME ": %.*s\n", STR_ARG(t->problem));
	return COMMAND_FAILED;
}

static int
add(const struct conf *c, struct arena *a, int words, char **word)
{
	struct cost_entry e = { .currency = c->currency,
		.from = dayword_ago(a, 0) };
	struct cost_batch b = { .entry = &e, .entries = 1, .who = WHO };
	const struct optionword options[] = {
		{ "--from", &e.from, WORD_BYTES_MAX, false },
		{ "--to", &e.to, WORD_BYTES_MAX, false },
		{ "--currency", &e.currency, WORD_BYTES_MAX, false },
		{ "--supplier", &e.supplier, COST_SUPPLIER_BYTES_MAX, false },
		{ "--reference", &e.reference, COST_REFERENCE_BYTES_MAX,
		    false },
		{ "--shared-by", &e.shared_by, WORD_BYTES_MAX, false },
		{ "--by", &b.who, COST_WHO_BYTES_MAX, false },
	};
	struct cost_told told = { 0 };
	const char *wrong;
	struct pg *db;
	enum err err;

	e.is_again = optionwords_flag(&words, word, "--again");
	b.is_anyway = optionwords_flag(&words, word, "--anyway");
	if (words < 3 || !optionwords_read(words - 3, word + 3, options,
	    sizeof options / sizeof *options, NULL))
		return COMMAND_USAGE;
	if (strcmp(word[0], "-") != 0)
		e.campaign = str_of(word[0]);
	e.kind = str_of(word[1]);
	e.amount = str_of(word[2]);
	wrong = cost_judge(a, &e);
	if (wrong)
		return fail(wrong);
	db = command_database(c, "piste-cost");
	err = cost_take(db, a, &b, &told);
	return command_end("cost", db, err) || tell(&told);
}

/* How many became what; a line on standard error for each refused row. */
static void
count(const char *path, const struct cost_told *told, size_t entries,
    uint64_t changes[COST_REFUSED + 1])
{
	for (size_t i = 0; i < entries; i++) {
		changes[told[i].change]++;
		if (told[i].change == COST_REFUSED)
			fprintf(stderr, "%s: line %" PRIu64 ": %.*s\n", path,
			    told[i].line, STR_ARG(told[i].problem));
	}
}

static int
take_file(const struct conf *c, struct arena *a, const char *path,
    const struct costfile *f, struct cost_batch *b)
{
	uint64_t changes[COST_REFUSED + 1] = { 0 };
	struct cost_told *told = arena_array(a, f->entries, sizeof *told);
	bool is_preview = b->is_trial;
	struct pg *db = command_database(c, "piste-cost");
	enum err e;

	b->entry = f->entry;
	b->entries = f->entries;
	b->is_trial = is_preview || f->faults;
	e = cost_take(db, a, b, told);
	if (command_end("cost", db, e))
		return COMMAND_FAILED;
	count(path, told, f->entries, changes);
	changes[COST_REFUSED] += f->faults;
	printf("{\"rows\":%" PRIu64 ",\"%s\":%" PRIu64 ",\"known\":%" PRIu64
	    ",\"refused\":%" PRIu64 "}\n", f->rows, is_preview ||
	    changes[COST_REFUSED] ? "would_be_new" : "new", changes[COST_NEW],
	    changes[COST_KNOWN], changes[COST_REFUSED]);
	if (!changes[COST_REFUSED])
		return COMMAND_OK;
	return fail("nothing is entered: a file is taken whole or not at all");
}

static int
import(const struct conf *c, struct arena *a, int words, char **word)
{
	struct costfile_wish w = { .usual = { .currency = c->currency } };
	struct cost_batch b = { .is_file = true, .who = WHO };
	const struct optionword options[] = {
		{ "--campaign", &w.usual.campaign, WORD_BYTES_MAX, false },
		{ "--kind", &w.usual.kind, WORD_BYTES_MAX, false },
		{ "--currency", &w.usual.currency, WORD_BYTES_MAX, false },
		{ "--supplier", &w.usual.supplier, COST_SUPPLIER_BYTES_MAX,
		    false },
		{ "--shared-by", &w.usual.shared_by, WORD_BYTES_MAX, false },
		{ "--by", &b.who, COST_WHO_BYTES_MAX, false },
	};
	struct costfile f;

	b.is_trial = optionwords_flag(&words, word, "--preview");
	b.is_anyway = optionwords_flag(&words, word, "--anyway");
	if (words < 1 || !optionwords_read(words - 1, word + 1, options,
	    sizeof options / sizeof *options, NULL))
		return COMMAND_USAGE;
	if (!currency_is_code(w.usual.currency))
		return fail(CURRENCY_WANTED);
	w.path = word[0];
	return costfile_read(a, &w, stderr, &f) ? COMMAND_FAILED :
	    take_file(c, a, word[0], &f, &b);
}

static int
correct(const struct conf *c, struct arena *a, int words, char **word)
{
	struct cost_correction w = { .who = WHO };
	const struct optionword options[] = {
		{ "--why", &w.why, COST_WHY_BYTES_MAX, true },
		{ "--amount", &w.amount, WORD_BYTES_MAX, false },
		{ "--by", &w.who, COST_WHO_BYTES_MAX, false },
	};
	struct str counter, right;
	struct pg *db;
	enum err e;

	if (words < 1 || !person_is_id(str_of(word[0])) ||
	    !optionwords_read(words - 1, word + 1, options,
	    sizeof options / sizeof *options, NULL))
		return COMMAND_USAGE;
	w.entry = str_of(word[0]);
	if (w.amount.n) {
		w.amount = cost_amount(a, w.amount, false);
		if (!w.amount.n)
			return fail("an amount is above zero, like 1200 or"
			    " 1200.50, up to 12 digits");
	}
	db = command_database(c, "piste-cost");
	e = cost_correct(db, a, &w, &counter, &right);
	if (!e && right.n)
		printf("entry %.*s counters it, entry %.*s takes its place\n",
		    STR_ARG(counter), STR_ARG(right));
	else if (!e)
		printf("entry %.*s counters it\n", STR_ARG(counter));
	return command_end("cost", db, e);
}

static bool
read_wish(struct arena *a, int words, char **word, struct cost_wish *w)
{
	const struct optionword options[] = {
		{ "--campaign", &w->campaign, WORD_BYTES_MAX, false },
		{ "--from", &w->from, WORD_BYTES_MAX, false },
		{ "--to", &w->to, WORD_BYTES_MAX, false },
	};

	return optionwords_read(words, word, options,
	    sizeof options / sizeof *options, &w->is_json) &&
	    dayword_read(a, &w->from) && dayword_read(a, &w->to);
}

static int
list(const struct conf *c, struct arena *a, int words, char **word)
{
	struct cost_wish w = NO_WISH;
	struct pg *db;

	if (!read_wish(a, words, word, &w))
		return COMMAND_USAGE;
	db = command_database(c, "piste-cost");
	return command_end("cost", db, cost_list(db, &w, stdout));
}

static int
budgets(const struct conf *c, struct arena *a, int words, char **word)
{
	struct cost_wish w = NO_WISH;
	struct pg *db;

	if (!read_wish(a, words, word, &w))
		return COMMAND_USAGE;
	db = command_database(c, "piste-cost");
	return command_end("cost", db, cost_budgets(db, &w, stdout));
}

static int
budget(const struct conf *c, struct arena *a, int words, char **word)
{
	struct cost_budget w = { .currency = c->currency, .who = WHO };
	const struct optionword options[] = {
		{ "--from", &w.from, WORD_BYTES_MAX, true },
		{ "--to", &w.to, WORD_BYTES_MAX, true },
		{ "--currency", &w.currency, WORD_BYTES_MAX, false },
		{ "--by", &w.who, COST_WHO_BYTES_MAX, false },
	};
	const char *wrong;
	struct str told;
	struct pg *db;
	enum err e;

	w.is_anyway = optionwords_flag(&words, word, "--anyway");
	if (words < 2 || !optionwords_read(words - 2, word + 2, options,
	    sizeof options / sizeof *options, NULL))
		return COMMAND_USAGE;
	w.campaign = str_of(word[0]);
	w.amount = str_of(word[1]);
	wrong = cost_judge_budget(a, &w);
	if (wrong)
		return fail(wrong);
	db = command_database(c, "piste-cost");
	e = cost_put_budget(db, &w, &told);
	if (!e)
		printf("%.*s\n", STR_ARG(told));
	return command_end("cost", db, e);
}

static struct str
label(struct arena *a, const struct cost_node *n)
{
	struct buf b;

	if (n->is_all)
		return STR("all");
	if (!n->campaign.n)
		return STR("(nobody's)");
	buf_init(&b, a, LINE_BYTES_MAX);
	for (uint32_t i = 0; i < n->depth && i < DEPTH_TOLD_MAX; i++)
		buf_add(&b, STR(INDENT));
	buf_add(&b, n->campaign);
	return buf_str(&b);
}

static void
print_tree(struct arena *a, const struct cost_wish *w,
    const struct cost_node *node, size_t nodes)
{
	static const char *const head[] = { "campaign", "own", "overhead",
		"with all below" };
	struct table *t = ARENA_NEW(a, struct table);

	printf("costs from %.*s to %.*s in %.*s\n\n", STR_ARG(w->from),
	    STR_ARG(w->to), STR_ARG(w->currency));
	for (size_t i = 0; i <= nodes; i++) {
		if (i == nodes || t->rows >= TABLE_ROWS_MAX - 1) {
			table_write(t, stdout);
			memset(t, 0, sizeof *t);
		}
		for (size_t k = 0; !t->rows && i < nodes &&
		    k < sizeof head / sizeof *head; k++) {
			t->columns = sizeof head / sizeof *head;
			table_add(t, str_of(head[k]));
		}
		if (i == nodes)
			break;
		table_add(t, label(a, &node[i]));
		table_add(t, node[i].own);
		table_add(t, node[i].shared);
		table_add(t, node[i].whole);
	}
}

static void
print_node(struct arena *a, const struct cost_wish *w,
    const struct cost_node *n)
{
	struct buf b;

	buf_init(&b, a, LINE_BYTES_MAX);
	buf_byte(&b, '{');
	buf_json_pair(&b, "row", n->is_all ? STR("total") : n->campaign.n ?
	    STR("campaign") : STR("nobody"));
	if (n->campaign.n)
		buf_json_pair(&b, "campaign", n->campaign);
	buf_addf(&b, ",\"depth\":%" PRIu32, n->depth);
	buf_json_pair(&b, "own", n->own);
	buf_json_pair(&b, "overhead", n->shared);
	buf_json_pair(&b, "whole", n->whole);
	buf_json_pair(&b, "currency", w->currency);
	buf_add(&b, STR("}\n"));
	printf("%.*s", STR_ARG(buf_str(&b)));
}

static enum err
tell_tree(struct pg *db, struct arena *a, const struct cost_wish *w)
{
	struct cost_node *node;
	struct str others;
	size_t nodes;
	enum err e = cost_read_tree(db, a, w, &node, &nodes, &others);

	if (e)
		return e;
	if (!w->is_json)
		print_tree(a, w, node, nodes);
	for (size_t i = 0; w->is_json && i < nodes; i++)
		print_node(a, w, &node[i]);
	if (others.n && !w->is_json)
		printf("\nThere are costs in other currencies, which are not"
		    " in it: %.*s (see --currency).\n", STR_ARG(others));
	return OK;
}

static int
tree(const struct conf *c, struct arena *a, int words, char **word)
{
	struct str of = STR("real");
	struct cost_wish w = { .currency = c->currency };
	const struct optionword options[] = {
		{ "--from", &w.from, WORD_BYTES_MAX, false },
		{ "--to", &w.to, WORD_BYTES_MAX, false },
		{ "--currency", &w.currency, WORD_BYTES_MAX, false },
		{ "--of", &of, WORD_BYTES_MAX, false },
	};
	struct pg *db;

	dayword_year(a, &w.from, &w.to);
	if (!optionwords_read(words, word, options,
	    sizeof options / sizeof *options, &w.is_json) ||
	    !dayword_span(a, &w.from, &w.to) ||
	    !optionwords_among(of, &w.is_synthetic))
		return COMMAND_USAGE;
	db = command_database(c, "piste-cost");
	return command_end("cost", db, tell_tree(db, a, &w));
}

static const struct {
	const char *name;
	int (*run)(const struct conf *c, struct arena *a, int words,
	    char **word);
} acts[] = {
	{ "add", add },
	{ "import", import },
	{ "correct", correct },
	{ "list", list },
	{ "tree", tree },
	{ "budget", budget },
	{ "budgets", budgets },
};

int
costcommand_run(const struct conf *c, int words, char **word)
{
	struct arena *a;
	int status = COMMAND_USAGE;

	if (words < 1)
		return COMMAND_USAGE;
	if (!dayword_zone(c, "cost"))
		return COMMAND_FAILED;
	a = arena_new(ARENA_BYTES);
	for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
		if (!strcmp(word[0], acts[i].name))
			status = acts[i].run(c, a, words - 1, word + 1);
	arena_free(a);
	return status;
}
