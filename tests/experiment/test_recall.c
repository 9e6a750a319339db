/* Tests src/recall.c, as far as it needs no database. */
#include "base/buf.h"
#include "base/token.h"
#include "experiment/assign.h"
#include "recall.h"
#include "support/suite.h"

/* Far fewer than are remembered, and enough to meet in one place. */
#define VISITORS 4000
#define ARMS 3

static struct str
visitor(int i)
{
	return buf_fmt(suite_arena(), 20, "visitor-%d", i);
}

START_TEST(nobody_takes_anothers_place)
{
	struct recall *r;

	token_seed(7);
	r = recall_new(STR("host=/nowhere"));
	for (int i = 0; i < VISITORS; i++)
		recall_note(r, STR("x"), visitor(i), &(struct assign_row){
		    .arm = i % ARMS, .bucket_version = 1 });
	for (int i = 0; i < VISITORS; i++) {
		struct assign_row row;

		ck_assert(recall_find(r, STR("x"), visitor(i), &row));
		ck_assert_int_eq(row.arm, i % ARMS);
		ck_assert(!recall_find(r, STR("y"), visitor(i), &row));
	}
	recall_free(r);
} END_TEST

START_TEST(first_arm_of_a_phase_stays)
{
	static const struct {
		struct assign_row shown, kept;
	} rows[] = {
		{ { 0, 1 }, { 0, 1 } },
		{ { 1, 1 }, { 0, 1 } },
		{ { 1, 2 }, { 1, 2 } },
		{ { 2, 1 }, { 1, 2 } },
	};
	struct recall *r = recall_new(STR("host=/nowhere"));
	struct assign_row row;

	ck_assert(!recall_find(r, STR("x"), STR("v"), &row));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		recall_note(r, STR("x"), STR("v"), &rows[i].shown);
		ck_assert(recall_find(r, STR("x"), STR("v"), &row));
		ck_assert_int_eq(row.arm, rows[i].kept.arm);
		ck_assert_int_eq(row.bucket_version,
		    rows[i].kept.bucket_version);
	}
	recall_free(r);
} END_TEST

SUITE(recall)
{
	SUITE_TEST(nobody_takes_anothers_place);
	SUITE_TEST(first_arm_of_a_phase_stays);
}
