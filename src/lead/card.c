/* Implements card.h over the views and functions of src/sql/0038. */
#include "base/arena.h"
#include "store/pg.h"

#include "lead/card.h"

#define WAIT_MS 10000
#define TEXT_OF(n) DIGITS(n)
#define DIGITS(n) #n

#define CARD "SELECT p.id, p.email, p.phone, p.first_name, p.last_name," \
    " p.company, (p.created_at AT TIME ZONE 'UTC')::date, p.merged_into FROM "
#define FOUND(search) " AS p JOIN piste." search "($1, " \
    TEXT_OF(CARD_FOUND_MAX) ") AS f (id) ON f.id = p.id ORDER BY p.id DESC"
#define OF_ID " AS p WHERE p.id = $1::bigint"
SQL(card_found, 1, CARD "piste.person_card" FOUND("person_search"));
SQL(card_found_masked, 1,
    CARD "piste.person_card_masked" FOUND("person_named"));
SQL(card_of, 1, CARD "piste.person_card" OF_ID);
SQL(card_of_masked, 1, CARD "piste.person_card_masked" OF_ID);
SQL(card_leads_of, 1,
    "SELECT l.id, l.offer, l.stage, l.grade, l.score,"
    " (l.created_at AT TIME ZONE 'UTC')::date"
    " FROM piste.person_leads($1::bigint) AS l ORDER BY l.id DESC");
SQL(card_story_of, 1,
    "SELECT to_char(s.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'), s.what,"
    " s.subject, s.detail FROM piste.person_story($1::bigint, "
    TEXT_OF(CARD_STORY_MAX) ") AS s ORDER BY s.at DESC");

static struct str
text(struct arena *a, const struct pg_rows *rows, size_t row, size_t column)
{
	return arena_copy(a, pg_value(rows, row, column));
}

static struct card
card_at(struct arena *a, const struct pg_rows *rows, size_t row)
{
	return (struct card){
		.id = text(a, rows, row, 0),
		.email = text(a, rows, row, 1),
		.phone = text(a, rows, row, 2),
		.first_name = text(a, rows, row, 3),
		.last_name = text(a, rows, row, 4),
		.company = text(a, rows, row, 5),
		.since = text(a, rows, row, 6),
		.merged_into = text(a, rows, row, 7),
	};
}

enum err
card_search(struct pg *db, struct arena *a, struct str typed, bool is_masked,
    struct card **out, size_t *count)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, is_masked ? &card_found_masked : &card_found,
	    &typed, WAIT_MS, &rows);

	*count = e ? 0 : pg_count(rows);
	*out = arena_array(a, *count, sizeof **out);
	for (size_t i = 0; i < *count; i++)
		(*out)[i] = card_at(a, rows, i);
	return e;
}

enum err
card_read(struct pg *db, struct arena *a, struct str id, bool is_masked,
    struct card *out)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, is_masked ? &card_of_masked : &card_of, &id,
	    WAIT_MS, &rows);

	if (e)
		return e;
	if (!pg_count(rows))
		return ERR_ABSENT;
	*out = card_at(a, rows, 0);
	return OK;
}

enum err
card_leads(struct pg *db, struct arena *a, struct str id,
    struct card_lead **out, size_t *count)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &card_leads_of, &id, WAIT_MS, &rows);

	*count = e ? 0 : pg_count(rows);
	*out = arena_array(a, *count, sizeof **out);
	for (size_t i = 0; i < *count; i++)
		(*out)[i] = (struct card_lead){ text(a, rows, i, 0),
			text(a, rows, i, 1), text(a, rows, i, 2),
			text(a, rows, i, 3), text(a, rows, i, 4),
			text(a, rows, i, 5) };
	return e;
}

enum err
card_story(struct pg *db, struct arena *a, struct str id,
    struct card_event **out, size_t *count)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &card_story_of, &id, WAIT_MS, &rows);

	*count = e ? 0 : pg_count(rows);
	*out = arena_array(a, *count, sizeof **out);
	for (size_t i = 0; i < *count; i++)
		(*out)[i] = (struct card_event){ text(a, rows, i, 0),
			text(a, rows, i, 1), text(a, rows, i, 2),
			text(a, rows, i, 3) };
	return e;
}
