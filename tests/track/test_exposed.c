/* Tests src/track/exposed.c. */
#include <string.h>

#include "base/clock.h"
#include "support/suite.h"
#include "support/trialcase.h"
#include "track/exposed.h"

#define WAIT_MS 200
#define LONG_MS 20000

static const struct exposed_question question = {
	.experiment = { "lb-headline", 11 }, .phase = 1, .epoch = 2,
	.bucket_version = 1, .min_bucket_version = 1,
};

/* Who was told, and until when telling the first one takes. */
struct told {
	size_t count;
	int64_t until_ms;
	char last[EXPOSED_VISITOR_BYTES_MAX];
};

static void
take(void *context, const struct exposed_row *row)
{
	struct told *t = context;
	char now[EXPOSED_VISITOR_BYTES_MAX];

	/* In order, so nobody twice. */
	ck_assert_int_eq(str_z(row->visitor, now, sizeof now), OK);
	ck_assert_int_gt(strcmp(now, t->last), 0);
	ck_assert_str_same(row->variant, STR("a"));
	memcpy(t->last, now, sizeof now);
	t->count++;
	while (clock_mono_ms() < t->until_ms)
		;
}

static struct pg *
begin(int visitors)
{
	struct pg *db = trialcase_db(NULL);
	struct trialcase_flow flow = { "a", visitors, 1, 1, 3, 2 };

	trialcase_say(db, "INSERT INTO piste.epoch (experiment_key, number,"
	    " phase, weights, coverage) SELECT experiment_key, 2, phase,"
	    " weights, coverage FROM piste.epoch");
	trialcase_flow(db, &flow);
	return db;
}

static const int sizes[] = { 1, EXPOSED_ROWS_MAX, EXPOSED_ROWS_MAX + 1 };
START_TEST(all_are_told_once)
{
	struct pg *db = begin(sizes[_i]);
	struct exposed_place place = { 0 };
	struct told t = { 0 };

	ck_assert_int_eq(exposed_read(db, &question, &place,
	    clock_mono_ms() + LONG_MS, take, &t), OK);
	ck_assert_int_eq((int)t.count, sizes[_i]);
} END_TEST

/* When the time is over after a page, the next reading goes on behind it. */
START_TEST(what_is_left_is_read_later)
{
	struct pg *db = begin(EXPOSED_ROWS_MAX + 1);
	struct exposed_place place = { 0 };
	struct told t = { .until_ms = clock_mono_ms() + WAIT_MS };

	ck_assert_int_eq(exposed_read(db, &question, &place, t.until_ms, take,
	    &t), ERR_LIMIT);
	ck_assert_uint_eq(t.count, EXPOSED_ROWS_MAX);
	ck_assert_int_eq(exposed_read(db, &question, &place,
	    clock_mono_ms() + LONG_MS, take, &t), OK);
	ck_assert_uint_eq(t.count, EXPOSED_ROWS_MAX + 1);
} END_TEST

SUITE_APART(exposed)
{
	tcase_set_timeout(suite_case, 30);
	SUITE_LOOP(all_are_told_once, COUNT(sizes));
	SUITE_TEST(what_is_left_is_read_later);
}
