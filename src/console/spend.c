/* Implements spend.h over track/cost and costrow. */
#include <stdio.h>

#include "app.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "console/desk.h"
#include "console/shell.h"
#include "dayword.h"
#include "http/request.h"
#include "http/url.h"
#include "page/view.h"
#include "store/pg.h"
#include "track/costrow.h"

#include "console/spend.h"

#define HOME "/console/costs"
#define PATH_BYTES_MAX 400
#define JSON_BYTES_MAX 16384

static struct str
typed(const struct desk *d, const char *name)
{
	return str_trim(desk_field(d, str_of(name)));
}

/* An id, or nothing. */
static struct str
number_of(struct str s)
{
	int64_t n;

	return str_i64(s, 1, INT64_MAX, &n) ? s : STR_EMPTY;
}

static struct str
kind_name(struct str kind, enum lang l)
{
	static const struct { const char *key; enum word word; } names[] = {
		{ "media", WORD_COST_MEDIA }, { "supplier",
		    WORD_COST_SUPPLIERS }, { "staff", WORD_COST_STAFF },
		{ "software", WORD_COST_SOFTWARE },
		{ "files", WORD_COST_FILES }, { "spend", WORD_COST_BY_SPEND },
		{ "leads", WORD_COST_BY_LEADS },
		{ "equally", WORD_COST_EQUALLY },
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_eq(kind, str_of(names[i].key)))
			return word_in(names[i].word, l);
	return kind;
}

static void
fill_row(struct desk *d, struct view *v, const struct costrow *r)
{
	bool is_day = str_eq(r->from, r->to);

	view_set(v, "ID", r->id);
	view_set(v, "CAMPAIGN", r->campaign.n ? r->campaign :
	    word_in(WORD_COST_OVERHEAD, d->lang));
	view_set(v, "SHARED", kind_name(r->shared_by, d->lang));
	view_set(v, "KIND", kind_name(r->kind, d->lang));
	view_set(v, "DAYS", is_day ? r->from : buf_fmt(d->rq->arena,
	    PATH_BYTES_MAX, "%.*s – %.*s", STR_ARG(r->from),
	    STR_ARG(r->to)));
	view_set(v, "AMOUNT", r->amount);
	view_set(v, "CURRENCY_OF", r->currency);
	view_set(v, "SUPPLIER_OF", r->supplier);
	view_set(v, "REFERENCE_OF", r->reference);
	view_set(v, "WHO", r->who);
	view_set(v, "CORRECTS", r->corrects);
	view_set(v, "WHY_OF", r->why);
	if (r->is_open && d->role >= ACCOUNT_MARKETER)
		view_set(v, "OPEN", buf_fmt(d->rq->arena, PATH_BYTES_MAX,
		    HOME "/%.*s", STR_ARG(r->id)));
}

static enum err
fill_ledger(struct desk *d, struct view *v)
{
	struct arena *a = d->rq->arena;
	const struct costrow_wish w = { .before = number_of(url_query(a,
	    d->rq->query, STR("before"))) };
	struct costrow *row;
	size_t count;
	enum err e = costrow_read(d->db, a, &w, &row, &count);

	view_set(v, count ? "ROWS" : "EMPTY", STR("1"));
	for (size_t i = 0; i < count; i++)
		fill_row(d, view_add(v, "ROW"), &row[i]);
	if (count == COSTROW_PAGE_MAX)
		view_set(v, "OLDER_URL", buf_fmt(a, PATH_BYTES_MAX,
		    HOME "?before=%.*s", STR_ARG(row[count - 1].id)));
	return e;
}

static enum err
fill_budgets(struct desk *d, struct view *v)
{
	struct costrow_budget *row;
	size_t count;
	enum err e = costrow_budgets(d->db, d->rq->arena, &row, &count);

	view_set(v, count ? "BUDGETS" : "NO_BUDGETS", STR("1"));
	for (size_t i = 0; i < count; i++) {
		struct view *one = view_add(v, "BUDGET");

		view_set(one, "CAMPAIGN", row[i].campaign);
		view_set(one, "DAYS", buf_fmt(d->rq->arena, PATH_BYTES_MAX,
		    "%.*s – %.*s", STR_ARG(row[i].from), STR_ARG(row[i].to)));
		view_set(one, "AMOUNT", row[i].amount);
		view_set(one, "SPENT", row[i].spent);
		view_set(one, "LEFT", row[i].left);
		view_set(one, "CURRENCY_OF", row[i].currency);
		if (row[i].is_over)
			view_set(one, "OVER", STR("1"));
	}
	return e;
}

static void
fill_options(struct desk *d, struct view *v, const char *section,
    const char *(*nth)(size_t i), struct str chosen)
{
	for (size_t i = 0; nth(i); i++) {
		struct view *one = view_add(v, section);

		view_set(one, "OPTION", str_of(nth(i)));
		view_set(one, "OPTION_NAME", kind_name(str_of(nth(i)),
		    d->lang));
		if (str_eq(chosen, str_of(nth(i))))
			view_set(one, "OPTION_CHOSEN", STR("1"));
	}
}

/* The forms, with what was typed in them. */
static enum err
fill_forms(struct desk *d, struct view *v)
{
	static const struct { const char *name, *marker; } fields[] = {
		{ "from", "FROM" }, { "to", "TO" }, { "amount", "SUM" },
		{ "supplier", "SUPPLIER" }, { "reference", "REFERENCE" },
	};
	struct str currency = typed(d, "currency"), *key;
	size_t count;
	enum err e;

	if (d->role < ACCOUNT_MARKETER)
		return OK;
	e = costrow_campaigns(d->db, d->rq->arena, &key, &count);
	view_set(v, "FORMS", STR("1"));
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		view_set(v, fields[i].marker, typed(d, fields[i].name));
	if (!typed(d, "from").n)
		view_set(v, "FROM", dayword_ago(d->rq->arena, 0));
	view_set(v, "CURRENCY", currency.n ? currency :
	    d->rq->app->conf->currency);
	for (size_t i = 0; i < count; i++) {
		struct view *one = view_add(v, "CHOICE");

		view_set(one, "OPTION", key[i]);
		if (str_eq(key[i], typed(d, "campaign")))
			view_set(one, "OPTION_CHOSEN", STR("1"));
	}
	fill_options(d, v, "KIND_OPTION", cost_kind, typed(d, "kind"));
	fill_options(d, v, "SHARE_OPTION", cost_share, typed(d, "shared_by"));
	return e;
}

/* What the request before has done: a word in the address, no more. */
static void
tell(struct desk *d, struct view *v)
{
	static const struct { const char *key; enum word word; } done[] = {
		{ "added", WORD_COST_ADDED }, { "countered",
		    WORD_COST_COUNTERED }, { "budget", WORD_COST_BUDGETED },
		{ "taken", WORD_COST_TAKEN },
	};
	struct str word = url_query(d->rq->arena, d->rq->query, STR("done"));

	for (size_t i = 0; i < sizeof done / sizeof *done; i++)
		if (str_eq(word, str_of(done[i].key)))
			shell_notice(v, SHELL_GOOD, word_in(done[i].word,
			    d->lang));
}

/* With why something was not done; or empty. */
static enum turn
show(struct desk *d, struct str refused, bool is_known)
{
	struct view *v = shell_begin(d, SHELL_COSTS,
	    word_in(WORD_COST_TITLE, d->lang));
	enum err e = fill_ledger(d, v);

	if (!e)
		e = fill_budgets(d, v);
	if (!e)
		e = fill_forms(d, v);
	if (e)
		return desk_refuse(d, e);
	tell(d, v);
	if (is_known)
		view_set(v, "KNOWN", STR("1"));
	if (refused.n)
		shell_notice(v, SHELL_BAD, refused);
	return shell_answer(d->rq, v, refused.n ? 422 : 200, "costs");
}

static enum turn
look(struct desk *d)
{
	return show(d, STR_EMPTY, false);
}

enum turn
spend_show(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_READER, look);
}

/* In the domain's words. */
static struct str
refusal(struct desk *d, struct str why)
{
	return word_fill(d->rq->arena, WORD_COST_REFUSED, d->lang, &why, 1);
}

/* Noted with what it does; e is what that came to. */
static enum err
settle(struct desk *d, enum err e, const char *what, struct str of,
    const struct str *pair)
{
	struct buf is;

	if (e)
		return e;
	buf_init(&is, d->rq->arena, JSON_BYTES_MAX);
	buf_byte(&is, '{');
	for (; pair[0].n; pair += 2)
		buf_json_pair(&is, pair[0].p, pair[1]);
	buf_byte(&is, '}');
	e = desk_journal(d, str_of(what), of, PG_NULL, buf_str(&is));
	return e ? e : pg_commit(d->db);
}

static enum turn
fail(struct desk *d, enum err e)
{
	struct str why = arena_copy(d->rq->arena, str_of(pg_message(d->db)));

	pg_rollback(d->db);
	return e == ERR_INPUT && why.n ? show(d, refusal(d, why), false) :
	    desk_refuse(d, e);
}

static enum turn
add(struct desk *d)
{
	struct cost_entry entry = { .campaign = typed(d, "campaign"),
		.shared_by = typed(d, "shared_by"), .kind = typed(d, "kind"),
		.from = typed(d, "from"), .to = typed(d, "to"),
		.amount = typed(d, "amount"), .currency = typed(d, "currency"),
		.supplier = typed(d, "supplier"),
		.reference = typed(d, "reference"),
		.is_again = typed(d, "again").n > 0 };
	const struct cost_batch b = { .entry = &entry, .entries = 1,
		.is_anyway = typed(d, "anyway").n > 0, .who = desk_who(d) };
	struct cost_told told = { 0 };
	const char *wrong = cost_judge(d->rq->arena, &entry);
	enum err e;

	if (wrong)
		return show(d, refusal(d, str_of(wrong)), false);
	e = pg_begin(d->db);
	if (!e)
		e = cost_take(d->db, d->rq->arena, &b, &told);
	if (!e && told.change == COST_NEW)
		e = settle(d, e, "cost.add", buf_fmt(d->rq->arena,
		    PATH_BYTES_MAX, "cost %.*s", STR_ARG(told.id)),
		    (struct str[]){ STR("campaign"), entry.campaign,
		    STR("kind"), entry.kind, STR("amount"), entry.amount,
		    STR("currency"), entry.currency, STR_EMPTY });
	if (e)
		return fail(d, e);
	if (told.change == COST_NEW)
		return desk_go(d, STR(HOME "?done=added"));
	pg_rollback(d->db);
	return told.change == COST_KNOWN ? show(d, word_fill(d->rq->arena,
	    WORD_COST_KNOWN, d->lang, &told.id, 1), true) :
	    show(d, refusal(d, told.problem), false);
}

enum turn
spend_add(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_MARKETER, add);
}

static enum turn
budget(struct desk *d)
{
	struct cost_budget w = { .campaign = typed(d, "campaign"),
		.amount = typed(d, "amount"), .from = typed(d, "from"),
		.to = typed(d, "to"), .currency = typed(d, "currency"),
		.who = desk_who(d), .is_anyway = typed(d, "anyway").n > 0 };
	const char *wrong = cost_judge_budget(d->rq->arena, &w);
	struct str told;
	enum err e;

	if (wrong)
		return show(d, refusal(d, str_of(wrong)), false);
	e = pg_begin(d->db);
	if (!e)
		e = cost_put_budget(d->db, &w, &told);
	e = settle(d, e, "budget.put", buf_fmt(d->rq->arena, PATH_BYTES_MAX,
	    "campaign %.*s", STR_ARG(w.campaign)), (struct str[]){
	    STR("amount"), w.amount, STR("from"), w.from, STR("to"), w.to,
	    STR("currency"), w.currency, STR_EMPTY });
	return e ? fail(d, e) : desk_go(d, STR(HOME "?done=budget"));
}

enum turn
spend_budget(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_MARKETER, budget);
}

/* One entry, and what countering it will do. */
static enum turn
show_entry(struct desk *d, struct str refused)
{
	struct arena *a = d->rq->arena;
	const struct costrow_wish w = { .entry = number_of(d->rq->param[0]) };
	struct costrow *row;
	struct view *v;
	size_t count = 0;
	enum err e = w.entry.n ? costrow_read(d->db, a, &w, &row, &count) :
	    ERR_ABSENT;

	if (e || !count)
		return desk_refuse(d, e ? e : ERR_ABSENT);
	v = shell_begin(d, SHELL_COSTS, word_fill(a, WORD_COST_ENTRY,
	    d->lang, &row[0].id, 1));
	shell_trail(v, STR(HOME), word_in(WORD_COST_TITLE, d->lang));
	fill_row(d, v, &row[0]);
	view_set(v, "WHY", typed(d, "why"));
	view_set(v, "SUM", typed(d, "amount"));
	if (refused.n)
		shell_notice(v, SHELL_BAD, refused);
	return shell_answer(d->rq, v, refused.n ? 422 : 200, "cost");
}

static enum turn
look_entry(struct desk *d)
{
	return show_entry(d, STR_EMPTY);
}

enum turn
spend_entry(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_MARKETER, look_entry);
}

static enum turn
correct(struct desk *d)
{
	struct arena *a = d->rq->arena;
	struct cost_correction w = { .entry = number_of(d->rq->param[0]),
		.why = typed(d, "why"), .who = desk_who(d) };
	struct str sum = typed(d, "amount"), counter, right, why;
	enum err e;

	if (!w.entry.n)
		return desk_refuse(d, ERR_ABSENT);
	if (sum.n)
		w.amount = cost_amount(a, sum, false);
	if (!w.why.n || w.why.n > COST_WHY_BYTES_MAX || (sum.n &&
	    !w.amount.n))
		return show_entry(d, word_in(!w.why.n ? WORD_COST_NO_WHY :
		    WORD_COST_BAD_SUM, d->lang));
	e = pg_begin(d->db);
	if (!e)
		e = cost_correct(d->db, a, &w, &counter, &right);
	e = settle(d, e, "cost.correct", buf_fmt(a, PATH_BYTES_MAX,
	    "cost %.*s", STR_ARG(w.entry)), (struct str[]){ STR("why"), w.why,
	    STR("amount"), w.amount, STR_EMPTY });
	if (!e)
		return desk_go(d, STR(HOME "?done=countered"));
	why = arena_copy(a, str_of(pg_message(d->db)));
	pg_rollback(d->db);
	return e == ERR_INPUT && why.n ? show_entry(d, refusal(d, why)) :
	    desk_refuse(d, e);
}

enum turn
spend_correct(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_MARKETER, correct);
}
