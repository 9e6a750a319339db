/* Tests src/deliver/caught.c. */
#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "deliver/caught.h"
#include "support/suite.h"

static struct str
path_in(struct str dir, const char *name)
{
	return buf_fmt(suite_arena(), 300, "%.*s/%s%c", STR_ARG(dir), name, 0);
}

static int
files(struct str dir)
{
	DIR *d = opendir(dir.p);
	int count = 0;

	ck_assert_ptr_nonnull(d);
	for (struct dirent *e = readdir(d); e; e = readdir(d))
		count += e->d_name[0] != '.';
	closedir(d);
	return count;
}

START_TEST(mail_is_there_whole_and_once)
{
	struct str dir = path_in(suite_directory(), "mail");
	char text[20] = "";
	FILE *f;

	dir.n--;
	ck_assert_int_eq(caught_write(dir, STR("1.1"), STR("first\r\n")), OK);
	ck_assert_int_eq(caught_write(dir, STR("1.1"), STR("second")), OK);
	ck_assert_int_eq(caught_write(dir, STR("2.1"), STR("other")), OK);
	ck_assert_int_eq(files(path_in(dir, "new")), 2);
	ck_assert_int_eq(files(path_in(dir, "tmp")), 0);
	f = fopen(path_in(dir, "new/1.1.eml").p, "r");
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fread(text, 1, sizeof text - 1, f), 6);
	ck_assert_str_eq(text, "second");
	fclose(f);
} END_TEST

START_TEST(no_place_is_told)
{
	struct str dir = suite_directory();
	FILE *f = fopen(path_in(dir, "file").p, "w");

	log_level_set((enum log_level)(LOG_ERROR + 1));
	ck_assert_ptr_nonnull(f);
	fclose(f);
	ck_assert_int_eq(caught_write(path_in(dir, "file"), STR("1"),
	    STR("x")), ERR_AWAY);
	ck_assert_int_eq(caught_write(path_in(dir, "a/b"), STR("1"),
	    STR("x")), ERR_AWAY);
} END_TEST

SUITE(caught)
{
	SUITE_TEST(mail_is_there_whole_and_once);
	SUITE_TEST(no_place_is_told);
}
