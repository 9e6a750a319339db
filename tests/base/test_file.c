/* Tests src/base/file.c. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "support/suite.h"

#define MANY ((size_t)1 << 20)	/* more than a pipe holds */
#define TICK_US 2000

static void
on_alarm(int number)
{
	(void)number;
}

/* From now on every call that waits is interrupted, again and again. */
static void
disturb(void)
{
	struct sigaction act = { .sa_handler = on_alarm };
	struct itimerval every = { { 0, TICK_US }, { 0, TICK_US } };

	ck_assert(!sigaction(SIGALRM, &act, NULL));
	ck_assert(!setitimer(ITIMER_REAL, &every, NULL));
}

static char *
pattern(size_t n)
{
	char *p = arena_take(suite_arena(), n);

	for (size_t i = 0; i < n; i++)
		p[i] = (char)(i * 7 + i / 251);
	return p;
}

struct way {
	int fd;
	char *sent;
	size_t n;
};

/* In small pieces, as a slow peer would. */
static void *
feed(void *context)
{
	struct way *w = context;
	size_t at = 0;

	while (at < w->n) {
		size_t n = w->n - at < 5000 ? w->n - at : 5000;
		ssize_t wrote = write(w->fd, w->sent + at, n);

		at += wrote > 0 ? (size_t)wrote : 0;
	}
	close(w->fd);
	return NULL;
}

static void *
swallow(void *context)
{
	struct way *w = context;
	size_t at = 0;

	while (at < w->n) {
		ssize_t got = read(w->fd, w->sent + at, w->n - at);

		at += got > 0 ? (size_t)got : 0;
		usleep(TICK_US / 4);
	}
	return NULL;
}

START_TEST(all_of_it_is_written)
{
	char *bytes = pattern(MANY);
	struct way w = { .sent = arena_take(suite_arena(), MANY), .n = MANY };
	pthread_t reader;
	int fd[2];

	ck_assert(!pipe(fd));
	w.fd = fd[0];
	ck_assert(!pthread_create(&reader, NULL, swallow, &w));
	disturb();
	ck_assert_int_eq(file_write(fd[1], (struct str){ bytes, MANY }), OK);
	pthread_join(reader, NULL);
	ck_assert_mem_eq(w.sent, bytes, MANY);
} END_TEST

START_TEST(all_of_it_is_read)
{
	struct way w = { .sent = pattern(MANY), .n = MANY };
	char *bytes = arena_take(suite_arena(), MANY + 1);
	pthread_t writer;
	int fd[2];

	ck_assert(!pipe(fd));
	w.fd = fd[1];
	ck_assert(!pthread_create(&writer, NULL, feed, &w));
	disturb();
	ck_assert_uint_eq(file_read(fd[0], bytes, MANY - 1), MANY - 1);
	ck_assert_uint_eq(file_read(fd[0], bytes + MANY - 1, 2), 1);
	ck_assert_int_eq(errno, ENODATA);
	pthread_join(writer, NULL);
	ck_assert_mem_eq(w.sent, bytes, MANY);
} END_TEST

START_TEST(a_failure_is_told)
{
	int full = open("/dev/full", O_WRONLY), none = open("/", O_RDONLY);
	char byte;

	ck_assert_int_eq(file_write(full, STR("x")), ERR_AWAY);
	ck_assert_int_eq(errno, ENOSPC);
	ck_assert_int_eq(file_write(full, STR_EMPTY), OK);
	ck_assert_uint_eq(file_read(none, &byte, 1), 0);
	ck_assert_int_eq(errno, EISDIR);
} END_TEST

/* Below a directory that holds only the directory "in". */
static const struct { const char *path; enum err err; } names[] = {
	{ "x", OK },
	{ "./x", OK },
	{ "in/x", OK },
	{ "in/x/", OK },
	{ "in//", OK },
	{ "/x", OK },
	{ "/", OK },
	{ "out/x", ERR_AWAY },
	{ "out/in/", ERR_AWAY },
};
START_TEST(the_directory_of_a_name_is_synced)
{
	ck_assert(!chdir(arena_copy(suite_arena(), suite_directory()).p));
	ck_assert(!mkdir("in", 0700));
	ck_assert_int_eq(file_sync_name(str_of(names[_i].path)),
	    names[_i].err);
	if (names[_i].err)
		ck_assert_int_eq(errno, ENOENT);
} END_TEST

START_TEST(a_name_no_system_knows_is_refused)
{
	ck_assert_int_eq(file_sync_name(STR("a\0b/c")), ERR_AWAY);
	ck_assert_int_eq(errno, EINVAL);
} END_TEST

SUITE(file)
{
	SUITE_TEST(all_of_it_is_written);
	SUITE_TEST(all_of_it_is_read);
	SUITE_TEST(a_failure_is_told);
	SUITE_LOOP(the_directory_of_a_name_is_synced, COUNT(names));
	SUITE_TEST(a_name_no_system_knows_is_refused);
}
