/* Tests src/apikey.c: whose key a request has, and which submission it is. */
#include <string.h>

#include "apikey.h"
#include "app.h"
#include "base/conf.h"
#include "base/buf.h"
#include "http/request.h"
#include "page/site.h"
#include "page/siteorigin.h"
#include "support/suite.h"

#define SHOP "https://shop.example"

static struct site_origin origins[] = {
	{ .key = STR("crm"), .serial = 1, .is_server = true },
	{ .key = STR("shop"), .serial = 3, .address = STR(SHOP) },
};
static const struct site site = { .origin = origins,
	.origins = COUNT(origins) };
static struct conf conf = { .url = { "https://leads.example", 21 } };
static struct app app = { .key.bytes = { 1, 2, 3 }, .conf = &conf };

static struct request
request(const char *scheme, struct str key, const char *origin)
{
	return (struct request){ .arena = suite_arena(), .app = &app,
		.authorization = buf_join(suite_arena(), str_of(scheme), key),
		.origin = str_of(origin) };
}

static struct str
key_of(size_t i)
{
	return apikey_make(suite_arena(), &app.key, &origins[i]);
}

static const struct {
	const char *scheme;
	size_t key;
	const char *origin;
	enum apikey_fault fault;
} cases[] = {
	{ "Bearer ", 0, "", APIKEY_FINE },
	{ "bearer   ", 0, "", APIKEY_FINE },
	{ "Bearer ", 0, SHOP, APIKEY_ELSEWHERE },
	{ "Bearer ", 1, SHOP, APIKEY_FINE },
	{ "Bearer ", 1, "", APIKEY_NO_ORIGIN },
	{ "Bearer ", 1, "https://shop.example.evil", APIKEY_ELSEWHERE },
	{ "Bearer ", 1, "null", APIKEY_ELSEWHERE },
	{ "Basic ", 0, "", APIKEY_UNKNOWN },
	{ "Bearer", 0, "", APIKEY_UNKNOWN },
	{ "", 0, "", APIKEY_UNKNOWN },
};

START_TEST(a_key_is_its_origins)
{
	const struct site_origin *found;
	struct request rq = request(cases[_i].scheme, key_of(cases[_i].key),
	    cases[_i].origin);

	ck_assert_int_eq(apikey_find(&rq, &site, &found), cases[_i].fault);
	if (cases[_i].fault == APIKEY_UNKNOWN)
		ck_assert_ptr_null(found);
	else
		ck_assert_ptr_eq(found, &origins[cases[_i].key]);
} END_TEST

static enum apikey_fault
judge(struct str key)
{
	const struct site_origin *found;
	struct request rq = request("Bearer ", key, SHOP);

	return apikey_find(&rq, &site, &found);
}

START_TEST(another_key_is_none)
{
	struct str key = key_of(1), cut = str_slice(key, 0, key.n - 1);
	struct request bare = request("", STR_EMPTY, SHOP);
	const struct site_origin *found;

	ck_assert_int_eq(apikey_find(&bare, &site, &found), APIKEY_ABSENT);
	ck_assert_int_eq(judge(key), APIKEY_FINE);
	ck_assert_int_eq(judge(cut), APIKEY_UNKNOWN);
	ck_assert_int_eq(judge(buf_join(suite_arena(), key, STR("A"))),
	    APIKEY_UNKNOWN);
	ck_assert_int_eq(judge(STR_EMPTY), APIKEY_UNKNOWN);
	/* Sealed by us, for something else. */
	ck_assert_int_eq(judge(token_seal(suite_arena(), &app.key, "asset",
	    STR("3 shop"))), APIKEY_UNKNOWN);
	origins[1].serial++;
	ck_assert_int_eq(judge(key), APIKEY_UNKNOWN);
	ck_assert_int_eq(judge(key_of(1)), APIKEY_FINE);
	origins[1].is_revoked = true;
	ck_assert_int_eq(judge(key_of(1)), APIKEY_UNKNOWN);
	origins[1].is_revoked = false;
	app.key.bytes[0]++;
	origins[1].serial--;
	ck_assert_int_eq(judge(key), APIKEY_UNKNOWN);
} END_TEST

static const struct {
	bool is_open;
	const char *origin;
	enum apikey_fault fault;
} keyless[] = {
	{ true, "", APIKEY_FINE },
	{ true, "https://leads.example", APIKEY_FINE },
	{ true, "https://leads.example.evil", APIKEY_ABSENT },
	{ true, "http://leads.example", APIKEY_ABSENT },
	{ true, "null", APIKEY_ABSENT },
	{ true, SHOP, APIKEY_ABSENT },
	{ false, "", APIKEY_ABSENT },
	{ false, "https://leads.example", APIKEY_ABSENT },
};

START_TEST(our_own_need_none)
{
	const struct site_origin *found;
	struct request rq = request("", STR_EMPTY, keyless[_i].origin);

	conf.api_open = keyless[_i].is_open;
	ck_assert_int_eq(apikey_find(&rq, &site, &found), keyless[_i].fault);
	ck_assert_ptr_eq(found, keyless[_i].fault ? NULL : &apikey_nobody);
	/* A wrong key is not none. */
	rq.authorization = STR("Bearer x");
	ck_assert_int_eq(apikey_find(&rq, &site, &found), APIKEY_UNKNOWN);
} END_TEST

static const struct { struct str header; const char *key; } once[] = {
	{ STR("a"), "a" }, { STR("\"a\""), "a" }, { STR("  \"a\"\t"), "a" },
	{ STR("8e03978e-40d5-43dd-bc93-6894a57f9324"),
	    "8e03978e-40d5-43dd-bc93-6894a57f9324" },
	{ STR("!~'{}"), "!~'{}" },
	{ STR(""), NULL }, { STR("\""), NULL }, { STR("\"\""), NULL },
	{ STR("\"a"), NULL }, { STR("a\""), NULL }, { STR("a b"), NULL },
	{ STR("a\\b"), NULL }, { STR("\"a\\\"b\""), NULL },
	{ STR("\"a\";x=1"), NULL }, { STR("\"a\", \"b\""), NULL },
	{ STR("a\x7f"), NULL }, { STR("\xc3\xa9"), NULL },
	{ STR("a\0b"), NULL }, { STR("a\nb"), NULL },
};

START_TEST(a_submissions_key_is_read)
{
	struct str key;

	ck_assert_int_eq(apikey_once(once[_i].header, &key),
	    once[_i].key != NULL);
	if (once[_i].key)
		ck_assert_str_same(key, str_of(once[_i].key));
} END_TEST

START_TEST(a_submissions_key_is_bounded)
{
	char long_one[APIKEY_ONCE_BYTES_MAX + 3];
	struct str key;

	memset(long_one, 'x', sizeof long_one);
	ck_assert(apikey_once((struct str){ long_one,
	    APIKEY_ONCE_BYTES_MAX }, &key));
	ck_assert(!apikey_once((struct str){ long_one,
	    APIKEY_ONCE_BYTES_MAX + 1 }, &key));
	long_one[0] = long_one[sizeof long_one - 1] = '"';
	ck_assert(!apikey_once((struct str){ long_one, sizeof long_one },
	    &key));
	long_one[sizeof long_one - 2] = '"';
	ck_assert(apikey_once((struct str){ long_one, sizeof long_one - 1 },
	    &key));
	ck_assert_uint_eq(key.n, APIKEY_ONCE_BYTES_MAX);
} END_TEST

START_TEST(an_id_is_of_origin_and_key)
{
	const struct token_key *k = &app.key, stranger = { .bytes = { 9 } };
	struct uuid id = apikey_id(suite_arena(), k, &origins[0], STR_EMPTY,
	    STR("k"));
	const struct {
		const struct token_key *k;
		const struct site_origin *o;
		struct str network;
		struct str once;
		bool is_same;
	} others[] = {
		{ k, &origins[0], STR_EMPTY, STR("k"), true },
		{ k, &origins[0], STR_EMPTY, STR("K"), false },
		{ k, &origins[1], STR_EMPTY, STR("k"), false },
		{ k, &origins[0], STR("192.0.2.0/24"), STR("k"), false },
		/* Who knows origin and key still can't tell the id. */
		{ &stranger, &origins[0], STR_EMPTY, STR("k"), false },
	};
	char text[UUID_TEXT];

	ck_assert_int_eq(token_uuid_text(&id, text).p[14], '8');
	ck_assert(strchr("89ab", text[19]) != NULL);
	for (size_t i = 0; i < COUNT(others); i++) {
		struct uuid other = apikey_id(suite_arena(), others[i].k,
		    others[i].o, others[i].network, others[i].once);

		ck_assert(!memcmp(&id, &other, sizeof id) ==
		    others[i].is_same);
	}
} END_TEST

SUITE(apikey)
{
	SUITE_LOOP(a_key_is_its_origins, COUNT(cases));
	SUITE_TEST(another_key_is_none);
	SUITE_LOOP(our_own_need_none, sizeof keyless / sizeof keyless[0]);
	SUITE_LOOP(a_submissions_key_is_read, COUNT(once));
	SUITE_TEST(a_submissions_key_is_bounded);
	SUITE_TEST(an_id_is_of_origin_and_key);
}
