#include <pthread.h>
#include <pwd.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "page/define.h"
#include "page/keep.h"
#include "page/site.h"
#include "page/snapshot.h"
#include "page/template.h"
#include "store/migrate.h"
#include "store/pg.h"
#include "support/suite.h"

#define PROMISED_MS 1000	/* from a change to its picture */
#define PATIENCE_MS 20000	/* for what nothing promises a time */
#define PAGE_SIMPLE "{{%AUTOESCAPE context=\"HTML\"}}\n<p>one</p>\n"

static struct snapshot_plan plan;
static struct snapshot *sn;
static atomic_int ticks;

static void
count_tick(void *context, const struct site *site)
{
	(void)site;
	(*(atomic_int *)context)++;
}

static void
write_file(struct str directory, const char *name, const char *text)
{
	FILE *f = fopen(buf_fmt(suite_arena(), 300, "%.*s/%s",
	    STR_ARG(directory), name).p, "w");

	ck_assert(f != NULL);
	fputs(text, f);
	fclose(f);
}

static void
plan_with(struct str database)
{
	log_level_set(LOG_ERROR + 1);
	plan = (struct snapshot_plan){
		.database = database,
		.templates = suite_directory(),
		.state = suite_directory(),
		.tick = count_tick,
		.context = &ticks,
	};
	ck_assert(!mkdir(buf_fmt(suite_arena(), 300, "%.*s/landing",
	    STR_ARG(plan.templates)).p, 0755));
	write_file(plan.templates, "landing/hero.tpl", PAGE_SIMPLE);
}

/* One offer, campaign, form and page, with this headline. */
static struct str
site_saying(const char *headline)
{
	return buf_fmt(suite_arena(), 4000, "{\"offers\":[{\"key\":\"o\","
	    "\"name\":{\"en\":\"O\"}}],\"campaigns\":[{\"key\":\"c\","
	    "\"name\":\"C\",\"channel\":\"sea\",\"strategy\":\"inbound\","
	    "\"offer\":\"o\"}],\"forms\":[{\"key\":\"f\",\"country\":\"FR\","
	    "\"fields\":[{\"name\":\"email\",\"kind\":\"email\","
	    "\"label\":{\"en\":\"E\"}}]}],\"pages\":[{\"key\":\"p\","
	    "\"campaign\":\"c\",\"form\":\"f\",\"languages\":[\"en\"],"
	    "\"variants\":[{\"key\":\"a\",\"template\":\"hero\","
	    "\"parts\":{\"headline\":{\"en\":\"%s\"}}}]}]}", headline);
}

static enum err
try_apply(const char *headline)
{
	struct pg *db = pg_new(plan.database, "piste-test");
	FILE *quiet = fopen("/dev/null", "w");
	enum err e = define_apply(db, suite_arena(), site_saying(headline),
	    quiet, quiet);

	fclose(quiet);
	pg_free(db);
	return e;
}

static void
apply(const char *headline)
{
	ck_assert_int_eq(try_apply(headline), OK);
}

static void
start(void)
{
	ck_assert_int_eq(snapshot_new(&plan, &sn), OK);
}

/* Does the picture say this now? */
static bool
is_said(const char *headline)
{
	const struct picture *p = snapshot_hold(sn);
	const struct site_page *pg;
	bool yes = false;

	if (!p)
		return false;
	pg = site_find(p->site, STR("p"));
	if (pg)
		yes = str_eq(site_part(pg->variant[0].part,
		    pg->variant[0].parts, STR("headline"), LANG_EN),
		    str_of(headline));
	snapshot_release(sn, p);
	return yes;
}

static void
pause_shortly(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
}

/* Whether it comes to be said in time; there is no event to wait for. */
static bool
comes_to_say(const char *headline, int64_t within_ms)
{
	int64_t until = clock_mono_ms() + within_ms;

	while (!is_said(headline)) {
		if (clock_mono_ms() > until)
			return false;
		pause_shortly();
	}
	return true;
}

static int64_t
loaded_ms(void)
{
	const struct picture *p = snapshot_hold(sn);
	int64_t ms = p ? p->loaded_ms : -1;

	if (p)
		snapshot_release(sn, p);
	return ms;
}

static bool
is_renewed(int64_t than_ms)
{
	int64_t until = clock_mono_ms() + PATIENCE_MS;

	while (loaded_ms() <= than_ms) {
		if (clock_mono_ms() > until)
			return false;
		pause_shortly();
	}
	return true;
}

/* So many looks at the templates later. */
static void
let_tick(int times)
{
	int until = atomic_load(&ticks) + times;
	int64_t deadline = clock_mono_ms() + PATIENCE_MS;

	while (atomic_load(&ticks) < until) {
		ck_assert_int_lt(clock_mono_ms(), deadline);
		pause_shortly();
	}
}

START_TEST(the_first_picture_is_there_at_once)
{
	plan_with(suite_database());
	apply("one");
	start();
	ck_assert(is_said("one"));
	ck_assert_int_ge(snapshot_age_ms(sn), 0);
	snapshot_free(sn);
	/* Not what the disk has kept, if the database can be asked. */
	apply("two");
	start();
	ck_assert(is_said("two"));
	snapshot_free(sn);
} END_TEST

START_TEST(a_change_is_seen_within_a_second)
{
	plan_with(suite_database());
	apply("one");
	start();
	for (int i = 0; i < 3; i++) {
		char headline[20];

		snprintf(headline, sizeof headline, "n%d", i);
		apply(headline);
		ck_assert(comes_to_say(headline, PROMISED_MS));
	}
	snapshot_free(sn);
} END_TEST

START_TEST(a_held_picture_stays_as_it_was)
{
	const struct picture *p;

	plan_with(suite_database());
	apply("one");
	start();
	p = snapshot_hold(sn);
	apply("two");
	ck_assert(comes_to_say("two", PROMISED_MS));
	ck_assert_str_same(site_find(p->site, STR("p"))->variant[0].part[0]
	    .text.in[LANG_EN], STR("one"));
	ck_assert(template_find(p->templates, STR("landing/hero")) != NULL);
	snapshot_release(sn, p);
	ck_assert(is_said("two"));
	snapshot_free(sn);
} END_TEST

START_TEST(a_changed_template_makes_a_picture)
{
	int64_t first;

	plan_with(suite_database());
	apply("one");
	start();
	first = loaded_ms();
	write_file(plan.templates, "landing/hero.tpl", PAGE_SIMPLE "<hr>\n");
	ck_assert(is_renewed(first));
	first = loaded_ms();
	write_file(plan.templates, "landing/other.tpl", PAGE_SIMPLE);
	ck_assert(is_renewed(first));
	snapshot_free(sn);
} END_TEST

START_TEST(a_broken_template_replaces_nothing)
{
	int64_t first;

	plan_with(suite_database());
	apply("one");
	start();
	first = loaded_ms();
	write_file(plan.templates, "landing/hero.tpl", "{{X:none}}");
	let_tick(3);
	ck_assert_int_eq(loaded_ms(), first);
	/* Nor does a change of the site while it is broken. */
	apply("two");
	let_tick(3);
	ck_assert(is_said("one"));
	write_file(plan.templates, "landing/hero.tpl", PAGE_SIMPLE "<hr>\n");
	ck_assert(comes_to_say("two", PATIENCE_MS));
	snapshot_free(sn);
} END_TEST

SQL(break_definition, 0,
    "UPDATE page SET definition = '{}', updated_at = now()");

START_TEST(a_broken_definition_replaces_nothing)
{
	struct pg *db;

	plan_with(suite_database());
	apply("one");
	start();
	db = pg_new(plan.database, "piste-test");
	ck_assert_int_eq(pg_run(db, &break_definition, NULL, PATIENCE_MS,
	    NULL), OK);
	let_tick(3);
	ck_assert(is_said("one"));
	pg_free(db);
	snapshot_free(sn);
	/* Nor does it get to the disk: a fresh start has the good one. */
	start();
	ck_assert(is_said("one"));
	let_tick(3);
	ck_assert(is_said("one"));
	snapshot_free(sn);
} END_TEST

START_TEST(nothing_anywhere_is_no_picture)
{
	plan_with(STR("host=/nonexistent dbname=x"));
	start();
	ck_assert_ptr_null(snapshot_hold(sn));
	ck_assert_int_eq(snapshot_age_ms(sn), -1);
	let_tick(2);
	snapshot_free(sn);
} END_TEST

/* One that can't be reached, and one that says nothing and delays nobody. */
START_TEST(the_disk_stands_in_for_the_database)
{
	int64_t begun;

	plan_with(suite_database());
	apply("one");
	start();
	snapshot_free(sn);
	plan.database = buf_fmt(suite_arena(), 200, "host=%.*s dbname=x",
	    STR_ARG(_i ? suite_silent_server() : STR("/nonexistent")));
	begun = clock_mono_ms();
	start();
	ck_assert_int_lt(clock_mono_ms() - begun, PG_CONNECT_MS / 2);
	ck_assert(is_said("one"));
	ck_assert_int_eq(snapshot_age_ms(sn), -1);
	snapshot_free(sn);
} END_TEST

/* A request that was given up at a stop still has its picture. */
START_TEST(a_picture_still_held_outlives_the_end)
{
	const struct picture *held[2];

	plan_with(suite_database());
	apply("one");
	start();
	held[0] = snapshot_hold(sn);
	if (_i) {
		apply("two");
		ck_assert(comes_to_say("two", PATIENCE_MS));
	}
	held[1] = snapshot_hold(sn);
	snapshot_free(sn);
	for (size_t i = 0; i < COUNT(held); i++) {
		ck_assert(site_find(held[i]->site, STR("p")) != NULL);
		snapshot_release(sn, held[i]);
	}
} END_TEST

START_TEST(a_kept_document_that_is_spoilt_is_no_picture)
{
	static const char *const texts[] = { "", "{\"pages\":", "{}{}" };

	plan_with(STR("host=/nonexistent dbname=x"));
	write_file(plan.state, KEEP_FILE, texts[_i]);
	start();
	ck_assert_ptr_null(snapshot_hold(sn));
	snapshot_free(sn);
} END_TEST

START_TEST(a_schema_that_comes_late_is_found)
{
	struct str database = suite_database();
	struct pg *db = pg_new(database, "piste-test");

	plan_with(database);
	ck_assert_int_eq(pg_script(db, "ALTER SCHEMA piste RENAME TO aside",
	    PATIENCE_MS), OK);
	start();
	ck_assert_ptr_null(snapshot_hold(sn));
	ck_assert_int_eq(pg_script(db, "ALTER SCHEMA aside RENAME TO piste",
	    PATIENCE_MS), OK);
	pg_free(db);
	ck_assert(is_renewed(-1));
	snapshot_free(sn);
} END_TEST

#define READERS 4
static atomic_bool is_over;

static void *
read_on(void *unused)
{
	(void)unused;
	while (!atomic_load(&is_over)) {
		const struct picture *p = snapshot_hold(sn);

		ck_assert(p && site_find(p->site, STR("p")));
		ck_assert_int_ge(snapshot_age_ms(sn), 0);
		snapshot_release(sn, p);
	}
	return NULL;
}

START_TEST(many_may_hold_it_while_it_changes)
{
	pthread_t reader[READERS];

	plan_with(suite_database());
	apply("one");
	start();
	for (int i = 0; i < READERS; i++)
		ck_assert(!pthread_create(&reader[i], NULL, read_on, NULL));
	for (int i = 0; i < 10; i++) {
		char headline[20];

		snprintf(headline, sizeof headline, "n%d", i);
		apply(headline);
		ck_assert(comes_to_say(headline, PATIENCE_MS));
	}
	atomic_store(&is_over, true);
	for (int i = 0; i < READERS; i++)
		pthread_join(reader[i], NULL);
	snapshot_free(sn);
} END_TEST

/* A cluster of this test's own, since it will be stopped. */
static struct str cluster;

/* Did it work? */
static bool
run_cluster(const char *verb, const char *how)
{
	const char *const arguments[] = { "src/ops/cluster", verb, cluster.p,
		how, NULL };
	int status = -1;
	pid_t pid = fork();

	if (!pid) {
		execv(arguments[0], (char **)(uintptr_t)arguments);
		_exit(127);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && !status;
}

/* Also when an assertion ends the test. */
static void
stop_cluster(void)
{
	if (!run_cluster("stop", "immediate"))
		fprintf(stderr, "still running: %s\n", cluster.p);
}

static void
make_cluster(void)
{
	const struct passwd *nobody = getpwnam("nobody");
	FILE *quiet = fopen("/dev/null", "w");
	struct pg *db;

	cluster = arena_copy(suite_arena(), suite_directory());
	ck_assert(!chmod(cluster.p, 0755));
	if (!geteuid())
		ck_assert(!chown(cluster.p, nobody->pw_uid, nobody->pw_gid));
	atexit(stop_cluster);
	ck_assert(run_cluster("start", "fsync=off"));
	plan_with(buf_fmt(suite_arena(), 300,
	    "host=%.*s/run dbname=piste user=piste", STR_ARG(cluster)));
	db = pg_new(plan.database, "piste-test");
	ck_assert_int_eq(migrate_run(db, quiet), OK);
	pg_free(db);
	fclose(quiet);
}

START_TEST(pages_outlive_the_database)
{
	make_cluster();
	apply("one");
	start();
	ck_assert(run_cluster("stop", "fast"));
	let_tick(3);
	ck_assert(is_said("one"));
	ck_assert_int_ge(snapshot_age_ms(sn), SNAPSHOT_POLL_MS);
	ck_assert(run_cluster("start", "fsync=off"));
	/* Nobody listens yet: this notification may be missed. */
	apply("two");
	ck_assert(comes_to_say("two", PATIENCE_MS));
	apply("three");
	ck_assert(comes_to_say("three", PROMISED_MS));
	snapshot_free(sn);
	ck_assert(run_cluster("stop", "immediate"));
	start();
	ck_assert(is_said("three"));
	snapshot_free(sn);
} END_TEST

SUITE_APART(snapshot)
{
	SUITE_TEST(the_first_picture_is_there_at_once);
	SUITE_TEST(a_change_is_seen_within_a_second);
	SUITE_TEST(a_held_picture_stays_as_it_was);
	SUITE_TEST(a_changed_template_makes_a_picture);
	SUITE_TEST(a_broken_template_replaces_nothing);
	SUITE_TEST(a_broken_definition_replaces_nothing);
	SUITE_TEST(nothing_anywhere_is_no_picture);
	SUITE_LOOP(the_disk_stands_in_for_the_database, 2);
	SUITE_LOOP(a_picture_still_held_outlives_the_end, 2);
	SUITE_LOOP(a_kept_document_that_is_spoilt_is_no_picture, 3);
	SUITE_TEST(a_schema_that_comes_late_is_found);
	SUITE_TEST(many_may_hold_it_while_it_changes);
	SUITE_TEST(pages_outlive_the_database);
}
