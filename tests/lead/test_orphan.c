/* Tests lead/orphan: which files stay, and which go. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "lead/orphan.h"
#include "store/pg.h"
#include "store/spool.h"
#include "store/upload.h"
#include "support/sample.h"

#define FORM_AGE_MS INT64_C(3600000)
#define NAMED "00112233445566778899aabbccddeeff"
#define SECOND "11112233445566778899aabbccddeeff"
#define NAMELESS "22222233445566778899aabbccddeeff"
#define SPOOL_BYTES ((int64_t)8 << 20)

static void
keep(struct str dir, const char *id, int64_t age_ms)
{
	int64_t then = clock_now_ms() - age_ms;
	struct timespec at[2] = { { then / 1000, 0 }, { then / 1000, 0 } };

	ck_assert_int_eq(upload_keep(dir, str_of(id), STR("x")), OK);
	ck_assert_int_eq(utimensat(AT_FDCWD, buf_fmt(suite_arena(), 4096,
	    "%.*s/%s", STR_ARG(dir), id).p, at, 0), 0);
}

static bool
is_there(struct str dir, const char *id)
{
	return !access(buf_fmt(suite_arena(), 4096, "%.*s/%s", STR_ARG(dir),
	    id).p, F_OK);
}

struct scene {
	struct sample sample;
	struct pg *db;
	struct orphan_place place;
};

static struct scene
scene_new(void)
{
	struct scene s = { .sample = sample_new(), .place = {
		suite_directory(), suite_directory(), FORM_AGE_MS } };
	struct sample_row row = { 1, .email = "ana@firm.fr" };

	s.db = pg_new(s.sample.conninfo, "test");
	sample_take(s.sample.conn, sample_batch(&row, 1));
	/* As if it had come so: what is stored is not to be changed. */
	sample_run(s.sample.conn, "SET session_replication_role = replica;"
	    " UPDATE piste.submission SET fields ="
	    " fields || '{\"size\": [\"file\"], \"cv\": {\"file\": \"" NAMED
	    "\"}, \"map\": {\"file\": \"" SECOND "\"}}'");
	return s;
}

static int64_t
sweep(struct scene *s)
{
	struct orphan_told told;

	ck_assert_int_eq(orphan_sweep(s->db, &s->place, clock_now_ms(),
	    &told), OK);
	ck_assert_int_eq(told.held_by, 0);
	return told.removed;
}

START_TEST(what_a_submission_names_stays)
{
	struct scene s = scene_new();
	int64_t old = ORPHAN_AGE_MS + FORM_AGE_MS + 5000;

	keep(s.place.uploads, NAMED, old);
	keep(s.place.uploads, SECOND, old);
	keep(s.place.uploads, NAMELESS, old);
	ck_assert_int_eq(sweep(&s), 1);
	ck_assert(is_there(s.place.uploads, NAMED));
	ck_assert(is_there(s.place.uploads, SECOND));
	ck_assert(!is_there(s.place.uploads, NAMELESS));
	ck_assert_int_eq(sweep(&s), 0);
	/* Erased, it names nothing. */
	sample_run(s.sample.conn, "UPDATE piste.submission SET fields = '{}'");
	ck_assert_int_eq(sweep(&s), 2);
	pg_free(s.db);
} END_TEST

START_TEST(a_form_may_still_be_sent)
{
	struct scene s = scene_new();

	keep(s.place.uploads, NAMELESS, ORPHAN_AGE_MS + FORM_AGE_MS - 60000);
	ck_assert_int_eq(sweep(&s), 0);
	ck_assert(is_there(s.place.uploads, NAMELESS));
	pg_free(s.db);
} END_TEST

START_TEST(what_waits_on_the_disk_may_name_it)
{
	struct scene s = scene_new();
	struct str record = STR("{}");
	struct spool *sp;

	keep(s.place.uploads, NAMELESS, 2 * (ORPHAN_AGE_MS + FORM_AGE_MS));
	ck_assert_int_eq(spool_open(s.place.spool, SPOOL_BYTES, &sp), OK);
	ck_assert_int_eq(spool_append(sp, &record, 1), OK);
	spool_close(sp);
	ck_assert_int_eq(sweep(&s), 0);
	ck_assert(is_there(s.place.uploads, NAMELESS));
	pg_free(s.db);
} END_TEST

/* One that nobody can read may name any file, and never goes by itself. */
START_TEST(what_is_put_aside_is_told)
{
	struct scene s = scene_new();
	const char *dir = buf_fmt(suite_arena(), 4096, "%.*s/aside",
	    STR_ARG(s.place.spool)).p;
	struct orphan_told told;
	int fd;

	keep(s.place.uploads, NAMELESS, 2 * (ORPHAN_AGE_MS + FORM_AGE_MS));
	ck_assert_int_eq(mkdir(dir, 0700), 0);
	fd = openat(AT_FDCWD, buf_fmt(suite_arena(), 4096, "%s/piece", dir).p,
	    O_CREAT | O_WRONLY, 0600);
	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_int_eq(orphan_sweep(s.db, &s.place, clock_now_ms(), &told),
	    OK);
	ck_assert_int_eq(told.held_by, 1);
	ck_assert_int_eq(told.removed, 0);
	ck_assert(is_there(s.place.uploads, NAMELESS));
	pg_free(s.db);
} END_TEST

START_TEST(without_its_database_nothing_goes)
{
	struct scene s = scene_new();
	struct pg *away = pg_new(STR("host=/nonexistent dbname=no"), "test");
	struct orphan_told told;

	keep(s.place.uploads, NAMELESS, 2 * (ORPHAN_AGE_MS + FORM_AGE_MS));
	ck_assert_int_eq(orphan_sweep(away, &s.place, clock_now_ms(),
	    &told), ERR_AWAY);
	ck_assert(is_there(s.place.uploads, NAMELESS));
	pg_free(away);
	pg_free(s.db);
} END_TEST

/* The same answers and the same file under another name are a repetition. */
START_TEST(a_files_name_of_ours_is_no_news)
{
	struct scene s = scene_new();

	ck_assert_str_same(sample_text(s.sample.conn,
	    "SELECT piste.submit_same('{\"a\": \"b\", \"cv\": {\"file\": \"1\","
	    " \"sha256\": \"x\"}}', 'a@b') = piste.submit_same('{\"a\": \"b\","
	    " \"cv\": {\"file\": \"2\", \"sha256\": \"x\"}}', 'a@b')"),
	    STR("t"));
	ck_assert_str_same(sample_text(s.sample.conn,
	    "SELECT piste.submit_same('{\"cv\": {\"file\": \"1\","
	    " \"sha256\": \"x\"}}', 'a@b') = piste.submit_same('{\"cv\":"
	    " {\"file\": \"1\", \"sha256\": \"y\"}}', 'a@b')"), STR("f"));
	pg_free(s.db);
} END_TEST

SUITE_APART(orphan)
{
	SUITE_TEST(what_a_submission_names_stays);
	SUITE_TEST(a_form_may_still_be_sent);
	SUITE_TEST(what_waits_on_the_disk_may_name_it);
	SUITE_TEST(what_is_put_aside_is_told);
	SUITE_TEST(without_its_database_nothing_goes);
	SUITE_TEST(a_files_name_of_ours_is_no_news);
}
