/* Tests src/track/shown.c. */
#include <string.h>

#include "base/buf.h"
#include "base/token.h"
#include "support/suite.h"
#include "track/shown.h"

#define TYPICAL_CHARS_MAX 160

static const struct token_key key = { { 1, 2, 3 } };
static const struct token_key other_key = { { 1, 2, 4 } };
static const struct str visitor = { "0123456789abcdefghjkmnpqrs", 26 };

static struct shown
typical(void)
{
	return (struct shown){ .page = STR("livre-blanc"),
		.experiment = STR("lb-headline"), .variant = STR("b"),
		.bucket_version = 3, .epoch = 7, .issued_ms = 1795000000123,
		.is_prefetched = true, .lang = LANG_EN,
		.source = STR("google") };
}

static struct str
seal(const struct shown *s)
{
	return shown_seal(suite_arena(), &key, visitor, s);
}

static void
expect_same(const struct shown *got, const struct shown *want)
{
	ck_assert_str_same(got->page, want->page);
	ck_assert_str_same(got->experiment, want->experiment);
	ck_assert_str_same(got->variant, want->variant);
	ck_assert_uint_eq(got->bucket_version, want->bucket_version);
	ck_assert_uint_eq(got->epoch, want->epoch);
	ck_assert_int_eq(got->issued_ms, want->issued_ms);
	ck_assert_int_eq(got->is_prefetched, want->is_prefetched);
	ck_assert_int_eq(got->is_first, want->is_first);
	ck_assert_int_eq(got->lang, want->lang);
	ck_assert_str_same(got->source, want->source);
}

START_TEST(what_is_sealed_is_opened)
{
	struct shown s = typical(), got;

	s.is_prefetched = _i & 1;
	s.is_first = _i & 2;
	s.source = _i & 4 ? STR("two words") : STR_EMPTY;
	ck_assert_int_eq(shown_open(suite_arena(), &key, visitor, seal(&s),
	    &got), OK);
	expect_same(&got, &s);
	ck_assert_uint_lt(seal(&s).n, TYPICAL_CHARS_MAX);
} END_TEST

START_TEST(the_largest_passes)
{
	char word[SHOWN_SOURCE_BYTES_MAX + 1];
	struct shown s = typical(), got;

	memset(word, 'k', sizeof word);
	s.page = s.experiment = s.variant = (struct str){ word,
		SHOWN_KEY_BYTES_MAX };
	s.bucket_version = UINT32_MAX;
	s.epoch = INT32_MAX;
	s.issued_ms = INT64_MAX;
	for (size_t n = SHOWN_SOURCE_BYTES_MAX; n <= sizeof word; n++) {
		s.source = (struct str){ word, n };
		ck_assert_int_eq(shown_open(suite_arena(), &key, visitor,
		    seal(&s), &got), OK);
		s.source.n = SHOWN_SOURCE_BYTES_MAX;
		expect_same(&got, &s);
	}
} END_TEST

START_TEST(a_source_is_cut_at_a_character)
{
	struct shown s = typical(), got;
	struct buf b;

	buf_init(&b, suite_arena(), 100);
	buf_add(&b, STR("x"));
	for (int i = 0; i < 40; i++)
		buf_add(&b, STR("é"));
	s.source = buf_str(&b);
	ck_assert_int_eq(shown_open(suite_arena(), &key, visitor, seal(&s),
	    &got), OK);
	ck_assert_uint_eq(got.source.n, 63);
	ck_assert(str_is_utf8(got.source));
} END_TEST

/* Another's, cut, bent, of another key or for another purpose. */
START_TEST(what_is_not_this_visitors_is_refused)
{
	struct shown s = typical(), got;
	struct str text = seal(&s);
	char *bent = (char *)arena_copy(suite_arena(), text).p;

	ck_assert_int_eq(shown_open(suite_arena(), &key,
	    STR("0123456789abcdefghjkmnpqrt"), text, &got), ERR_DENIED);
	ck_assert_int_eq(shown_open(suite_arena(), &key, STR_EMPTY, text,
	    &got), ERR_DENIED);
	ck_assert_int_eq(shown_open(suite_arena(), &other_key, visitor, text,
	    &got), ERR_DENIED);
	ck_assert_int_eq(shown_open(suite_arena(), &key, visitor, STR_EMPTY,
	    &got), ERR_DENIED);
	ck_assert_int_eq(shown_open(suite_arena(), &key, visitor,
	    token_seal(suite_arena(), &key, "form", STR("1 0 1 1 1 fr p e v ")),
	    &got), ERR_DENIED);
	for (size_t i = 0; i < text.n; i++) {
		bent[i] = text.p[i] == 'A' ? 'B' : 'A';
		ck_assert_int_eq(shown_open(suite_arena(), &key, visitor,
		    (struct str){ bent, text.n }, &got), ERR_DENIED);
		bent[i] = text.p[i];
	}
} END_TEST

#define K64 "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"

static const struct { struct str payload; bool is_fine; } payloads[] = {
	{ STR("1 0 1 1 1 fr p e v "), true },
	{ STR("1 3 4294967295 2147483647 9223372036854775807 en p e v s"),
	    true },
	{ STR("1 0 1 1 1 fr " K64 " " K64 " " K64 " " K64), true },
	{ STR("1 0 1 1 1 fr p e v"), true },
	{ STR(""), false }, { STR("1"), false }, { STR(" "), false },
	{ STR("2 0 1 1 1 fr p e v "), false },
	{ STR("1 4 1 1 1 fr p e v "), false },
	{ STR("1 0 4294967296 1 1 fr p e v "), false },
	{ STR("1 0 1 2147483648 1 fr p e v "), false },
	{ STR("1 0 1 1 -1 fr p e v "), false },
	{ STR("1 0 1 1 9223372036854775808 fr p e v "), false },
	{ STR("1 0 1 1 1 de p e v "), false },
	{ STR("1 0 1 1 1 fr  e v "), false },
	{ STR("1 0 1 1 1 fr p  v "), false },
	{ STR("1 0 1 1 1 fr p e "), false },
	{ STR("1 0 1 1 1 fr p e"), false },
	{ STR("1 0 1 1 1 fr k" K64 " e v "), false },
	{ STR("1 0 1 1 1 fr p k" K64 " v "), false },
	{ STR("1 0 1 1 1 fr p e k" K64 " "), false },
	{ STR("1 0 1 1 1 fr p e v k" K64), false },
	{ STR("1 0 1 1 1 fr p e v \xff"), false },
	{ STR("1 0 1 1 1 fr p e v a\0b"), false },
	{ STR("1 0 1 1 1 fr p e\n v "), false },
};

START_TEST(a_payload_is_parsed_strictly)
{
	struct shown got;

	ck_assert_int_eq(shown_parse(payloads[_i].payload, &got),
	    payloads[_i].is_fine ? OK : ERR_INPUT);
} END_TEST

SUITE(shown)
{
	SUITE_LOOP(what_is_sealed_is_opened, 8);
	SUITE_TEST(the_largest_passes);
	SUITE_TEST(a_source_is_cut_at_a_character);
	SUITE_TEST(what_is_not_this_visitors_is_refused);
	SUITE_LOOP(a_payload_is_parsed_strictly, COUNT(payloads));
}
