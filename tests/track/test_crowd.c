#include <arpa/inet.h>
#include <pthread.h>

#include "support/suite.h"
#include "track/crowd.h"

#define NOON INT64_C(1763985600000)	/* the beginning of an hour */
#define MAX 20
#define THREADS 4
#define VISITS_EACH 5000

/* Visits from one address; how many of them were beyond the limit. */
static int
visit(struct crowd *c, const char *address, int64_t now_ms, int times)
{
	int full = 0;

	while (times--)
		full += crowd_is_full(c, str_of(address), now_ms);
	return full;
}

START_TEST(the_limit_is_exact)
{
	struct crowd *c = crowd_new(MAX);

	ck_assert_int_eq(visit(c, "203.0.113.9", NOON, MAX), 0);
	ck_assert_int_eq(visit(c, "203.0.113.9", NOON, 1), 1);
	ck_assert_int_eq(visit(c, "203.0.113.9", NOON + 1, 3), 3);
	crowd_free(c);
} END_TEST

static const struct {
	const char *filled, *asked;
	bool is_same;
} pairs[] = {
	{ "203.0.113.9", "203.0.113.9", true },
	{ "203.0.113.9", "203.0.113.10", false },
	{ "203.0.113.9", "::ffff:203.0.113.9", true },
	{ "203.0.113.9", "::ffff:203.0.113.10", false },
	{ "2001:db8:1:2::1", "2001:db8:1:2:ffff::2", true },
	{ "2001:db8:1:2::1", "2001:db8:1:3::1", false },
	{ "2001:db8:1:2::1", "2001:0DB8:1:2::1", true },
	/* The same eight bytes are not the same address. */
	{ "0.0.0.0", "::", false },
};

START_TEST(addresses_are_told_apart)
{
	struct crowd *c = crowd_new(MAX);

	ck_assert_int_eq(visit(c, pairs[_i].filled, NOON, MAX), 0);
	ck_assert_int_eq(visit(c, pairs[_i].asked, NOON, 1),
	    pairs[_i].is_same);
	crowd_free(c);
} END_TEST

static const char *const strange[] = { "", "unix:", "localhost",
	"203.0.113", "203.0.113.9:80", "[::1]", "2001:db8::1%eth0",
	"203.0.113.9 " };

START_TEST(what_is_no_address_passes)
{
	struct crowd *c = crowd_new(1);

	ck_assert_int_eq(visit(c, strange[_i], NOON, 10), 0);
	crowd_free(c);
} END_TEST

START_TEST(nought_is_no_limit)
{
	struct crowd *c = crowd_new(0);

	ck_assert_int_eq(visit(c, "203.0.113.9", NOON, 100000), 0);
	crowd_free(c);
	crowd_free(NULL);
} END_TEST

static const struct {
	int64_t later_ms;
	int passing;	/* visits more that pass, of MAX there were */
} later[] = {
	{ CROWD_WINDOW_MS - 1, 0 },
	{ CROWD_WINDOW_MS, 0 },
	{ CROWD_WINDOW_MS + CROWD_WINDOW_MS / 4, MAX / 4 },
	{ CROWD_WINDOW_MS + CROWD_WINDOW_MS / 2, MAX / 2 },
	{ 2 * CROWD_WINDOW_MS - 1, MAX - 1 },
	{ 2 * CROWD_WINDOW_MS, MAX },
	{ 30 * 24 * CROWD_WINDOW_MS, MAX },
	{ -CROWD_WINDOW_MS, 0 },	/* a clock that was put back */
};

START_TEST(the_hour_slides)
{
	struct crowd *c = crowd_new(MAX);
	int64_t now_ms = NOON + later[_i].later_ms;

	visit(c, "203.0.113.9", NOON, MAX);
	ck_assert_int_eq(visit(c, "203.0.113.9", now_ms, later[_i].passing),
	    0);
	ck_assert_int_eq(visit(c, "203.0.113.9", now_ms, 1), 1);
	crowd_free(c);
} END_TEST

/* Far more addresses than there are counters leave the busiest its own. */
START_TEST(the_busiest_are_remembered)
{
	struct crowd *c = crowd_new(MAX);
	int full = 0;

	visit(c, "203.0.113.9", NOON, MAX);
	for (uint32_t i = 0; i < 10 * CROWD_ADDRESSES_MAX; i++) {
		struct in_addr in = { .s_addr = htonl(0x0a000000 + i) };
		char z[INET_ADDRSTRLEN];

		full += visit(c, inet_ntop(AF_INET, &in, z, sizeof z), NOON,
		    1);
	}
	ck_assert_int_eq(full, 0);
	ck_assert_int_eq(visit(c, "203.0.113.9", NOON, 1), 1);
	crowd_free(c);
} END_TEST

static void *
visit_often(void *data)
{
	return (void *)(intptr_t)visit(data, "203.0.113.9", NOON,
	    VISITS_EACH);
}

START_TEST(threads_lose_no_visit)
{
	struct crowd *c = crowd_new(VISITS_EACH);
	pthread_t thread[THREADS];
	intptr_t full = 0;

	for (int i = 0; i < THREADS; i++)
		ck_assert(!pthread_create(&thread[i], NULL, visit_often, c));
	for (int i = 0; i < THREADS; i++) {
		void *result;

		ck_assert(!pthread_join(thread[i], &result));
		full += (intptr_t)result;
	}
	ck_assert_int_eq(full, (THREADS - 1) * VISITS_EACH);
	crowd_free(c);
} END_TEST

SUITE(crowd)
{
	SUITE_TEST(the_limit_is_exact);
	SUITE_LOOP(addresses_are_told_apart, COUNT(pairs));
	SUITE_LOOP(what_is_no_address_passes, COUNT(strange));
	SUITE_TEST(nought_is_no_limit);
	SUITE_LOOP(the_hour_slides, COUNT(later));
	SUITE_TEST(the_busiest_are_remembered);
	SUITE_TEST(threads_lose_no_visit);
}
