/*
 * The spool as its writer and its drainer see it: what goes in comes out, in
 * order, in groups, within limits, also while both are at work.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/basket.h"

static enum err
keep_last(void *context, const struct str *record, size_t count)
{
	*(struct str *)context = arena_copy(suite_arena(), record[count - 1]);
	return OK;
}

static const struct str payloads[] = {
	STR(""), STR("x"), STR("{\"a\":\"\xc3\xa9\"}"), STR("a\0b"),
	STR("\xfePS\xff\x01\0\0\0 looks like a record"),
};
START_TEST(a_record_comes_back_as_it_was)
{
	struct str dir = suite_directory(), got = STR("none");
	struct spool *sp = open_spool(dir);
	int64_t drained;

	ck_assert_int_eq(spool_append(sp, &payloads[_i], 1), OK);
	spool_close(sp);
	ck_assert_int_eq(spool_drain(dir, 1, keep_last, &got, &drained), OK);
	ck_assert_int_eq(drained, 1);
	ck_assert_str_same(got, payloads[_i]);
	ck_assert_int_eq(depth_of(dir).records, 0);
	ck_assert_int_eq(depth_of(dir).bad, 0);
} END_TEST

START_TEST(a_record_has_a_greatest_length)
{
	struct str dir = suite_directory(), r[2];
	struct spool *sp = open_spool(dir);
	struct basket *b = basket_new();

	r[0] = record_of(1, SPOOL_RECORD_BYTES_MAX);
	r[1] = record_of(2, SPOOL_RECORD_BYTES_MAX + 1);
	ck_assert_int_eq(spool_append(sp, &r[0], 1), OK);
	ck_assert_int_eq(spool_append(sp, r, 2), ERR_LIMIT);
	spool_close(sp);
	ck_assert_int_eq(drain_all(dir, b), 1);
	ck_assert_int_eq(b->times[1], 1);
} END_TEST

START_TEST(all_segments_together_are_bounded)
{
	struct str dir = suite_directory(), r[2];
	struct basket *b = basket_new();
	struct spool *sp, *other;
	int64_t one;

	r[0] = record_of(1, 1000);
	r[1] = record_of(2, 1000);
	one = (int64_t)r[0].n + SEGMENT_HEADER_BYTES;
	ck_assert_int_eq(spool_open(dir, 2 * one, &sp), OK);
	ck_assert_int_eq(spool_open(dir, 2 * one - 1, &other), OK);
	ck_assert_int_eq(spool_append(sp, &r[0], 1), OK);
	ck_assert_int_eq(spool_append(other, &r[1], 1), ERR_LIMIT);
	ck_assert_int_eq(spool_append(sp, &r[1], 1), OK);
	ck_assert_int_eq(spool_append(sp, &r[1], 1), ERR_LIMIT);
	ck_assert_int_eq(depth_of(dir).records, 2);
	ck_assert_int_eq(depth_of(dir).bytes, 2 * one);
	spool_seal(sp);
	ck_assert_int_eq(drain_all(dir, b), 2);
	ck_assert_int_eq(spool_append(sp, &r[1], 1), OK);
	spool_close(sp);
	spool_close(other);
} END_TEST

/* Filled to the last byte a segment is kept, one more begins another. */
START_TEST(a_segment_has_a_greatest_size)
{
	struct str dir = suite_directory(), r[16], last;
	size_t each = SPOOL_SEGMENT_BYTES_MAX / 16 - SEGMENT_HEADER_BYTES;
	struct spool *sp = open_spool(dir);
	struct basket *b = basket_new();

	for (uint32_t i = 0; i < 16; i++)
		r[i] = record_of(i, each);
	ck_assert_int_eq(spool_append(sp, r, 16), OK);
	ck_assert_int_eq(drain_all(dir, b), 0);
	last = record_of(16, 20);
	ck_assert_int_eq(spool_append(sp, &last, 1), OK);
	ck_assert_int_eq(drain_all(dir, b), 16);
	spool_close(sp);
	ck_assert_int_eq(drain_all(dir, b), 1);
} END_TEST

START_TEST(records_are_drained_in_order_and_in_groups)
{
	struct str dir = suite_directory();
	struct spool *sp = open_spool(dir);
	struct basket *b = basket_new();

	for (uint32_t i = 0; i < 30; i += 10) {
		append_ids(sp, i, 10);
		spool_seal(sp);
	}
	spool_close(sp);
	ck_assert_int_eq(drain_all(dir, b), 30);
	for (uint32_t i = 0; i < 30; i++)
		ck_assert_uint_eq(b->order[i], i);
	ck_assert_uint_eq(b->largest_group, 8);
	ck_assert_int_eq(depth_of(dir).bytes, 0);
} END_TEST

START_TEST(an_open_segment_is_its_writer_s)
{
	struct str dir = suite_directory();
	struct spool *sp = open_spool(dir);
	struct basket *b = basket_new();

	clock_pin(1700000000123);
	append_ids(sp, 0, 3);
	ck_assert_int_eq(drain_all(dir, b), 0);
	ck_assert_int_eq(depth_of(dir).records, 3);
	ck_assert_int_eq(depth_of(dir).oldest_ms, 1700000000123);
	spool_seal(sp);
	ck_assert_int_eq(drain_all(dir, b), 3);
	ck_assert_int_eq(depth_of(dir).oldest_ms, 0);
	spool_close(sp);
	clock_pin(-1);
} END_TEST

START_TEST(no_directory_is_away_or_empty)
{
	struct str dir = suite_directory(), below;
	struct basket *b = basket_new();
	struct spool *sp;

	below = buf_fmt(suite_arena(), 200, "%.*s/new", STR_ARG(dir));
	ck_assert_int_eq(drain_all(below, b), 0);
	ck_assert_int_eq(depth_of(below).records, 0);
	sp = open_spool(below);
	append_ids(sp, 0, 1);
	spool_close(sp);
	ck_assert_int_eq(drain_all(below, b), 1);
	ck_assert_int_eq(spool_open(STR("/dev/null"), ROOM, &sp), ERR_AWAY);
	ck_assert_int_eq(spool_open(STR("/nowhere/at/all"), ROOM, &sp),
	    ERR_AWAY);
	ck_assert_int_eq(spool_open(STR("a\0b"), ROOM, &sp), ERR_AWAY);
} END_TEST

START_TEST(a_refused_record_is_kept_and_can_be_offered_again)
{
	struct str dir = suite_directory(), aside;
	struct spool *sp = open_spool(dir);
	struct basket *b = basket_new();

	be_quiet();
	append_ids(sp, 0, 2);
	append_ids(sp, 4, 1);
	spool_close(sp);
	b->refuses_odd = true;
	ck_assert_int_eq(drain_all(dir, b), 2);
	ck_assert_int_eq(depth_of(dir).bad, 1);
	ck_assert_int_eq(depth_of(dir).records, 0);
	b->refuses_odd = false;
	aside = buf_fmt(suite_arena(), 200, "%.*s/aside", STR_ARG(dir));
	ck_assert_int_eq(rename(only_file(aside, ".bad"),
	    path_in(dir, "again.spool")), 0);
	ck_assert_int_eq(drain_all(dir, b), 1);
	ck_assert_int_eq(b->times[1], 1);
	ck_assert_int_eq(depth_of(dir).bad, 0);
} END_TEST

START_TEST(a_stopped_drain_loses_nothing)
{
	struct str dir = suite_directory();
	struct spool *sp = open_spool(dir);
	struct basket *b = basket_new();
	int64_t drained;

	append_ids(sp, 0, 20);
	spool_seal(sp);
	append_ids(sp, 20, 20);
	spool_close(sp);
	b->away_after = 30;
	ck_assert_int_eq(spool_drain(dir, 8, take, b, &drained), ERR_AWAY);
	ck_assert_int_eq(drained, 28);
	b->away_after = 0;
	ck_assert_int_eq(drain_all(dir, b), 20);
	for (uint32_t i = 0; i < 40; i++)
		ck_assert_int_eq(b->times[i], i >= 20 && i < 28 ? 2 : 1);
} END_TEST

struct writer {
	struct str dir;
	uint32_t from;
	uint32_t count;
};

/* Each record in a segment of its own, so that its birth meets the drain. */
static void *
write_segments(void *context)
{
	const struct writer *w = context;
	struct spool *sp;

	ck_assert_int_eq(spool_open(w->dir, ROOM, &sp), OK);
	for (uint32_t i = 0; i < w->count; i++) {
		char text[12];
		struct str r;

		snprintf(text, sizeof text, "%u", w->from + i);
		r = str_of(text);
		ck_assert_int_eq(spool_append(sp, &r, 1), OK);
		spool_seal(sp);
	}
	spool_close(sp);
	return NULL;
}

START_TEST(writers_and_drain_at_once_lose_nothing)
{
	struct str dir = suite_directory();
	struct basket *b = basket_new();
	struct writer w[] = { { dir, 0, 300 }, { dir, 300, 300 } };
	pthread_t thread[COUNT(w)];

	for (size_t i = 0; i < COUNT(w); i++)
		ck_assert_int_eq(pthread_create(&thread[i], NULL,
		    write_segments, &w[i]), 0);
	while (b->count < 500)
		drain_all(dir, b);
	for (size_t i = 0; i < COUNT(w); i++)
		pthread_join(thread[i], NULL);
	drain_all(dir, b);
	for (uint32_t i = 0; i < 600; i++)
		ck_assert_int_eq(b->times[i], 1);
} END_TEST

#define OLDEST "0000000000000000-00000000.spool"

/* What drains say in the log, once for all of them together. */
static struct str
said_by_drains(struct str dir, struct basket *b, int times)
{
	int saved = dup(STDERR_FILENO);
	const char *path = path_in(suite_directory(), "said");
	FILE *said = fopen(path, "w");
	int64_t drained;

	ck_assert_ptr_nonnull(said);
	dup2(fileno(said), STDERR_FILENO);
	while (times--)
		ck_assert_int_eq(spool_drain(dir, 8, take, b, &drained),
		    ERR_AWAY);
	dup2(saved, STDERR_FILENO);
	fclose(said);
	return read_file(path);
}

/* Its name is the oldest; a directory is one that even root can't read. */
START_TEST(an_unreadable_segment_stops_no_other)
{
	struct str dir = suite_directory(), said, line;
	struct spool *sp = open_spool(dir);
	struct basket *b = basket_new();

	append_ids(sp, 0, 10);
	spool_seal(sp);
	append_ids(sp, 10, 10);
	spool_close(sp);
	ck_assert_int_eq(mkdir(path_in(dir, OLDEST), 0700), 0);
	ck_assert_int_eq(depth_of(dir).unread, 1);
	ck_assert_int_eq(depth_of(dir).records, 20);
	said = said_by_drains(dir, b, 3);
	ck_assert_uint_eq(b->count, 20);
	ck_assert(str_cut(said, '\n', &line, &said));
	ck_assert_ptr_nonnull(memmem(line.p, line.n, OLDEST,
	    strlen(OLDEST)));
	ck_assert_uint_eq(said.n, 0);
	ck_assert_int_eq(rmdir(path_in(dir, OLDEST)), 0);
	ck_assert_int_eq(depth_of(dir).unread, 0);
	ck_assert_int_eq(drain_all(dir, b), 0);
} END_TEST

START_TEST(no_place_aside_stops_no_other)
{
	struct str dir = suite_directory();
	struct spool *sp = open_spool(dir);
	struct basket *b = basket_new();
	int64_t drained;

	be_quiet();
	append_ids(sp, 0, 3);
	spool_close(sp);
	write_file(path_in(dir, OLDEST), STR("torn"));
	write_file(path_in(dir, "aside"), STR("in the way"));
	ck_assert_int_eq(spool_drain(dir, 8, take, b, &drained), ERR_AWAY);
	ck_assert_int_eq(drained, 3);
	unlink(path_in(dir, "aside"));
	ck_assert_int_eq(drain_all(dir, b), 0);
	ck_assert_int_eq(depth_of(dir).bad, 1);
} END_TEST

START_TEST(room_is_for_what_was_refused)
{
	struct str dir = suite_directory(), r[2];
	struct basket *b = basket_new();
	struct spool *sp;
	int64_t one;

	be_quiet();
	r[0] = record_of(1, 1000);
	r[1] = record_of(2, 1000);
	one = (int64_t)r[0].n + SEGMENT_HEADER_BYTES;
	ck_assert_int_eq(spool_open(dir, 2 * one - 1, &sp), OK);
	ck_assert_int_eq(spool_probe(sp), OK);
	ck_assert_int_eq(spool_append(sp, &r[0], 1), OK);
	ck_assert_int_eq(spool_append(sp, &r[1], 1), ERR_LIMIT);
	ck_assert_int_eq(spool_probe(sp), ERR_LIMIT);
	spool_seal(sp);
	ck_assert_int_eq(drain_all(dir, b), 1);
	ck_assert_int_eq(spool_probe(sp), OK);
	ck_assert_int_eq(spool_append(sp, r, 2), ERR_LIMIT);
	ck_assert_int_eq(spool_probe(sp), ERR_LIMIT);
	spool_close(sp);
	ck_assert_int_eq(spool_open(dir, 2 * one, &sp), OK);
	ck_assert_int_eq(spool_append(sp, &r[0], 1), OK);
	ck_assert_int_eq(spool_append(sp, r, 2), ERR_LIMIT);
	ck_assert_int_eq(spool_probe(sp), ERR_LIMIT);
	spool_seal(sp);
	ck_assert_int_eq(drain_all(dir, b), 1);
	ck_assert_int_eq(spool_probe(sp), OK);
	ck_assert_int_eq(spool_append(sp, r, 2), OK);
	spool_close(sp);
} END_TEST

START_TEST(a_disk_that_takes_nothing_has_no_room)
{
	struct rlimit limit = { 100, RLIM_INFINITY };
	struct str dir = suite_directory();
	struct spool *sp = open_spool(dir);
	const char *probe = path_in(dir, "probe");

	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_int_eq(spool_probe(sp), ERR_AWAY);
	limit.rlim_cur = RLIM_INFINITY;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	/* As one leaves it that is killed in between. */
	write_file(probe, STR("x"));
	ck_assert_int_eq(chmod(probe, 0), 0);
	ck_assert_int_eq(spool_probe(sp), OK);
	ck_assert_int_ne(access(probe, F_OK), 0);
	ck_assert_int_eq(depth_of(dir).bytes, 0);
	spool_close(sp);
} END_TEST

SUITE(spool)
{
	SUITE_LOOP(a_record_comes_back_as_it_was, COUNT(payloads));
	SUITE_TEST(a_record_has_a_greatest_length);
	SUITE_TEST(all_segments_together_are_bounded);
	SUITE_TEST(a_segment_has_a_greatest_size);
	SUITE_TEST(records_are_drained_in_order_and_in_groups);
	SUITE_TEST(an_open_segment_is_its_writer_s);
	SUITE_TEST(no_directory_is_away_or_empty);
	SUITE_TEST(a_refused_record_is_kept_and_can_be_offered_again);
	SUITE_TEST(a_stopped_drain_loses_nothing);
	SUITE_TEST(writers_and_drain_at_once_lose_nothing);
	SUITE_TEST(an_unreadable_segment_stops_no_other);
	SUITE_TEST(no_place_aside_stops_no_other);
	SUITE_TEST(room_is_for_what_was_refused);
	SUITE_TEST(a_disk_that_takes_nothing_has_no_room);
}
