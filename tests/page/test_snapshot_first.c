/* Tests of src/page/snapshot.c: what the first request waits for. */
#include <sys/stat.h>
#include <time.h>

#include "base/buf.h"
#include "page/snapshot.h"
#include "store/pg.h"
#include "support/sitecase.h"
#include "support/suite.h"

static int readings;

static void
read_at_leisure(void *context, const struct site *site)
{
	const struct timespec longer = { 0, 600 * 1000000 };

	(void)context;
	(void)site;
	nanosleep(&longer, NULL);
	readings++;
}

/* Nobody is served from the disk while the database tells who has which arm. */
START_TEST(the_disk_waits_for_a_database_that_is_there)
{
	struct snapshot_plan plan = {
		.database = suite_database(),
		.templates = suite_directory(),
		.state = suite_directory(),
	};
	struct pg *db = pg_new(plan.database, "piste-test");
	struct snapshot *sn;

	ck_assert(!mkdir(buf_fmt(suite_arena(), 300, "%.*s/landing",
	    STR_ARG(plan.templates)).p, 0755));
	ck_assert_int_eq(sitecase_run(db, sitecase_text(sitecase_example()),
	    DEFINE_NEW_PHASE).err, OK);
	pg_free(db);
	ck_assert_int_eq(snapshot_new(&plan, &sn), OK);
	snapshot_free(sn);
	plan.renewed = read_at_leisure;
	ck_assert_int_eq(snapshot_new(&plan, &sn), OK);
	ck_assert_int_eq(readings, 1);
	snapshot_free(sn);
} END_TEST

SUITE_APART(snapshot_first)
{
	SUITE_TEST(the_disk_waits_for_a_database_that_is_there);
}
