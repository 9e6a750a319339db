/* Tests of form/suggest.c. */
#include "form/attachment.h"
#include "form/form.h"
#include "form/suggest.h"
#include "support/suite.h"

#define Z(text) { text, sizeof (text) - 1 }
#define TWENTY_ONE "aaaaaaaaaaaaaaaaaaaaa"
#define SIXTY_THREE TWENTY_ONE TWENTY_ONE TWENTY_ONE

static const struct {
	const char *typed;
	const char *meant;	/* "" for nothing */
} addresses[] = {
	{ "ana@gmial.com", "ana@gmail.com" },
	{ "Ana.Roy+x@gmial.com", "Ana.Roy+x@gmail.com" },
	{ "ana@gmai.com", "ana@gmail.com" },
	{ "ana@gmaill.com", "ana@gmail.com" },
	{ "ana@gnail.com", "ana@gmail.com" },
	{ "ana@gmail.con", "ana@gmail.com" },
	{ "ana@gmail.cmo", "ana@gmail.com" },
	{ "ana@gmail.co", "ana@gmail.com" },
	{ "ana@gmial.cm", "ana@gmail.com" },
	{ "ana@gmail.comm", "ana@gmail.com" },
	{ "ana@hotmial.fr", "ana@hotmail.fr" },
	{ "ana@homtail.com", "ana@hotmail.com" },
	{ "ana@orange.ft", "ana@orange.fr" },
	{ "ana@ornage.fr", "ana@orange.fr" },
	{ "ana@wanado.fr", "ana@wanadoo.fr" },
	{ "ana@yaho.fr", "ana@yahoo.fr" },
	{ "ana@outlok.fr", "ana@outlook.fr" },
	{ "ana@la-poste.net", "ana@laposte.net" },
	{ "ana@free.ft", "ana@free.fr" },
	{ "ana@protonnmial.com", "ana@protonmail.com" },
	{ "ana@hotmail.co.ku", "ana@hotmail.co.uk" },
	/* Right, or somebody else's. */
	{ "ana@gmail.com", "" }, { "ana@googlemail.com", "" },
	{ "ana@mail.com", "" }, { "ana@ymail.com", "" },
	{ "ana@email.com", "" }, { "ana@hotmail.be", "" },
	{ "ana@hotmail.de", "" }, { "ana@yahoo.it", "" },
	{ "ana@gmx.de", "" }, { "ana@gmx.net", "" },
	{ "ana@laposte.fr", "" }, { "ana@orange.com", "" },
	{ "ana@orange.be", "" }, { "ana@live.nl", "" },
	{ "ana@gmail.fr", "" }, { "ana@outlook.eu", "" },
	{ "ana@tree.fr", "" }, { "ana@ffree.fr", "" },
	{ "ana@sfp.fr", "" }, { "ana@aot.com", "" },
	{ "ana@firm.fr", "" }, { "ana@gxxil.com", "" },
	{ "ana@mail.gmail.com", "" }, { "ana@gmail.com.fr", "" },
	/* The first letter of a long name is seldom wrong. */
	{ "ana@brotonnmail.com", "" },
	{ "ana@" SIXTY_THREE ".com", "" }, { "ana@" SIXTY_THREE "a.com", "" },
	{ "", "" }, { "ana", "" }, { "ana@", "" }, { "ana@gmial", "" },
	{ "@gmial.com", "@gmail.com" }, { "ana@.", "" },
};

START_TEST(address_is_suggested)
{
	ck_assert_str_same(suggest_email(suite_arena(),
	    str_of(addresses[_i].typed)), str_of(addresses[_i].meant));
} END_TEST

static const struct field fields[] = {
	{ .name = Z("email"), .kind = FIELD_EMAIL, .is_required = true },
	{ .name = Z("other"), .kind = FIELD_EMAIL },
	{ .name = Z("message"), .kind = FIELD_TEXT },
};
static const struct form form = { .field = fields, .fields = COUNT(fields) };

static const struct {
	struct str_pair post[COUNT(fields)];
	const char *advice[COUNT(fields)];
} posts[] = {
	{ { { Z("email"), Z("Ana@gmial.com") } },
	    { "Did you mean Ana@gmail.com? If your address is right, send"
	    " the form again as it is.", "", "" } },
	{ { { Z("email"), Z("ana@firm.fr") }, { Z("other"),
	    Z("ana@yaho.fr") } },
	    { "", "Did you mean ana@yahoo.fr? If your address is right, send"
	    " the form again as it is.", "" } },
	{ { { Z("email"), Z("ana@firm.fr") }, { Z("message"),
	    Z("ana@gmial.com") } }, { "", "", "" } },
	{ { { Z("email"), Z("ana@gmial,com") } }, { "", "", "" } },
	{ { { Z("email"), Z("") } }, { "", "", "" } },
};

START_TEST(advice_stands_beside_its_field)
{
	struct form_result r;
	bool is_wanted = false;

	form_check(suite_arena(), &form, posts[_i].post, COUNT(fields), &r);
	for (size_t i = 0; i < COUNT(fields); i++)
		is_wanted |= *posts[_i].advice[i] != 0;
	ck_assert_int_eq(suggest_form(suite_arena(), &form, LANG_EN, &r),
	    is_wanted);
	for (size_t i = 0; i < COUNT(fields); i++)
		ck_assert_str_same(r.value[i].advice,
		    str_of(posts[_i].advice[i]));
} END_TEST

START_TEST(advice_is_in_french)
{
	struct form_result r;

	form_check(suite_arena(), &form, posts[0].post, 1, &r);
	ck_assert(suggest_form(suite_arena(), &form, LANG_FR, &r));
	ck_assert(str_has_prefix(r.value[0].advice,
	    STR("Vouliez-vous \xc3\xa9" "crire Ana@gmail.com")));
} END_TEST

/* Who sent a file would have to choose it again. */
START_TEST(files_are_not_asked_for_twice)
{
	struct attachment file = { 0 };
	struct form_result r;

	form_check(suite_arena(), &form, posts[0].post, 1, &r);
	r.value[2].attachment = &file;
	ck_assert(!suggest_form(suite_arena(), &form, LANG_EN, &r));
	ck_assert_uint_eq(r.value[0].advice.n, 0);
} END_TEST

SUITE(suggest)
{
	SUITE_LOOP(address_is_suggested, COUNT(addresses));
	SUITE_LOOP(advice_stands_beside_its_field, COUNT(posts));
	SUITE_TEST(advice_is_in_french);
	SUITE_TEST(files_are_not_asked_for_twice);
}
