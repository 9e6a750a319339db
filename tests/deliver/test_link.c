/* Tests src/deliver/link.c. */
#include <string.h>

#include "base/buf.h"
#include "deliver/link.h"
#include "support/suite.h"

#define UNTIL INT64_C(1795326306123)

static const struct token_key key = { { 1, 2, 3 } };

static struct link
usual(enum link_kind kind)
{
	struct link l = { .kind = kind, .until_ms = UNTIL,
		.has_submission = true, .lang = LANG_EN,
		.page = STR("white-paper") };

	memset(l.submission.bytes, 0xa5, sizeof l.submission.bytes);
	return l;
}

static struct str
token_of(struct str url)
{
	struct str token, rest = url;

	if (str_cut(url, '=', &rest, &token))
		return token;
	while (str_cut(rest, '/', &token, &rest))
		;
	return token;
}

static const struct {
	enum link_kind kind;
	const char *begins;
} kinds[] = {
	{ LINK_ASSET, "https://b.fr/a/white-paper?t=" },
	{ LINK_CONFIRM, "https://b.fr/c/" },
	{ LINK_UNSUBSCRIBE, "https://b.fr/u/" },
	{ LINK_SELLER, "https://b.fr/s/" },
	{ LINK_REPORT, "https://b.fr/r/" },
	{ LINK_RESET, "https://b.fr/console/reset/" },
};

START_TEST(link_says_what_it_was_made_of)
{
	struct link l = usual(kinds[_i].kind), got;
	struct str url = link_url(suite_arena(), &key, STR("https://b.fr"),
	    &l);

	ck_assert(str_has_prefix(url, str_of(kinds[_i].begins)));
	ck_assert_int_eq(link_open(suite_arena(), &key, kinds[_i].kind,
	    token_of(url), &got), OK);
	ck_assert_int_eq(got.until_ms, UNTIL);
	ck_assert(got.has_submission);
	ck_assert_int_eq(memcmp(&got.submission, &l.submission,
	    sizeof l.submission), 0);
	ck_assert_int_eq(got.lang, LANG_EN);
	ck_assert_str_same(got.page, l.page);
} END_TEST

START_TEST(link_of_one_kind_is_none_of_another)
{
	struct link l = usual(kinds[_i].kind), got;
	struct str token = token_of(link_url(suite_arena(), &key, STR_EMPTY,
	    &l));

	for (size_t i = 0; i < COUNT(kinds); i++)
		ck_assert_int_eq(link_open(suite_arena(), &key, kinds[i].kind,
		    token, &got), (int)i == _i ? OK : ERR_DENIED);
} END_TEST

START_TEST(only_some_may_be_nobodys)
{
	struct link l = usual(kinds[_i].kind), got;

	l.has_submission = false;
	ck_assert_int_eq(link_open(suite_arena(), &key, kinds[_i].kind,
	    token_of(link_url(suite_arena(), &key, STR_EMPTY, &l)), &got),
	    kinds[_i].kind == LINK_ASSET ||
	    kinds[_i].kind >= LINK_SELLER ? OK : ERR_DENIED);
	ck_assert(!got.has_submission);
} END_TEST

/* Sealed with our key, and yet no link. */
static const char *const payloads[] = { "1", "1 -", "1 - fr",
	"x - fr p", "-1 - fr p", "1 - de p", "1 nonsense fr p",
	"1 a5a5a5a5-a5a5-a5a5-a5a5-a5a5a5a5a5 fr p",
};

START_TEST(what_makes_no_sense_is_denied)
{
	struct link got;

	ck_assert_int_eq(link_open(suite_arena(), &key, LINK_ASSET,
	    token_seal(suite_arena(), &key, "asset", str_of(payloads[_i])),
	    &got), ERR_DENIED);
} END_TEST

SUITE(link)
{
	SUITE_LOOP(link_says_what_it_was_made_of, COUNT(kinds));
	SUITE_LOOP(link_of_one_kind_is_none_of_another, COUNT(kinds));
	SUITE_LOOP(only_some_may_be_nobodys, COUNT(kinds));
	SUITE_LOOP(what_makes_no_sense_is_denied, COUNT(payloads));
}
