#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "page/keep.h"
#include "page/site.h"
#include "support/suite.h"

static size_t
files_in(struct str directory)
{
	DIR *d = opendir(arena_copy(suite_arena(), directory).p);
	size_t count = 0;

	ck_assert(d != NULL);
	while (readdir(d))
		count++;
	closedir(d);
	return count - 2;
}

START_TEST(what_was_kept_is_read)
{
	struct str state = suite_directory(), json = STR_EMPTY;

	ck_assert_int_eq(keep_read(state, suite_arena(), &json), ERR_ABSENT);
	keep_write(state, STR("{\"a\":1}"));
	ck_assert_int_eq(keep_read(state, suite_arena(), &json), OK);
	ck_assert_str_same(json, STR("{\"a\":1}"));
	keep_write(state, STR("{}"));
	ck_assert_int_eq(keep_read(state, suite_arena(), &json), OK);
	ck_assert_str_same(json, STR("{}"));
	ck_assert_uint_eq(files_in(state), 1);
} END_TEST

static ino_t
inode_of_kept(struct str state)
{
	struct stat st;

	ck_assert(!stat(buf_fmt(suite_arena(), 300, "%.*s/" KEEP_FILE,
	    STR_ARG(state)).p, &st));
	return st.st_ino;
}

START_TEST(the_same_is_not_written_again)
{
	struct str state = suite_directory();
	ino_t first;

	keep_write(state, STR("{}"));
	first = inode_of_kept(state);
	keep_write(state, STR("{}"));
	ck_assert(inode_of_kept(state) == first);
	keep_write(state, STR("{ }"));
	ck_assert(inode_of_kept(state) != first);
} END_TEST

START_TEST(no_place_to_write_harms_nobody)
{
	struct str json;

	keep_write(STR("/nonexistent"), STR("{}"));
	ck_assert_int_eq(keep_read(STR("/nonexistent"), suite_arena(), &json),
	    ERR_ABSENT);
} END_TEST

START_TEST(too_much_is_not_kept)
{
	struct arena *a = arena_new((size_t)4 * SITE_JSON_BYTES_MAX);
	struct str state = suite_directory(), json;
	struct str most = { arena_take(a, SITE_JSON_BYTES_MAX + 1),
		SITE_JSON_BYTES_MAX };

	keep_write(state, most);
	ck_assert_int_eq(keep_read(state, a, &json), OK);
	ck_assert_uint_eq(json.n, SITE_JSON_BYTES_MAX);
	most.n++;
	keep_write(state, most);
	ck_assert_int_eq(keep_read(state, a, &json), OK);
	ck_assert_uint_eq(json.n, SITE_JSON_BYTES_MAX);
	arena_free(a);
} END_TEST

/* What is said on standard error between the two. */
struct ear {
	int saved;
	int from;
};

static struct ear
begin_to_hear(void)
{
	struct ear e = { .saved = dup(STDERR_FILENO) };
	int pipes[2];

	ck_assert(!pipe(pipes));
	dup2(pipes[1], STDERR_FILENO);
	close(pipes[1]);
	e.from = pipes[0];
	return e;
}

static struct str
end_of_hearing(const struct ear *e)
{
	char *said = arena_take(suite_arena(), LOG_LINE_BYTES_MAX);
	ssize_t n;

	dup2(e->saved, STDERR_FILENO);
	close(e->saved);
	n = read(e->from, said, LOG_LINE_BYTES_MAX);
	close(e->from);
	ck_assert_int_ge(n, 0);
	return (struct str){ said, (size_t)n };
}

/* Whatever has failed before. */
START_TEST(why_it_is_not_read_is_told)
{
	struct arena *a = arena_new(SITE_JSON_BYTES_MAX);
	struct str state = suite_directory(), json;
	struct ear ear;

	keep_write(state, STR("{}"));
	ck_assert(!truncate(buf_fmt(suite_arena(), 300, "%.*s/" KEEP_FILE,
	    STR_ARG(state)).p, SITE_JSON_BYTES_MAX + 1));
	ear = begin_to_hear();
	errno = EACCES;
	ck_assert_int_eq(keep_read(state, a, &json), ERR_AWAY);
	ck_assert(str_has_fold(end_of_hearing(&ear),
	    STR("file too large")));
	arena_free(a);
} END_TEST

START_TEST(why_it_is_not_written_is_told)
{
	static char most[SITE_JSON_BYTES_MAX + 1], path[PATH_MAX];
	const struct { struct str state, json, why; } rows[] = {
		{ suite_directory(), { most, sizeof most },
		    STR("file too large") },
		{ { path, sizeof path }, STR("{}"),
		    STR("file name too long") },
		{ STR("/nonexistent"), STR("{}"), STR("no such file") },
	};

	memset(path, 'a', sizeof path);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ear ear = begin_to_hear();

		errno = EACCES;
		keep_write(rows[i].state, rows[i].json);
		ck_assert(str_has_fold(end_of_hearing(&ear), rows[i].why));
	}
} END_TEST

/* As a process leaves it that is killed while it writes. */
START_TEST(what_a_killed_process_left_is_swept)
{
	struct str state = suite_directory(), json;
	FILE *f = fopen(buf_fmt(suite_arena(), 300, "%.*s/" KEEP_FILE ".new",
	    STR_ARG(state)).p, "w");

	ck_assert(f != NULL);
	fputs("{\"left\":\"half of it, and longer than what follows\"", f);
	ck_assert(!fchmod(fileno(f), 0));
	fclose(f);
	keep_write(state, STR("{}"));
	ck_assert_int_eq(keep_read(state, suite_arena(), &json), OK);
	ck_assert_str_same(json, STR("{}"));
	ck_assert_uint_eq(files_in(state), 1);
} END_TEST

/* Keep one document after the other; the end kills it in the midst. */
static void
write_until_killed(struct str state)
{
	for (unsigned i = 0;; i++) {
		char text[4000];
		int n = snprintf(text, sizeof text, "[%u%*s]", i,
		    (int)(i % 3000), "");

		keep_write(state, (struct str){ text, (size_t)n });
	}
}

START_TEST(killed_processes_leave_one_whole_document)
{
	struct str state = suite_directory(), json;

	for (int i = 0; i < 20; i++) {
		pid_t pid[3];

		for (size_t k = 0; k < COUNT(pid); k++) {
			pid[k] = fork();
			ck_assert_int_ge(pid[k], 0);
			if (!pid[k])
				write_until_killed(state);
		}
		usleep(5000);
		for (size_t k = 0; k < COUNT(pid); k++) {
			kill(pid[k], SIGKILL);
			waitpid(pid[k], NULL, 0);
		}
		ck_assert_uint_le(files_in(state), 2);
		if (keep_read(state, suite_arena(), &json))
			continue;
		ck_assert(str_has_prefix(json, STR("[")));
		ck_assert(str_has_suffix(json, STR("]")));
	}
	keep_write(state, STR("{}"));
	ck_assert_uint_eq(files_in(state), 1);
} END_TEST

SUITE(keep)
{
	SUITE_TEST(what_was_kept_is_read);
	SUITE_TEST(the_same_is_not_written_again);
	SUITE_TEST(no_place_to_write_harms_nobody);
	SUITE_TEST(too_much_is_not_kept);
	SUITE_TEST(why_it_is_not_read_is_told);
	SUITE_TEST(why_it_is_not_written_is_told);
	SUITE_TEST(what_a_killed_process_left_is_swept);
	SUITE_TEST(killed_processes_leave_one_whole_document);
}
