/* Tests store/upload. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "store/upload.h"
#include "support/suite.h"

#define ID STR("00112233445566778899aabbccddeeff")
#define OTHER STR("ffeeddccbbaa99887766554433221100")
#define HOUR_MS INT64_C(3600000)

static struct str
below(struct str dir, const char *name)
{
	return buf_fmt(suite_arena(), 4096, "%.*s/%s", STR_ARG(dir), name);
}

static mode_t
mode_of(struct str path)
{
	struct stat st;

	ck_assert_int_eq(stat(path.p, &st), 0);
	return st.st_mode & 07777;
}

START_TEST(a_file_is_kept_for_us_alone)
{
	struct str dir = below(suite_directory(), "made");
	char got[10];
	int fd;

	ck_assert_int_eq(upload_look(dir), ERR_ABSENT);
	ck_assert_int_eq(upload_keep(dir, ID, STR("a\0b")), OK);
	ck_assert_int_eq(upload_look(dir), OK);
	ck_assert_int_eq(mode_of(dir), 0700);
	ck_assert_int_eq(mode_of(below(dir, ID.p)), 0600);
	fd = open(below(dir, ID.p).p, O_RDONLY);
	ck_assert_int_eq(read(fd, got, sizeof got), 3);
	ck_assert_str_same(((struct str){ got, 3 }), STR("a\0b"));
	close(fd);
	/* Again: it is the same. */
	ck_assert_int_eq(upload_keep(dir, ID, STR("a\0b")), OK);
	ck_assert_int_eq(chmod(dir.p, 0750), 0);
	ck_assert_int_eq(upload_look(dir), ERR_DENIED);
} END_TEST

static const struct { const char *id; bool is; } ids[] = {
	{ "00112233445566778899aabbccddeeff", true },
	{ "00112233445566778899aabbccddeef", false },
	{ "00112233445566778899aabbccddeeff0", false },
	{ "00112233445566778899AABBCCDDEEFF", false },
	{ "../2233445566778899aabbccddeeff0", false },
	{ "", false },
};

START_TEST(names_are_ours)
{
	ck_assert_int_eq(upload_id_is(str_of(ids[_i].id)), ids[_i].is);
} END_TEST

START_TEST(a_disk_that_refuses_is_away)
{
	struct str file = below(suite_directory(), "file");
	int fd = open(file.p, O_CREAT | O_WRONLY, 0600);

	close(fd);
	ck_assert_int_eq(upload_keep(file, ID, STR("x")), ERR_AWAY);
	ck_assert_int_eq(upload_keep(STR("/nowhere/below"), ID, STR("x")),
	    ERR_AWAY);
	ck_assert_int_eq(upload_each(file, INT64_MAX, NULL, NULL), ERR_AWAY);
	ck_assert_int_eq(upload_each(STR("/nowhere"), INT64_MAX, NULL, NULL),
	    OK);
} END_TEST

struct told {
	size_t count;
	size_t calls;
	struct str last;
	enum err answer;
};

static enum err
take(void *context, const struct str *id, size_t count)
{
	struct told *t = context;

	t->count += count;
	t->calls++;
	t->last = arena_copy(suite_arena(), id[count - 1]);
	return t->answer;
}

static void
age(struct str path, int64_t ms)
{
	int64_t then = clock_now_ms() - ms;
	struct timespec at[2] = { { then / 1000, 0 }, { then / 1000, 0 } };

	ck_assert_int_eq(utimensat(AT_FDCWD, path.p, at, 0), 0);
}

START_TEST(old_files_are_told)
{
	struct str dir = suite_directory();
	struct told t = { .answer = OK };
	int64_t before = clock_now_ms() - HOUR_MS;

	ck_assert_int_eq(upload_keep(dir, ID, STR("old")), OK);
	ck_assert_int_eq(upload_keep(dir, OTHER, STR("new")), OK);
	age(below(dir, ID.p), 2 * HOUR_MS);
	/* Of others nothing is told; half a file goes once it is old. */
	ck_assert_int_eq(close(open(below(dir, ".old").p, O_CREAT, 0600)), 0);
	ck_assert_int_eq(close(open(below(dir, ".new").p, O_CREAT, 0600)), 0);
	ck_assert_int_eq(close(open(below(dir, "notes").p, O_CREAT, 0600)),
	    0);
	age(below(dir, ".old"), 2 * HOUR_MS);
	age(below(dir, "notes"), 2 * HOUR_MS);
	ck_assert_int_eq(upload_each(dir, before, take, &t), OK);
	ck_assert_uint_eq(t.count, 1);
	ck_assert_str_same(t.last, ID);
	ck_assert_int_ne(access(below(dir, ".old").p, F_OK), 0);
	ck_assert_int_eq(access(below(dir, ".new").p, F_OK), 0);
	ck_assert_int_eq(access(below(dir, "notes").p, F_OK), 0);
	t.answer = ERR_AWAY;
	ck_assert_int_eq(upload_each(dir, before, take, &t), ERR_AWAY);
	ck_assert_int_eq(upload_remove(dir, ID), OK);
	ck_assert_int_eq(upload_remove(dir, ID), ERR_ABSENT);
	ck_assert_int_eq(upload_remove(dir, STR("notes")), ERR_ABSENT);
	ck_assert_int_eq(access(below(dir, "notes").p, F_OK), 0);
} END_TEST

START_TEST(many_are_told_in_batches)
{
	struct str dir = suite_directory();
	struct told t = { .answer = OK };

	for (int i = 0; i < UPLOAD_BATCH_MAX + 1; i++) {
		struct str path = buf_fmt(suite_arena(), 4096, "%.*s/%032x",
		    STR_ARG(dir), (unsigned)i);

		ck_assert_int_eq(close(open(path.p, O_CREAT, 0600)), 0);
		age(path, HOUR_MS);
	}
	ck_assert_int_eq(upload_each(dir, clock_now_ms(), take, &t), OK);
	ck_assert_uint_eq(t.count, UPLOAD_BATCH_MAX + 1);
	ck_assert_uint_eq(t.calls, 2);
} END_TEST

SUITE(upload)
{
	SUITE_TEST(a_file_is_kept_for_us_alone);
	SUITE_LOOP(names_are_ours, COUNT(ids));
	SUITE_TEST(a_disk_that_refuses_is_away);
	SUITE_TEST(old_files_are_told);
	SUITE_TEST(many_are_told_in_batches);
}
