/* Tests src/base/token.c. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/token.h"
#include "support/suite.h"

#define CHANCE_BYTES 16

static const struct token_key key = { { 1, 2, 3 } };

START_TEST(what_is_sealed_opens_again)
{
	char all[TOKEN_PAYLOAD_BYTES_MAX];
	struct str text, payload;

	memset(all, 'x', sizeof all);
	for (size_t n = 1; n <= sizeof all; n += 89) {
		text = token_seal(suite_arena(), &key, "form",
		    (struct str){ all, n });
		ck_assert_int_eq(token_open(suite_arena(), &key, "form", text,
		    &payload), OK);
		ck_assert_str_same(payload, ((struct str){ all, n }));
	}
	text = token_seal(suite_arena(), &key, "form",
	    (struct str){ all, sizeof all });
	ck_assert_uint_le(text.n, TOKEN_TEXT_BYTES_MAX);
} END_TEST

START_TEST(every_changed_character_is_noticed)
{
	struct str text = token_seal(suite_arena(), &key, "form",
	    STR("payload of a form"));
	char *p = (char *)arena_copy(suite_arena(), text).p;
	struct str payload;

	for (size_t i = 0; i < text.n; i++) {
		char was = p[i];

		p[i] = was == 'A' ? 'B' : 'A';
		ck_assert_int_eq(token_open(suite_arena(), &key, "form",
		    (struct str){ p, text.n }, &payload), ERR_DENIED);
		ck_assert_int_eq(token_open(suite_arena(), &key, "form",
		    (struct str){ text.p, i }, &payload), ERR_DENIED);
		p[i] = was;
	}
} END_TEST

START_TEST(key_and_purpose_must_match)
{
	static const struct token_key other = { { 1, 2, 4 } };
	struct str text = token_seal(suite_arena(), &key, "form", STR("x"));
	struct str payload;

	ck_assert_int_eq(token_open(suite_arena(), &key, "asset", text,
	    &payload), ERR_DENIED);
	ck_assert_int_eq(token_open(suite_arena(), &other, "form", text,
	    &payload), ERR_DENIED);
	ck_assert_int_eq(token_open(suite_arena(), &key, "form", STR_EMPTY,
	    &payload), ERR_DENIED);
	ck_assert_int_eq(token_open(suite_arena(), &key, "form", text,
	    &payload), OK);
} END_TEST

/* Or tokens that visitors hold already would no longer open. */
START_TEST(a_seal_is_keyed_blake2b)
{
	/* By Python: b64(b"x" + blake2b(b"form\0x", key, 32 bytes)) */
	static const char seal[] =
	    "eIjAInO5HIiHOn2mg6x9EGrGnjLvMe6KIT5Ops9JDhkU";

	for (int i = 0; i < 2; i++)
		ck_assert_str_same(token_seal(suite_arena(), &key, "form",
		    STR("x")), str_of(seal));
} END_TEST

START_TEST(a_seal_of_earlier_releases_opens)
{
	/* By Python: b64(b"x" + hmac.digest(key, b"form\0x", "sha256")) */
	static const char seal[] =
	    "eGOJmgNloIte87uxUdWV_8SF7oTjsMuSJsMcN92W5AMt";
	struct str payload;

	ck_assert_int_eq(token_open(suite_arena(), &key, "form",
	    str_of(seal), &payload), OK);
	ck_assert_str_same(payload, STR("x"));
	ck_assert_int_eq(token_open(suite_arena(), &key, "asset",
	    str_of(seal), &payload), ERR_DENIED);
} END_TEST

/* Every length modulo 3, every digit. */
START_TEST(a_seal_is_base64url)
{
	unsigned char raw[TOKEN_PAYLOAD_BYTES_MAX + TOKEN_MAC_BYTES];
	char want[TOKEN_TEXT_BYTES_MAX], all[256 + 2];

	for (size_t i = 0; i < sizeof all; i++)
		all[i] = (char)(i * 7);
	for (size_t n = 1; n <= sizeof all; n++) {
		struct str text = token_seal(suite_arena(), &key, "form",
		    (struct str){ all, n });
		size_t bytes;

		ck_assert_int_eq(sodium_base642bin(raw, sizeof raw, text.p,
		    text.n, NULL, &bytes, NULL,
		    sodium_base64_VARIANT_URLSAFE_NO_PADDING), 0);
		ck_assert_uint_eq(bytes, n + TOKEN_MAC_BYTES);
		sodium_bin2base64(want, sizeof want, raw, bytes,
		    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
		ck_assert_str_same(text, str_of(want));
	}
} END_TEST

START_TEST(an_identifier_is_a_uuid_of_version_7)
{
	struct uuid u = token_uuid7(INT64_C(0x0123456789ab)), back;
	char text[UUID_TEXT];
	struct str s = token_uuid_text(&u, text);

	ck_assert(str_has_prefix(s, STR("01234567-89ab-7")));
	ck_assert(strchr("89ab", s.p[19]) != NULL);
	ck_assert_int_eq(token_uuid_parse(s, &back), OK);
	ck_assert_mem_eq(&u, &back, sizeof u);
} END_TEST

static const char *const no_uuids[] = {
	"", "01234567-89ab-7def-8123-456789abcde",
	"01234567-89ab-7def-8123-456789abcdef0",
	"01234567x89ab-7def-8123-456789abcdef",
	"0123456789ab-7def-8123-456789abcdef-",
	"g1234567-89ab-7def-8123-456789abcdef",
};

START_TEST(what_is_no_uuid_is_refused)
{
	struct uuid u;

	ck_assert_int_eq(token_uuid_parse(str_of(no_uuids[_i]), &u),
	    ERR_INPUT);
} END_TEST

START_TEST(visitor_identifiers_are_told_from_other_text)
{
	char a[TOKEN_ID_CHARS + 1], b[TOKEN_ID_CHARS + 1];

	ck_assert(token_id_is(token_id(a)));
	ck_assert(token_id_is(token_id(b)));
	ck_assert_str_ne(a, b);
	ck_assert(!token_id_is(STR("")));
	ck_assert(!token_id_is(STR("0123456789abcdefghjkmnpqr")));
	ck_assert(!token_id_is(STR("0123456789abcdefghjkmnpqrst")));
	ck_assert(!token_id_is(STR("0123456789abcdefghjkmnpqr'")));
	ck_assert(!token_id_is((struct str){
	    "0123456789abcdefghjkmnpqr\0", 26 }));
} END_TEST

/* The first is ULID's own example, the last the end of its time. */
static const struct { int64_t ms; const char *time; } ulids[] = {
	{ 1469918176385, "01aryz6s41" }, { 0, "0000000000" },
	{ 31, "000000000z" }, { 32, "0000000010" },
	{ (INT64_C(1) << 48) - 2, "7zzzzzzzzy" },
};

START_TEST(identifiers_stand_in_order_of_time)
{
	char a[TOKEN_ID_CHARS + 1], b[TOKEN_ID_CHARS + 1];

	ck_assert(token_id_is(token_ulid(a, ulids[_i].ms)));
	ck_assert_mem_eq(a, ulids[_i].time, strlen(ulids[_i].time));
	token_ulid(b, ulids[_i].ms);
	ck_assert_str_ne(a, b);
	token_ulid(b, ulids[_i].ms + 1);
	ck_assert_int_lt(strcmp(a, b), 0);
} END_TEST

START_TEST(a_seed_repeats_chance)
{
	char a[TOKEN_ID_CHARS + 1], b[TOKEN_ID_CHARS + 1];

	token_seed(42);
	token_id(a);
	token_seed(42);
	token_id(b);
	ck_assert_str_eq(a, b);
	token_id(b);
	ck_assert_str_ne(a, b);
} END_TEST

/* However much is taken at once. */
START_TEST(chance_does_not_repeat)
{
	unsigned char chance[100][CHANCE_BYTES];

	token_seed(0);
	token_random(chance, sizeof chance / 2);
	for (int i = 50; i < 100; i++)
		token_random(chance[i], CHANCE_BYTES);
	for (int i = 0; i < 100; i++)
		for (int k = 0; k < i; k++)
			ck_assert_mem_ne(chance[i], chance[k], CHANCE_BYTES);
} END_TEST

START_TEST(a_child_has_chance_of_its_own)
{
	unsigned char before[CHANCE_BYTES], ours[CHANCE_BYTES];
	unsigned char childs[CHANCE_BYTES];
	int ends[2];
	pid_t child;

	token_seed(0);
	token_random(before, sizeof before);
	ck_assert_int_eq(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		token_random(childs, sizeof childs);
		_exit(write(ends[1], childs, sizeof childs) !=
		    sizeof childs);
	}
	ck_assert_int_gt(child, 0);
	ck_assert_int_eq(read(ends[0], childs, sizeof childs),
	    sizeof childs);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	token_random(ours, sizeof ours);
	ck_assert_mem_ne(ours, childs, sizeof ours);
} END_TEST

START_TEST(a_hash_is_sha_256)
{
	char hash[TOKEN_HASH_TEXT];

	/* FIPS 180-2, appendix B.1. */
	ck_assert_str_same(token_hash(STR("abc"), hash),
	    STR("ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad"));
} END_TEST

START_TEST(a_key_is_made_once_and_kept_secret)
{
	struct token_key first, second;
	struct str state = suite_directory();
	char path[400];
	struct stat st;

	snprintf(path, sizeof path, "%s/" TOKEN_KEY_FILE, state.p);
	ck_assert_int_eq(token_key_read(state, &first), ERR_ABSENT);
	ck_assert_int_eq(access(path, F_OK), -1);
	ck_assert_int_eq(token_key_load(state, &first), OK);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	ck_assert_int_eq(token_key_load(state, &second), OK);
	ck_assert_mem_eq(&first, &second, sizeof first);
	ck_assert_int_eq(truncate(path, 31), 0);
	ck_assert_int_eq(token_key_load(state, &second), ERR_INPUT);
	ck_assert_int_eq(token_key_read(state, &second), ERR_INPUT);
	ck_assert_int_eq(truncate(path, 33), 0);
	ck_assert_int_eq(token_key_load(state, &second), ERR_INPUT);
	ck_assert_int_eq(truncate(path, 32), 0);
	ck_assert_int_eq(chmod(path, 0640), 0);
	ck_assert_int_eq(token_key_load(state, &second), ERR_DENIED);
	ck_assert_int_eq(token_key_load(STR("/nowhere"), &second), ERR_AWAY);
} END_TEST

START_TEST(a_pause_is_between_half_and_all)
{
	int64_t least = INT64_MAX, most = 0;

	for (int i = 0; i < 2000; i++) {
		int64_t ms = token_jitter(100);

		least = ms < least ? ms : least;
		most = ms > most ? ms : most;
	}
	ck_assert_int_eq(least, 50);
	ck_assert_int_eq(most, 100);
	ck_assert_int_eq(token_jitter(0), 0);
} END_TEST

START_TEST(a_tag_is_of_key_and_text)
{
	const struct token_key other = { { 1, 2, 4 } };
	uint64_t tag = token_tag(&key, STR("ana"));

	ck_assert_uint_eq(token_tag(&key, STR("ana")), tag);
	ck_assert_uint_ne(token_tag(&key, STR("anb")), tag);
	ck_assert_uint_ne(token_tag(&other, STR("ana")), tag);
} END_TEST

SUITE(token)
{
	SUITE_TEST(what_is_sealed_opens_again);
	SUITE_TEST(every_changed_character_is_noticed);
	SUITE_TEST(key_and_purpose_must_match);
	SUITE_TEST(a_seal_is_keyed_blake2b);
	SUITE_TEST(a_seal_of_earlier_releases_opens);
	SUITE_TEST(a_seal_is_base64url);
	SUITE_TEST(an_identifier_is_a_uuid_of_version_7);
	SUITE_LOOP(what_is_no_uuid_is_refused, COUNT(no_uuids));
	SUITE_TEST(visitor_identifiers_are_told_from_other_text);
	SUITE_LOOP(identifiers_stand_in_order_of_time, COUNT(ulids));
	SUITE_TEST(a_seed_repeats_chance);
	SUITE_TEST(chance_does_not_repeat);
	SUITE_TEST(a_child_has_chance_of_its_own);
	SUITE_TEST(a_tag_is_of_key_and_text);
	SUITE_TEST(a_hash_is_sha_256);
	SUITE_TEST(a_key_is_made_once_and_kept_secret);
	SUITE_TEST(a_pause_is_between_half_and_all);
}
