/* Leads that are MQL and sellers who get them, for tests of their day. */
#ifndef PISTE_TESTS_LEAD_SELLERCASE_H
#define PISTE_TESTS_LEAD_SELLERCASE_H

#include <stdio.h>

#include "base/buf.h"
#include "lead/allot.h"
#include "lead/seller.h"
#include "store/pg.h"
#include "support/sample.h"

#define SELLERCASE_ANA "{\"key\":\"ana\",\"name\":\"Ana\",\"general\":true," \
	"\"email\":\"ana@sells.example\"}"
#define SELLERCASE_ONE "{\"sellers\":[" SELLERCASE_ANA "]}"
#define SELLERCASE_TWO "{\"sellers\":[" SELLERCASE_ANA "," \
	"{\"key\":\"bob\",\"general\":true}]}"

struct sellercase {
	struct sample c;
	struct pg *db;
};

static inline void
sellercase_apply(struct pg *db, const char *json)
{
	FILE *null = fopen("/dev/null", "we");

	ck_assert_int_eq(seller_apply(db, suite_arena(), str_of(json),
	    STR("test"), stderr, null), OK);
	fclose(null);
}

/* So many leads that are MQL and hot, and rules. */
static inline struct sellercase
sellercase_new(int leads, const char *json)
{
	struct sellercase s = { .c = sample_new() };

	s.db = pg_new(s.c.conninfo, "piste-test");
	sellercase_apply(s.db, json);
	for (int i = 1; i <= leads; i++)
		sample_take(s.c.conn, sample_batch(&(struct sample_row){ i,
		    .email = buf_fmt(suite_arena(), 40, "p%d@firm.fr%c", i,
		    0).p }, 1));
	sample_run(s.c.conn, "UPDATE piste.qualification_queue SET state ="
	    " 'done', finished_at = now(); UPDATE piste.lead SET score = 80,"
	    " grade = 'hot', scored_at = now(), score_parts ="
	    " '[{\"rule\":\"email\",\"points\":20},"
	    "{\"rule\":\"spam\",\"points\":-5}]'; SELECT piste.lead_move(id,"
	    " 'mql', 'test', 'system', NULL, NULL) FROM piste.lead"
	    " ORDER BY id");
	return s;
}

static inline void
sellercase_give(struct sellercase *s)
{
	int64_t done = 1;

	while (done)
		ck_assert_int_eq(allot_turn(s->db, &done), OK);
}

/* The steps that leads wait or waited for, oldest first, as one text. */
static inline struct str
sellercase_waits(struct sellercase *s)
{
	return sample_text(s->c.conn, "SELECT string_agg(concat_ws(' ',"
	    " w.lead_id, w.step, w.grade, CASE WHEN w.is_void THEN 'void'"
	    " WHEN w.ended_at IS NOT NULL THEN 'ended' ELSE 'waits' END,"
	    " CASE WHEN w.broken_at IS NOT NULL THEN 'broken' END), ', '"
	    " ORDER BY w.id) FROM piste.waiting AS w");
}

#endif
