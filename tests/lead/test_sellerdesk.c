/* Tests of lead/sellerdesk.c. */
#include "lead/sellercase.h"
#include "lead/sellerdesk.h"

static enum sellerdesk_state
state(struct sellercase *s)
{
	struct sellerdesk_lead lead;

	ck_assert_int_eq(sellerdesk_look(s->db, suite_arena(), STR("1"),
	    &lead), OK);
	ck_assert_str_same(lead.id, STR("1"));
	ck_assert_str_same(lead.grade, STR("hot"));
	return lead.state;
}

static bool
act(struct sellercase *s, enum sellerdesk_deed deed)
{
	bool is_done;

	ck_assert_int_eq(sellerdesk_do(s->db, STR("1"), deed, STR("so"),
	    &is_done), OK);
	return is_done;
}

static const struct {
	enum sellerdesk_deed deed;
	enum sellerdesk_state state;
	bool is_done_again;
	const char *left;	/* accepted, why, words told, waits */
} deeds[] = {
	{ SELLERDESK_ACCEPT, SELLERDESK_ACCEPTED, true, "t 0 1" },
	{ SELLERDESK_CONTACT, SELLERDESK_CONTACTED, true, "t so 0" },
	{ SELLERDESK_REFUSE, SELLERDESK_REFUSED, false, "f so 0" },
	{ SELLERDESK_NOTE, SELLERDESK_OPEN, true, "f so 1" },
};
START_TEST(deeds_are_done_once)
{
	struct sellercase s = sellercase_new(1, SELLERCASE_ONE);

	sellercase_give(&s);
	ck_assert_int_eq(state(&s), SELLERDESK_OPEN);
	ck_assert(act(&s, deeds[_i].deed));
	ck_assert_int_eq(state(&s), deeds[_i].state);
	ck_assert(act(&s, deeds[_i].deed) == deeds[_i].is_done_again);
	ck_assert_int_eq(state(&s), deeds[_i].state);
	ck_assert_str_same(sample_text(s.c.conn, "SELECT concat_ws(' ',"
	    " a.accepted_at IS NOT NULL, coalesce(a.why, (SELECT"
	    " string_agg(f.note, ',') FROM piste.follow_up AS f), '0'),"
	    " (SELECT count(*) FROM piste.waiting AS w WHERE w.step ="
	    " 'contacted' AND w.ended_at IS NULL))"
	    " FROM piste.allocation AS a"), str_of(deeds[_i].left));
} END_TEST

static const struct {
	const char *sql;
	enum sellerdesk_state state;
} ends[] = {
	{ "UPDATE piste.allocation SET accept_by = now();"
	    "SELECT piste.allocation_expire(10)", SELLERDESK_EXPIRED },
	{ "SELECT piste.allocation_end(1, 'refused', 'away')",
	    SELLERDESK_REFUSED },
	{ "SELECT piste.allocation_hand(1, 'bob', 'boss', 'so')",
	    SELLERDESK_REASSIGNED },
	{ "SELECT piste.lead_move(1, 'nurturing', 't', 'seller', 'too-early',"
	    " NULL)", SELLERDESK_LEFT },
	{ "SELECT piste.erase(ARRAY[1::bigint], NULL, NULL, 'request', 't')",
	    SELLERDESK_ERASED },
};
START_TEST(what_is_over_is_over)
{
	struct sellercase s = sellercase_new(1, SELLERCASE_TWO);

	sellercase_give(&s);
	sample_run(s.c.conn, ends[_i].sql);
	for (enum sellerdesk_deed d = SELLERDESK_ACCEPT;
	    d <= SELLERDESK_NOTE; d++)
		ck_assert(!act(&s, d));
	ck_assert_int_eq(state(&s), ends[_i].state);
	ck_assert_str_same(sample_text(s.c.conn, "SELECT count(*)"
	    " FROM piste.follow_up"), STR("0"));
} END_TEST

START_TEST(there_must_be_one)
{
	struct sellercase s = sellercase_new(1, SELLERCASE_ONE);
	struct sellerdesk_lead lead;
	bool is_done;

	ck_assert_int_eq(sellerdesk_look(s.db, suite_arena(), STR("9"),
	    &lead), ERR_ABSENT);
	ck_assert_int_eq(sellerdesk_do(s.db, STR("9"), SELLERDESK_ACCEPT,
	    STR_EMPTY, &is_done), OK);
	ck_assert(!is_done);
} END_TEST

SUITE_APART(sellerdesk)
{
	SUITE_LOOP(deeds_are_done_once, COUNT(deeds));
	SUITE_LOOP(what_is_over_is_over, COUNT(ends));
	SUITE_TEST(there_must_be_one);
}
