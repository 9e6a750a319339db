/*
 * Batches of exposures against a real table: whatever is new in a batch, known
 * from before or told twice within it, each visitor's row is what telling one
 * after the other would have made it.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "store/pg.h"
#include "support/suite.h"
#include "track/eventrow.h"

#define WAIT_MS 20000
#define ROWS_MAX 4

SQL(test_eventrow_rows, 0,
    "SELECT string_agg(visitor || ' ' || variant || ' ' || bucket_version"
    " || ' ' || coalesce(excluded, '-') || ' ' || coalesce(device, '-') || ' '"
    " || coalesce(extract(epoch FROM posted_at)::text, '-'), ', '"
    " ORDER BY visitor) FROM piste.exposure");
SQL(test_eventrow_sums, 0,
    "SELECT coalesce(sum(n), 0) FROM piste.experiment_hour"
    " WHERE measure = 'visitor'");

SQL(test_eventrow_cell, 1,
    "SELECT concat_ws(' ', sum(views), sum(visitors), sum(engaged))"
    " FROM piste.audience WHERE $1 IN ('', concat_ws(' ',"
    " to_char(hour AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'), page_key,"
    " variant, class, campaign_key, channel, source, medium, keyword,"
    " country, region))");
SQL(test_eventrow_apart, 0,
    "SELECT format('cells %s without keyword %s without source %s views %s',"
    " count(*), count(*) FILTER (WHERE keyword = '*'),"
    " count(*) FILTER (WHERE source = '*'), sum(views))"
    " FROM piste.audience");
SQL(test_eventrow_campaign, 0,
    "WITH o AS (INSERT INTO piste.offer (key, name, position, definition)"
    " VALUES ('o', '{}', 1, '{}') RETURNING key)"
    " INSERT INTO piste.campaign (key, name, channel, strategy, offer_key,"
    " position, definition) SELECT 'ours', 'x', 'sea', 'inbound', o.key, 1,"
    " '{}' FROM o RETURNING key");

/* One visitor, told of at a second. */
struct told {
	const char *visitor;
	const char *variant;
	uint32_t version;
	int64_t at_s;
	int64_t posted_s;
};

static const struct {
	struct told row[ROWS_MAX];
	const char *kept;
	const char *visitors;	/* counted */
	const char *merged;	/* where they come at once, if others */
} batches[] = {
	{ { { "a", "x", 1, 1, 0 } }, "a x 1 - desktop -", "1", NULL },
	{ { { "a", "x", 1, 2, 0 }, { "b", "y", 1, 1, 0 } },
	    "a x 1 - desktop -, b y 1 - desktop -", "2", NULL },
	{ { { "a", "x", 1, 1, 0 }, { "a", "x", 1, 2, 0 } },
	    "a x 1 - desktop -", "1", NULL },
	{ { { "a", "x", 1, 1, 0 }, { "a", "y", 1, 2, 0 } },
	    "a x 1 multi desktop -", "0", NULL },
	{ { { "a", "x", 1, 1, 0 }, { "a", "y", 2, 2, 0 } },
	    "a y 2 - desktop -", "2", "1" },
	{ { { "a", "x", 1, 1, 0 }, { "a", "x", 1, 1, 5 } },
	    "a x 1 - desktop 5.000000", "1", NULL },
	{ { { "a", "x", 1, 1, 5 } }, "a x 1 - desktop 5.000000", "1", NULL },
	{ { { "a", "x", 1, 1, 5 }, { "b", "x", 1, 1, 0 },
	    { "b", "y", 1, 2, 0 }, { "c", "y", 1, 3, 0 } },
	    "a x 1 - desktop 5.000000, b x 1 multi desktop -,"
	    " c y 1 - desktop -", "2", NULL },
	/* Told in another order than it was: put right within a batch only. */
	{ { { "a", "y", 1, 2, 0 }, { "a", "x", 1, 1, 0 } },
	    "a x 1 multi desktop -", "0", NULL },
};

static size_t
rows_of(const struct told *told, struct pile_row *row)
{
	size_t n = 0;

	for (; n < ROWS_MAX && told[n].visitor; n++)
		row[n] = (struct pile_row){
			.head = {
				.at_ms = told[n].at_s * 1000,
				.posted_ms = told[n].posted_s * 1000,
				.bucket_version = told[n].version,
				.epoch = 1,
			},
			.text = {
				[PILE_EXPERIMENT] = STR("e"),
				[PILE_VISITOR] = str_of(told[n].visitor),
				[PILE_VARIANT] = str_of(told[n].variant),
				[PILE_DEVICE] = STR("desktop"),
				[PILE_COUNTRY] = STR_EMPTY,
				[PILE_SOURCE] = STR_EMPTY,
				[PILE_LANG] = STR_EMPTY,
			},
		};
	return n;
}

static struct str
ask(struct pg *db, const struct sql *question)
{
	const struct pg_rows *r;

	ck_assert_int_eq(pg_run(db, question, NULL, WAIT_MS, &r), OK);
	return arena_copy(suite_arena(), pg_value(r, 0, 0));
}

/* Which rows are told to be of somebody new: rightly of the first ones. */
enum told_new { NEW_NONE, NEW_FIRST, NEW_ALL, NEWS };

static void
tell_new(struct pile_row *row, size_t count, enum told_new who)
{
	for (size_t i = 0; i < count; i++) {
		bool is_first = true;

		for (size_t k = 0; k < i; k++)
			is_first &= !str_eq(row[k].text[PILE_VISITOR],
			    row[i].text[PILE_VISITOR]);
		row[i].head.is_new = who == NEW_ALL ||
		    (who == NEW_FIRST && is_first);
	}
}

/* Sent in batches of step rows, or whole, and sent again. */
static void
hold(size_t at, size_t step, enum told_new who)
{
	struct pg *db = pg_new(suite_database(), "piste-test");
	struct arena *a = arena_new(EVENTROW_ARENA_BYTES_MAX);
	struct pile_row row[ROWS_MAX];
	size_t count = rows_of(batches[at].row, row);
	bool is_merged = !step && who != NEW_FIRST && batches[at].merged;

	tell_new(row, count, who);
	if (!step)
		step = count;
	for (size_t time = 0; time < 2; time++) {
		for (size_t i = 0; i < count; i += step)
			ck_assert_int_eq(eventrow_write(db, a, row + i, step,
			    WAIT_MS), OK);
		ck_assert_str_same(ask(db, &test_eventrow_rows),
		    str_of(batches[at].kept));
		ck_assert_str_same(ask(db, &test_eventrow_sums),
		    str_of(is_merged ? batches[at].merged :
		    batches[at].visitors));
	}
	arena_free(a);
	pg_free(db);
}

START_TEST(a_batch_is_merged)
{
	hold((size_t)_i / NEWS, 0, (enum told_new)(_i % NEWS));
} END_TEST

START_TEST(a_batch_is_put_in_order)
{
	hold(COUNT(batches) - 1, 0, _i ? NEW_ALL : NEW_NONE);
} END_TEST

START_TEST(rows_apart_are_merged)
{
	hold((size_t)_i / NEWS, 1, (enum told_new)(_i % NEWS));
} END_TEST

START_TEST(a_full_batch_is_written)
{
	struct pg *db = pg_new(suite_database(), "piste-test");
	struct arena *a = arena_new(EVENTROW_ARENA_BYTES_MAX);
	struct pile_row *row = arena_array(suite_arena(), EVENTROW_ROWS_MAX,
	    sizeof *row);

	for (size_t i = 0; i < EVENTROW_ROWS_MAX; i++) {
		char *name = arena_take(suite_arena(), STR_I64_BYTES);

		rows_of(batches[0].row, &row[i]);
		row[i].text[PILE_VISITOR] = str_from_i64(name,
		    (int64_t)(i / 2));
		row[i].head.is_new = _i;
	}
	ck_assert_int_eq(eventrow_write(db, a, row, EVENTROW_ROWS_MAX,
	    WAIT_MS), OK);
	ck_assert_str_same(ask(db, &test_eventrow_sums), STR("2500"));
	arena_free(a);
	pg_free(db);
} END_TEST

/* Views and visitors of what was added, and of one cell. */
static void
hold_sums(struct pg *db, const char *cell, const char *sums)
{
	const struct pg_rows *r;
	struct str kept = str_of(cell);

	ck_assert_int_eq(pg_run(db, &test_eventrow_cell, &kept, WAIT_MS, &r),
	    OK);
	ck_assert_str_same(pg_value(r, 0, 0), str_of(sums));
}

static void
arrive(struct pg *db, struct eventrow_writer *w, const struct audience *t)
{
	struct arena *a = arena_new(EVENTROW_ARENA_BYTES_MAX);

	ck_assert_int_eq(eventrow_arrive(db, a, w, t, WAIT_MS), OK);
	arena_free(a);
}

static void
meet(struct audience *t, int64_t hour_ms, const char *campaign,
    const char *source, const char *keyword)
{
	struct audience_packed packed;

	ck_assert_int_eq(audience_pack(1, &(struct audience_key){
		.hour_ms = hour_ms,
		.text = { STR("p"), STR("a"), str_of(campaign), STR("sea"),
		    str_of(source), STR("cpc"), str_of(keyword), STR("FR"),
		    STR("IDF") } }, &packed), OK);
	ck_assert(audience_add(t, &packed, &(struct audience_sum){ 3, 2, 1 }));
}

START_TEST(an_audience_is_added_once)
{
	struct pg *db = pg_new(suite_database(), "piste-test");
	struct audience *t = audience_new(1);
	struct eventrow_writer w, other;

	eventrow_writer_init(&w);
	eventrow_writer_init(&other);
	meet(t, 1800000, "c", "google", "say \"}\\ it");
	meet(t, 1800000, "c", "google", "");
	arrive(db, &w, t);
	hold_sums(db, "1970-01-01 00:30 p a human c sea google cpc"
	    " say \"}\\ it FR IDF", "3 2 1");
	/* Whose answer was lost says it again; another one is another. */
	w.turn--;
	arrive(db, &w, t);
	hold_sums(db, "", "6 4 2");
	arrive(db, &other, t);
	arrive(db, &w, t);
	hold_sums(db, "", "18 12 6");
	audience_free(t);
	pg_free(db);
} END_TEST

/* Sources as numbers from from on, or keywords of the first of them. */
static void
meet_many(struct pg *db, struct eventrow_writer *w, int64_t from, int64_t to,
    bool are_keywords)
{
	while (from < to) {
		struct audience *t = audience_new(1);

		for (; from < to && audience_count(t) < AUDIENCE_APART_MAX;
		    from++) {
			const char *name = buf_fmt(suite_arena(),
			    STR_I64_BYTES, "%04lld%c", (long long)from,
			    '\0').p;

			meet(t, 0, "c", are_keywords ? "0000" : name,
			    are_keywords ? name : "");
		}
		arrive(db, w, t);
		audience_free(t);
	}
}

static void
meet_one(struct pg *db, struct eventrow_writer *w, int64_t hour_ms,
    const char *campaign, const char *source)
{
	struct audience *t = audience_new(1);

	meet(t, hour_ms, campaign, source, "");
	arrive(db, w, t);
	audience_free(t);
}

/* So many are told apart a day; the rest is one, and all of them are there. */
START_TEST(a_day_tells_so_many_apart)
{
	enum { PAIRS = 1000, KEYWORDS = 5000 };
	struct pg *db = pg_new(suite_database(), "piste-test");
	struct eventrow_writer w;

	eventrow_writer_init(&w);
	meet_many(db, &w, 0, PAIRS, false);
	meet_many(db, &w, 0, KEYWORDS, true);
	ck_assert_str_same(ask(db, &test_eventrow_apart),
	    STR("cells 6000 without keyword 0 without source 0 views 18000"));
	meet_one(db, &w, 0, "c", "late");
	meet_many(db, &w, KEYWORDS, KEYWORDS + 2, true);
	ck_assert_str_same(ask(db, &test_eventrow_apart),
	    STR("cells 6002 without keyword 2 without source 1 views 18009"));
	hold_sums(db, "1970-01-01 00:00 p a human * sea * * * FR IDF",
	    "3 2 1");
	/* A campaign of ours keeps its name, the next day has room again. */
	(void)ask(db, &test_eventrow_campaign);
	meet_one(db, &w, 0, "ours", "late");
	meet_one(db, &w, 86400000, "c", "late");
	hold_sums(db, "1970-01-01 00:00 p a human ours sea * * * FR IDF",
	    "3 2 1");
	hold_sums(db, "1970-01-02 00:00 p a human c sea late cpc  FR IDF",
	    "3 2 1");
	pg_free(db);
} END_TEST

SUITE_APART(eventrow)
{
	SUITE_LOOP(a_batch_is_merged, NEWS * (COUNT(batches) - 1));
	SUITE_LOOP(a_batch_is_put_in_order, 2);
	SUITE_LOOP(rows_apart_are_merged, NEWS * (COUNT(batches) - 1));
	SUITE_LOOP(a_full_batch_is_written, 2);
	SUITE_TEST(an_audience_is_added_once);
	SUITE_TEST(a_day_tells_so_many_apart);
}
