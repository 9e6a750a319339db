/* Tests src/lead/sellerword.c: by whose clock sellers are told times. */
#include "base/localday.h"
#include "lead/allocate.h"
#include "lead/sellerword.h"
#include "support/suite.h"

/* Tokyo, as of one's own. */
static struct shift_change nine = { 0, 540 };
static const struct shift_zone tokyo = { { "Asia/Tokyo", 10 }, &nine, 1 };

static const struct {
	const char *own;	/* NULL: of nobody */
	const char *site;
	const char *text;
} clocks[] = {
	{ "Asia/Tokyo", "Europe/Paris", "2026-07-01 07:00 (Asia/Tokyo)" },
	{ "UTC", "Europe/Paris", "2026-07-01 00:00 (Europe/Paris)" },
	{ NULL, "Europe/Paris", "2026-07-01 00:00 (Europe/Paris)" },
	{ "Europe/Paris", "Europe/Paris", "2026-07-01 00:00 (Europe/Paris)" },
	{ "UTC", "", "2026-06-30 22:00 (UTC)" },
	{ NULL, "", "2026-06-30 22:00 (UTC)" },
};

START_TEST(who_has_no_clock_has_the_sites)
{
	struct str own = str_of(clocks[_i].own);
	struct allocate_seller s = { .zone_name = own };

	ck_assert_int_eq(localday_zone(STR("Europe/Paris")), OK);
	if (str_eq(own, tokyo.name))
		s.shift.zone = &tokyo;
	ck_assert_str_same(sellerword_moment(suite_arena(), own.n ? &s : NULL,
	    str_of(clocks[_i].site), INT64_C(1782856800000)),
	    str_of(clocks[_i].text));
} END_TEST

SUITE(sellerword)
{
	SUITE_LOOP(who_has_no_clock_has_the_sites, COUNT(clocks));
}
