#include <math.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "experiment/rules.h"
#include "support/suite.h"

#define EVENTS_MAX 8
#define ARMS 3
#define W 100
#define WQ 500

/* What happens, as a row of a table reads best. */
struct happening {
	double t;
	enum rules_kind kind;
	const char *who;	/* visitor, or the lead of spam and stages */
	uint32_t arm;
	const char *lead;
	char flag;		/* b ot, p refetch, v preview, s pam, or 0 */
	double seq;
};
#define SEE(t, who, arm) { t, RULES_EXPOSURE, who, arm, NULL, 0, 0 }
#define SEE_AS(t, who, arm, flag) \
	{ t, RULES_EXPOSURE, who, arm, NULL, flag, 0 }
#define WAKE(t, who) { t, RULES_ACTIVATION, who, 0, NULL, 0, 0 }
#define FILL(t, who, lead) { t, RULES_CONVERSION, who, 0, lead, 0, 0 }
#define FILL_SPAM(t, who, lead) \
	{ t, RULES_CONVERSION, who, 0, lead, 's', 0 }
#define SPAM(t, lead) { t, RULES_SPAM, lead, 0, NULL, 0, 0 }
#define STAGE(t, lead) { t, RULES_STAGE, lead, 0, NULL, 0, 0 }

static const struct row {
	const char *rule;
	double as_of;
	bool mature_only;
	struct happening event[EVENTS_MAX];	/* the last has no who */
	struct rules_counts want;
} rows[] = {
	{ "nothing gives nothing", 9999, false, { { .who = NULL } },
	    { .bot_visitors = 0 } },
	{ "R1 a human's exposure counts", 9999, false, { SEE(0, "a", 1) },
	    { .visitors = { 0, 1 }, .qualify_mature_visitors = { 0, 1 } } },
	{ "R1 a prefetch does not", 9999, false, { SEE_AS(0, "a", 0, 'p') },
	    { .prefetch_exposures = 1 } },
	{ "R1 but when activated, and then", 9999, false,
	    { SEE_AS(0, "a", 1, 'p'), WAKE(50, "a"), FILL(149, "a", "l") },
	    { .visitors = { 0, 1 }, .conversions = { 0, 1 },
	    .qualify_mature_visitors = { 0, 1 } } },
	{ "R1 what converts before is before", 9999, false,
	    { SEE_AS(0, "a", 1, 'p'), WAKE(50, "a"), FILL(49, "a", "l") },
	    { .visitors = { 0, 1 }, .qualify_mature_visitors = { 0, 1 },
	    .conversions_before_exposure = 1 } },
	{ "R1 an activation before the prefetch says nothing", 9999, false,
	    { WAKE(0, "a"), SEE_AS(1, "a", 0, 'p') },
	    { .prefetch_exposures = 1 } },
	{ "R1 nor does another's", 9999, false,
	    { SEE_AS(0, "a", 0, 'p'), WAKE(1, "b") },
	    { .prefetch_exposures = 1 } },
	{ "R1 one activation is enough for two prefetches", 9999, false,
	    { SEE_AS(0, "a", 0, 'p'), SEE_AS(1, "a", 0, 'p'), WAKE(2, "a"),
	    SEE_AS(3, "a", 0, 'p') },
	    { .visitors = { 1 }, .qualify_mature_visitors = { 1 },
	    .prefetch_exposures = 1 } },
	{ "R1 two arms prefetched and activated are two arms", 9999, false,
	    { SEE_AS(0, "a", 0, 'p'), SEE_AS(1, "a", 1, 'p'), WAKE(2, "a") },
	    { .multi_exposed_visitors = 1 } },
	{ "R1 after a plain exposure it changes nothing", 9999, false,
	    { SEE(0, "a", 0), WAKE(1, "a") },
	    { .visitors = { 1 }, .qualify_mature_visitors = { 1 } } },
	{ "R1 a preview never counts", 9999, false,
	    { SEE_AS(0, "a", 1, 'v'), WAKE(1, "a"), FILL(2, "a", "l") },
	    { .preview_exposures = 1, .conversions_without_exposure = 1 } },
	{ "R1 a preview of another arm does no harm", 9999, false,
	    { SEE(0, "a", 0), SEE_AS(1, "a", 1, 'v') },
	    { .visitors = { 1 }, .qualify_mature_visitors = { 1 },
	    .preview_exposures = 1 } },
	{ "R2 the first exposure opens the window", 9999, false,
	    { SEE(0, "a", 1), SEE(50, "a", 1), FILL(100, "a", "l") },
	    { .visitors = { 0, 1 }, .qualify_mature_visitors = { 0, 1 },
	    .conversions_after_window = 1 } },
	{ "R2 whatever the order of the log", 9999, false,
	    { FILL(99, "a", "l"), SEE(50, "a", 1), SEE(0, "a", 1) },
	    { .visitors = { 0, 1 }, .conversions = { 0, 1 },
	    .qualify_mature_visitors = { 0, 1 } } },
	{ "R3 two arms exclude, and all that was converted", 9999, false,
	    { SEE(0, "a", 0), FILL(1, "a", "l"), SEE(999, "a", 2),
	    FILL(1000, "a", "m"), FILL_SPAM(3, "a", "n") },
	    { .multi_exposed_visitors = 1 } },
	{ "R4 the window holds its start", 9999, false,
	    { SEE(7, "a", 0), { 7, RULES_CONVERSION, "a", 0, "l", 0, 1 } },
	    { .visitors = { 1 }, .conversions = { 1 },
	    .qualify_mature_visitors = { 1 } } },
	{ "R4 at the same moment, whatever the order", 9999, false,
	    { { 7, RULES_EXPOSURE, "a", 0, NULL, 0, 2 },
	    { 7, RULES_CONVERSION, "a", 0, "l", 0, 1 } },
	    { .visitors = { 1 }, .conversions = { 1 },
	    .qualify_mature_visitors = { 1 } } },
	{ "R4 a moment before does not count", 9999, false,
	    { SEE(7, "a", 0), FILL(6.999, "a", "l") },
	    { .visitors = { 1 }, .qualify_mature_visitors = { 1 },
	    .conversions_before_exposure = 1 } },
	{ "R4 nor does the window's end", 9999, false,
	    { SEE(7, "a", 0), FILL(107, "a", "l") },
	    { .visitors = { 1 }, .qualify_mature_visitors = { 1 },
	    .conversions_after_window = 1 } },
	{ "R4 one of each visitor", 9999, false,
	    { SEE(0, "a", 0), FILL(1, "a", "l"), FILL(2, "a", "m"),
	    FILL(100, "a", "n") },
	    { .visitors = { 1 }, .conversions = { 1 },
	    .qualify_mature_visitors = { 1 }, .duplicate_conversions = 1,
	    .conversions_after_window = 1 } },
	{ "R4 a lead told twice is a duplicate", 9999, false,
	    { SEE(0, "a", 0), FILL(1, "a", "l"), FILL(1, "a", "l") },
	    { .visitors = { 1 }, .conversions = { 1 },
	    .qualify_mature_visitors = { 1 }, .duplicate_conversions = 1 } },
	{ "R4 a lead of two visitors converts both", 9999, false,
	    { SEE(0, "a", 0), SEE(0, "b", 1), FILL(1, "a", "l"),
	    FILL(1, "b", "l") },
	    { .visitors = { 1, 1 }, .conversions = { 1, 1 },
	    .qualify_mature_visitors = { 1, 1 } } },
	{ "R4 a lead without a name converts", 9999, false,
	    { SEE(0, "a", 0), FILL(1, "a", NULL), SPAM(2, "") },
	    { .visitors = { 1 }, .conversions = { 1 },
	    .qualify_mature_visitors = { 1 } } },
	{ "R4 without exposure there is nothing to convert", 9999, false,
	    { FILL(1, "a", "l"), FILL(2, "a", "m") },
	    { .conversions_without_exposure = 2 } },
	{ "R5 what happens at as_of counts", 10, false,
	    { SEE(9, "a", 0), FILL(10, "a", "l") },
	    { .visitors = { 1 }, .conversions = { 1 } } },
	{ "R5 what happens after it does not", 10, false,
	    { SEE(9, "a", 0), FILL(10.001, "a", "l"), SEE(11, "b", 0),
	    FILL(12, "b", "m"), SEE(11, "a", 1), SEE_AS(11, "c", 0, 'p'),
	    SEE_AS(11, "d", 0, 'v') },
	    { .visitors = { 1 } } },
	{ "R5 nor an activation", 10, false,
	    { SEE_AS(9, "a", 0, 'p'), WAKE(11, "a") },
	    { .prefetch_exposures = 1 } },
	{ "R5 mature at t0 + window", 100, true,
	    { SEE(0, "a", 0), FILL(1, "a", "l") },
	    { .visitors = { 1 }, .conversions = { 1 } } },
	{ "R5 immature a moment before, from n and x", 99.999, true,
	    { SEE(0, "a", 0), FILL(1, "a", "l"), FILL(2, "a", "m"),
	    FILL_SPAM(3, "a", "n") },
	    { .immature_visitors = 1 } },
	{ "R5 which is nothing unless asked", 99.999, false,
	    { SEE(0, "a", 0), FILL(1, "a", "l") },
	    { .visitors = { 1 }, .conversions = { 1 } } },
	{ "R5 without as_of all is mature", INFINITY, true,
	    { SEE(0, "a", 0), FILL(1, "a", "l"), STAGE(2, "l") },
	    { .visitors = { 1 }, .conversions = { 1 },
	    .qualify_mature_visitors = { 1 }, .qualified = { 1 } } },
	{ "R6 spam does not count, a later lead does", 9999, false,
	    { SEE(0, "a", 0), FILL_SPAM(1, "a", "l"), FILL(2, "a", "m") },
	    { .visitors = { 1 }, .conversions = { 1 },
	    .qualify_mature_visitors = { 1 }, .spam_conversions = 1 } },
	{ "R6 marked later", 9999, false,
	    { SEE(0, "a", 0), FILL(1, "a", "l"), SPAM(5000, "l") },
	    { .visitors = { 1 }, .qualify_mature_visitors = { 1 },
	    .spam_conversions = 1 } },
	{ "R6 marked after as_of", 600, false,
	    { SEE(0, "a", 0), FILL(1, "a", "l"), SPAM(5000, "l") },
	    { .visitors = { 1 }, .qualify_mature_visitors = { 1 },
	    .spam_conversions = 1 } },
	{ "R6 marked before it was filled in", 9999, false,
	    { SPAM(0, "l"), SEE(0, "a", 0), FILL(1, "a", "l") },
	    { .visitors = { 1 }, .qualify_mature_visitors = { 1 },
	    .spam_conversions = 1 } },
	{ "R6 told twice, and once as spam, is spam twice", 9999, false,
	    { SEE(0, "a", 0), FILL(1, "a", "l"), FILL_SPAM(2, "a", "l") },
	    { .visitors = { 1 }, .qualify_mature_visitors = { 1 },
	    .spam_conversions = 2 } },
	{ "R6 spam goes before what else is wrong", 9999, false,
	    { FILL_SPAM(1, "b", "k"), SEE(10, "a", 0), FILL_SPAM(9, "a", "l"),
	    FILL_SPAM(999, "a", "m") },
	    { .visitors = { 1 }, .qualify_mature_visitors = { 1 },
	    .spam_conversions = 3 } },
	{ "R6 another lead's mark does no harm", 9999, false,
	    { SEE(0, "a", 0), FILL(1, "a", "l"), SPAM(2, "ll") },
	    { .visitors = { 1 }, .conversions = { 1 },
	    .qualify_mature_visitors = { 1 } } },
	{ "R7 qualified a moment before the window ends", 500, false,
	    { SEE(0, "a", 0), FILL(1, "a", "l"), STAGE(499.999, "l") },
	    { .visitors = { 1 }, .conversions = { 1 },
	    .qualify_mature_visitors = { 1 }, .qualified = { 1 } } },
	{ "R7 and not as it ends", 500, false,
	    { SEE(0, "a", 0), FILL(1, "a", "l"), STAGE(500, "l") },
	    { .visitors = { 1 }, .conversions = { 1 },
	    .qualify_mature_visitors = { 1 } } },
	{ "R7 not before the window is over", 499.999, false,
	    { SEE(0, "a", 0), FILL(1, "a", "l"), STAGE(2, "l") },
	    { .visitors = { 1 }, .conversions = { 1 } } },
	{ "R7 the first stage is what counts", 9999, false,
	    { SEE(0, "a", 0), FILL(1, "a", "l"), STAGE(700, "l"),
	    STAGE(400, "l") },
	    { .visitors = { 1 }, .conversions = { 1 },
	    .qualify_mature_visitors = { 1 }, .qualified = { 1 } } },
	{ "R7 of the lead that converted, no other", 9999, false,
	    { SEE(0, "a", 0), FILL(1, "a", "l"), FILL(2, "a", "m"),
	    STAGE(3, "m") },
	    { .visitors = { 1 }, .conversions = { 1 },
	    .qualify_mature_visitors = { 1 }, .duplicate_conversions = 1 } },
	{ "R7 and not of spam", 9999, false,
	    { SEE(0, "a", 0), FILL_SPAM(1, "a", "l"), STAGE(3, "l") },
	    { .visitors = { 1 }, .qualify_mature_visitors = { 1 },
	    .spam_conversions = 1 } },
	{ "R7 visitors are asked, not leads", 9999, false,
	    { SEE(0, "a", 0), SEE(0, "b", 0), SEE(9600, "c", 0),
	    FILL(1, "a", "l"), STAGE(3, "l") },
	    { .visitors = { 3 }, .conversions = { 1 },
	    .qualify_mature_visitors = { 2 }, .qualified = { 1 } } },
	{ "R8 a bot is none of the visitors", 9999, false,
	    { SEE_AS(0, "a", 0, 'b'), FILL(1, "a", "l") },
	    { .bot_visitors = 1 } },
	{ "R8 by any exposure, of whatever kind it else is", 9999, false,
	    { SEE(0, "a", 0), SEE(1, "a", 1), SEE_AS(2, "a", 0, 'p'),
	    SEE_AS(3, "a", 0, 'v'), SEE_AS(900, "a", 0, 'b'),
	    FILL_SPAM(1, "a", "l") },
	    { .bot_visitors = 1 } },
	{ "R8 a flag on what is no exposure says nothing", 9999, false,
	    { SEE(0, "a", 0), { 1, RULES_CONVERSION, "a", 0, "l", 'b', 0 } },
	    { .visitors = { 1 }, .conversions = { 1 },
	    .qualify_mature_visitors = { 1 } } },
	{ "R8 also after as_of", 10, false,
	    { SEE(0, "a", 0), FILL(1, "a", "l"), SEE_AS(11, "a", 0, 'b') },
	    { .bot_visitors = 1 } },
};

static void
make(const struct happening *h, struct rules_event *out)
{
	bool is_of_lead = h->kind == RULES_SPAM || h->kind == RULES_STAGE;

	*out = (struct rules_event){ .kind = h->kind, .arm = h->arm,
		.is_bot = h->flag == 'b', .is_prefetch = h->flag == 'p',
		.is_preview = h->flag == 'v', .is_spam = h->flag == 's',
		.t = h->t, .seq = h->seq,
		.visitor = is_of_lead ? STR_EMPTY : str_of(h->who),
		.lead = str_of(is_of_lead ? h->who : h->lead) };
}

START_TEST(the_rules_hold)
{
	const struct row *row = &rows[_i];
	const struct rules_plan plan = { W, WQ, row->as_of,
		row->mature_only };
	struct rules_event event[EVENTS_MAX];
	struct rules_counts got;
	size_t count = 0;

	while (count < EVENTS_MAX && row->event[count].who) {
		make(&row->event[count], &event[count]);
		count++;
	}
	rules_count(suite_arena(), &plan, event, count, &got);
	ck_assert_msg(!memcmp(&got, &row->want, sizeof got), "%s", row->rule);
} END_TEST

/* Each row's events backwards: the same, but where seq and t are equal. */
START_TEST(the_order_of_the_log_is_nothing)
{
	const struct row *row = &rows[_i];
	const struct rules_plan plan = { W, WQ, row->as_of,
		row->mature_only };
	struct rules_event event[EVENTS_MAX];
	struct rules_counts got;
	size_t count = 0;

	while (count < EVENTS_MAX && row->event[count].who)
		count++;
	for (size_t i = 0; i < count; i++)
		make(&row->event[count - 1 - i], &event[i]);
	rules_count(suite_arena(), &plan, event, count, &got);
	ck_assert_msg(!memcmp(&got, &row->want, sizeof got), "%s", row->rule);
} END_TEST

/* Events of one t follow seq, and then their place: as a prefetch shows. */
static const struct { double prefetch_seq, wake_seq; bool is_swapped, counts; }
orders[] = {
	{ 1, 2, false, true }, { 1, 2, true, true },
	{ 2, 1, false, false }, { 2, 1, true, false },
	{ 0, 0, false, true }, { 0, 0, true, false },
};

START_TEST(one_moment_has_an_order)
{
	const struct rules_plan plan = { W, WQ, INFINITY, false };
	struct rules_event event[2];
	struct rules_counts got;

	make(&(struct happening)SEE_AS(5, "a", 0, 'p'),
	    &event[orders[_i].is_swapped]);
	event[orders[_i].is_swapped].seq = orders[_i].prefetch_seq;
	make(&(struct happening)WAKE(5, "a"), &event[!orders[_i].is_swapped]);
	event[!orders[_i].is_swapped].seq = orders[_i].wake_seq;
	rules_count(suite_arena(), &plan, event, 2, &got);
	ck_assert_int_eq(got.visitors[0], orders[_i].counts);
	ck_assert_int_eq(got.prefetch_exposures, !orders[_i].counts);
} END_TEST

/* Each pair has one FNV-1a of 32 bits. */
static const struct { const char *a, *b; } pairs[] = {
	{ "costarring", "liquid" }, { "lsexqzd", "ztxtxde" },
	{ "liquid", "costarring" }, { "ztxtxde", "lsexqzd" },
};

START_TEST(names_of_one_hash_are_two)
{
	const char *a = pairs[_i].a, *b = pairs[_i].b;
	const struct happening log[] = { SEE(0, a, 0), SEE(1, b, 1),
		SEE(2, a, 0), SEE(3, b, 1), FILL(4, a, a), FILL(5, b, b),
		SPAM(6, a), STAGE(7, b), STAGE(8, a) };
	const struct rules_plan plan = { W, WQ, INFINITY, false };
	const struct rules_counts want = { .visitors = { 1, 1 },
		.conversions = { 0, 1 }, .qualify_mature_visitors = { 1, 1 },
		.qualified = { 0, 1 }, .spam_conversions = 1 };
	struct rules_event event[COUNT(log)];
	struct rules_counts got;

	for (size_t i = 0; i < COUNT(log); i++)
		make(&log[i], &event[i]);
	rules_count(suite_arena(), &plan, event, COUNT(log), &got);
	ck_assert(!memcmp(&got, &want, sizeof got));
} END_TEST

static const struct happening last_arm = SEE(0, "a", RULES_ARMS_MAX - 1);
static const struct happening no_arm = SEE(0, "a", RULES_ARMS_MAX);

START_TEST(the_last_arm_is_one)
{
	const struct rules_plan plan = { W, WQ, INFINITY, false };
	struct rules_event event;
	struct rules_counts got;

	make(&last_arm, &event);
	rules_count(suite_arena(), &plan, &event, 1, &got);
	ck_assert_int_eq(got.visitors[RULES_ARMS_MAX - 1], 1);
} END_TEST

START_TEST(an_arm_beyond_is_a_bug)
{
	const struct rules_plan plan = { W, WQ, INFINITY, false };
	struct rules_event event;
	struct rules_counts got;

	make(&no_arm, &event);
	rules_count(suite_arena(), &plan, &event, 1, &got);
	ck_abort_msg("the assertion should have ended this test");
} END_TEST

#define MANY 1000000
#define MANY_CPU_S_MAX 10	/* quadratic work would take an hour */

/* A million events, first of as many visitors, then of a single one. */
static const struct { uint32_t visitors; int64_t duplicates; } crowds[] = {
	{ MANY / 2, 0 }, { 1, MANY / 2 - 1 },
};

START_TEST(a_million_events_take_a_moment)
{
	const struct rules_plan plan = { W, WQ, INFINITY, false };
	struct arena *a = arena_new((size_t)200 * MANY);
	struct arena *exact = arena_new(RULES_ARENA_BYTES(MANY));
	struct rules_event *event = arena_array(a, MANY, sizeof *event);
	struct rules_counts got;
	clock_t began;

	for (uint32_t i = 0; i < MANY; i++) {
		char *name = arena_take(a, 8);

		for (uint32_t at = 8, v = i / 2 % crowds[_i].visitors; at;
		    v /= 10)
			name[--at] = (char)('0' + v % 10);
		event[i] = (struct rules_event){
			.kind = i % 2 ? RULES_CONVERSION : RULES_EXPOSURE,
			.t = i % 2, .visitor = { name, 8 },
			.lead = i % 2 ? (struct str){ name, 8 } : STR_EMPTY };
	}
	began = clock();
	rules_count(exact, &plan, event, MANY, &got);
	ck_assert_double_lt((double)(clock() - began) / CLOCKS_PER_SEC,
	    MANY_CPU_S_MAX);
	ck_assert_int_eq(got.visitors[0], crowds[_i].visitors);
	ck_assert_int_eq(got.conversions[0], crowds[_i].visitors);
	ck_assert_int_eq(got.duplicate_conversions, crowds[_i].duplicates);
	arena_free(exact);
	arena_free(a);
} END_TEST

SUITE_APART(rules)
{
	SUITE_LOOP(the_rules_hold, COUNT(rows));
	SUITE_LOOP(the_order_of_the_log_is_nothing, COUNT(rows));
	SUITE_LOOP(one_moment_has_an_order, COUNT(orders));
	SUITE_LOOP(names_of_one_hash_are_two, COUNT(pairs));
	SUITE_TEST(the_last_arm_is_one);
	tcase_add_test_raise_signal(suite_case, an_arm_beyond_is_a_bug,
	    SIGABRT);
	SUITE_LOOP(a_million_events_take_a_moment, COUNT(crowds));
}
