/* What is seen in a spool stays there. */
#include "store/basket.h"
#include "store/spool.h"

#include "store/spoollook.h"

struct seen {
	int records[4];		/* by their first digit */
	int aside[4];
};

static void
see(void *context, struct str record, bool is_aside)
{
	struct seen *s = context;

	ck_assert_int_eq(record.n, 1);
	(is_aside ? s->aside : s->records)[record.p[0] - '0']++;
}

static enum err
refuse_two(void *context, const struct str *record, size_t count)
{
	(void)context;
	for (size_t i = 0; i < count; i++)
		if (record[i].p[0] == '2')
			return ERR_INPUT;
	return OK;
}

/* A record's beginning at the end, as a writer that died would leave it. */
static void
tear(struct str dir)
{
	const char *path = only_file(dir, ".spool");
	struct str bytes = read_file(path);

	write_file(path, buf_join(suite_arena(), bytes,
	    str_slice(bytes, 0, 9)));
}

START_TEST(what_lies_there_is_shown_and_stays)
{
	const struct str record[] = { STR("1"), STR("2"), STR("3") };
	struct str dir = suite_directory();
	struct spool *sp = open_spool(dir);
	struct seen got = { { 0 }, { 0 } };
	int64_t drained;

	ck_assert_int_eq(spoollook_each(dir, see, &got), OK);
	ck_assert_int_eq(spool_append(sp, record, 2), OK);
	tear(dir);
	ck_assert_int_eq(spoollook_each(dir, see, &got), OK);
	ck_assert_int_eq(got.records[1], 1);
	ck_assert_int_eq(got.records[2], 1);
	spool_close(sp);
	ck_assert_int_eq(spool_drain(dir, 2, refuse_two, NULL, &drained), OK);
	sp = open_spool(dir);
	ck_assert_int_eq(spool_append(sp, &record[2], 1), OK);
	spool_close(sp);
	got = (struct seen){ { 0 }, { 0 } };
	ck_assert_int_eq(spoollook_each(dir, see, &got), OK);
	ck_assert_int_eq(got.records[1] + got.records[2], 0);
	ck_assert_int_eq(got.records[3], 1);
	ck_assert_int_eq(got.aside[2], 1);
	ck_assert_int_eq(depth_of(dir).records, 1);
} END_TEST

START_TEST(a_spool_that_is_not_there_holds_nothing)
{
	struct seen got = { { 0 }, { 0 } };

	ck_assert_int_eq(spoollook_each(STR("/nowhere/at/all"), see, &got),
	    OK);
	ck_assert_int_eq(spoollook_each(STR("/etc/passwd"), see, &got),
	    ERR_AWAY);
} END_TEST

SUITE(spoollook)
{
	SUITE_TEST(what_lies_there_is_shown_and_stays);
	SUITE_TEST(a_spool_that_is_not_there_holds_nothing);
}
