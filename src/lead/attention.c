/* Implements attention.h; what counts is piste.attention()'s and daily()'s. */
#include <assert.h>

#include "base/arena.h"
#include "store/pg.h"

#include "lead/attention.h"

#define WAIT_MS 10000
#define DIGITS(n) #n
#define LIMIT(n) " LIMIT " DIGITS(n)

SQL(attention_list, 1,
    "SELECT w.place, f.subject, f.n FROM piste.attention() AS f"
    " JOIN unnest($1::text[]) WITH ORDINALITY AS w (what, place)"
    " ON w.what = f.what ORDER BY 1, 2" LIMIT(ATTENTION_MAX));
SQL(attention_days, 1,
    "SELECT d.day, d.views, d.leads FROM piste.daily($1::integer) AS d"
    " ORDER BY d.day");

static const char *const words[ATTENTION_KINDS] = {
	[ATTENTION_INVALID] = "invalid",
	[ATTENTION_LATE] = "late",
	[ATTENTION_OVERFLOW] = "overflow",
	[ATTENTION_QUARANTINE] = "quarantine",
	[ATTENTION_DECIDED] = "decided",
	[ATTENTION_UNDELIVERED] = "undelivered",
};
/* The same in their order. */
#define WORDS "{invalid,late,overflow,quarantine,decided,undelivered}"

const char *
attention_word(enum attention_kind k)
{
	return words[k];
}

static int64_t
number(const struct pg_rows *rows, size_t row, size_t column)
{
	int64_t n = 0;

	(void)str_i64(pg_value(rows, row, column), 0, INT64_MAX, &n);
	return n;
}

enum err
attention_read(struct pg *db, struct arena *a, struct attention **out,
    size_t *count)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &attention_list, &STR(WORDS), WAIT_MS, &rows);

	*count = e ? 0 : pg_count(rows);
	*out = arena_array(a, *count, sizeof **out);
	for (size_t i = 0; i < *count; i++)
		(*out)[i] = (struct attention){
			(enum attention_kind)(number(rows, i, 0) - 1),
			arena_copy(a, pg_value(rows, i, 1)),
			number(rows, i, 2) };
	return e;
}

enum err
attention_daily(struct pg *db, struct arena *a, size_t days,
    struct attention_day **out)
{
	char digits[STR_I64_BYTES];
	struct str wanted = str_from_i64(digits, (int64_t)days);
	const struct pg_rows *rows;
	enum err e;

	assert(days > 0 && days <= ATTENTION_DAYS_MAX);
	e = pg_run(db, &attention_days, &wanted, WAIT_MS, &rows);
	*out = arena_array(a, days, sizeof **out);
	for (size_t i = 0; !e && i < days && i < pg_count(rows); i++)
		(*out)[i] = (struct attention_day){
			arena_copy(a, pg_value(rows, i, 0)),
			number(rows, i, 1), number(rows, i, 2) };
	return e;
}
