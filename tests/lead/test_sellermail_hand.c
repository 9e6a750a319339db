/* Tests of what lead/sellermail.c tells of a lead that is given by hand. */
#include "lead/sellercase.h"
#include "lead/sellermail.h"

/* Who gives it by hand has asked before: there is nothing to accept. */
START_TEST(what_is_given_by_hand_is_accepted)
{
	struct sellercase s = sellercase_new(1, SELLERCASE_ONE);
	struct sellermail m = { .morning_at_ms = INT64_MAX };
	int64_t done;

	ck_assert_int_eq(allot_hand(s.db, STR("1"), STR("ana"), STR("boss"),
	    STR("she knows them")), OK);
	ck_assert_int_eq(sellermail_turn(s.db, &m, &done), OK);
	ck_assert_str_same(sample_text(s.c.conn, "SELECT concat_ws(' ', (SELECT"
	    " o.state FROM piste.seller_state(1) AS o),"
	    " jsonb_path_query_array(buttons, '$[*].link.at'))"
	    " FROM piste.letter"),
	    STR("accepted [\"contact\", \"refuse\", \"note\"]"));
} END_TEST

SUITE(sellermail_hand)
{
	SUITE_TEST(what_is_given_by_hand_is_accepted);
}
