/* A site with campaigns that are parts of others, for tests of costs. */
#ifndef PISTE_TESTS_TRACK_COSTCASE_H
#define PISTE_TESTS_TRACK_COSTCASE_H

#include "lead/leadcase.h"
#include "store/pg.h"
#include "track/cost.h"

/* A group g of a and b, apart from them c1; x is invented. */
#define COSTCASE_SITE "UPDATE piste.offer SET is_synthetic = true" \
    " WHERE key = 'o2';" \
    "INSERT INTO piste.campaign (key, name, channel, strategy, offer_key," \
    " starts, ends, parent_key, archived_on, position, definition) VALUES" \
    " ('g', 'g', 'sea', 'inbound', 'o1', NULL, NULL, NULL, NULL, 2, '{}')," \
    " ('a', 'a', 'sea', 'inbound', 'o1', '2026-01-01', '2026-06-30', 'g'," \
    " NULL, 3, '{}')," \
    " ('b', 'b', 'seo', 'inbound', 'o1', NULL, NULL, 'g', NULL, 4, '{}')," \
    " ('old', 'o', 'seo', 'inbound', 'o1', NULL, NULL, 'g', '2025-12-31'," \
    " 5, '{}')," \
    " ('x', 'x', 'sea', 'inbound', 'o2', NULL, NULL, NULL, NULL, 6, '{}')"

static inline struct sample
costcase_new(struct pg **db)
{
	struct sample c = sample_new();

	sample_run(c.conn, COSTCASE_SITE);
	*db = pg_new(c.conninfo, "piste-test");
	pg_tells(*db);
	return c;
}

static inline struct cost_entry
costcase_entry(void)
{
	return (struct cost_entry){ .campaign = STR("a"),
	    .kind = STR("media"), .from = STR("2026-01-01"),
	    .amount = STR("10"), .currency = STR("EUR") };
}

/* Ids of a counter-entry and of the right one, or why not. */
static inline struct str
costcase_correct(struct pg *db, const char *entry, const char *amount)
{
	struct str counter = STR_EMPTY, right = STR_EMPTY;
	enum err e = cost_correct(db, suite_arena(),
	    &(struct cost_correction){ str_of(entry), str_of(amount),
	    STR("typed wrong"), STR("ines") }, &counter, &right);

	return e ? arena_copy(suite_arena(), str_of(pg_message(db))) :
	    buf_fmt(suite_arena(), 100, "%.*s %.*s", STR_ARG(counter),
	    STR_ARG(right));
}

#endif
