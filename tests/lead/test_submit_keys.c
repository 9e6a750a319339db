/* Tests of what a person is known by, and of why a row is put aside. */
#include "support/sample.h"

#define A "ana@firm.fr"
#define B "bob@firm.fr"
#define R(number, address, ...) \
	{ .id = (number), .email = (address) __VA_OPT__(,) __VA_ARGS__ }

static const struct {
	const char *typed;
	const char *key;
} keys[] = {
	{ "Ana.Roy@firm.fr", "ana.roy@firm.fr" },
	{ "Ana.Roy+x@firm.fr", "ana.roy+x@firm.fr" },
	{ "Ana.Roy@gmail.com", "anaroy@gmail.com" },
	{ "a.n.a+x+y@googlemail.com", "ana@gmail.com" },
	{ "+x@gmail.com", "+x@gmail.com" },
	{ "x+@gmail.com", "x@gmail.com" },
	{ "ana@mail.gmail.com", "ana@mail.gmail.com" },
	{ "a.na+x@hotmail.com", "a.na@hotmail.com" },
	{ "a-b+x@fastmail.fm", "a-b@fastmail.fm" },
	{ "ana+x@pm.me", "ana@pm.me" },
	{ "+@proton.me", "+@proton.me" },
	{ "ana-x@yahoo.fr", "ana-x@yahoo.fr" },
	{ "ana+x@orange.fr", "ana+x@orange.fr" },
	{ "\xc3\x89ve@gmail.com", "\xc3\x89ve@gmail.com" },
};

START_TEST(email_key_is_normal)
{
	struct sample c = sample_new();
	const char *value = keys[_i].typed;
	PGresult *r = PQexecParams(c.conn, "SELECT piste.email_key($1),"
	    " piste.email_key(piste.email_key($1))", 1, NULL, &value, NULL,
	    NULL, 0);

	ck_assert_str_eq(PQgetvalue(r, 0, 0), keys[_i].key);
	ck_assert_str_eq(PQgetvalue(r, 0, 1), keys[_i].key);
	PQclear(r);
} END_TEST

/* The address is kept as it was typed. */
START_TEST(typed_address_is_kept)
{
	struct sample c = sample_new();

	sample_take(c.conn, sample_batch(&(struct sample_row)R(1,
	    "Ana.Roy+x@gmail.com"), 1));
	ck_assert_str_same(sample_text(c.conn, "SELECT concat_ws(' ',"
	    " s.email, p.email, k.value) FROM piste.submission AS s JOIN"
	    " piste.person AS p ON p.id = s.person_id JOIN piste.person_key"
	    " AS k ON k.person_id = p.id"), STR("Ana.Roy+x@gmail.com"
	    " Ana.Roy+x@gmail.com anaroy@gmail.com"));
} END_TEST

/* What the hook says of a row stands, whatever the server said. */
START_TEST(suspects_are_asked_for)
{
	const struct sample_row rows[] = { R(1, A), R(2, B, .suspect =
	    "trapped"), R(3, "eve@firm.fr") };
	struct sample c = sample_new();

	sample_run(c.conn, "CREATE OR REPLACE FUNCTION piste.submit_suspects("
	    "ids uuid[], facts piste.submit_fact[]) RETURNS text[]"
	    " LANGUAGE sql AS $$ SELECT array_agg(CASE WHEN f.email LIKE"
	    " 'ana@%' THEN 'flood' ELSE f.suspect END ORDER BY f.ordinality)"
	    " FROM unnest(facts) WITH ORDINALITY AS f $$");
	ck_assert_str_same(sample_take(c.conn, sample_batch(rows,
	    COUNT(rows))), STR("quarantined quarantined new"));
	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg("
	    "quarantine_reason, ' ' ORDER BY seq) FROM piste.submission"),
	    STR("flood trapped"));
	ck_assert_str_same(sample_take(c.conn, sample_batch(rows,
	    COUNT(rows))), STR("replay replay replay"));
} END_TEST

SUITE_APART(submit_keys)
{
	SUITE_LOOP(email_key_is_normal, COUNT(keys));
	SUITE_TEST(typed_address_is_kept);
	SUITE_TEST(suspects_are_asked_for);
}
