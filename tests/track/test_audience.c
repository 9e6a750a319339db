/* Sums of the audience: added where they belong, bounded, nothing lost. */
#include <string.h>

#include "base/buf.h"
#include "support/suite.h"
#include "track/audience.h"

#define SEED 7

static const struct audience_key plain = { .hour_ms = 5, .text = {
	[AUDIENCE_PAGE] = STR("p"), [AUDIENCE_VARIANT] = STR("a"),
	[AUDIENCE_CAMPAIGN] = STR("c"), [AUDIENCE_CHANNEL] = STR("sea"),
	[AUDIENCE_SOURCE] = STR("s"), [AUDIENCE_MEDIUM] = STR("m"),
	[AUDIENCE_KEYWORD] = STR("k"), [AUDIENCE_COUNTRY] = STR("FR"),
	[AUDIENCE_REGION] = STR("IDF") } };

static bool
add(struct audience *t, const struct audience_key *key, uint64_t views,
    uint64_t visitors, uint64_t engaged)
{
	struct audience_packed packed;

	ck_assert_int_eq(audience_pack(SEED, key, &packed), OK);
	return audience_add(t, &packed, &(struct audience_sum){ views,
		visitors, engaged });
}

static uint64_t
total(const struct audience *t)
{
	struct audience_key key;
	struct audience_sum sum;
	uint64_t views = 0;

	for (size_t i = 0; audience_at(t, i, &key, &sum); i++)
		views += sum.views;
	return views;
}

START_TEST(each_member_of_a_key_keeps_views_apart)
{
	struct audience_key keys[AUDIENCE_TEXTS + 3], key;
	struct audience *t = audience_new(SEED);
	struct audience_sum sum;

	for (size_t i = 0; i < COUNT(keys); i++) {
		keys[i] = plain;
		if (i < AUDIENCE_TEXTS)
			keys[i].text[i] = STR("x");
	}
	keys[AUDIENCE_TEXTS].hour_ms = 6;
	keys[AUDIENCE_TEXTS + 1].is_robot = true;
	for (uint64_t round = 0; round < 3; round++)
		for (size_t i = 0; i < COUNT(keys); i++)
			ck_assert(add(t, &keys[i], i + 1, i + 2, i + 3));
	ck_assert_uint_eq(audience_count(t), COUNT(keys));
	for (size_t i = 0; i < COUNT(keys); i++) {
		ck_assert(audience_at(t, i, &key, &sum));
		ck_assert_uint_eq(sum.views, 3 * (i + 1));
		ck_assert_uint_eq(sum.visitors, 3 * (i + 2));
		ck_assert_uint_eq(sum.engaged, 3 * (i + 3));
		ck_assert_int_eq(key.hour_ms, keys[i].hour_ms);
		ck_assert(key.is_robot == keys[i].is_robot);
		for (int k = 0; k < AUDIENCE_TEXTS; k++)
			ck_assert_str_same(key.text[k], keys[i].text[k]);
	}
	ck_assert(!audience_at(t, COUNT(keys), &key, &sum));
	audience_empty(t);
	ck_assert_uint_eq(audience_count(t), 0);
	ck_assert(add(t, &plain, 1, 0, 0));
	ck_assert_uint_eq(total(t), 1);
	audience_free(t);
	audience_free(NULL);
} END_TEST

/* "ab" "c" is not "a" "bc". */
START_TEST(texts_do_not_run_together)
{
	struct audience *t = audience_new(SEED);
	struct audience_key one = { .text = { STR("ab"), STR("c") } };
	struct audience_key two = { .text = { STR("a"), STR("bc") } };

	ck_assert(add(t, &one, 1, 0, 0));
	ck_assert(add(t, &two, 1, 0, 0));
	ck_assert_uint_eq(audience_count(t), 2);
	audience_free(t);
} END_TEST

static struct audience_key
numbered(int64_t i)
{
	char *name = arena_take(suite_arena(), STR_I64_BYTES);
	struct audience_key key = plain;

	key.text[AUDIENCE_KEYWORD] = str_from_i64(name, i);
	return key;
}

/* Beyond the limit whence they came is one cell, and no view is lost. */
START_TEST(more_keywords_than_fit_are_one)
{
	struct audience *t = audience_new(SEED);
	struct audience_key key = numbered(AUDIENCE_APART_MAX);
	struct audience_sum sum;

	for (int64_t i = 0; i < AUDIENCE_APART_MAX; i++) {
		struct audience_key k = numbered(i);

		ck_assert(add(t, &k, 1, 1, 0));
	}
	ck_assert_uint_eq(audience_count(t), AUDIENCE_APART_MAX);
	ck_assert(add(t, &key, 1, 1, 0));
	key = numbered(AUDIENCE_APART_MAX + 1);
	key.text[AUDIENCE_SOURCE] = STR("other");
	ck_assert(add(t, &key, 1, 1, 0));
	ck_assert_uint_eq(audience_count(t), AUDIENCE_APART_MAX + 1);
	ck_assert_uint_eq(total(t), AUDIENCE_APART_MAX + 2);
	ck_assert(audience_at(t, AUDIENCE_APART_MAX, &key, &sum));
	ck_assert_uint_eq(sum.visitors, 2);
	ck_assert_str_same(key.text[AUDIENCE_PAGE], STR("p"));
	ck_assert_str_same(key.text[AUDIENCE_CHANNEL], STR("sea"));
	ck_assert_str_same(key.text[AUDIENCE_SOURCE], STR("*"));
	ck_assert_str_same(key.text[AUDIENCE_KEYWORD], STR("*"));
	ck_assert_str_same(key.text[AUDIENCE_COUNTRY], STR_EMPTY);
	/* What is there already has its own cell still. */
	key = numbered(3);
	ck_assert(add(t, &key, 1, 0, 0));
	ck_assert(audience_at(t, 3, &key, &sum));
	ck_assert_uint_eq(sum.views, 2);
	audience_free(t);
} END_TEST

START_TEST(a_table_has_its_limit)
{
	struct audience *t = audience_new(SEED);
	struct audience_key key = plain;

	for (key.hour_ms = 0; key.hour_ms < AUDIENCE_CELLS_MAX; key.hour_ms++)
		ck_assert(add(t, &key, 1, 0, 0));
	ck_assert(!add(t, &key, 1, 0, 0));
	key.hour_ms = AUDIENCE_CELLS_MAX - 1;
	ck_assert(add(t, &key, 1, 0, 0));
	ck_assert_uint_eq(total(t), AUDIENCE_CELLS_MAX + 1);
	audience_free(t);
} END_TEST

/* Long texts fill the room for texts before that for cells. */
START_TEST(texts_have_their_room)
{
	static char text[AUDIENCE_TEXT_BYTES_MAX];
	struct audience *t = audience_new(SEED);
	struct audience_key key = plain;
	int64_t added = 0;

	memset(text, 'x', sizeof text);
	for (int i = 0; i < AUDIENCE_TEXTS; i++)
		key.text[i] = (struct str){ text, sizeof text };
	for (key.hour_ms = 0; key.hour_ms < AUDIENCE_CELLS_MAX; key.hour_ms++)
		added += add(t, &key, 1, 0, 0);
	ck_assert_uint_eq(total(t), (uint64_t)added);
	ck_assert_int_lt(added, AUDIENCE_CELLS_MAX);
	ck_assert_int_gt(added, AUDIENCE_BYTES_MAX / (AUDIENCE_TEXTS *
	    AUDIENCE_TEXT_BYTES_MAX) * 3 / 4);
	audience_free(t);
} END_TEST

START_TEST(texts_have_a_greatest_length)
{
	static char text[AUDIENCE_TEXT_BYTES_MAX + 1];
	struct audience_key key = plain;
	struct audience_packed packed;

	memset(text, 'x', sizeof text);
	for (int i = 0; i < AUDIENCE_TEXTS; i++)
		key.text[i] = (struct str){ text, sizeof text - 1 };
	ck_assert_int_eq(audience_pack(SEED, &key, &packed), OK);
	ck_assert_uint_eq(packed.n, sizeof packed.bytes);
	key.text[_i].n++;
	ck_assert_int_eq(audience_pack(SEED, &key, &packed), ERR_LIMIT);
} END_TEST

SUITE(audience)
{
	SUITE_TEST(each_member_of_a_key_keeps_views_apart);
	SUITE_TEST(texts_do_not_run_together);
	SUITE_TEST(more_keywords_than_fit_are_one);
	SUITE_TEST(a_table_has_its_limit);
	SUITE_TEST(texts_have_their_room);
	SUITE_LOOP(texts_have_a_greatest_length, AUDIENCE_TEXTS);
}
