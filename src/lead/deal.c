/* Implements deal.h; what may be said when is piste.deal_put()'s. */
#include "store/pg.h"

#include "lead/deal.h"

#define WAIT_MS 30000
#define WHOLE_DIGITS_MAX 12
#define ROLE STR("seller")
#define STAMP(column) "to_char(" column " AT TIME ZONE 'UTC'," \
    " 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"

SQL(deal_say, 11,
    "SELECT piste.deal_put(jsonb_populate_record(NULL::piste.deal,"
    " jsonb_build_object('lead_id', $1::bigint, 'kind', $2::text,"
    " 'amount', $3::numeric, 'currency', $4::text,"
    " 'margin', nullif($5, '')::numeric, 'day', nullif($6, '')::date,"
    " 'order_ref', nullif($7, ''), 'actor', $8::text,"
    " 'why', nullif($9, ''))), $10, $11)");

SQL(deal_back, 5,
    "SELECT piste.deal_cancel($1::bigint, $2, $3, $4, nullif($5, ''))");

SQL(deal_known, 1, "SELECT 1 FROM piste.lead WHERE id = $1::bigint");

SQL(deal_rows, 1,
    "SELECT concat_ws(' ', d.kind, d.amount, d.currency,"
    " 'margin ' || d.margin, CASE d.kind WHEN 'win' THEN 'of ' ELSE"
    " 'expected ' END || d.day, 'order ' || d.order_ref,"
    " 'by ' || regexp_replace(d.actor, '[[:cntrl:]]+', ' ', 'g'),"
    " " STAMP("d.at") ", 'because ' || regexp_replace(d.why,"
    " '[[:cntrl:]]+', ' ', 'g'), '(' || d.outcome || ')',"
    " CASE WHEN d.kind = 'win' AND d.ended_at IS NULL THEN '(' || d.day"
    " - (l.created_at AT TIME ZONE 'UTC')::date || ' days after the lead)'"
    " END), json_build_object('lead', d.lead_id, 'kind', d.kind,"
    " 'amount', d.amount::text, 'currency', d.currency,"
    " 'margin', d.margin::text, 'day', d.day, 'order', d.order_ref,"
    " 'actor', d.actor, 'at', " STAMP("d.at") ", 'why', d.why,"
    " 'ended', " STAMP("d.ended_at") ", 'outcome', d.outcome,"
    " 'days', CASE WHEN d.kind = 'win' THEN d.day"
    " - (l.created_at AT TIME ZONE 'UTC')::date END)"
    " FROM piste.deal AS d JOIN piste.lead AS l ON l.id = d.lead_id"
    " WHERE d.lead_id = $1::bigint ORDER BY d.id");

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool
deal_is_amount(struct str typed)
{
	size_t n = 0, cents;

	while (n < typed.n && is_digit(typed.p[n]))
		n++;
	if (n < 1 || n > WHOLE_DIGITS_MAX)
		return false;
	if (n == typed.n)
		return true;
	cents = typed.n - n - 1;
	return typed.p[n] == '.' && (cents == 1 || cents == 2) &&
	    is_digit(typed.p[n + 1]) && is_digit(typed.p[typed.n - 1]);
}

bool
deal_is_margin(struct str typed)
{
	return deal_is_amount(typed.n && typed.p[0] == '-' ?
	    str_slice(typed, 1, typed.n - 1) : typed);
}

enum err
deal_put(struct pg *db, const struct deal_wish *wish, struct str *told)
{
	const struct str params[] = { wish->lead, wish->kind == DEAL_WIN ?
	    STR("win") : STR("opportunity"), wish->amount, wish->currency,
	    wish->margin, wish->day, wish->order, wish->who, wish->why,
	    ROLE, wish->site_currency };
	const struct pg_rows *rows;
	enum err e = pg_run(db, &deal_say, params, WAIT_MS, &rows);

	if (!e)
		*told = pg_value(rows, 0, 0);
	return e;
}

enum err
deal_cancel(struct pg *db, const struct deal_end *end)
{
	return pg_run(db, &deal_back, (struct str[]){ end->lead, end->who,
	    ROLE, end->reason, end->note }, WAIT_MS, NULL);
}

enum err
deal_show(struct pg *db, struct str lead, bool is_json, FILE *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &deal_known, &lead, WAIT_MS, &rows);

	if (e)
		return e;
	if (!pg_count(rows))
		return ERR_ABSENT;
	e = pg_run(db, &deal_rows, &lead, WAIT_MS, &rows);
	for (size_t i = 0; !e && i < pg_count(rows); i++)
		fprintf(out, "%.*s\n", STR_ARG(pg_value(rows, i, is_json)));
	return e;
}
