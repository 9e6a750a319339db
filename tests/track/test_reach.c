/*
 * Today's visitors: each is claimed once, by whichever thread or process, as
 * long as the day lasts in the site's zone and there is room.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/localday.h"
#include "base/log.h"
#include "support/suite.h"
#include "track/reach.h"

#define NOON INT64_C(1774778400000)	/* 2026-03-29, the day summer begins */
#define MIDNIGHT INT64_C(1774821600000)	/* its end, 23 hours long */
#define PATH_BYTES 4096

static struct reach *
start_in(struct str directory, int64_t now_ms)
{
	log_level_set((enum log_level)(LOG_ERROR + 1));
	ck_assert_int_eq(localday_zone(STR("Europe/Paris")), OK);
	clock_pin(now_ms);
	return reach_new(directory);
}

static const char *
path_in(struct str directory)
{
	return buf_fmt(suite_arena(), PATH_BYTES, "%.*s/" REACH_FILE "%c",
	    STR_ARG(directory), '\0').p;
}

static enum reach_verdict
see(struct reach *r, const char *address, int64_t now_ms)
{
	return reach_claim(r, &(struct reach_who){ str_of(address),
	    STR("Firefox"), STR("p") }, REACH_SEEN, now_ms);
}

static const struct {
	struct reach_who who;
	enum reach_sign sign;
	enum reach_verdict verdict;
} claims[] = {
	{ { STR("192.0.2.1"), STR("Firefox"), STR("p") }, REACH_SEEN,
	    REACH_NEW },
	{ { STR("192.0.2.1"), STR("Firefox"), STR("p") }, REACH_SEEN,
	    REACH_KNOWN },
	{ { STR("192.0.2.1"), STR("Firefox"), STR("p") }, REACH_ENGAGED,
	    REACH_NEW },
	{ { STR("192.0.2.1"), STR("Firefox"), STR("p") }, REACH_ENGAGED,
	    REACH_KNOWN },
	{ { STR("::ffff:192.0.2.1"), STR("Firefox"), STR("p") }, REACH_SEEN,
	    REACH_KNOWN },
	{ { STR("192.0.2.1"), STR("Firefox"), STR("q") }, REACH_SEEN,
	    REACH_NEW },
	{ { STR("192.0.2.1"), STR("Chrome"), STR("p") }, REACH_SEEN,
	    REACH_NEW },
	{ { STR("192.0.2.1"), STR("Firefoxp"), STR("") }, REACH_SEEN,
	    REACH_NEW },
	{ { STR("192.0.2.2"), STR("Firefox"), STR("p") }, REACH_SEEN,
	    REACH_NEW },
	{ { STR("2001:db8:0:1::1"), STR("Firefox"), STR("p") }, REACH_SEEN,
	    REACH_NEW },
	{ { STR("2001:db8:0:1::2"), STR("Firefox"), STR("p") }, REACH_SEEN,
	    REACH_KNOWN },
	{ { STR("2001:db8:0:2::1"), STR("Firefox"), STR("p") }, REACH_SEEN,
	    REACH_NEW },
	{ { STR(""), STR(""), STR("p") }, REACH_SEEN, REACH_NEW },
	{ { STR("unix:"), STR(""), STR("p") }, REACH_SEEN, REACH_KNOWN },
};

START_TEST(what_makes_a_visitor)
{
	struct reach *r = start_in(suite_directory(), NOON);
	struct reach_count n;
	uint64_t fresh = 0;

	for (size_t i = 0; i < COUNT(claims); i++) {
		ck_assert_msg(reach_claim(r, &claims[i].who, claims[i].sign,
		    NOON) == claims[i].verdict, "claim %zu", i);
		fresh += claims[i].verdict == REACH_NEW;
	}
	reach_counts(r, &n);
	ck_assert_uint_eq(n.claims, fresh);
	ck_assert_uint_eq(n.untold, 0);
	reach_free(r);
	reach_free(NULL);
} END_TEST

START_TEST(a_restart_forgets_nobody)
{
	struct str directory = suite_directory();
	struct reach *r = start_in(directory, NOON);
	struct stat st;

	ck_assert_int_eq(see(r, "192.0.2.1", NOON), REACH_NEW);
	reach_free(r);
	ck_assert_int_eq(stat(path_in(directory), &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	ck_assert_int_ge(st.st_blocks * 512, st.st_size);
	r = start_in(directory, NOON + 1);
	ck_assert_int_eq(see(r, "192.0.2.1", NOON + 1), REACH_KNOWN);
	ck_assert_int_eq(see(r, "192.0.2.2", NOON + 1), REACH_NEW);
	reach_free(r);
} END_TEST

/* The clocks go forward that night: it ends at 22:00 UTC, not at 23:00. */
START_TEST(a_day_ends_where_the_site_is)
{
	struct str directory = suite_directory();
	struct reach *r = start_in(directory, NOON);

	ck_assert_int_eq(see(r, "192.0.2.1", NOON), REACH_NEW);
	ck_assert_int_eq(see(r, "192.0.2.1", MIDNIGHT - 1), REACH_KNOWN);
	ck_assert_int_eq(reach_hour(r, MIDNIGHT - 1),
	    MIDNIGHT - LOCALDAY_HOUR_MS);
	ck_assert_int_eq(see(r, "192.0.2.1", MIDNIGHT), REACH_NEW);
	ck_assert_int_eq(see(r, "192.0.2.1", MIDNIGHT), REACH_KNOWN);
	/* Who came before and is served after is of the new day. */
	ck_assert_int_eq(see(r, "192.0.2.1", MIDNIGHT - REACH_LATE_MS),
	    REACH_KNOWN);
	ck_assert_int_eq(reach_hour(r, MIDNIGHT - REACH_LATE_MS), MIDNIGHT);
	/* However late they are, */
	clock_pin(MIDNIGHT);
	ck_assert_int_eq(see(r, "192.0.2.1", MIDNIGHT - REACH_LATE_MS - 1),
	    REACH_KNOWN);
	ck_assert_int_eq(reach_hour(r, MIDNIGHT - REACH_LATE_MS - 1), MIDNIGHT);
	/* but a clock that was put back by more is believed. */
	clock_pin(MIDNIGHT - REACH_LATE_MS - 1);
	ck_assert_int_eq(see(r, "192.0.2.1", MIDNIGHT - REACH_LATE_MS - 1),
	    REACH_NEW);
	reach_free(r);
} END_TEST

/* Robots' views alone must not stay in yesterday. */
START_TEST(an_hour_turns_the_day)
{
	struct reach *r = start_in(suite_directory(), NOON);

	ck_assert_int_eq(reach_hour(r, MIDNIGHT + 5), MIDNIGHT);
	reach_free(r);
} END_TEST

/* Neither the day before nor its key is on the disk after midnight. */
START_TEST(yesterday_is_thrown_away)
{
	struct str directory = suite_directory();
	struct reach *r = start_in(directory, NOON);
	int fd = open(path_in(directory), O_RDONLY);
	char head[48], none[48] = { 0 };

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pread(fd, head, sizeof head, 0), sizeof head);
	ck_assert_int_ne(memcmp(head, none, sizeof head), 0);
	(void)see(r, "192.0.2.1", MIDNIGHT);
	ck_assert_int_eq(pread(fd, head, sizeof head, 0), sizeof head);
	ck_assert_int_eq(memcmp(head, none, sizeof head), 0);
	close(fd);
	reach_free(r);
} END_TEST

static const struct {
	const char *what;
	off_t at;		/* bytes written over there, or */
	off_t size;		/* the size made so */
} damages[] = {
	{ "magic", 0, 0 }, { "start", 16, 0 }, { "end", 24, 0 },
	{ "claims", 48, 0 }, { "empty", 0, -1 }, { "short", 0, 4096 },
	{ "long", 0, 32 << 20 },
};

START_TEST(a_damaged_file_is_replaced)
{
	struct str directory = suite_directory();
	struct reach *r = start_in(directory, NOON);
	int fd = open(path_in(directory), O_RDWR);
	off_t size = damages[_i].size;

	ck_assert_int_eq(see(r, "192.0.2.1", NOON), REACH_NEW);
	reach_free(r);
	if (size)
		ck_assert_int_eq(ftruncate(fd, size < 0 ? 0 : size), 0);
	else
		ck_assert_int_eq(pwrite(fd, "\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f",
		    8, damages[_i].at), 8);
	close(fd);
	r = start_in(directory, NOON);
	ck_assert_int_eq(see(r, "192.0.2.1", NOON), REACH_NEW);
	ck_assert_int_eq(see(r, "192.0.2.1", NOON), REACH_KNOWN);
	reach_free(r);
} END_TEST

/* A full body ends the search, and nothing else. */
START_TEST(a_body_of_rubbish_is_survived)
{
	struct str directory = suite_directory();
	struct reach *r = start_in(directory, NOON);
	static char rubbish[1 << 20];
	struct reach_count n;
	int fd = open(path_in(directory), O_RDWR);

	memset(rubbish, 'x', sizeof rubbish);
	for (off_t at = 56; at < 16 << 20; at += (off_t)sizeof rubbish)
		ck_assert_int_gt(pwrite(fd, rubbish, at + (off_t)sizeof rubbish
		    > 16 << 20 ? (16 << 20) - (size_t)at : sizeof rubbish, at),
		    0);
	close(fd);
	ck_assert_int_eq(see(r, "192.0.2.1", NOON), REACH_UNTOLD);
	reach_counts(r, &n);
	ck_assert_uint_eq(n.untold, 1);
	reach_free(r);
} END_TEST

START_TEST(without_a_file_nobody_is_told_apart)
{
	struct str directory = suite_directory();
	const char *path = path_in(directory);
	struct reach *r;

	/* A directory in its place, and another where the new one is made. */
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_eq(mkdir(buf_fmt(suite_arena(), PATH_BYTES, "%s.new%c",
	    path, '\0').p, 0700), 0);
	r = start_in(directory, NOON);
	ck_assert_int_eq(see(r, "192.0.2.1", NOON), REACH_UNTOLD);
	ck_assert_int_eq(reach_hour(r, NOON + 5), NOON);
	reach_free(r);
} END_TEST

START_TEST(another_zone_is_another_day)
{
	struct str directory = suite_directory();
	struct reach *r = start_in(directory, NOON);

	ck_assert_int_eq(see(r, "192.0.2.1", NOON), REACH_NEW);
	reach_free(r);
	ck_assert_int_eq(localday_zone(STR("Asia/Kolkata")), OK);
	r = reach_new(directory);
	ck_assert_int_eq(see(r, "192.0.2.1", NOON), REACH_NEW);
	reach_free(r);
} END_TEST

static enum reach_verdict
see_number(struct reach *r, uint32_t number)
{
	return reach_claim(r, &(struct reach_who){ STR("192.0.2.1"),
	    { (const char *)&number, sizeof number }, STR("p") }, REACH_SEEN,
	    NOON);
}

START_TEST(a_set_has_its_limit)
{
	struct reach *r = start_in(suite_directory(), NOON);
	struct reach_count n;

	for (uint32_t i = 0; i < REACH_CLAIMS_MAX; i++)
		ck_assert_int_eq(see_number(r, i), REACH_NEW);
	ck_assert_int_eq(see_number(r, REACH_CLAIMS_MAX), REACH_UNTOLD);
	ck_assert_int_eq(see_number(r, REACH_CLAIMS_MAX - 1), REACH_KNOWN);
	reach_counts(r, &n);
	ck_assert_uint_eq(n.claims, REACH_CLAIMS_MAX);
	ck_assert_uint_eq(n.untold, 1);
	reach_free(r);
} END_TEST

#define RUNNERS 4
#define EACH 4000

struct runner {
	struct reach *reach;
	uint32_t fresh;
	bool is_backwards;
};

static void *
run(void *context)
{
	struct runner *w = context;

	for (uint32_t i = 0; i < EACH; i++)
		w->fresh += see_number(w->reach, w->is_backwards ?
		    EACH - 1 - i : i) == REACH_NEW;
	return NULL;
}

/* All claim the same ones: threads, some by another mapping of the file. */
START_TEST(threads_claim_each_once)
{
	struct str directory = suite_directory();
	struct reach *r[2] = { start_in(directory, NOON),
		start_in(directory, NOON) };
	struct runner w[RUNNERS];
	pthread_t thread[RUNNERS];
	uint32_t fresh = 0;

	for (int i = 0; i < RUNNERS; i++) {
		w[i] = (struct runner){ r[i % 2], 0, i / 2 };
		ck_assert_int_eq(pthread_create(&thread[i], NULL, run, &w[i]),
		    0);
	}
	for (int i = 0; i < RUNNERS; i++) {
		pthread_join(thread[i], NULL);
		fresh += w[i].fresh;
	}
	ck_assert_uint_eq(fresh, EACH);
	reach_free(r[0]);
	reach_free(r[1]);
} END_TEST

/* Also the making of the file is theirs, all at once. */
START_TEST(processes_claim_each_once)
{
	struct str directory = suite_directory();
	uint32_t fresh = 0, part;
	int pipes[2];

	ck_assert_int_eq(pipe(pipes), 0);
	for (int i = 0; i < RUNNERS; i++)
		if (!fork()) {
			struct runner w = { start_in(directory, NOON), 0,
				i % 2 };

			run(&w);
			_exit(write(pipes[1], &w.fresh, sizeof w.fresh) !=
			    sizeof w.fresh);
		}
	for (int i = 0; i < RUNNERS; i++) {
		int status;

		ck_assert_int_gt(wait(&status), 0);
		ck_assert_int_eq(status, 0);
		ck_assert_int_eq(read(pipes[0], &part, sizeof part),
		    sizeof part);
		fresh += part;
	}
	ck_assert_uint_eq(fresh, EACH);
} END_TEST

struct turner {
	struct reach *reach;
	uint32_t known;
};

/* Yesterday and today while the day turns: nothing but a verdict comes. */
static void *
cross(void *context)
{
	struct turner *w = context;

	for (int64_t i = -EACH / 2; i < EACH / 2; i++)
		w->known += see(w->reach, "192.0.2.1", MIDNIGHT + i) ==
		    REACH_KNOWN;
	return NULL;
}

START_TEST(a_day_may_turn_under_threads)
{
	struct reach *r = start_in(suite_directory(), NOON);
	struct turner w[RUNNERS];
	pthread_t thread[RUNNERS];
	uint32_t known = 0;

	for (int i = 0; i < RUNNERS; i++) {
		w[i] = (struct turner){ r, 0 };
		ck_assert_int_eq(pthread_create(&thread[i], NULL, cross,
		    &w[i]), 0);
	}
	for (int i = 0; i < RUNNERS; i++) {
		pthread_join(thread[i], NULL);
		known += w[i].known;
	}
	/* Once a day, and who was on their way at midnight once more each. */
	ck_assert_uint_le(RUNNERS * EACH - known, 2 + RUNNERS);
	ck_assert_uint_ge(RUNNERS * EACH - known, 2);
	reach_free(r);
} END_TEST

SUITE(reach)
{
	SUITE_TEST(what_makes_a_visitor);
	SUITE_TEST(a_restart_forgets_nobody);
	SUITE_TEST(a_day_ends_where_the_site_is);
	SUITE_TEST(an_hour_turns_the_day);
	SUITE_TEST(yesterday_is_thrown_away);
	SUITE_LOOP(a_damaged_file_is_replaced, COUNT(damages));
	SUITE_TEST(a_body_of_rubbish_is_survived);
	SUITE_TEST(without_a_file_nobody_is_told_apart);
	SUITE_TEST(another_zone_is_another_day);
	SUITE_TEST(a_set_has_its_limit);
	SUITE_TEST(threads_claim_each_once);
	SUITE_TEST(processes_claim_each_once);
	SUITE_TEST(a_day_may_turn_under_threads);
}
