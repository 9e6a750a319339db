/* Tests form/ticket. */
#include <string.h>

#include "base/buf.h"
#include "form/ticket.h"
#include "support/suite.h"

#define TYPICAL_CHARS_MAX 400
#define HASH STR("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b" \
    "7852b855")

static const struct token_key key = { { 1, 2, 3 } };
static const struct token_key other_key = { { 1, 2, 4 } };

static struct ticket
typical(void)
{
	return (struct ticket){
		.id = { { 0x01, 0x94, 0, 0xff, 0x70, 0x0a, 0xd0 } },
		.page = STR("livre-blanc"),
		.revision = 7,
		.variant = STR("b"),
		.experiment = STR("lb-headline"),
		.bucket_version = 3,
		.epoch = 9,
		.visitor_tag = UINT64_C(0x0123456789abcdef),
		.arm = STR("c"),
		.is_again = true,
		.lang = LANG_EN,
		.consent_hash = HASH,
		.issued_ms = 1795000000123,
		.touch = { STR("google"), STR("cpc"), STR("livre-blanc-2026"),
		    STR("Cj0KCQiA-abcdefghijklmnopqrstuvwxyz0123456789"),
		    STR("ad 1"), STR("pompe à chaleur"), STR("42"), STR("p7"),
		    STR("sea"), STR("gclid"), STR("foire24") },
	};
}

static void
expect_same(const struct ticket *got, const struct ticket *want)
{
	ck_assert_mem_eq(got->id.bytes, want->id.bytes, sizeof want->id.bytes);
	ck_assert_str_same(got->page, want->page);
	ck_assert_uint_eq(got->revision, want->revision);
	ck_assert_str_same(got->variant, want->variant);
	ck_assert_str_same(got->experiment, want->experiment);
	ck_assert_uint_eq(got->bucket_version, want->bucket_version);
	ck_assert_int_eq(got->is_again, want->is_again);
	ck_assert_int_eq(got->is_synthetic, want->is_synthetic);
	ck_assert_int_eq(got->is_prefetched, want->is_prefetched);
	ck_assert_int_eq(got->is_preview, want->is_preview);
	ck_assert_int_eq(got->needs_work, want->needs_work);
	ck_assert_int_eq(got->is_first, want->is_first);
	ck_assert_uint_eq(got->epoch, want->epoch);
	ck_assert_uint_eq(got->visitor_tag, want->visitor_tag);
	ck_assert_str_same(got->arm, want->arm);
	ck_assert_int_eq(got->lang, want->lang);
	ck_assert_str_same(got->consent_hash, want->consent_hash);
	ck_assert_int_eq(got->issued_ms, want->issued_ms);
	ck_assert_str_same(got->touch.source, want->touch.source);
	ck_assert_str_same(got->touch.medium, want->touch.medium);
	ck_assert_str_same(got->touch.campaign, want->touch.campaign);
	ck_assert_str_same(got->touch.click_id, want->touch.click_id);
	ck_assert_str_same(got->touch.content, want->touch.content);
	ck_assert_str_same(got->touch.keyword, want->touch.keyword);
	ck_assert_str_same(got->touch.product, want->touch.product);
	ck_assert_str_same(got->touch.affiliate, want->touch.affiliate);
	ck_assert_str_same(got->touch.channel, want->touch.channel);
	ck_assert_str_same(got->touch.click_kind, want->touch.click_kind);
	ck_assert_str_same(got->touch.code, want->touch.code);
}

static struct ticket
reopened(const struct ticket *t)
{
	struct ticket got;

	ck_assert_int_eq(ticket_open(suite_arena(), &key,
	    ticket_seal(suite_arena(), &key, t), &got), OK);
	return got;
}

START_TEST(what_is_sealed_is_opened)
{
	struct ticket t = typical(), got = reopened(&t);
	struct ticket least = { .page = STR("p") };

	expect_same(&got, &t);
	got = reopened(&least);
	expect_same(&got, &least);
} END_TEST

START_TEST(a_typical_ticket_is_short)
{
	struct ticket t = typical();

	ck_assert_uint_lt(ticket_seal(suite_arena(), &key, &t).n,
	    TYPICAL_CHARS_MAX);
} END_TEST

static struct str
run_of(const char *c, size_t n)
{
	struct buf b;

	buf_init(&b, suite_arena(), n * 8);
	while (n--)
		buf_add(&b, str_of(c));
	return buf_str(&b);
}

START_TEST(the_largest_ticket_passes)
{
	struct str word = run_of("k", TICKET_KEY_BYTES_MAX);
	struct str part = run_of("t", TICKET_TOUCH_BYTES_MAX);
	struct ticket t = {
		.page = word, .variant = word, .experiment = word,
		.arm = word, .epoch = UINT32_MAX, .visitor_tag = UINT64_MAX,
		.revision = UINT32_MAX, .bucket_version = UINT32_MAX,
		.issued_ms = INT64_MAX,
		.consent_hash = HASH, .touch = { part, part, part, part, part,
		    part, part, part, word, word, word },
	};
	struct ticket got;

	memset(t.id.bytes, 0xff, sizeof t.id.bytes);
	got = reopened(&t);
	expect_same(&got, &t);
	ck_assert_uint_le(ticket_seal(suite_arena(), &key, &t).n,
	    TOKEN_TEXT_BYTES_MAX);
} END_TEST

/* A part of the touch, how it begins, and how much of it is kept. */
static const struct { const char *c; size_t count, kept; } cuts[] = {
	{ "t", TICKET_TOUCH_BYTES_MAX, 200 },
	{ "t", TICKET_TOUCH_BYTES_MAX + 1, 200 },
	{ "é", 100, 200 }, { "é", 101, 200 },
	{ "例", 66, 198 }, { "例", 67, 198 },
	{ "👩", 50, 200 }, { "👩", 51, 200 },
	{ "t", 8000, 200 },
};

START_TEST(a_touch_is_cut_at_a_character)
{
	struct str part = run_of(cuts[_i].c, cuts[_i].count);
	struct ticket t = typical(), got;

	t.touch = (struct touch){ part, part, part, part, part, part, part,
	    part, STR_EMPTY, STR_EMPTY, STR_EMPTY };
	got = reopened(&t);
	part = str_slice(part, 0, cuts[_i].kept);
	ck_assert(str_is_utf8(part));
	ck_assert_str_same(got.touch.source, part);
	ck_assert_str_same(got.touch.medium, part);
	ck_assert_str_same(got.touch.campaign, part);
	ck_assert_str_same(got.touch.click_id, part);
	ck_assert_str_same(got.touch.content, part);
	ck_assert_str_same(got.touch.keyword, part);
	ck_assert_str_same(got.touch.product, part);
	ck_assert_str_same(got.touch.affiliate, part);
} END_TEST

static const struct str unclean[] = {
	STR("\xff"), STR("a\xc3"), STR("a\0b"), STR("a\r\nSet-Cookie: x"),
	STR("\x1b[2J"), STR("a\xc2\x85"), STR("ana@firm.fr"),
	STR("from ana@firm.fr"), STR("a@b@c."),
};

static const struct str clean[] = {
	STR("@"), STR("@@variable"), STR("@firm.fr"), STR("a@firm"),
	STR("PRINT @@version.x"), STR("a@b .c"), STR("a @b.c"), STR("a@@b.c"),
};

START_TEST(an_at_alone_is_no_address)
{
	struct ticket t = typical(), got;

	t.touch.source = clean[_i];
	got = reopened(&t);
	ck_assert_str_same(got.touch.source, clean[_i]);
} END_TEST

START_TEST(a_touch_that_is_no_text_is_left_out)
{
	struct ticket t = typical(), got;

	t.touch.source = unclean[_i];
	got = reopened(&t);
	ck_assert_str_same(got.touch.source, STR_EMPTY);
	ck_assert_str_same(got.touch.medium, t.touch.medium);
} END_TEST

/* A self-test's form that came back is both. */
START_TEST(flags_are_told_apart)
{
	struct ticket t = typical(), got;

	t.is_again = _i & 1;
	t.is_synthetic = _i & 2;
	t.is_prefetched = _i & 4;
	t.is_preview = _i & 8;
	t.needs_work = _i & 16;
	t.is_first = _i & 32;
	got = reopened(&t);
	expect_same(&got, &t);
} END_TEST

START_TEST(a_flipped_bit_is_refused)
{
	struct ticket t = typical(), got;
	struct str text = ticket_seal(suite_arena(), &key, &t);
	char *bent = (char *)arena_copy(suite_arena(), text).p;

	for (size_t i = 0; i < text.n; i++) {
		for (int bit = 0; bit < 8; bit++) {
			bent[i] ^= (char)(1 << bit);
			ck_assert_int_eq(ticket_open(suite_arena(), &key,
			    (struct str){ bent, text.n }, &got), ERR_DENIED);
			bent[i] ^= (char)(1 << bit);
		}
	}
} END_TEST

START_TEST(a_cut_or_longer_ticket_is_refused)
{
	struct ticket t = typical(), got;
	struct str text = ticket_seal(suite_arena(), &key, &t);

	for (size_t n = 0; n < text.n; n++)
		ck_assert_int_eq(ticket_open(suite_arena(), &key,
		    str_slice(text, 0, n), &got), ERR_DENIED);
	ck_assert_int_eq(ticket_open(suite_arena(), &key,
	    buf_fmt(suite_arena(), 1000, "%.*sA", STR_ARG(text)), &got),
	    ERR_DENIED);
} END_TEST

START_TEST(another_key_or_purpose_is_refused)
{
	struct ticket t = typical(), got;
	struct str text = ticket_seal(suite_arena(), &key, &t), payload;

	ck_assert_int_eq(ticket_open(suite_arena(), &other_key, text, &got),
	    ERR_DENIED);
	ck_assert_int_eq(token_open(suite_arena(), &key, "form", text,
	    &payload), OK);
	ck_assert_int_eq(ticket_open(suite_arena(), &key,
	    token_seal(suite_arena(), &key, "asset", payload), &got),
	    ERR_DENIED);
	ck_assert_int_eq(ticket_open(suite_arena(), &key,
	    token_seal(suite_arena(), &key, "form", payload), &got), OK);
} END_TEST

/* A sealed payload that makes no sense is not ours either. */
START_TEST(a_sealed_nothing_is_refused)
{
	struct ticket got;

	ck_assert_int_eq(ticket_open(suite_arena(), &key,
	    token_seal(suite_arena(), &key, "form", STR("x")), &got),
	    ERR_DENIED);
} END_TEST

static struct str
payload_of(const struct ticket *t)
{
	struct str payload;

	ck_assert_int_eq(token_open(suite_arena(), &key, "form",
	    ticket_seal(suite_arena(), &key, t), &payload), OK);
	return payload;
}

/* Behind version, id, revision, lang, flags, bucket version, issue time… */
#define ADDED_AT (1 + 16 + 4 + 1 + 1 + 4 + 8)
#define PRESENT_AT (ADDED_AT + 4 + 8)	/* … epoch and tag… */
#define PARTS_AT (PRESENT_AT + 2)	/* … and which parts there are */

/* One byte of the payload of a ticket for page "p", changed. */
static const struct { size_t at; unsigned char byte; } bends[] = {
	{ 0, 0 }, { 0, 1 }, { 0, 2 }, { 0, 4 },		/* version */
	{ 21, LANG_COUNT },		/* language */
	{ 22, 64 },			/* a flag that there is not */
	{ 27, 0x80 },			/* issued before 1970 */
	{ PARTS_AT, 0 },		/* a page without a key */
	{ PARTS_AT, 2 }, { PARTS_AT, 255 },
	{ PARTS_AT + 1, 0xff },		/* no UTF-8 */
	{ PARTS_AT + 1, '\n' },
	{ PRESENT_AT, 0x80 },		/* parts that are not there */
	{ PRESENT_AT + 1, 0 }, { PRESENT_AT + 1, 3 },
};

START_TEST(a_payload_is_parsed_strictly)
{
	const struct ticket least = { .page = STR("p") };
	struct str payload = payload_of(&least);
	char *bent = (char *)arena_copy(suite_arena(), payload).p;
	struct ticket got;

	ck_assert_uint_eq(payload.n, PARTS_AT + 2);
	ck_assert_int_eq(ticket_parse(payload, &got), OK);
	bent[bends[_i].at] = (char)bends[_i].byte;
	ck_assert_int_eq(ticket_parse((struct str){ bent, payload.n }, &got),
	    ERR_INPUT);
} END_TEST

/* Of which earlier version, and how many parts it had. */
static const struct { char version; size_t parts; } befores[] = {
	{ 1, 8 }, { 2, 9 },
};

/* What a visitor got before an update is still worth what it was. */
START_TEST(earlier_versions_are_opened)
{
	struct ticket t = typical(), got;
	const struct touch was = t.touch;
	const struct str part[] = { t.page, t.variant, t.experiment,
		t.consent_hash, was.source, STR_EMPTY, was.campaign,
		was.click_id, t.arm };
	struct str payload = payload_of(&t);
	bool is_first = befores[_i].version == 1;
	struct buf b;

	buf_init(&b, suite_arena(), TOKEN_PAYLOAD_BYTES_MAX);
	buf_byte(&b, befores[_i].version);
	buf_add(&b, str_slice(payload, 1, (is_first ? ADDED_AT :
	    PRESENT_AT) - 1));
	for (size_t i = 0; i < befores[_i].parts; i++) {
		buf_byte(&b, (char)part[i].n);
		buf_add(&b, part[i]);
	}
	t.touch = (struct touch){ .source = was.source,
		.campaign = was.campaign, .click_id = was.click_id };
	if (is_first) {
		t.epoch = 0;
		t.visitor_tag = 0;
		t.arm = STR_EMPTY;
	}
	ck_assert_int_eq(ticket_parse(buf_str(&b), &got), OK);
	expect_same(&got, &t);
	buf_byte(&b, 0);
	ck_assert_int_eq(ticket_parse(buf_str(&b), &got), ERR_INPUT);
} END_TEST

/* A ticket has one payload: an empty part is left out. */
START_TEST(an_empty_part_is_refused)
{
	const struct ticket least = { .page = STR("p") };
	struct str payload = payload_of(&least);
	struct ticket got;
	struct buf b;

	buf_init(&b, suite_arena(), 200);
	buf_add(&b, str_slice(payload, 0, PRESENT_AT + 1));
	buf_byte(&b, 3);
	buf_add(&b, str_slice(payload, PARTS_AT, payload.n));
	buf_byte(&b, 0);
	ck_assert_int_eq(ticket_parse(buf_str(&b), &got), ERR_INPUT);
} END_TEST

START_TEST(a_payload_is_parsed_whole)
{
	const struct ticket t = typical();
	struct str payload = payload_of(&t);
	struct ticket got;

	for (size_t n = 0; n < payload.n; n++)
		ck_assert_int_eq(ticket_parse(str_slice(payload, 0, n),
		    &got), ERR_INPUT);
	ck_assert_int_eq(ticket_parse((struct str){
	    arena_copy(suite_arena(), payload).p, payload.n + 1 }, &got),
	    ERR_INPUT);
} END_TEST

static const char *const hashes[] = {
	"e3",
	"E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
	"g3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
};

START_TEST(a_hash_is_hexadecimal)
{
	struct ticket t = typical(), got;

	t.consent_hash = str_of(hashes[_i]);
	ck_assert_int_eq(ticket_parse(payload_of(&t), &got), ERR_INPUT);
} END_TEST

/* Key parts of n + 1 bytes, written by hand since no seal makes them. */
START_TEST(a_key_has_64_bytes)
{
	const struct ticket least = { .page = STR("p") };
	struct str payload = payload_of(&least);

	for (size_t n = TICKET_KEY_BYTES_MAX; n <= TICKET_KEY_BYTES_MAX + 1;
	    n++) {
		struct ticket got;
		struct buf b;

		buf_init(&b, suite_arena(), 200);
		buf_add(&b, str_slice(payload, 0, PARTS_AT));
		buf_byte(&b, (char)n);
		buf_add(&b, run_of("k", n));
		buf_add(&b, str_slice(payload, PARTS_AT + 2, payload.n));
		ck_assert_int_eq(ticket_parse(buf_str(&b), &got),
		    n <= TICKET_KEY_BYTES_MAX ? OK : ERR_INPUT);
	}
} END_TEST

START_TEST(a_touch_has_200_bytes)
{
	const struct ticket least = { .page = STR("p") };
	struct str payload = payload_of(&least);

	for (size_t n = TICKET_TOUCH_BYTES_MAX;
	    n <= TICKET_TOUCH_BYTES_MAX + 1; n++) {
		struct ticket got;
		struct buf b;

		buf_init(&b, suite_arena(), 400);
		buf_add(&b, str_slice(payload, 0, PRESENT_AT));
		buf_byte(&b, 0);
		buf_byte(&b, 1 | 1 << 4);	/* page and source */
		buf_add(&b, str_slice(payload, PARTS_AT, payload.n));
		buf_byte(&b, (char)n);
		buf_add(&b, run_of("k", n));
		ck_assert_int_eq(ticket_parse(buf_str(&b), &got),
		    n <= TICKET_TOUCH_BYTES_MAX ? OK : ERR_INPUT);
	}
} END_TEST

SUITE(ticket)
{
	SUITE_TEST(what_is_sealed_is_opened);
	SUITE_TEST(a_typical_ticket_is_short);
	SUITE_TEST(the_largest_ticket_passes);
	SUITE_LOOP(a_touch_is_cut_at_a_character, COUNT(cuts));
	SUITE_LOOP(an_at_alone_is_no_address, COUNT(clean));
	SUITE_LOOP(a_touch_that_is_no_text_is_left_out, COUNT(unclean));
	SUITE_LOOP(flags_are_told_apart, 64);
	SUITE_TEST(a_flipped_bit_is_refused);
	SUITE_TEST(a_cut_or_longer_ticket_is_refused);
	SUITE_TEST(another_key_or_purpose_is_refused);
	SUITE_TEST(a_sealed_nothing_is_refused);
	SUITE_LOOP(a_payload_is_parsed_strictly, COUNT(bends));
	SUITE_LOOP(earlier_versions_are_opened, COUNT(befores));
	SUITE_TEST(an_empty_part_is_refused);
	SUITE_TEST(a_payload_is_parsed_whole);
	SUITE_LOOP(a_hash_is_hexadecimal, COUNT(hashes));
	SUITE_TEST(a_key_has_64_bytes);
	SUITE_TEST(a_touch_has_200_bytes);
}
