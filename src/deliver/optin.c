/* Implements optin.h; the rules are in src/sql/0009_mail.sql. */
#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "deliver/bounce.h"
#include "deliver/mail.h"
#include "deliver/optin.h"
#include "store/pg.h"

SQL(optin_confirm_one, 1, "SELECT piste.mail_confirm($1::uuid)");
SQL(optin_again_one, 2, "SELECT piste.mail_again($1::uuid, $2::int)");
SQL(optin_withdraw_one, 2,
    "SELECT piste.mail_withdraw($1::uuid, $2::boolean)");
SQL(optin_note_one, 2, "SELECT piste.delivery_note($1::uuid, $2::boolean)");
SQL(optin_bounce_one, 5,
    "SELECT piste.mail_bounce($1::bigint, $2::int, $3::uuid, $4, $5)");
SQL(optin_allow_one, 1, "SELECT piste.mail_allow($1)");
SQL(optin_count_all, 1,
    "SELECT page, submitted, to_confirm, confirm_sent, opened, confirmed,"
    " asset_sent, fetched, dropped, refused"
    " FROM piste.delivery_steps(nullif($1, ''), NULL, NULL)");

static const char *const step_names[OPTIN_STEPS] = { "submitted",
	"to_confirm", "confirm_sent", "opened", "confirmed", "asset_sent",
	"fetched", "dropped", "refused" };

const char *
optin_step_name(size_t step)
{
	return step < OPTIN_STEPS ? step_names[step] : NULL;
}

static enum err
ask(struct pg *db, const struct sql *s, const struct str *params,
    enum optin *out)
{
	static const char *const words[] = {
		[OPTIN_CONFIRMED] = "confirmed", [OPTIN_ALREADY] = "already",
		[OPTIN_QUEUED] = "queued", [OPTIN_CAPPED] = "capped",
		[OPTIN_ABSENT] = "absent",
	};
	const struct pg_rows *rows;
	enum err e = pg_run(db, s, params, PG_STATEMENT_MS, &rows);

	if (e)
		return e;
	*out = OPTIN_ABSENT;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_eq(pg_value(rows, 0, 0), str_of(words[i])))
			*out = (enum optin)i;
	return OK;
}

enum err
optin_confirm(struct pg *db, const struct uuid *submission, enum optin *out)
{
	char id[UUID_TEXT];
	struct str params[] = { token_uuid_text(submission, id) };

	return ask(db, &optin_confirm_one, params, out);
}

enum err
optin_again(struct pg *db, const struct uuid *submission, enum optin *out)
{
	char id[UUID_TEXT], max[STR_I64_BYTES];
	struct str params[] = { token_uuid_text(submission, id),
		str_from_i64(max, OPTIN_ROUNDS_MAX) };

	return ask(db, &optin_again_one, params, out);
}

enum err
optin_withdraw(struct pg *db, const struct uuid *submission, bool is_all)
{
	char id[UUID_TEXT];

	return pg_run(db, &optin_withdraw_one, (struct str[]){
	    token_uuid_text(submission, id), PG_BOOL(is_all) }, PG_STATEMENT_MS,
	    NULL);
}

void
optin_note(struct pg *db, const struct uuid *submission, bool is_fetched)
{
	char id[UUID_TEXT];

	/* What fails is logged by pg, and costs a figure, not a document. */
	(void)!pg_run(db, &optin_note_one, (struct str[]){
	    token_uuid_text(submission, id), PG_BOOL(is_fetched) },
	    OPTIN_NOTE_MS, NULL);
}

/* OK when a statement's one boolean is true, else ERR_ABSENT. */
static enum err
is_told(struct pg *db, const struct sql *s, const struct str *params)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, s, params, PG_STATEMENT_MS, &rows);

	if (e)
		return e;
	return str_eq(pg_value(rows, 0, 0), STR("t")) ? OK : ERR_ABSENT;
}

enum err
optin_bounce(struct pg *db, const struct mail_id *id,
    const struct bounce_failure *f)
{
	char row[STR_I64_BYTES], round[STR_I64_BYTES];

	return is_told(db, &optin_bounce_one, (struct str[]){
	    str_from_i64(row, id->row), str_from_i64(round, id->round),
	    id->submission, f->address, f->status });
}

enum err
optin_allow(struct pg *db, struct str address)
{
	return is_told(db, &optin_allow_one, &address);
}

enum err
optin_count(struct pg *db, struct arena *a, struct str page,
    struct optin_steps **out, size_t *pages)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &optin_count_all, &page, PG_STATEMENT_MS,
	    &rows);

	if (e)
		return e;
	*pages = pg_count(rows);
	*out = arena_array(a, *pages, sizeof **out);
	for (size_t i = 0; i < *pages; i++) {
		struct optin_steps *s = &(*out)[i];

		s->page = arena_copy(a, pg_value(rows, i, 0));
		for (size_t k = 0; k < OPTIN_STEPS; k++)
			if (!str_i64(pg_value(rows, i, k + 1), 0, INT64_MAX,
			    &s->count[k]))
				return ERR_INPUT;
	}
	return OK;
}
