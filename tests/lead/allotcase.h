/* Leads to be given to sellers, for tests of that. */
#ifndef PISTE_TESTS_LEAD_ALLOTCASE_H
#define PISTE_TESTS_LEAD_ALLOTCASE_H

#include <stdio.h>

#include "base/buf.h"
#include "lead/allot.h"
#include "lead/seller.h"
#include "store/pg.h"
#include "support/sample.h"

#define SELLERS "{\"sellers\":[{\"key\":\"ana\",\"general\":true}," \
	"{\"key\":\"bob\",\"general\":true}]}"
#define OWNERS "SELECT string_agg(concat_ws(' ', l.id, s.key), ','" \
	" ORDER BY l.id) FROM piste.lead AS l" \
	" LEFT JOIN piste.seller AS s ON s.id = l.owner_id"

struct scene {
	struct sample c;
	struct pg *db;
};

static void
apply(struct pg *db, const char *json)
{
	FILE *null = fopen("/dev/null", "we");

	ck_assert_int_eq(seller_apply(db, suite_arena(), str_of(json),
	    STR("test"), stderr, null), OK);
	fclose(null);
}

/* So many leads that are MQL, and rules. */
static struct scene
scene(int leads, const char *json)
{
	struct scene s = { .c = sample_new() };
	struct sample_row *row = arena_array(suite_arena(), (size_t)leads,
	    sizeof *row);

	s.db = pg_new(s.c.conninfo, "piste-test");
	for (int i = 0; i < leads; i++)
		row[i] = (struct sample_row){ i + 1, .email = buf_fmt(
		    suite_arena(), 40, "p%d@firm.fr%c", i, 0).p };
	sample_take(s.c.conn, sample_batch(row, (size_t)leads));
	sample_run(s.c.conn, "UPDATE piste.lead SET score = 50,"
	    " scored_at = now(); SELECT piste.lead_move(id, 'mql', 'test',"
	    " 'system', NULL, NULL) FROM piste.lead ORDER BY id");
	if (json)
		apply(s.db, json);
	return s;
}

static int64_t
turn(struct pg *db)
{
	int64_t done;

	ck_assert_int_eq(allot_turn(db, &done), OK);
	return done;
}

#endif
