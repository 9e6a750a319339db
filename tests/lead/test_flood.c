/* Tests of lead/flood.c and of the rates in src/sql/0011. */
#include <stdio.h>

#include "base/buf.h"
#include "base/conf.h"
#include "lead/flood.h"
#include "support/sample.h"

#define T0 INT64_C(1700000000000)
#define SUSPECTS 4
#define POSTS 10
#define ROW_BYTES_MAX 1024
#define ROWS_MAX 8
#define F(number, address, from, at, ...) { .id = (number), \
	.email = (address), .network = (from), .time = (at) \
	__VA_OPT__(,) __VA_ARGS__ }

static const struct conf conf = { .proof_of_work = CONF_WHEN_ATTACK,
	.attack_suspects = SUSPECTS, .attack_posts = POSTS,
	.rate_network_max = 3, .rate_address_max = 2,
	.rate_window_ms = 600000 };

static void
note(struct flood *f, bool is_suspect, int times, int64_t now_ms)
{
	while (times--)
		flood_note(f, is_suspect, now_ms);
}

static const struct {
	int suspects;
	int posts;	/* others */
	bool is_attack;
} bursts[] = {
	{ SUSPECTS - 1, 0, false }, { SUSPECTS, 0, true },
	{ 0, POSTS - 1, false }, { 0, POSTS, true },
	{ SUSPECTS - 1, POSTS - SUSPECTS, false },
	{ SUSPECTS - 1, POSTS - SUSPECTS + 1, true },
};

START_TEST(attack_begins_at_a_limit)
{
	struct flood *f = flood_new(&conf);

	ck_assert(!flood_asks_work(f, T0));
	note(f, true, bursts[_i].suspects, T0);
	note(f, false, bursts[_i].posts, T0 + 1000);
	ck_assert_int_eq(flood_asks_work(f, T0 + 1000), bursts[_i].is_attack);
	flood_free(f);
} END_TEST

START_TEST(a_minute_is_what_counts)
{
	struct flood *f = flood_new(&conf);

	note(f, true, SUSPECTS - 1, T0);
	note(f, true, 1, T0 + FLOOD_SECONDS * 1000);
	ck_assert(!flood_asks_work(f, T0 + FLOOD_SECONDS * 1000));
	flood_free(f);
	f = flood_new(&conf);
	note(f, true, SUSPECTS - 1, T0);
	note(f, true, 1, T0 + FLOOD_SECONDS * 1000 - 1);
	ck_assert(flood_asks_work(f, T0 + FLOOD_SECONDS * 1000 - 1));
	flood_free(f);
} END_TEST

/* It goes on while half as many come, and ends once that has ceased. */
START_TEST(attack_ends_late)
{
	struct flood *f = flood_new(&conf);
	struct flood_count n;
	int64_t now = T0;

	note(f, true, SUSPECTS, now);
	for (int i = 0; i < 20; i++, now += FLOOD_CALM_MS / 10)
		note(f, true, SUSPECTS / 2, now);
	now -= FLOOD_CALM_MS / 10;
	ck_assert(flood_asks_work(f, now + FLOOD_CALM_MS - 1));
	ck_assert(!flood_asks_work(f, now + FLOOD_CALM_MS));
	note(f, true, SUSPECTS / 2, now + FLOOD_CALM_MS);
	ck_assert(!flood_asks_work(f, now + FLOOD_CALM_MS));
	flood_counts(f, now + FLOOD_CALM_MS, &n);
	ck_assert_uint_eq(n.attacks, 1);
	ck_assert_uint_eq(n.suspects, SUSPECTS + 21 * (SUSPECTS / 2));
	ck_assert_uint_eq(n.posts, n.suspects);
	flood_free(f);
} END_TEST

static const struct {
	int64_t when;
	bool is_asked;	/* in calm */
} settings[] = {
	{ CONF_WHEN_OFF, false }, { CONF_WHEN_ATTACK, false },
	{ CONF_WHEN_ALWAYS, true },
};

START_TEST(setting_decides)
{
	struct conf c = conf;
	struct flood *f = flood_new(&c);

	c.proof_of_work = settings[_i].when;
	ck_assert_int_eq(flood_asks_work(f, T0), settings[_i].is_asked);
	note(f, true, SUSPECTS, T0);
	ck_assert_int_eq(flood_asks_work(f, T0),
	    settings[_i].when != CONF_WHEN_OFF);
	/* Limits of 0 are none. */
	c = (struct conf){ .proof_of_work = CONF_WHEN_ATTACK };
	note(f, true, SUSPECTS, T0 + 2 * FLOOD_CALM_MS);
	ck_assert(!flood_asks_work(f, T0 + 2 * FLOOD_CALM_MS));
	flood_free(f);
} END_TEST

/* A row as the road in takes it: what rates are judged by, and no more. */
struct fact {
	int id;
	const char *email;
	const char *network;
	const char *time;	/* of one day */
	const char *suspect;
	const char *via;	/* NULL: form */
};

static struct str
batch_of(const struct fact *f)
{
	struct buf b;

	buf_init(&b, suite_arena(), ROWS_MAX * ROW_BYTES_MAX);
	for (size_t i = 0; i < ROWS_MAX && f[i].id; i++)
		buf_addf(&b, "%c{\"id\":\"00000000-0000-7000-8000-%012d\","
		    "\"page_key\":\"p1\",\"form_key\":\"f1\","
		    "\"offer_key\":\"o1\",\"duplicates\":\"email\","
		    "\"lang\":\"fr\",\"fields\":{\"n\":\"%d\"},"
		    "\"consents\":[],\"via\":\"%s\",\"email\":\"%s\","
		    "\"ip_prefix\":\"%s\",\"suspect\":\"%s\","
		    "\"received_at\":\"2026-03-01T%sZ\"}", i ? ',' : '[',
		    f[i].id, f[i].id, f[i].via ? f[i].via : "form",
		    f[i].email, f[i].network, f[i].suspect ? f[i].suspect : "",
		    f[i].time);
	buf_byte(&b, ']');
	ck_assert(!b.full);
	return arena_copy(suite_arena(), buf_str(&b));
}

/* Limits: three of a network, two of an address, in ten minutes. */
static const struct {
	const char *what;
	struct fact before[ROWS_MAX];	/* a batch of its own */
	struct fact batch[ROWS_MAX];
	const char *verdicts;
	const char *reasons;
} rates[] = {
	{ "three of a network, and the fourth", { { 0 } }, {
	    F(1, "a@x.fr", "192.0.2.0/24", "10:00:00"),
	    F(2, "b@x.fr", "192.0.2.9", "10:00:00"),
	    F(3, "c@x.fr", "192.0.2.0/24", "10:00:00"),
	    F(4, "d@x.fr", "192.0.2.200", "10:00:00"),
	    F(5, "e@x.fr", "192.0.3.0/24", "10:00:00") },
	    "new new new quarantined new", "too-many-network" },
	{ "those stored count", {
	    F(1, "a@x.fr", "2001:db8:1::/48", "10:00:00"),
	    F(2, "b@x.fr", "2001:db8:1:2::5", "10:00:00"),
	    F(3, "c@x.fr", "2001:db8:1::/48", "10:00:00") }, {
	    F(4, "d@x.fr", "2001:db8:1::/48", "10:09:59.999"),
	    F(5, "e@x.fr", "2001:db8:2::/48", "10:09:59.999") },
	    "quarantined new", "too-many-network" },
	{ "for ten minutes", {
	    F(1, "a@x.fr", "192.0.2.0/24", "10:00:00"),
	    F(2, "b@x.fr", "192.0.2.0/24", "10:00:00"),
	    F(3, "c@x.fr", "192.0.2.0/24", "10:00:00") }, {
	    F(4, "d@x.fr", "192.0.2.0/24", "10:10:00.001") }, "new", "" },
	{ "by when they came, not by when they are drained", {
	    F(1, "a@x.fr", "192.0.2.0/24", "10:00:00"),
	    F(2, "b@x.fr", "192.0.2.0/24", "10:00:00"),
	    F(3, "c@x.fr", "192.0.2.0/24", "10:00:00") }, {
	    F(4, "d@x.fr", "192.0.2.0/24", "09:55:00"),
	    F(5, "e@x.fr", "192.0.2.0/24", "10:05:00"),
	    F(6, "f@x.fr", "192.0.2.0/24", "11:00:00"),
	    F(7, "g@x.fr", "192.0.2.0/24", "12:00:00") },
	    "new quarantined new new", "too-many-network" },
	{ "one sent again is not another", {
	    F(1, "a@x.fr", "192.0.2.0/24", "10:00:00") }, {
	    F(1, "a@x.fr", "192.0.2.0/24", "10:00:00"),
	    F(2, "b@x.fr", "192.0.2.0/24", "10:00:01"),
	    F(2, "b@x.fr", "192.0.2.0/24", "10:00:01"),
	    F(3, "c@x.fr", "192.0.2.0/24", "10:00:02") },
	    "replay new replay new", "" },
	{ "two of an address, however it is written", { { 0 } }, {
	    F(1, "ana.b@gmail.com", "192.0.1.0/24", "10:00:00"),
	    F(2, "Anab+1@gmail.com", "192.0.2.0/24", "10:00:00"),
	    F(3, "anab@googlemail.com", "192.0.3.0/24", "10:00:00"),
	    F(4, "bob@x.fr", "192.0.4.0/24", "10:00:00") },
	    "new update quarantined new", "too-many-address" },
	{ "those of an address that are stored", {
	    F(1, "a@x.fr", "192.0.1.0/24", "10:00:00"),
	    F(2, "A@x.fr", "192.0.2.0/24", "10:00:00") }, {
	    F(3, "a@x.fr", "192.0.3.0/24", "10:05:00") },
	    "quarantined", "too-many-address" },
	{ "an import is no flood", { { 0 } }, {
	    F(1, "a@x.fr", "", "10:00:00", .via = "import"),
	    F(2, "a@x.fr", "", "10:00:00", .via = "import"),
	    F(3, "a@x.fr", "", "10:00:00", .via = "import") },
	    "new update update", "" },
	{ "no network is no one's", { { 0 } }, {
	    F(1, "a@x.fr", "", "10:00:00"), F(2, "b@x.fr", "", "10:00:00"),
	    F(3, "c@x.fr", "", "10:00:00"), F(4, "d@x.fr", "", "10:00:00") },
	    "new new new new", "" },
	{ "what the server found comes first", {
	    F(1, "a@x.fr", "192.0.2.0/24", "10:00:00"),
	    F(2, "b@x.fr", "192.0.2.0/24", "10:00:00"),
	    F(3, "c@x.fr", "192.0.2.0/24", "10:00:00") }, {
	    F(4, "d@x.fr", "192.0.2.0/24", "10:00:00", .suspect = "trapped") },
	    "quarantined", "trapped" },
	{ "without work from a quiet network, once", { { 0 } }, {
	    F(1, "a@x.fr", "192.0.2.0/24", "10:00:00", .suspect = "no-work"),
	    F(2, "b@x.fr", "192.0.2.7", "10:00:00", .suspect = "no-work"),
	    F(3, "c@x.fr", "192.0.3.0/24", "10:00:00", .suspect = "no-work") },
	    "new quarantined new", "no-work" },
	{ "without work from where somebody else sent", {
	    F(1, "a@x.fr", "192.0.2.0/24", "10:00:00") }, {
	    F(2, "b@x.fr", "192.0.2.0/24", "10:09:00", .suspect = "no-work") },
	    "quarantined", "no-work" },
	{ "without work and without a network", { { 0 } }, {
	    F(1, "a@x.fr", "", "10:00:00", .suspect = "no-work") },
	    "quarantined", "no-work" },
};

START_TEST(rates_are_judged)
{
	struct sample c = sample_new();
	char session[FLOOD_SESSION_BYTES];

	sample_run(c.conn, flood_session(&conf, session));
	if (rates[_i].before->id)
		sample_take(c.conn, batch_of(rates[_i].before));
	ck_assert_msg(str_eq(sample_take(c.conn, batch_of(rates[_i].batch)),
	    str_of(rates[_i].verdicts)), "%s", rates[_i].what);
	ck_assert_str_same(sample_text(c.conn, "SELECT string_agg(reason, ' '"
	    " ORDER BY seq) FROM piste.quarantine"),
	    str_of(rates[_i].reasons));
} END_TEST

/* Whoever sets no limits has none; and 0 is none. */
START_TEST(rates_may_be_off)
{
	struct sample c = sample_new();
	char session[FLOOD_SESSION_BYTES];

	if (_i)
		sample_run(c.conn, flood_session(&(struct conf){
		    .rate_window_ms = 600000 }, session));
	ck_assert_str_same(sample_take(c.conn, batch_of(rates[0].batch)),
	    STR("new new new new new"));
} END_TEST

/* Counting must not read the whole table, whatever the limits. */
START_TEST(counting_uses_its_indexes)
{
	struct sample c = sample_new();
	static const char scans[] = "SELECT seq_scan FROM pg_stat_user_tables"
	    " WHERE relname = 'submission'";
	char session[FLOOD_SESSION_BYTES];
	struct str before;

	sample_run(c.conn, "SELECT pg_stat_force_next_flush()");
	before = sample_text(c.conn, scans);
	sample_run(c.conn, flood_session(&conf, session));
	sample_take(c.conn, batch_of(rates[0].batch));
	sample_run(c.conn, "SELECT pg_stat_force_next_flush()");
	ck_assert(sample_await(c.conn, "SELECT count(*) = 2 FROM"
	    " pg_stat_user_indexes WHERE idx_scan > 0 AND indexrelname IN"
	    " ('submission_network', 'submission_address')"));
	ck_assert_str_same(sample_text(c.conn, scans), before);
} END_TEST

SUITE_APART(flood)
{
	SUITE_LOOP(attack_begins_at_a_limit, COUNT(bursts));
	SUITE_TEST(a_minute_is_what_counts);
	SUITE_TEST(attack_ends_late);
	SUITE_LOOP(setting_decides, COUNT(settings));
	SUITE_LOOP(rates_are_judged, COUNT(rates));
	SUITE_LOOP(rates_may_be_off, 2);
	SUITE_TEST(counting_uses_its_indexes);
}
