/* Tests of what 0040_invented.sql says: nobody works on invented leads. */
#include <stdlib.h>
#include <string.h>

#include "lead/allotcase.h"
#include "lead/bantrow.h"
#include "lead/promise.h"

/*
 * Lead 1 is invented, and made as demo data are: it has been its invented
 * seller's since long ago, and its next action is late.
 */
#define INVENTED "UPDATE piste.offer SET is_synthetic = true WHERE key =" \
	" 'o2'; UPDATE piste.lead SET offer_key = 'o2', stage = 'mql'" \
	" WHERE id = 1; INSERT INTO piste.seller (key, name, is_active)" \
	" VALUES ('annee-01', 'x', false); INSERT INTO piste.allocation" \
	" (lead_id, seller_id, at, actor) SELECT 1, s.id, '2026-01-01'," \
	" 'piste' FROM piste.seller AS s; UPDATE piste.lead SET owner_id =" \
	" (SELECT s.id FROM piste.seller AS s) WHERE id = 1;" \
	" INSERT INTO piste.next_action (lead_id, action, due_on, author)" \
	" VALUES (1, 'x', '2026-01-01', 'x'), (2, 'x', '2026-01-01', 'x')"
/* And a seller's who works here, as older programs gave it. */
#define GIVEN "UPDATE piste.allocation SET seller_id = (SELECT s.id FROM" \
	" piste.seller AS s WHERE s.key = 'ana') WHERE lead_id = 1;" \
	" UPDATE piste.lead SET owner_id = (SELECT s.id FROM piste.seller" \
	" AS s WHERE s.key = 'ana') WHERE id = 1"

static const struct { const char *what, *ask, *want; } facts[] = {
	{ "it is given to nobody, and taken from nobody", "SELECT"
	    " string_agg(concat_ws(' ', l.id, s.key), ',' ORDER BY l.id)"
	    " FROM piste.lead AS l JOIN piste.seller AS s ON s.id ="
	    " l.owner_id", "1 annee-01,2 ana" },
	{ "nobody is promised anything", "SELECT string_agg(DISTINCT"
	    " lead_id::text, ' ') FROM piste.waiting", "2" },
	{ "no place is taken", "SELECT piste.seller_open(id)::text FROM"
	    " piste.seller WHERE key = 'annee-01'", "0" },
	{ "no seller is told", GIVEN "; SELECT string_agg(lead_id::text,"
	    " ' ') FROM piste.seller_tell(10)", "2" },
	{ "nor in the morning", "SELECT string_agg(DISTINCT lead_id::text,"
	    " ' ') FROM piste.seller_digest((SELECT s.id FROM piste.seller"
	    " AS s WHERE s.key = 'ana'), 'UTC', 10)", "2" },
};

static void
none_of_it_is_listed(struct pg *db)
{
	char *text;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	ck_assert_int_eq(bantrow_late(db, false, out), OK);
	ck_assert_int_eq(allot_overflow(db, false, out), OK);
	fclose(out);
	ck_assert(!strncmp(text, "2\t", 2));
	ck_assert_ptr_null(strstr(text, "\n1\t"));
	free(text);
}

START_TEST(invented_leads_are_nobodys_work)
{
	struct scene s = scene(2, NULL);
	struct promise p = { 0 };
	int64_t done;

	sample_run(s.c.conn, INVENTED);
	/* Whoever is in no rule loses what is theirs, but for this. */
	apply(s.db, "{\"sellers\":[{\"key\":\"ana\",\"general\":true}]}");
	ck_assert_int_eq(turn(s.db), 1);
	ck_assert_int_eq(promise_turn(s.db, &p, &done), OK);
	for (size_t i = 0; i < COUNT(facts); i++)
		ck_assert_msg(str_eq(sample_text(s.c.conn, facts[i].ask),
		    str_of(facts[i].want)), "%s", facts[i].what);
	sample_run(s.c.conn, "SELECT piste.lead_move(id, 'sql', 'x',"
	    " 'operator', NULL, NULL) FROM piste.lead");
	none_of_it_is_listed(s.db);
	ck_assert_int_eq(allot_hand(s.db, STR("1"), STR("ana"), STR("boss"),
	    STR("why not")), ERR_INPUT);
	ck_assert_ptr_nonnull(strstr(pg_message(s.db), "lead 1 is invented"));
	pg_free(s.db);
} END_TEST

SUITE(allot_invented)
{
	SUITE_TEST(invented_leads_are_nobodys_work);
}
