/* Implements sellerdesk.h; the rules are in src/sql/0030_promises.sql. */
#include "base/arena.h"
#include "store/pg.h"

#include "lead/sellerdesk.h"

#define WAIT_MS 2000

SQL(sellerdesk_state, 1,
    "SELECT s.lead_id, s.grade, s.state"
    " FROM piste.seller_state($1::bigint) AS s WHERE s.lead_id IS NOT NULL");
SQL(sellerdesk_act, 3, "SELECT piste.seller_act($1::bigint, $2, $3)");

SQL(sellerdesk_speak, 2,
    "UPDATE piste.seller SET lang = $2 WHERE key = $1 RETURNING id");

const char *
sellerdesk_name(enum sellerdesk_deed deed)
{
	static const char *const names[] = {
		[SELLERDESK_ACCEPT] = "accept",
		[SELLERDESK_CONTACT] = "contact",
		[SELLERDESK_REFUSE] = "refuse",
		[SELLERDESK_NOTE] = "note",
	};

	return names[deed];
}

enum err
sellerdesk_look(struct pg *db, struct arena *a, struct str allocation,
    struct sellerdesk_lead *out)
{
	static const char *const states[] = {
		[SELLERDESK_OPEN] = "open",
		[SELLERDESK_ACCEPTED] = "accepted",
		[SELLERDESK_CONTACTED] = "contacted",
		[SELLERDESK_EXPIRED] = "expired",
		[SELLERDESK_REFUSED] = "refused",
		[SELLERDESK_REASSIGNED] = "reassigned",
		[SELLERDESK_LEFT] = "left",
		[SELLERDESK_ERASED] = "erased",
	};
	const struct pg_rows *rows;
	enum err e = pg_run(db, &sellerdesk_state, &allocation, WAIT_MS,
	    &rows);

	if (e)
		return e;
	if (!pg_count(rows))
		return ERR_ABSENT;
	*out = (struct sellerdesk_lead){
		.id = arena_copy(a, pg_value(rows, 0, 0)),
		.grade = arena_copy(a, pg_value(rows, 0, 1)) };
	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		if (str_eq(pg_value(rows, 0, 2), str_of(states[i]))) {
			out->state = (enum sellerdesk_state)i;
			return OK;
		}
	return ERR_INPUT;
}

enum err
sellerdesk_do(struct pg *db, struct str allocation, enum sellerdesk_deed deed,
    struct str words, bool *is_done)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &sellerdesk_act, (struct str[]){ allocation,
	    str_of(sellerdesk_name(deed)), words }, WAIT_MS, &rows);

	*is_done = !e && str_eq(pg_value(rows, 0, 0), STR("done"));
	return e;
}

enum err
sellerdesk_language(struct pg *db, struct str seller, enum lang l)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &sellerdesk_speak, (struct str[]){ seller,
	    lang_code(l) }, WAIT_MS, &rows);

	return e ? e : pg_count(rows) ? OK : ERR_ABSENT;
}
