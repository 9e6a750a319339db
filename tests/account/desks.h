/* A database with colleagues in it, one of each role, all logged in. */
#ifndef PISTE_TESTS_ACCOUNT_DESKS_H
#define PISTE_TESTS_ACCOUNT_DESKS_H

#include "account/account.h"
#include "account/session.h"
#include "base/token.h"
#include "store/pg.h"
#include "support/sample.h"

static const struct token_key desks_key = { "a key of these tests" };

struct desks {
	struct sample sample;
	struct pg *db;		/* a command's */
	struct str session[ACCOUNT_ROLES];
	struct str hash[ACCOUNT_ROLES];
};

/* "reader@desk.example" and so on. */
static inline struct str
desks_login(enum account_role r)
{
	struct arena *a = suite_arena();
	struct str login;

	ck_assert_int_eq(account_login(a, arena_copy(a, str_of(
	    (const char *const[]){ "reader@desk.example",
	    "seller@desk.example", "marketer@desk.example",
	    "administrator@desk.example" }[r])), &login), OK);
	return login;
}

static inline void
desks_open(struct desks *d, enum account_role r)
{
	struct arena *a = suite_arena();
	char *session = arena_take(a, SESSION_TEXT);
	char *hash = arena_take(a, TOKEN_HASH_TEXT);
	int64_t user;
	struct session_login l = { .session = session_make(session),
		.is_whole = true, .place = STR("192.0.2.0/24"),
		.agent = STR("Test") };
	const struct account_wish w = { .by = PG_NULL,
		.login = desks_login(r), .name = account_role_name(r),
		.role = r, .password = STR("$argon2id$hash") };

	ck_assert_int_eq(account_add(d->db, &w), OK);
	ck_assert(str_i64(sample_text(d->sample.conn,
	    "SELECT max(id) FROM piste.app_user"), 1, INT64_MAX, &user));
	l.user = user;
	ck_assert_int_eq(session_begin(d->db, &l), OK);
	d->session[r] = l.session;
	d->hash[r] = token_hash(l.session, hash);
}

static inline struct desks
desks_new(void)
{
	struct desks d = { .sample = sample_new() };

	d.db = pg_new(d.sample.conninfo, "piste-test");
	for (size_t i = 0; i < ACCOUNT_ROLES; i++)
		desks_open(&d, (enum account_role)i);
	return d;
}

#endif
