/* Tests src/deliver/preference.c and its rules in src/sql/0029. */
#include "base/buf.h"
#include "base/token.h"
#include "deliver/preference.h"
#include "store/pg.h"
#include "support/mailcase.h"

#define NEWS STR("newsletter/email/us")
#define SAID "SELECT coalesce(string_agg(concat(c.person_id, ' ', c.what)," \
	" ', ' ORDER BY c.seq), '') FROM piste.consent AS c"

static struct uuid
first_of(const struct mailcase *c)
{
	struct uuid id;

	ck_assert_int_eq(token_uuid_parse(mailcase_text(c, "SELECT id FROM"
	    " piste.submission ORDER BY seq LIMIT 1"), &id), OK);
	return id;
}

static size_t
list(const struct mailcase *c, struct preference **p)
{
	struct uuid id = first_of(c);
	size_t count;

	ck_assert_int_eq(preference_list(c->db, suite_arena(), &id, LANG_FR,
	    p, &count), OK);
	return count;
}

static void
end(const struct mailcase *c, struct str name)
{
	struct uuid id = first_of(c);

	ck_assert_int_eq(preference_end(c->db, suite_arena(), &id, &name,
	    name.n > 0), OK);
}

START_TEST(what_stands_is_listed_and_ended)
{
	struct mailcase c = mailcase_new("thanks");
	struct preference *p;

	mailcase_submit(&c, 1, "ana@c.fr");
	ck_assert_uint_eq(list(&c, &p), 1);
	ck_assert_str_same(p[0].name, NEWS);
	ck_assert(p[0].is_live && p[0].wording.n);
	end(&c, STR_EMPTY);
	end(&c, STR("newsletter/phone/us"));
	end(&c, STR("\"]} ' \\ newsletter"));
	ck_assert_str_same(mailcase_text(&c, SAID), STR("1 given"));
	end(&c, NEWS);
	end(&c, NEWS);
	ck_assert_str_same(mailcase_text(&c, SAID),
	    STR("1 given, 1 withdrawn"));
	ck_assert_uint_eq(list(&c, &p), 1);
	ck_assert(!p[0].is_live);
} END_TEST

/* Two persons may have one address: mail there is mail to both. */
START_TEST(an_address_is_everybodys_who_has_it)
{
	struct mailcase c = mailcase_new("thanks");

	mailcase_submit(&c, 1, "ana@c.fr");
	mailcase_submit(&c, 2, "bob@c.fr");
	sample_run(c.sample.conn, "UPDATE piste.person SET email = 'ana@c.fr'"
	    " WHERE email = 'bob@c.fr'");
	end(&c, NEWS);
	ck_assert_str_same(mailcase_text(&c, "SELECT count(*) FROM"
	    " piste.consent WHERE what = 'withdrawn'"), STR("2"));
} END_TEST

START_TEST(who_was_erased_has_no_choices)
{
	struct mailcase c = mailcase_new("thanks");
	struct preference *p;

	mailcase_submit(&c, 1, "ana@c.fr");
	sample_run(c.sample.conn, "SELECT piste.erase('{1}', NULL, NULL,"
	    " 'request', NULL)");
	ck_assert_uint_eq(list(&c, &p), 0);
	end(&c, NEWS);
	ck_assert_str_same(mailcase_text(&c, SAID), STR(" given"));
} END_TEST

SUITE_APART(preference)
{
	SUITE_TEST(what_stands_is_listed_and_ended);
	SUITE_TEST(an_address_is_everybodys_who_has_it);
	SUITE_TEST(who_was_erased_has_no_choices);
}
