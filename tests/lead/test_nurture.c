/* Tests src/lead/nurture.c. */
#include "lead/nurture.h"
#include "support/suite.h"

#define HOUR INT64_C(3600000)
#define DAY (24 * HOUR)
/* 2026-03-02 00:00 UTC, a Monday. */
#define MONDAY INT64_C(1772409600000)

static struct shift_change paris[] = {
	{ MONDAY - 200 * DAY, 60 },
	{ INT64_C(1774746000000), 120 },	/* 2026-03-29 01:00 UTC */
	{ INT64_C(1792890000000), 60 },		/* 2026-10-25 01:00 UTC */
};
static struct shift_change plus[] = { { 0, 12 * 60 } };
static struct shift_change minus[] = { { 0, -8 * 60 } };
static const struct shift_zone zones[] = {
	{ { "Europe/Paris", 12 }, paris, 3 },
	{ { "East", 4 }, plus, 1 },
	{ { "West", 4 }, minus, 1 },
};

static const struct nurture_limits limits = { 2, 7 * DAY,
	{ 0x7f, 8 * 60, 20 * 60 } };

/* Moments in UTC. */
static const struct {
	int64_t from_ms;
	size_t zone, zones;
	int64_t open_ms;
} quiet[] = {
	{ MONDAY + 7 * HOUR, 0, 1, MONDAY + 7 * HOUR },	/* 8:00 there */
	{ MONDAY + 7 * HOUR - 1, 0, 1, MONDAY + 7 * HOUR },
	{ MONDAY + 19 * HOUR - 1, 0, 1, MONDAY + 19 * HOUR - 1 },
	{ MONDAY + 19 * HOUR, 0, 1, MONDAY + 31 * HOUR },
	/* The night in which clocks go forward has 11 hours, not 12. */
	{ INT64_C(1774746000000) - 6 * HOUR, 0, 1,
	    INT64_C(1774746000000) + 5 * HOUR },
	/* The one in which they go back has 13. */
	{ INT64_C(1792890000000) - 7 * HOUR, 0, 1,
	    INT64_C(1792890000000) + 6 * HOUR },
	{ MONDAY, 0, 0, MONDAY + 8 * HOUR },		/* none known: UTC */
	/* Paris and East: 8:00 there at 20:00 here, night here. */
	{ MONDAY, 0, 2, MONDAY + 7 * HOUR },
	/* Paris from 7 to 19, West from 16 to 4: both from 16 to 19. */
	{ MONDAY, 1, 1, MONDAY },			/* noon there */
	{ MONDAY + 10 * HOUR, 1, 1, MONDAY + 20 * HOUR },
};

START_TEST(quiet_hours_are_theirs)
{
	ck_assert_int_eq(nurture_open_ms(&limits, &zones[quiet[_i].zone],
	    quiet[_i].zones, quiet[_i].from_ms), quiet[_i].open_ms);
} END_TEST

START_TEST(of_several_zones_none_is_woken)
{
	const struct shift_zone both[] = { zones[0], zones[2] };

	ck_assert_int_eq(nurture_open_ms(&limits, both, 2, MONDAY),
	    MONDAY + 16 * HOUR);
	ck_assert_int_eq(nurture_open_ms(&limits, both, 2,
	    MONDAY + 19 * HOUR), MONDAY + 40 * HOUR);
} END_TEST

/* A scenario of each kind of step. */
static struct scenario_content contents[] = {
	{ .offers = { (struct str[]){ { "solar", 5 } }, 1 },
	    .subject = { { { "S", 1 }, { "S", 1 } } } },
	{ .stages = { (struct str[]){ { "mql", 3 } }, 1 },
	    .subject = { { { "M", 1 }, { "M", 1 } } } },
	{ .subject = { { { "A", 1 }, { "A", 1 } } } },
};
static struct scenario_step steps[] = {
	{ .key = { "w", 1 }, .what = SCENARIO_WAIT, .wait_ms = 2 * DAY },
	{ .key = { "m", 1 }, .what = SCENARIO_MAIL, .content = contents,
	    .contents = 3 },
	{ .key = { "w2", 2 }, .what = SCENARIO_WAIT, .wait_ms = DAY },
	{ .key = { "c", 1 }, .what = SCENARIO_CONDITION,
	    .condition = { .event = { "document", 8 }, .within_ms = 5 * DAY },
	    .then = 6, .otherwise = 4 },
	{ .key = { "n", 1 }, .what = SCENARIO_NOTIFY },
	{ .key = { "x", 1 }, .what = SCENARIO_STOP },
	{ .key = { "s", 1 }, .what = SCENARIO_STAGE, .to = { "mql", 3 } },
};

static struct scenario
scenario_of(unsigned ends)
{
	return (struct scenario){ .key = STR("a"), .ends = ends,
		.step = steps, .steps = COUNT(steps) };
}

static struct nurture_facts
facts_of(void)
{
	return (struct nurture_facts){ .lang = LANG_FR, .stage = STR("lead"),
		.offer = STR("heat"), .consent = NURTURE_LIVE,
		.zone = zones, .zones = 1 };
}

START_TEST(a_scenario_is_walked)
{
	struct scenario s = scenario_of(0);
	struct nurture_facts f = facts_of();
	struct nurture_state at = { MONDAY + 9 * HOUR, 0, MONDAY + 9 * HOUR };
	int64_t due = at.entered_ms + 2 * DAY;
	struct nurture_event seen = { STR("document"), due };
	struct nurture_action n;

	nurture_next(&s, &limits, &at, &f, due - 1, &n);
	ck_assert_int_eq(n.what, NURTURE_WAIT);
	ck_assert_int_eq(n.until_ms, due);
	nurture_next(&s, &limits, &at, &f, due, &n);
	ck_assert_int_eq(n.what, NURTURE_MAIL);
	ck_assert_uint_eq(n.zones, 1);
	ck_assert_str_same(n.content->subject.in[0], STR("A"));
	ck_assert_uint_eq(n.next.step, 2);
	at = n.next;
	nurture_next(&s, &limits, &at, &f, due, &n);
	ck_assert_int_eq(n.what, NURTURE_WAIT);
	ck_assert_int_eq(n.until_ms, due + DAY);
	if (_i) {
		f.event = &seen;
		f.events = 1;
	}
	nurture_next(&s, &limits, &at, &f, due + DAY, &n);
	ck_assert_int_eq(n.what, _i ? NURTURE_STAGE : NURTURE_NOTIFY);
	at = n.next;
	nurture_next(&s, &limits, &at, &f, due + DAY, &n);
	ck_assert_int_eq(n.what, NURTURE_END);
	ck_assert_str_same(str_of(n.outcome), _i ? STR("finished") :
	    STR("stopped"));
} END_TEST

static const struct {
	const char *offer, *stage, *subject;
} fitting[] = {
	{ "solar", "mql", "S" }, { "heat", "mql", "M" },
	{ "heat", "lead", "A" }, { "", "", "A" },
};

START_TEST(content_fits_offer_and_stage)
{
	struct scenario s = scenario_of(0);
	struct nurture_facts f = facts_of();
	struct nurture_state at = { MONDAY, 1, MONDAY };
	struct nurture_action n;

	f.offer = str_of(fitting[_i].offer);
	f.stage = str_of(fitting[_i].stage);
	nurture_next(&s, &limits, &at, &f, MONDAY + 9 * HOUR, &n);
	ck_assert_int_eq(n.what, NURTURE_MAIL);
	ck_assert_str_same(n.content->subject.in[1],
	    str_of(fitting[_i].subject));
} END_TEST

static const struct {
	unsigned ends;
	struct nurture_facts facts;	/* what differs */
	int64_t after_ms;
	const char *outcome;		/* NULL: it goes on */
} endings[] = {
	{ 0, { .consent = NURTURE_LIVE }, 0, NULL },
	{ 0, { .consent = NURTURE_WITHDRAWN }, 0, "withdrawn" },
	{ 0, { .consent = NURTURE_NEVER }, 0, "no-consent" },
	{ 0, { .consent = NURTURE_PENDING }, NURTURE_CONFIRM_MS - 1, NULL },
	{ 0, { .consent = NURTURE_PENDING }, NURTURE_CONFIRM_MS,
	    "no-consent" },
	{ 0, { .consent = NURTURE_LIVE, .is_gone = true }, 0, "erased" },
	{ 0, { .consent = NURTURE_LIVE, .is_closed = true }, 0, "closed" },
	{ 0, { .consent = NURTURE_LIVE, .answered_ms = 1 }, 0, NULL },
	{ SCENARIO_ANSWERED, { .consent = NURTURE_LIVE, .answered_ms = 1 },
	    0, "answered" },
	{ SCENARIO_ANSWERED, { .consent = NURTURE_LIVE, .converted_ms = 1 },
	    0, NULL },
	{ SCENARIO_CONVERTED, { .consent = NURTURE_LIVE, .converted_ms = 1 },
	    0, "converted" },
	{ SCENARIO_SUBMISSION, { .consent = NURTURE_LIVE, .submitted_ms = 1 },
	    0, "submitted" },
	{ SCENARIO_ANSWERED | SCENARIO_CONVERTED, { .consent = NURTURE_LIVE,
	    .submitted_ms = 1 }, 0, NULL },
};

/* At whatever step they are. */
START_TEST(what_ends_it_ends_it_anywhere)
{
	struct scenario s = scenario_of(endings[_i].ends);
	struct nurture_facts f = endings[_i].facts;
	struct nurture_action n;

	for (size_t step = 0; step < COUNT(steps) - 2; step++) {
		struct nurture_state at = { MONDAY, step, MONDAY };

		nurture_next(&s, &limits, &at, &f,
		    MONDAY + endings[_i].after_ms, &n);
		if (endings[_i].outcome) {
			ck_assert_int_eq(n.what, NURTURE_END);
			ck_assert_str_same(str_of(n.outcome),
			    str_of(endings[_i].outcome));
		} else {
			ck_assert_int_ne(n.what, NURTURE_END);
		}
	}
} END_TEST

START_TEST(unconfirmed_are_not_written_to)
{
	struct scenario s = scenario_of(0);
	struct nurture_facts f = facts_of();
	struct nurture_state at = { MONDAY, 1, MONDAY };
	struct nurture_action n;

	f.consent = NURTURE_PENDING;
	nurture_next(&s, &limits, &at, &f, MONDAY + 9 * HOUR, &n);
	ck_assert_int_eq(n.what, NURTURE_WAIT);
	ck_assert_int_eq(n.until_ms, MONDAY + 10 * HOUR);
} END_TEST

/* Mails so many hours before Monday noon; when the next one may go. */
static const struct {
	int64_t hours[3];
	size_t mails;
	int64_t wait_hours;
} pressures[] = {
	{ { 0 }, 0, 0 },
	{ { 1 }, 1, 0 },
	{ { 100, 1 }, 2, 68 },
	{ { 167, 1 }, 2, 1 },
	{ { 168, 1 }, 2, 0 },
	{ { 150, 140, 1 }, 3, 28 },
	/* Free at night: the next morning. */
	{ { 160, 1 }, 2, 19 },
};

START_TEST(pressure_is_capped)
{
	struct scenario s = scenario_of(0);
	struct nurture_facts f = facts_of();
	struct nurture_state at = { MONDAY, 1, MONDAY };
	int64_t now = MONDAY + 12 * HOUR, mailed[3];
	struct nurture_action n;

	for (size_t i = 0; i < pressures[_i].mails; i++)
		mailed[i] = now - pressures[_i].hours[i] * HOUR;
	f.mailed = mailed;
	f.mails = pressures[_i].mails;
	nurture_next(&s, &limits, &at, &f, now, &n);
	if (!pressures[_i].wait_hours) {
		ck_assert_int_eq(n.what, NURTURE_MAIL);
	} else {
		ck_assert_int_eq(n.what, NURTURE_WAIT);
		ck_assert_int_eq(n.until_ms - now,
		    pressures[_i].wait_hours * HOUR);
		/* Where they stand is kept. */
		ck_assert_uint_eq(n.next.step, 1);
	}
} END_TEST

static const struct {
	struct scenario_condition asked;
	bool holds;
} conditions[] = {
	{ { .score = 40 }, true }, { { .score = 41 }, false },
	{ { .grades = { (struct str[]){ { "hot", 3 } }, 1 } }, false },
	{ { .grades = { (struct str[]){ { "warm", 4 } }, 1 } }, true },
	{ { .stages = { (struct str[]){ { "mql", 3 }, { "lead", 4 } }, 2 } },
	    true },
	{ { .offers = { (struct str[]){ { "solar", 5 } }, 1 } }, false },
	{ { .event = { "webinar", 7 }, .within_ms = 3 * DAY }, false },
	{ { .event = { "webinar", 7 }, .within_ms = 3 * DAY + 1 }, true },
	{ { .event = { "document", 8 }, .within_ms = 30 * DAY }, false },
	{ { .event = { "webinar", 7 }, .within_ms = 9 * DAY, .score = 41 },
	    false },
};

START_TEST(conditions_hold_together)
{
	struct scenario_step step[] = {
		{ .what = SCENARIO_CONDITION, .then = 1, .otherwise = 2,
		    .condition = conditions[_i].asked },
		{ .what = SCENARIO_NOTIFY },
		{ .what = SCENARIO_STOP },
	};
	struct scenario s = { .step = step, .steps = 3 };
	struct nurture_facts f = facts_of();
	struct nurture_state at = { MONDAY, 0, MONDAY };
	struct nurture_action n;

	f.score = 40;
	f.grade = STR("warm");
	f.event = &(struct nurture_event){ STR("webinar"), MONDAY };
	f.events = 1;
	nurture_next(&s, &limits, &at, &f, MONDAY + 3 * DAY, &n);
	ck_assert_int_eq(n.what, conditions[_i].holds ? NURTURE_NOTIFY :
	    NURTURE_END);
} END_TEST

/* A worker that slept does not move all that follows. */
START_TEST(late_waits_do_not_add_up)
{
	struct scenario_step step[] = {
		{ .what = SCENARIO_WAIT, .wait_ms = DAY },
		{ .what = SCENARIO_WAIT, .wait_ms = DAY },
		{ .what = SCENARIO_NOTIFY },
	};
	struct scenario s = { .step = step, .steps = 3 };
	struct nurture_facts f = facts_of();
	struct nurture_state at = { MONDAY, 0, MONDAY };
	struct nurture_action n;

	nurture_next(&s, &limits, &at, &f, MONDAY + DAY + 5 * HOUR, &n);
	ck_assert_int_eq(n.until_ms, MONDAY + 2 * DAY);
	nurture_next(&s, &limits, &at, &f, MONDAY + 2 * DAY, &n);
	ck_assert_int_eq(n.what, NURTURE_NOTIFY);
} END_TEST

SUITE(nurture)
{
	SUITE_LOOP(quiet_hours_are_theirs, COUNT(quiet));
	SUITE_TEST(of_several_zones_none_is_woken);
	SUITE_LOOP(a_scenario_is_walked, 2);
	SUITE_LOOP(content_fits_offer_and_stage, COUNT(fitting));
	SUITE_LOOP(what_ends_it_ends_it_anywhere, COUNT(endings));
	SUITE_TEST(unconfirmed_are_not_written_to);
	SUITE_LOOP(pressure_is_capped, COUNT(pressures));
	SUITE_LOOP(conditions_hold_together, COUNT(conditions));
	SUITE_TEST(late_waits_do_not_add_up);
}
