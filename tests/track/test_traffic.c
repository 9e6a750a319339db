/* Sums of views: added where they belong, bounded, emptied. */
#include <string.h>

#include "base/buf.h"
#include "support/suite.h"
#include "track/traffic.h"

static uint64_t
total(const struct traffic *t)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < traffic_count(t); i++)
		sum += traffic_at(t, i)->views;
	return sum;
}

START_TEST(each_member_of_a_key_keeps_views_apart)
{
	static const struct traffic_key keys[] = {
		{ STR("p"), STR("e"), STR("a"), TRAFFIC_HUMAN, 0 },
		{ STR("q"), STR("e"), STR("a"), TRAFFIC_HUMAN, 0 },
		{ STR("p"), STR("f"), STR("a"), TRAFFIC_HUMAN, 0 },
		{ STR("p"), STR(""), STR("a"), TRAFFIC_HUMAN, 0 },
		{ STR("p"), STR("e"), STR("b"), TRAFFIC_HUMAN, 0 },
		{ STR("p"), STR("e"), STR("a"), TRAFFIC_ROBOT, 0 },
		{ STR("p"), STR("e"), STR("a"), TRAFFIC_HUMAN,
		    TRAFFIC_HOUR_MS },
		{ STR("pe"), STR(""), STR("a"), TRAFFIC_HUMAN, 0 },
	};
	struct traffic *t = traffic_new();

	for (int round = 0; round < 3; round++)
		for (size_t i = 0; i < COUNT(keys); i++)
			ck_assert(traffic_add(t, &keys[i], i + 1));
	ck_assert_uint_eq(traffic_count(t), COUNT(keys));
	for (size_t i = 0; i < COUNT(keys); i++) {
		ck_assert_uint_eq(traffic_at(t, i)->views, 3 * (i + 1));
		ck_assert_str_same(traffic_at(t, i)->key.page, keys[i].page);
	}
	ck_assert_ptr_null(traffic_at(t, COUNT(keys)));
	traffic_empty(t);
	ck_assert_uint_eq(traffic_count(t), 0);
	ck_assert(traffic_add(t, &keys[3], 1));
	ck_assert_uint_eq(total(t), 1);
	traffic_free(t);
} END_TEST

START_TEST(a_table_has_its_limit)
{
	struct traffic *t = traffic_new();
	struct traffic_key key = { .page = STR("p") };

	for (int64_t i = 0; i < TRAFFIC_CELLS_MAX; i++) {
		key.hour_ms = i * TRAFFIC_HOUR_MS;
		ck_assert(traffic_add(t, &key, 1));
	}
	ck_assert(traffic_add(t, &key, 1));
	key.hour_ms = TRAFFIC_CELLS_MAX * TRAFFIC_HOUR_MS;
	ck_assert(!traffic_add(t, &key, 1));
	ck_assert_uint_eq(total(t), TRAFFIC_CELLS_MAX + 1);
	traffic_free(t);
} END_TEST

START_TEST(texts_have_a_greatest_length)
{
	char text[TRAFFIC_KEY_BYTES_MAX + 1];
	struct str fits = { text, TRAFFIC_KEY_BYTES_MAX };
	struct str is_over = { text, TRAFFIC_KEY_BYTES_MAX + 1 };
	struct traffic *t = traffic_new();

	memset(text, 'x', sizeof text);
	ck_assert(traffic_add(t, &(struct traffic_key){ .page = fits,
	    .experiment = fits, .variant = fits }, 1));
	ck_assert(!traffic_add(t, &(struct traffic_key){ .page = is_over },
	    1));
	ck_assert(!traffic_add(t, &(struct traffic_key){
	    .experiment = is_over }, 1));
	ck_assert(!traffic_add(t, &(struct traffic_key){
	    .variant = is_over }, 1));
	ck_assert_uint_eq(traffic_count(t), 1);
	ck_assert_str_same(traffic_at(t, 0)->key.variant, fits);
	traffic_free(t);
} END_TEST

START_TEST(every_class_has_a_name_of_its_own)
{
	for (int i = 0; i < TRAFFIC_CLASSES; i++)
		for (int k = 0; k < i; k++)
			ck_assert(strcmp(traffic_name((enum traffic_class)i),
			    traffic_name((enum traffic_class)k)));
} END_TEST

SUITE(traffic)
{
	SUITE_TEST(each_member_of_a_key_keeps_views_apart);
	SUITE_TEST(a_table_has_its_limit);
	SUITE_TEST(texts_have_a_greatest_length);
	SUITE_TEST(every_class_has_a_name_of_its_own);
}
