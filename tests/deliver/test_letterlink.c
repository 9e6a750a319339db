/* Tests src/deliver/letterlink.c. */
#include <string.h>

#include "base/buf.h"
#include "deliver/letter.h"
#include "deliver/letterlink.h"
#include "deliver/link.h"
#include "deliver/recipient.h"
#include "support/suite.h"

static const struct {
	const char *json;
	int64_t person;
	enum err e;
	const char *begins;	/* the first button's */
} cases[] = {
	{ "[]", 7, OK, "" },
	{ "[{\"label\":\"a\",\"link\":{\"kind\":\"url\",\"url\":"
	    "\"https://x.fr/y\"}}]", 0, OK, "https://x.fr/y" },
	{ "[{\"label\":\"a\",\"link\":{\"kind\":\"url\",\"url\":"
	    "\"javascript:alert(1)\"}}]", 7, ERR_INPUT, "" },
	{ "[{\"label\":\"\",\"link\":{\"kind\":\"url\",\"url\":"
	    "\"https://x.fr\"}}]", 7, ERR_INPUT, "" },
	{ "[{\"label\":\"a\",\"link\":{\"kind\":\"site\",\"url\":"
	    "\"https://x.fr\"}}]", 7, OK, "https://x.fr#piste=" },
	{ "[{\"label\":\"a\",\"link\":{\"kind\":\"site\",\"url\":"
	    "\"https://x.fr#y\"}}]", 7, OK, "https://x.fr#y" },
	{ "[{\"label\":\"a\",\"link\":{\"kind\":\"page\",\"page\":"
	    "\"p1\"}}]", 7, OK, "https://b.fr/p/p1?k=" },
	{ "[{\"label\":\"a\",\"link\":{\"kind\":\"page\",\"page\":"
	    "\"p1\"}}]", 0, ERR_INPUT, "" },
	{ "[{\"label\":\"a\",\"link\":{\"kind\":\"asset\",\"page\":"
	    "\"p1\"}}]", 7, OK, "https://b.fr/a/p1?t=" },
	{ "[{\"label\":\"a\",\"link\":{\"kind\":\"seller\","
	    "\"allocation\":12,\"at\":\"note\"}}]", 0, OK,
	    "https://b.fr/s/" },
	{ "[{\"label\":\"a\",\"link\":{\"kind\":\"seller\","
	    "\"allocation\":\"12\"}}]", 0, ERR_INPUT, "" },
	{ "[{\"label\":\"a\",\"link\":{\"kind\":\"report\","
	    "\"report\":12}}]", 0, OK, "https://b.fr/r/" },
	{ "[{\"label\":\"a\",\"link\":{\"kind\":\"report\","
	    "\"report\":\"12\"}}]", 0, ERR_INPUT, "" },
	{ "[{\"label\":\"a\",\"link\":{\"kind\":\"reset\","
	    "\"name\":\"n1\"}}]", 0, OK, "https://b.fr/console/reset/" },
	{ "[{\"label\":\"a\",\"link\":{\"kind\":\"reset\"}}]", 0,
	    ERR_INPUT, "" },
	{ "[{\"label\":\"a\",\"link\":{\"kind\":\"fax\"}}]", 7,
	    ERR_INPUT, "" },
	{ "[{\"label\":\"a\"}]", 7, ERR_INPUT, "" },
	{ "{}", 7, ERR_INPUT, "" },
	{ "", 7, ERR_INPUT, "" },
};

static struct letterlink
link_of(const struct token_key *k, int64_t person)
{
	return (struct letterlink){ .key = k, .url = STR("https://b.fr"),
		.lang = LANG_EN, .now_ms = 1000, .asset_age_ms = 500,
		.person = person, .has_submission = true };
}

START_TEST(buttons_become_links)
{
	struct token_key key = { .bytes = { 1 } };
	struct letterlink l = link_of(&key, cases[_i].person);
	struct letter out = { .lang = LANG_EN };
	enum err e = letterlink_read(suite_arena(), &l,
	    str_of(cases[_i].json), &out);

	ck_assert_int_eq(e, cases[_i].e);
	ck_assert_uint_eq(out.buttons, *cases[_i].begins ? 1 : 0);
	if (out.buttons)
		ck_assert(str_has_prefix(out.button[0].url,
		    str_of(cases[_i].begins)));
} END_TEST

START_TEST(sellers_link_names_the_allocation)
{
	struct token_key key = { .bytes = { 1 } };
	struct letterlink l = link_of(&key, 0);
	struct letter out = { .lang = LANG_EN };
	struct str url, token;
	struct link got;

	ck_assert_int_eq(letterlink_read(suite_arena(), &l, STR(
	    "[{\"label\":\"a\",\"link\":{\"kind\":\"seller\","
	    "\"allocation\":12,\"at\":\"note\"}}]"), &out), OK);
	ck_assert(str_cut(out.button[0].url, '#', &url, &token));
	ck_assert_str_same(token, STR("note"));
	token = str_slice(url, sizeof "https://b.fr/s/" - 1, url.n);
	ck_assert_int_eq(link_open(suite_arena(), &key, LINK_SELLER, token,
	    &got), OK);
	ck_assert_str_same(got.page, STR("12"));
	ck_assert_int_eq(got.lang, LANG_EN);
	ck_assert_int_eq(link_open(suite_arena(), &key, LINK_ASSET, token,
	    &got), ERR_DENIED);
} END_TEST

START_TEST(links_are_signed_for_their_person)
{
	struct token_key key = { .bytes = { 1 } };
	struct letterlink l = link_of(&key, 7);
	struct letter out = { .lang = LANG_EN };
	struct str rest, token;
	struct recipient r;
	struct link asset;

	ck_assert_int_eq(letterlink_read(suite_arena(), &l, STR(
	    "[{\"label\":\"a\",\"link\":{\"kind\":\"page\",\"page\":"
	    "\"p1\"}},{\"label\":\"b\",\"link\":{\"kind\":\"asset\","
	    "\"page\":\"p2\"}}]"), &out), OK);
	str_cut(out.button[0].url, '=', &rest, &token);
	ck_assert_int_eq(recipient_open(suite_arena(), &key, token, STR("p1"),
	    1000, &r), OK);
	ck_assert_int_eq(r.person, 7);
	str_cut(out.button[1].url, '=', &rest, &token);
	ck_assert_int_eq(link_open(suite_arena(), &key, LINK_ASSET, token,
	    &asset), OK);
	ck_assert_int_eq(asset.until_ms, 1500);
	ck_assert(asset.has_submission);
} END_TEST

START_TEST(so_many_buttons_and_no_more)
{
	struct token_key key = { .bytes = { 1 } };
	struct letterlink l = link_of(&key, 0);
	struct letter out = { .lang = LANG_EN };
	struct buf b;

	buf_init(&b, suite_arena(), 4096);
	buf_byte(&b, '[');
	for (int i = 0; i < LETTER_BUTTONS_MAX + _i; i++)
		buf_addf(&b, "%s{\"label\":\"a\",\"link\":{\"kind\":\"url\","
		    "\"url\":\"https://x.fr\"}}", i ? "," : "");
	buf_byte(&b, ']');
	ck_assert_int_eq(letterlink_read(suite_arena(), &l, buf_str(&b),
	    &out), _i ? ERR_INPUT : OK);
	ck_assert_uint_eq(out.buttons, _i ? 0 : LETTER_BUTTONS_MAX);
} END_TEST

SUITE(letterlink)
{
	SUITE_LOOP(buttons_become_links, COUNT(cases));
	SUITE_TEST(sellers_link_names_the_allocation);
	SUITE_TEST(links_are_signed_for_their_person);
	SUITE_LOOP(so_many_buttons_and_no_more, 2);
}
