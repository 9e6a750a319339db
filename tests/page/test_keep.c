#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
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

SUITE(keep)
{
	SUITE_TEST(what_was_kept_is_read);
	SUITE_TEST(the_same_is_not_written_again);
	SUITE_TEST(no_place_to_write_harms_nobody);
	SUITE_TEST(too_much_is_not_kept);
}
