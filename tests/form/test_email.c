/* Tests form/email. */
#include "base/buf.h"
#include "form/email.h"
#include "support/suite.h"

static const struct { const char *in, *address, *key; } good[] = {
	{ "ana@example.org", "ana@example.org", "ana@example.org" },
	{ "Ana.Lima@Example.ORG", "Ana.Lima@example.org",
	    "ana.lima@example.org" },
	{ "  ana@example.org\r\n", "ana@example.org", "ana@example.org" },
	{ "\u202aana@example.org\u202c", "ana@example.org",
	    "ana@example.org" },
	{ "ana+livre-blanc@example.org", "ana+livre-blanc@example.org",
	    "ana+livre-blanc@example.org" },
	{ "o'neil@example.ie", "o'neil@example.ie", "o'neil@example.ie" },
	{ "!#$%&'*+-/=?^_`{|}~@example.org",
	    "!#$%&'*+-/=?^_`{|}~@example.org",
	    "!#$%&'*+-/=?^_`{|}~@example.org" },
	{ "a@b.c", "a@b.c", "a@b.c" },
	{ "1@2.fr", "1@2.fr", "1@2.fr" },
	{ "a@1.2.3.fr", "a@1.2.3.fr", "a@1.2.3.fr" },
	{ "a@x.3com", "a@x.3com", "a@x.3com" },
	{ "a@r3---sn.example.net", "a@r3---sn.example.net",
	    "a@r3---sn.example.net" },
	{ "zoe@exämple-été.fr", "zoe@xn--exmple-t-1za9cb.fr",
	    "zoe@xn--exmple-t-1za9cb.fr" },
	{ "zoe@EXÄMPLE-ÉTÉ.FR", "zoe@xn--exmple-t-1za9cb.fr",
	    "zoe@xn--exmple-t-1za9cb.fr" },
	/* e, combining acute. */
	{ "zoe@e\u0301te.fr", "zoe@xn--te-9ia.fr", "zoe@xn--te-9ia.fr" },
	{ "zoe@XN--TE-9IA.fr", "zoe@xn--te-9ia.fr", "zoe@xn--te-9ia.fr" },
	/* Nontransitional: ß is a letter of its own. */
	{ "zoe@straße.de", "zoe@xn--strae-oqa.de", "zoe@xn--strae-oqa.de" },
	/* An ideographic full stop is a dot. */
	{ "zoe@例え\u3002jp", "zoe@xn--r8jz45g.jp", "zoe@xn--r8jz45g.jp" },
};

START_TEST(addresses_are_taken)
{
	struct str address, key;

	ck_assert_int_eq(email_parse(suite_arena(), str_of(good[_i].in),
	    &address, &key), OK);
	ck_assert_str_same(address, str_of(good[_i].address));
	ck_assert_str_same(key, str_of(good[_i].key));
} END_TEST

START_TEST(an_address_is_its_own_normal_form)
{
	struct str address, key;

	ck_assert_int_eq(email_parse(suite_arena(), str_of(good[_i].address),
	    &address, &key), OK);
	ck_assert_str_same(address, str_of(good[_i].address));
	ck_assert_str_same(key, str_of(good[_i].key));
} END_TEST

static const struct str bad[] = {
	STR(""), STR("@"), STR("ana"), STR("ana@"), STR("@example.org"),
	STR("ana@example"), STR("ana@localhost"), STR("ana@example."),
	STR("ana@.example.org"), STR("ana@example.org."),
	STR("ana@example..org"), STR("ana@@example.org"),
	STR("ana@b@example.org"), STR(".ana@example.org"),
	STR("ana.@example.org"), STR("a..b@example.org"),
	STR("ana lima@example.org"), STR("ana@exam ple.org"),
	STR("\"ana lima\"@example.org"), STR("ana(work)@example.org"),
	STR("Ana <ana@example.org>"), STR("ana@example.org, b@example.org"),
	STR("mailto:ana@example.org"), STR("a;b@example.org"),
	STR("ana@[192.0.2.1]"), STR("ana@[IPv6:2001:db8::1]"),
	STR("ana@192.0.2.1"), STR("ana@example.123"),
	STR("ana@bad_domain.fr"), STR("ana@-example.org"),
	STR("ana@example-.org"), STR("ana@example.-org"),
	STR("ana@example.org-"), STR("ana@exa%6dple.org"),
	STR("ana@example.org\nBcc: x@y.z"), STR("ana\r\n@example.org"),
	STR("ana@example\n.org"), STR("ana\0@example.org"),
	STR("ana@exam\0ple.org"), STR("ana@example.org\0"),
	STR("zoé@example.org"), STR("a\xff@example.org"),
	STR("ana@ex\xff.org"), STR("ana@é_è.fr"), STR("ana@é..fr"),
	STR("ana@é-.fr"), STR("ana@xn--a.fr"), STR("ana@xn--.fr"),
	STR("ana@\u2100é.fr"), STR("ana@\u200b.fr"), STR("ana@é@b.fr"),
	STR("ana\uff20example.org"),
};

START_TEST(other_things_are_refused)
{
	struct str address = STR("before"), key = STR("before");

	ck_assert_int_eq(email_parse(suite_arena(), bad[_i], &address, &key),
	    ERR_INPUT);
	ck_assert_str_same(address, STR("before"));
	ck_assert_str_same(key, STR("before"));
} END_TEST

/* n times c. */
static struct str
run_of(char c, size_t n)
{
	struct buf b;

	buf_init(&b, suite_arena(), n);
	while (n--)
		buf_byte(&b, c);
	return buf_str(&b);
}

static enum err
parse_parts(size_t local, size_t label, const char *rest)
{
	struct str typed = buf_fmt(suite_arena(), 2000, "%.*s@%.*s%s",
	    STR_ARG(run_of('a', local)), STR_ARG(run_of('b', label)), rest);
	struct str address, key;

	return email_parse(suite_arena(), typed, &address, &key);
}

START_TEST(a_local_part_has_64_bytes)
{
	ck_assert_int_eq(parse_parts(EMAIL_LOCAL_BYTES_MAX, 3, ".fr"), OK);
	ck_assert_int_eq(parse_parts(EMAIL_LOCAL_BYTES_MAX + 1, 3, ".fr"),
	    ERR_INPUT);
} END_TEST

START_TEST(a_label_has_63_bytes)
{
	ck_assert_int_eq(parse_parts(1, EMAIL_LABEL_BYTES_MAX, ".fr"), OK);
	ck_assert_int_eq(parse_parts(1, EMAIL_LABEL_BYTES_MAX + 1, ".fr"),
	    ERR_INPUT);
} END_TEST

START_TEST(an_address_has_254_bytes)
{
	struct str tail = buf_fmt(suite_arena(), 300, ".%.*s.%.*s.fr",
	    STR_ARG(run_of('c', EMAIL_LABEL_BYTES_MAX)),
	    STR_ARG(run_of('d', EMAIL_LABEL_BYTES_MAX)));
	size_t label = 60;
	size_t local = EMAIL_BYTES_MAX - 1 - label - tail.n;
	const char *rest = arena_copy(suite_arena(), tail).p;

	ck_assert_uint_lt(local, EMAIL_LOCAL_BYTES_MAX);
	ck_assert_int_eq(parse_parts(local, label, rest), OK);
	ck_assert_int_eq(parse_parts(local + 1, label, rest), ERR_INPUT);
	ck_assert_int_eq(parse_parts(local, label + 1, rest), ERR_INPUT);
} END_TEST

/* Full-width letters: three bytes each, one in the A-label. */
START_TEST(a_typed_domain_has_1023_bytes)
{
	struct str address, key;
	struct buf b;

	buf_init(&b, suite_arena(), 4000);
	buf_add(&b, STR("a@"));
	for (size_t i = 0; i < 60; i++)
		buf_add(&b, STR("\uff22"));
	buf_add(&b, STR(".fr"));
	ck_assert_int_eq(email_parse(suite_arena(), buf_str(&b), &address,
	    &key), OK);
	for (size_t i = 0; b.n < EMAIL_DOMAIN_TYPED_BYTES_MAX + 3; i++)
		buf_add(&b, STR("\uff22"));
	ck_assert_int_eq(email_parse(suite_arena(), buf_str(&b), &address,
	    &key), ERR_INPUT);
} END_TEST

SUITE(email)
{
	SUITE_LOOP(addresses_are_taken, COUNT(good));
	SUITE_LOOP(an_address_is_its_own_normal_form, COUNT(good));
	SUITE_LOOP(other_things_are_refused, COUNT(bad));
	SUITE_TEST(a_local_part_has_64_bytes);
	SUITE_TEST(a_label_has_63_bytes);
	SUITE_TEST(an_address_has_254_bytes);
	SUITE_TEST(a_typed_domain_has_1023_bytes);
}
