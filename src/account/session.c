/* Implements session.h; when a session is over is judged in SQL. */
#include <sodium.h>

#include "base/arena.h"
#include "base/token.h"
#include "store/pg.h"

#include "account/session.h"

#define WAIT_MS PG_STATEMENT_MS
#define SESSION_BYTES 32
#define PLACE_BYTES_MAX 64
#define AGENT_BYTES_MAX 200
#define PURPOSE "console form"
#define DIGITS(n) #n
#define TEXT_OF(n) DIGITS(n)
#define SECONDS(n) "interval '" TEXT_OF(n) " s'"
#define STAMP(column) "to_char(" column " AT TIME ZONE 'UTC'," \
    " 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"

SQL(session_begins, 6, "SELECT piste.session_begin($1::bigint, $2, $3,"
    " $4::boolean, $5, $6)");
SQL(session_finds, 2,
    "SELECT s.user_id, s.login, s.name, s.role, s.lang, s.is_whole,"
    " s.has_second, CASE WHEN s.is_whole AND $2::boolean"
    " THEN set_config('role', 'piste_' || s.role, false) END"
    " FROM piste.session_touch($1, " SECONDS(SESSION_IDLE_S) ", "
    SECONDS(SESSION_WHOLE_S) ", " SECONDS(SESSION_HALF_S) ") AS s");
SQL(session_ends, 1, "SELECT piste.session_end($1)");
SQL(session_rows, 1,
    "SELECT s.id, s.is_this, " STAMP("s.begun_at") ", " STAMP("s.seen_at")
    ", s.place, s.agent FROM piste.own_sessions($1) AS s");
SQL(session_revokes, 2, "SELECT piste.own_session_end($1,"
    " nullif($2::bigint, 0))");

struct str
session_make(char dst[SESSION_TEXT])
{
	unsigned char bytes[SESSION_BYTES];

	token_random(bytes, sizeof bytes);
	sodium_bin2hex(dst, SESSION_TEXT, bytes, sizeof bytes);
	return (struct str){ dst, SESSION_TEXT - 1 };
}

bool
session_is(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((s.p[i] < '0' || s.p[i] > '9') &&
		    (s.p[i] < 'a' || s.p[i] > 'f'))
			return false;
	return s.n == SESSION_TEXT - 1;
}

struct str
session_proof(const struct token_key *k, struct str session,
    char dst[SESSION_TEXT])
{
	unsigned char mac[SESSION_BYTES];
	crypto_generichash_state st;

	crypto_generichash_init(&st, k->bytes, sizeof k->bytes, sizeof mac);
	crypto_generichash_update(&st, (const unsigned char *)PURPOSE,
	    sizeof PURPOSE);
	crypto_generichash_update(&st, (const unsigned char *)session.p,
	    session.n);
	crypto_generichash_final(&st, mac, sizeof mac);
	sodium_bin2hex(dst, SESSION_TEXT, mac, sizeof mac);
	return (struct str){ dst, SESSION_TEXT - 1 };
}

bool
session_proof_is(const struct token_key *k, struct str session,
    struct str proof)
{
	char want[SESSION_TEXT];

	session_proof(k, session, want);
	return session_is(session) && proof.n == SESSION_TEXT - 1 &&
	    !sodium_memcmp(proof.p, want, SESSION_TEXT - 1);
}

/* Cut where a character ends. */
static struct str
cut(struct str s, size_t max)
{
	size_t n = 0, step;

	while (n < s.n && (step = str_utf8_step(str_slice(s, n, s.n))) &&
	    n + step <= max)
		n += step;
	return str_slice(s, 0, n);
}

enum err
session_begin(struct pg *db, const struct session_login *l)
{
	char user[STR_I64_BYTES], hash[TOKEN_HASH_TEXT], was[TOKEN_HASH_TEXT];
	const struct str params[] = { str_from_i64(user, l->user),
		token_hash(l->session, hash),
		l->was.n ? token_hash(l->was, was) : PG_NULL,
		PG_BOOL(l->is_whole),
		cut(l->place, PLACE_BYTES_MAX),
		cut(l->agent, AGENT_BYTES_MAX) };

	return pg_run(db, &session_begins, params, WAIT_MS, NULL);
}

enum err
session_find(struct pg *db, struct arena *a, struct str session, bool take,
    struct session *out)
{
	char hash[TOKEN_HASH_TEXT];
	const struct str params[] = { token_hash(session, hash),
		PG_BOOL(take) };
	const struct pg_rows *rows;
	enum err e;

	if (!session_is(session))
		return ERR_DENIED;
	e = pg_run(db, &session_finds, params, WAIT_MS, &rows);
	if (e)
		return e;
	if (!pg_count(rows))
		return ERR_DENIED;
	*out = (struct session){ .hash = arena_copy(a, params[0]),
		.login = arena_copy(a, pg_value(rows, 0, 1)),
		.name = arena_copy(a, pg_value(rows, 0, 2)),
		.is_whole = str_eq(pg_value(rows, 0, 5), STR("t")),
		.has_second = str_eq(pg_value(rows, 0, 6), STR("t")) };
	return str_i64(pg_value(rows, 0, 0), 1, INT64_MAX, &out->user) &&
	    !account_role_parse(pg_value(rows, 0, 3), &out->role) &&
	    !lang_parse(pg_value(rows, 0, 4), &out->lang) ? OK : ERR_DENIED;
}

enum err
session_end(struct pg *db, struct str session)
{
	char hash[TOKEN_HASH_TEXT];
	const struct str param = token_hash(session, hash);

	return pg_run(db, &session_ends, &param, WAIT_MS, NULL);
}

enum err
session_list(struct pg *db, struct arena *a, struct str by,
    struct session_row **out, size_t *count)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &session_rows, &by, WAIT_MS, &rows);

	*count = e ? 0 : pg_count(rows);
	*out = arena_array(a, *count, sizeof **out);
	for (size_t i = 0; i < *count; i++) {
		struct session_row *row = &(*out)[i];

		(void)str_i64(pg_value(rows, i, 0), 0, INT64_MAX, &row->id);
		row->is_this = str_eq(pg_value(rows, i, 1), STR("t"));
		row->begun_at = arena_copy(a, pg_value(rows, i, 2));
		row->seen_at = arena_copy(a, pg_value(rows, i, 3));
		row->place = arena_copy(a, pg_value(rows, i, 4));
		row->agent = arena_copy(a, pg_value(rows, i, 5));
	}
	return e;
}

enum err
session_revoke(struct pg *db, struct str by, int64_t id)
{
	char text[STR_I64_BYTES];
	const struct str params[] = { by, str_from_i64(text, id) };

	return pg_run(db, &session_revokes, params, WAIT_MS, NULL);
}
