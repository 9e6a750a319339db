/* Tests of console/leadlist.c. */
#include "base/buf.h"
#include "console/leadlist.h"
#include "support/suite.h"

START_TEST(a_list_has_room_for_so_many_characters)
{
	struct arena *a = suite_arena();
	struct str full = STR_EMPTY;

	for (size_t i = 0; i < LEADLIST_BRIEF_CHARS; i++)
		full = buf_join(a, full, STR("é"));
	ck_assert_str_same(leadlist_brief(a, STR_EMPTY), STR_EMPTY);
	ck_assert_str_same(leadlist_brief(a, full), full);
	ck_assert_str_same(leadlist_brief(a, buf_join(a, full, STR("é"))),
	    buf_join(a, full, STR("…")));
} END_TEST

SUITE(leadlist)
{
	SUITE_TEST(a_list_has_room_for_so_many_characters);
}
