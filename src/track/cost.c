/*
 * Implements cost.h; what an entry means, who bears it and what may be said
 * when is SQL's, in migration 34.
 */
#include <inttypes.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/currency.h"
#include "form/date.h"
#include "form/normal.h"
#include "form/number.h"
#include "store/pg.h"

#include "track/cost.h"

#define WAIT_MS 120000
#define CENTS 2
#define CENTS_MAX (NUMBER_WHOLE_MAX * 100 + 99)
#define ENTRY_BYTES_MAX ((size_t)4 << 10)	/* as JSON, escaped */
#define FIRST_DAY INT64_C(20000101)
#define LAST_DAY INT64_C(20991231)
#define FIVE_YEARS 50000	/* of numbers like 20261231 */
#define KEY_BYTES_MAX 64
#define CLEAN(column) "regexp_replace(" column ", '[[:cntrl:]]+', ' ', 'g')"
#define STAMP(column) "to_char(" column " AT TIME ZONE 'UTC'," \
    " 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"

SQL(cost_enter, 5,
    "SELECT line, id, change, problem FROM piste.cost_take($1::jsonb, $2, $3,"
    " $4::boolean, $5::boolean)");
SQL(cost_counter, 4,
    "SELECT counter_id, id FROM piste.cost_correct($1::bigint,"
    " nullif($2, '')::numeric, $3, $4)");
SQL(cost_budget_say, 7,
    "SELECT piste.budget_put($1, $2::date, $3::date, $4::numeric, $5, $6,"
    " $7::boolean)");

SQL(cost_rows, 3,
    "SELECT concat_ws(' ', c.id, coalesce(c.campaign_key, '-'), c.kind,"
    " c.amount, c.currency, c.from_day, 'to ' || nullif(c.to_day,"
    " c.from_day), 'shared by ' || c.shared_by,"
    " nullif(" CLEAN("c.supplier") ", ''),"
    " nullif(" CLEAN("c.reference") ", ''), 'by ' || " CLEAN("c.actor") ","
    " " STAMP("c.at") ", CASE WHEN c.amount < 0 THEN 'counters '"
    " ELSE 'corrects ' END || c.corrects, 'because ' || " CLEAN("c.why") "),"
    " json_build_object('entry', c.id, 'campaign', c.campaign_key,"
    " 'shared_by', c.shared_by, 'kind', c.kind, 'from', c.from_day,"
    " 'to', c.to_day, 'amount', c.amount::text, 'currency', c.currency,"
    " 'supplier', c.supplier, 'reference', c.reference,"
    " 'source', c.source, 'actor', c.actor, 'at', " STAMP("c.at") ","
    " 'corrects', c.corrects, 'why', c.why)"
    " FROM piste.cost AS c WHERE ($1 = '' OR c.campaign_key = $1)"
    " AND ($2 = '' OR c.to_day >= nullif($2, '')::date)"
    " AND ($3 = '' OR c.from_day <= nullif($3, '')::date) ORDER BY c.id");
SQL(cost_budget_rows, 3,
    "SELECT concat_ws(' ', b.campaign_key, b.from_day, 'to', b.to_day,"
    " b.amount, b.currency, 'spent', b.spent, CASE WHEN b.spent > b.amount"
    " THEN 'over by' ELSE 'left' END, abs(b.amount - b.spent),"
    " 'given to those below ' || nullif(b.given, 0), CASE WHEN b.given"
    " > b.amount THEN '(more than there is)' END), json_build_object("
    "'campaign', b.campaign_key, 'from', b.from_day, 'to', b.to_day,"
    " 'amount', b.amount::text, 'currency', b.currency,"
    " 'spent', b.spent::text, 'left', (b.amount - b.spent)::text,"
    " 'given', b.given::text, 'actor', b.actor, 'at', " STAMP("b.at") ")"
    " FROM piste.budget_use AS b WHERE ($1 = '' OR b.campaign_key = $1)"
    " AND ($2 = '' OR b.to_day >= nullif($2, '')::date)"
    " AND ($3 = '' OR b.from_day <= nullif($3, '')::date)"
    " ORDER BY b.campaign_key, b.from_day, b.to_day, b.currency");
SQL(cost_tree_rows, 4,
    "SELECT campaign_key, depth, own, shared, whole FROM piste.cost_tree("
    "$1::date, $2::date, $3, $4::boolean)");
SQL(cost_other_currencies, 3,
    "SELECT string_agg(DISTINCT c.currency, ' ' ORDER BY c.currency)"
    " FROM piste.cost AS c WHERE c.currency <> $3 AND c.to_day >= $1::date"
    " AND c.from_day <= $2::date");

static const char *const kinds[] = { "media", "supplier", "staff", "software",
	"files" };
static const char *const shares[] = { "spend", "leads", "equally" };

const char *
cost_kind(size_t kind)
{
	return kind < sizeof kinds / sizeof *kinds ? kinds[kind] : NULL;
}

const char *
cost_share(size_t share)
{
	return share < sizeof shares / sizeof *shares ? shares[share] : NULL;
}

struct str
cost_amount(struct arena *a, struct str typed, bool may_be_zero)
{
	struct str normal;
	int64_t cents;

	/* Spreadsheets put blanks that don't break between thousands. */
	if (number_parse(a, normal_text(a, typed, true), CENTS, &normal,
	    &cents) || cents < !may_be_zero || cents > CENTS_MAX)
		return STR_EMPTY;
	return buf_fmt(a, COST_AMOUNT_BYTES_MAX, "%" PRId64 ".%02" PRId64,
	    cents / 100, cents % 100);
}

/* To the ledger's form; NULL, or what is wrong. */
static const char *
judge_days(struct arena *a, struct str *first, struct str *last)
{
	int64_t from, to;

	if (date_parse(*first, &from) || date_parse(*last, &to))
		return "a day is like 2026-12-31";
	if (from < FIRST_DAY || to > LAST_DAY)
		return "days are from 2000-01-01 to 2099-12-31";
	if (to < from)
		return "the last day is before the first";
	if (to - from >= FIVE_YEARS)
		return "these are five years or more";
	*first = date_iso(a, from);
	*last = date_iso(a, to);
	return NULL;
}

static bool
is_text(struct str s, size_t bytes_max)
{
	return s.n <= bytes_max && str_is_utf8(s) &&
	    !str_has_control(s, false);
}

const char *
cost_judge(struct arena *a, struct cost_entry *e)
{
	struct str amount = cost_amount(a, e->amount, false);

	if (!str_is_one_of(e->kind, cost_kind))
		return "a kind is media, supplier, staff, software or files";
	if (e->shared_by.n && !str_is_one_of(e->shared_by, cost_share))
		return "overhead is shared by spend, leads or equally";
	if (!e->campaign.n && !e->shared_by.n)
		return "a cost is some campaign's, or shared by a key";
	if (!amount.n)
		return "an amount is above zero, like 1200 or 1200.50, up to"
		    " 12 digits; what was too much is corrected";
	if (!currency_is_code(e->currency))
		return CURRENCY_WANTED;
	if (!is_text(e->supplier, COST_SUPPLIER_BYTES_MAX))
		return "a supplier is one line of up to 200 bytes";
	if (!is_text(e->reference, COST_REFERENCE_BYTES_MAX))
		return "a reference is one line of up to 100 bytes";
	if (!is_text(e->campaign, KEY_BYTES_MAX))
		return "there is no such campaign";
	e->amount = amount;
	if (!e->to.n)
		e->to = e->from;
	return judge_days(a, &e->from, &e->to);
}

const char *
cost_judge_budget(struct arena *a, struct cost_budget *b)
{
	b->amount = cost_amount(a, b->amount, true);
	if (!b->amount.n)
		return "a budget is like 1200 or 1200.50, up to 12 digits; 0:"
		    " none any more";
	if (!currency_is_code(b->currency))
		return CURRENCY_WANTED;
	return judge_days(a, &b->from, &b->to);
}

static void
add_entry(struct buf *b, const struct cost_entry *e)
{
	buf_addf(b, "%s{\"line\":%" PRIu64 ",\"again\":%s", b->n > 1 ? "," :
	    "", e->line, e->is_again ? "true" : "false");
	if (e->campaign.n)
		buf_json_pair(b, "campaign_key", e->campaign);
	if (e->shared_by.n)
		buf_json_pair(b, "shared_by", e->shared_by);
	buf_json_pair(b, "kind", e->kind);
	buf_json_pair(b, "from_day", e->from);
	buf_json_pair(b, "to_day", e->to);
	buf_json_pair(b, "amount", e->amount);
	buf_json_pair(b, "currency", e->currency);
	buf_json_pair(b, "supplier", e->supplier);
	buf_json_pair(b, "reference", e->reference);
	buf_byte(b, '}');
}

static struct cost_told
told_of(struct arena *a, const struct pg_rows *rows, size_t row)
{
	struct str change = pg_value(rows, row, 2);
	struct cost_told t = {
		.change = str_eq(change, STR("new")) ? COST_NEW :
		    str_eq(change, STR("known")) ? COST_KNOWN : COST_REFUSED,
		.id = arena_copy(a, pg_value(rows, row, 1)),
		.problem = arena_copy(a, pg_value(rows, row, 3)),
	};

	(void)str_u64(pg_value(rows, row, 0), 0, UINT64_MAX, &t.line);
	return t;
}

enum err
cost_take(struct pg *db, struct arena *a, const struct cost_batch *batch,
    struct cost_told *told)
{
	const struct pg_rows *rows;
	struct buf b;
	enum err e;

	buf_init(&b, a, batch->entries * ENTRY_BYTES_MAX + 2);
	buf_byte(&b, '[');
	for (size_t i = 0; i < batch->entries; i++)
		add_entry(&b, &batch->entry[i]);
	buf_byte(&b, ']');
	e = pg_run(db, &cost_enter, (struct str[]){ buf_str(&b),
	    batch->is_file ? STR("file") : STR("command"), batch->who,
	    PG_BOOL(batch->is_anyway), PG_BOOL(batch->is_trial) }, WAIT_MS,
	    &rows);
	for (size_t i = 0; !e && i < pg_count(rows); i++)
		told[i] = told_of(a, rows, i);
	return e;
}

enum err
cost_correct(struct pg *db, struct arena *a, const struct cost_correction *c,
    struct str *counter, struct str *right)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &cost_counter, (struct str[]){ c->entry,
	    c->amount, c->who, c->why }, WAIT_MS, &rows);

	if (e)
		return e;
	*counter = arena_copy(a, pg_value(rows, 0, 0));
	*right = arena_copy(a, pg_value(rows, 0, 1));
	return OK;
}

enum err
cost_put_budget(struct pg *db, const struct cost_budget *b, struct str *told)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &cost_budget_say, (struct str[]){ b->campaign,
	    b->from, b->to, b->amount, b->currency, b->who,
	    PG_BOOL(b->is_anyway) }, WAIT_MS, &rows);

	if (!e)
		*told = pg_value(rows, 0, 0);
	return e;
}

static enum err
print_rows(struct pg *db, const struct sql *s, const struct cost_wish *w,
    FILE *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, s, (struct str[]){ w->campaign, w->from,
	    w->to }, WAIT_MS, &rows);

	for (size_t i = 0; !e && i < pg_count(rows); i++)
		fprintf(out, "%.*s\n", STR_ARG(pg_value(rows, i,
		    w->is_json)));
	return e;
}

enum err
cost_list(struct pg *db, const struct cost_wish *w, FILE *out)
{
	return print_rows(db, &cost_rows, w, out);
}

enum err
cost_budgets(struct pg *db, const struct cost_wish *w, FILE *out)
{
	return print_rows(db, &cost_budget_rows, w, out);
}

static struct cost_node
node_of(struct arena *a, const struct pg_rows *rows, size_t row)
{
	struct cost_node n = {
		.campaign = arena_copy(a, pg_value(rows, row, 0)),
		.is_all = pg_is_null(rows, row, 0),
		.own = arena_copy(a, pg_value(rows, row, 2)),
		.shared = arena_copy(a, pg_value(rows, row, 3)),
		.whole = arena_copy(a, pg_value(rows, row, 4)),
	};

	(void)str_u32(pg_value(rows, row, 1), 0, UINT32_MAX, &n.depth);
	return n;
}

enum err
cost_read_tree(struct pg *db, struct arena *a, const struct cost_wish *w,
    struct cost_node **node, size_t *nodes, struct str *others)
{
	const struct str params[] = { w->from, w->to, w->currency,
		PG_BOOL(w->is_synthetic) };
	const struct pg_rows *rows;
	enum err e = pg_run(db, &cost_other_currencies, params, WAIT_MS,
	    &rows);

	if (e)
		return e;
	*others = arena_copy(a, pg_value(rows, 0, 0));
	e = pg_run(db, &cost_tree_rows, params, WAIT_MS, &rows);
	if (e)
		return e;
	*nodes = pg_count(rows);
	*node = arena_array(a, *nodes, sizeof **node);
	for (size_t i = 0; i < *nodes; i++)
		(*node)[i] = node_of(a, rows, i);
	return OK;
}
