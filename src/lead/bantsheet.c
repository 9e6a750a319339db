/* Implements bantsheet.h. */
#include "base/arena.h"
#include "lead/seller.h"
#include "store/pg.h"

#include "lead/bantsheet.h"

#define WAIT_MS 30000
#define STAMP(column) "to_char(" column " AT TIME ZONE 'UTC'," \
    " 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"

SQL(bantsheet_last_day, 1,
    "SELECT to_char(current_date + $1::int, 'YYYYMMDD')");
SQL(bantsheet_answers, 1,
    "SELECT DISTINCT ON (topic) topic, value, author, " STAMP("at")
    " FROM piste.bant WHERE lead_id = $1::bigint"
    " ORDER BY topic, id DESC");

static enum err
read_answers(struct pg *db, struct arena *a, struct str lead,
    struct bantsheet *s)
{
	const struct pg_rows *rows;
	enum bant_topic topic;
	enum err e = pg_run(db, &bantsheet_answers, &lead, WAIT_MS, &rows);

	for (size_t i = 0; !e && i < pg_count(rows); i++) {
		if (bant_topic_parse(pg_value(rows, i, 0), &topic))
			continue;
		s->value[topic] = arena_copy(a, pg_value(rows, i, 1));
		s->author[topic] = arena_copy(a, pg_value(rows, i, 2));
		s->at[topic] = arena_copy(a, pg_value(rows, i, 3));
		/* Erased ones are empty: nothing is known. */
		if (bant_parse(a, topic, s->value[topic], &s->answer[topic]))
			s->answer[topic] = (struct bant_answer){ 0 };
	}
	return e;
}

enum err
bantsheet_judge(struct pg *db, struct arena *a, struct str lead,
    struct bantsheet *s)
{
	char days[STR_I64_BYTES];
	struct seller_snapshot rules = { 0 };
	const struct pg_rows *rows;
	int64_t last_day = 0;
	enum err e = seller_rules(db, a, &rules);

	if (e && e != ERR_ABSENT)
		return e;
	s->rule = sellerrule_bant(&rules.rule, s->offer);
	e = pg_run(db, &bantsheet_last_day, (struct str[]){ str_from_i64(days,
	    s->rule.timing_days_max) }, WAIT_MS, &rows);
	if (e)
		return e;
	(void)str_i64(pg_value(rows, 0, 0), 0, INT64_MAX, &last_day);
	e = read_answers(db, a, lead, s);
	if (!e)
		bant_decide(&s->rule, s->answer, last_day, &s->verdict);
	return e;
}
