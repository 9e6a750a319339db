/*
 * Tests what src/deliver/smtp.c makes of replies; conversations with a server
 * are tests/e2e/mail.py's.
 */
#include "deliver/smtp.h"
#include "support/suite.h"

static const struct {
	enum smtp_stage stage;
	uint32_t code;
	const char *words;
	enum smtp_verdict verdict;
} replies[] = {
	/* Whatever it is, it is not this mail's fault. */
	{ SMTP_HELLO, 0, "", SMTP_AWAY },
	{ SMTP_HELLO, 554, "554 no service", SMTP_AWAY },
	{ SMTP_HELLO, 535, "535 5.7.8 wrong password", SMTP_AWAY },
	{ SMTP_FROM, 550, "550 5.7.1 not you", SMTP_AWAY },
	{ SMTP_FROM, 451, "451 later", SMTP_AWAY },
	{ SMTP_TO, 0, "", SMTP_AWAY },
	{ SMTP_TO, 250, "250 fine", SMTP_AWAY },
	{ SMTP_TO, 421, "421 closing", SMTP_AWAY },
	{ SMTP_DATA, 354, "354 go ahead", SMTP_AWAY },
	{ SMTP_DATA, 421, "421 closing", SMTP_AWAY },
	{ SMTP_DATA, 600, "600 nonsense", SMTP_AWAY },
	{ SMTP_TO, 400, "400 later", SMTP_LATER },
	{ SMTP_TO, 451, "451 4.7.1 greylisted", SMTP_LATER },
	{ SMTP_TO, 452, "452 4.2.2 full", SMTP_LATER },
	{ SMTP_DATA, 499, "499 later", SMTP_LATER },
	{ SMTP_TO, 550, "550 no such user", SMTP_BOUNCED },
	{ SMTP_TO, 550, "550 5.1.1 no such user", SMTP_BOUNCED },
	{ SMTP_TO, 550, "550-5.1.10 null MX", SMTP_BOUNCED },
	{ SMTP_TO, 550, "550 5.2.1 disabled", SMTP_BOUNCED },
	{ SMTP_TO, 599, "599", SMTP_BOUNCED },
	/* The address may be good all the same. */
	{ SMTP_TO, 554, "554 5.7.1 relaying denied", SMTP_REFUSED },
	{ SMTP_TO, 552, "552 5.2.2 full", SMTP_REFUSED },
	{ SMTP_DATA, 500, "500", SMTP_REFUSED },
	{ SMTP_DATA, 554, "554 5.1.1 odd place for it", SMTP_REFUSED },
};

START_TEST(reply_is_judged)
{
	ck_assert_int_eq(smtp_judge(replies[_i].stage, replies[_i].code,
	    str_of(replies[_i].words)), replies[_i].verdict);
} END_TEST

SUITE(smtp)
{
	SUITE_LOOP(reply_is_judged, COUNT(replies));
}
