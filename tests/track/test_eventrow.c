/*
 * Batches of exposures against a real table: whatever is new in a batch, known
 * from before or told twice within it, each visitor's row is what telling one
 * after the other would have made it.
 */
#include "base/arena.h"
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

SUITE(eventrow)
{
	SUITE_LOOP(a_batch_is_merged, NEWS * (COUNT(batches) - 1));
	SUITE_LOOP(a_batch_is_put_in_order, 2);
	SUITE_LOOP(rows_apart_are_merged, NEWS * (COUNT(batches) - 1));
	SUITE_LOOP(a_full_batch_is_written, 2);
}
