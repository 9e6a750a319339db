/* Percent-coding and queries: http/url.c. */
#include <string.h>

#include "base/buf.h"
#include "http/url.h"

#include "support/suite.h"

static const struct {
	struct str in;
	bool plus_ok;
	struct str out;
	enum err e;
} decoded[] = {
	{ { "", 0 }, false, { "", 0 }, OK },
	{ { "plain", 5 }, false, { "plain", 5 }, OK },
	{ { "a+b", 3 }, true, { "a b", 3 }, OK },
	{ { "a+b", 3 }, false, { "a+b", 3 }, OK },
	{ { "a%2Bb", 5 }, true, { "a+b", 3 }, OK },
	{ { "%41%4a%4A", 9 }, false, { "AJJ", 3 }, OK },
	{ { "%C3%A9", 6 }, false, { "\xc3\xa9", 2 }, OK },
	{ { "%2525", 5 }, false, { "%25", 3 }, OK },	/* once, not twice */
	{ { "%E2%82%AC", 9 }, true, { "\xe2\x82\xac", 3 }, OK },
	/* Decoded as far as it goes. */
	{ { "%41%+%zz%4", 10 }, true, { "A% %zz%4", 8 }, ERR_INPUT },
	{ { "%%41", 4 }, false, { "%A", 2 }, ERR_INPUT },
	{ { "%", 1 }, false, { "%", 1 }, ERR_INPUT },
	{ { "%4", 2 }, false, { "%4", 2 }, ERR_INPUT },
	{ { "a%4", 3 }, false, { "a%4", 3 }, ERR_INPUT },
	{ { "%G1", 3 }, false, { "%G1", 3 }, ERR_INPUT },
	{ { "%1G", 3 }, false, { "%1G", 3 }, ERR_INPUT },
	{ { "%-1", 3 }, false, { "%-1", 3 }, ERR_INPUT },
	{ { "% 1", 3 }, false, { "% 1", 3 }, ERR_INPUT },
	{ { "a%00b", 5 }, false, { "a\0b", 3 }, ERR_INPUT },
	{ { "a\0b", 3 }, false, { "a\0b", 3 }, ERR_INPUT },
	{ { "%C3", 3 }, false, { "\xc3", 1 }, ERR_INPUT },
	/* A form too long, a surrogate. */
	{ { "%C0%AF", 6 }, false, { "\xc0\xaf", 2 }, ERR_INPUT },
	{ { "%ED%A0%80", 9 }, false, { "\xed\xa0\x80", 3 }, ERR_INPUT },
	{ { "\xff", 1 }, false, { "\xff", 1 }, ERR_INPUT },
};

START_TEST(texts_are_decoded)
{
	struct str out;
	enum err e = url_decode(suite_arena(), decoded[_i].in,
	    decoded[_i].plus_ok, &out);

	ck_assert_int_eq(e, decoded[_i].e);
	ck_assert_str_same(out, decoded[_i].out);
}
END_TEST

START_TEST(coding_comes_back)
{
	char all[255];
	struct buf b;
	struct str out;

	/* Every ASCII byte but NUL, and some of two and three. */
	for (int i = 1; i < 128; i++)
		all[i - 1] = (char)i;
	buf_init(&b, suite_arena(), 4096);
	url_encode(&b, (struct str){ all, 127 });
	url_encode(&b, STR("\xc3\xa9\xe2\x82\xac"));
	ck_assert_int_eq(url_decode(suite_arena(), buf_str(&b), true, &out),
	    OK);
	ck_assert_uint_eq(out.n, 132);
	ck_assert_int_eq(memcmp(out.p, all, 127), 0);
}
END_TEST

START_TEST(only_unreserved_stay_plain)
{
	struct buf b;

	buf_init(&b, suite_arena(), 100);
	url_encode(&b, STR("aZ09-._~ /?&=+%\xc3\xa9"));
	ck_assert_str_same(buf_str(&b),
	    STR("aZ09-._~%20%2F%3F%26%3D%2B%25%C3%A9"));
}
END_TEST

static const struct {
	const char *query;
	const char *name;
	const char *value;
} queries[] = {
	{ "", "a", "" },
	{ "a=1", "a", "1" },
	{ "a=1&a=2", "a", "1" },
	{ "b=1&a=2", "a", "2" },
	{ "aa=1&a=2", "a", "2" },
	{ "a", "a", "" },
	{ "a=", "a", "" },
	{ "a=b=c", "a", "b=c" },
	{ "a=x+y%20z", "a", "x y z" },
	{ "%61=1", "a", "1" },
	{ "&&a=1", "a", "1" },
	{ "a=%zz", "a", "" },
	{ "a=%zz&a=2", "a", "" },	/* the first one called so */
	{ "%zz=1&a=2", "a", "2" },
	{ "a=%ff", "a", "" },
	{ "A=1", "a", "" },
};

START_TEST(query_finds_the_first)
{
	ck_assert_str_same(url_query(suite_arena(),
	    str_of(queries[_i].query), str_of(queries[_i].name)),
	    str_of(queries[_i].value));
}
END_TEST

static const struct { const char *query, *rest; } linked[] = {
	{ "", "" }, { "lang=en", "" }, { "lang=en&", "" }, { "lang", "" },
	{ "source=a+b&lang=fr&k=A-_.~%C3%A9", "source=a+b&k=A-_.~%C3%A9" },
	{ "a&&b=&lang=1&lang=2", "a&b=" }, { "langue=x", "langue=x" },
	{ "a=\"", "" }, { "a=<b>", "" }, { "a='", "" }, { "a=\x01", "" },
	{ "a=\xc3\xa9", "" }, { "a=b c", "" }, { "a=b#c", "" },
};

START_TEST(a_link_keeps_the_rest_of_a_query)
{
	ck_assert_str_same(url_without(suite_arena(),
	    str_of(linked[_i].query), STR("lang")), str_of(linked[_i].rest));
} END_TEST

START_TEST(pairs_are_limited)
{
	for (int before = URL_PAIRS_MAX - 1; before <= URL_PAIRS_MAX;
	    before++) {
		struct buf b;

		buf_init(&b, suite_arena(), 4096);
		for (int i = 0; i < before; i++)
			buf_add(&b, STR("x=1&"));
		buf_add(&b, STR("a=found"));
		ck_assert_str_same(url_query(suite_arena(), buf_str(&b),
		    STR("a")), before < URL_PAIRS_MAX ? STR("found") :
		    STR_EMPTY);
	}
}
END_TEST

/* A query, and its pairs as name=value behind blanks. */
static const struct { const char *query, *pairs; } lists[] = {
	{ "", "" }, { "a=1", " a=1" }, { "a=1&b=%C3%A9+x", " a=1 b=é x" },
	{ "a&=b&&c=d=e", " a= =b = c=d=e" },
	{ "a=%e9", " a=\xe9" }, { "a=%zz", " a=%zz" }, { "%61=1", " a=1" },
};

START_TEST(a_query_is_pairs)
{
	const struct str_pair *pair = NULL;
	size_t count = url_pairs(suite_arena(), str_of(lists[_i].query),
	    &pair);
	struct buf b;

	buf_init(&b, suite_arena(), 200);
	for (size_t i = 0; i < count; i++)
		buf_addf(&b, " %.*s=%.*s", STR_ARG(pair[i].name),
		    STR_ARG(pair[i].value));
	ck_assert_str_same(buf_str(&b), str_of(lists[_i].pairs));
} END_TEST

START_TEST(a_query_has_64_pairs)
{
	const struct str_pair *pair;
	struct buf b;

	buf_init(&b, suite_arena(), 400);
	for (size_t n = 1; n <= URL_PAIRS_MAX + 1; n++) {
		buf_add(&b, STR("a&"));
		ck_assert_uint_eq(url_pairs(suite_arena(), buf_str(&b),
		    &pair), n < URL_PAIRS_MAX ? n : URL_PAIRS_MAX);
	}
} END_TEST

SUITE(url)
{
	SUITE_LOOP(texts_are_decoded, COUNT(decoded));
	SUITE_TEST(coding_comes_back);
	SUITE_TEST(only_unreserved_stay_plain);
	SUITE_LOOP(query_finds_the_first, COUNT(queries));
	SUITE_LOOP(a_link_keeps_the_rest_of_a_query, COUNT(linked));
	SUITE_TEST(pairs_are_limited);
	SUITE_LOOP(a_query_is_pairs, COUNT(lists));
	SUITE_TEST(a_query_has_64_pairs);
}
