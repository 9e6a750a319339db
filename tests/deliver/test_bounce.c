/* Tests src/deliver/bounce.c. */
#include <string.h>

#include "base/buf.h"
#include "deliver/bounce.h"
#include "support/suite.h"

#define REPORT "From: MAILER-DAEMON@mx.example\r\n" \
	"Content-Type: multipart/report; report-type=delivery-status;\r\n" \
	"\tboundary=\"xyz\"\r\n\r\n--xyz\r\nContent-Type: text/plain\r\n\r\n" \
	"Status: 5.0.0 says this text, which is not the report.\r\n"
#define STATUS "--xyz\r\nContent-Type: message/delivery-status\r\n\r\n" \
	"Reporting-MTA: dns; mx.example\r\n\r\n"
#define ANA "Final-Recipient: rfc822; ana@c.fr\r\nAction: failed\r\n" \
	"Status: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 unknown\r\n\r\n"
#define BACK "--xyz\r\nContent-Type: message/rfc822\r\n\r\n" \
	"Message-ID: <id@b.fr>\r\nSubject: x\r\n\r\nMessage-ID: <no@b.fr>\r\n"

static const struct {
	const char *text;
	enum err err;
	const char *found;	/* "address status, …; id" */
} reports[] = {
	{ "", ERR_INPUT, "; " },
	{ "Subject: hello\r\n\r\nStatus: 5.1.1\r\n", ERR_INPUT, "; " },
	{ REPORT, ERR_INPUT, "; " },
	{ REPORT STATUS ANA BACK "--xyz--\r\n", OK,
	    "ana@c.fr 5.1.1, ; <id@b.fr>" },
	/* Line ends as some programs pass them on. */
	{ "--xyz\nContent-Type: message/delivery-status\n\n"
	    "Final-Recipient: RFC822;<Bob@C.fr>\nAction: Failed\n"
	    "status: 5.2.1 (gone)\n", OK, "Bob@C.fr 5.2.1, ; " },
	{ REPORT STATUS ANA "Final-Recipient: rfc822; bob@c.fr\r\n"
	    "Action: failed\r\nStatus: 5.0.0\r\n" BACK, OK,
	    "ana@c.fr 5.1.1, bob@c.fr 5.0.0, ; <id@b.fr>" },
	{ REPORT "--xyz\r\nContent-type: Message/Delivery-Status;\r\n"
	    " charset=us-ascii\r\n\r\n" ANA
	    "--xyz\r\nContent-Type: text/rfc822-headers\r\n\r\n"
	    "message-id:\t<id@b.fr>\r\n", OK, "ana@c.fr 5.1.1, ; <id@b.fr>" },
	/* Not for good, not failed, nobody we write to. */
	{ REPORT STATUS "Final-Recipient: rfc822; ana@c.fr\r\n"
	    "Action: failed\r\nStatus: 4.2.2\r\n", ERR_ABSENT, "; " },
	{ REPORT STATUS "Final-Recipient: rfc822; ana@c.fr\r\n"
	    "Action: delayed\r\nStatus: 5.1.1\r\n", ERR_ABSENT, "; " },
	{ REPORT STATUS "Final-Recipient: x400; ana\r\n"
	    "Action: failed\r\nStatus: 5.1.1\r\n", ERR_ABSENT, "; " },
	{ REPORT STATUS "Final-Recipient: rfc822; ana@c.fr\r\n"
	    "Action: failed\r\nStatus: 5.x.1\r\n", ERR_ABSENT, "; " },
	{ REPORT STATUS "Action: failed\r\nStatus: 5.1.1\r\n\r\n"
	    "Final-Recipient: rfc822; ana@c.fr\r\n", ERR_ABSENT, "; " },
};

START_TEST(report_is_read)
{
	struct bounce got;
	struct buf b;

	buf_init(&b, suite_arena(), 1000);
	ck_assert_int_eq(bounce_parse(str_of(reports[_i].text), &got),
	    reports[_i].err);
	for (size_t i = 0; i < got.failures; i++)
		buf_addf(&b, "%.*s %.*s, ", STR_ARG(got.failure[i].address),
		    STR_ARG(got.failure[i].status));
	buf_addf(&b, "; %.*s", STR_ARG(got.message_id));
	ck_assert_str_same(buf_str(&b), str_of(reports[_i].found));
} END_TEST

START_TEST(recipients_have_a_limit)
{
	struct bounce got;
	struct buf b;

	buf_init(&b, suite_arena(), 10000);
	buf_add(&b, STR(REPORT STATUS));
	for (int i = 0; i <= BOUNCE_RECIPIENTS_MAX; i++) {
		buf_add(&b, STR(ANA));
		ck_assert_int_eq(bounce_parse(buf_str(&b), &got), OK);
		ck_assert_uint_eq(got.failures, i < BOUNCE_RECIPIENTS_MAX ?
		    (size_t)i + 1 : BOUNCE_RECIPIENTS_MAX);
	}
} END_TEST

START_TEST(report_has_a_limit)
{
	const struct str report = STR(REPORT STATUS ANA BACK);
	char *text = arena_take(suite_arena(), BOUNCE_BYTES_MAX + 1);
	struct bounce got;

	memset(text, 'x', BOUNCE_BYTES_MAX + 1);
	memcpy(text, report.p, report.n);
	ck_assert_int_eq(bounce_parse((struct str){ text, BOUNCE_BYTES_MAX },
	    &got), OK);
	ck_assert_int_eq(bounce_parse((struct str){ text,
	    BOUNCE_BYTES_MAX + 1 }, &got), ERR_INPUT);
} END_TEST

SUITE(bounce)
{
	SUITE_LOOP(report_is_read, COUNT(reports));
	SUITE_TEST(recipients_have_a_limit);
	SUITE_TEST(report_has_a_limit);
}
