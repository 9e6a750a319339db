/* The kind of a failure decides between a 422, the spool and a retry. */
#include "store/sqlstate.h"
#include "support/suite.h"

static const struct {
	const char *state;
	enum err err;
} states[] = {
	{ "23505", ERR_LIMIT },
	{ "23P01", ERR_LIMIT },
	{ "23503", ERR_ABSENT },
	{ "23502", ERR_INPUT },
	{ "23514", ERR_INPUT },
	{ "22P02", ERR_INPUT },
	{ "22021", ERR_INPUT },
	{ "P0001", ERR_INPUT },
	{ "25001", ERR_INPUT },
	{ "25006", ERR_AWAY },
	{ "08006", ERR_AWAY },
	{ "40001", ERR_AWAY },
	{ "40P01", ERR_AWAY },
	{ "42P01", ERR_AWAY },
	{ "42501", ERR_AWAY },
	{ "53100", ERR_AWAY },
	{ "53300", ERR_AWAY },
	{ "55P03", ERR_AWAY },
	{ "55000", ERR_INPUT },
	{ "57014", ERR_AWAY },
	{ "57P01", ERR_AWAY },
	{ "58030", ERR_AWAY },
	{ "XX001", ERR_AWAY },
	{ "", ERR_INPUT },
};
START_TEST(a_state_has_its_kind)
{
	ck_assert_int_eq(sqlstate_err(states[_i].state), states[_i].err);
} END_TEST

SUITE(sqlstate)
{
	SUITE_LOOP(a_state_has_its_kind, COUNT(states));
}
