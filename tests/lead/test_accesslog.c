/* Lines of nginx's log, and what else may be in such a file. */
#include "lead/accesslog.h"
#include "support/suite.h"

#define REQUEST "0123456789abcdef0123456789abcdef"
#define ID "0190a1b2-c3d4-7000-8000-000000000001"
#define LINE(time, request, method, receipt) \
	STR("{\"time\":\"" time "\",\"request_id\":\"" request \
	"\",\"method\":\"" method "\",\"receipt\":\"" receipt "\"}")

static const struct {
	struct str line;
	enum err e;
	int64_t at_ms;
	const char *submission;
} cases[] = {
	{ LINE("1970-01-02T00:00:00+00:00", REQUEST, "POST", ID), OK, 86400000,
	    ID },
	{ LINE("1970-01-02T01:30:00+01:30", REQUEST, "POST", ""), OK, 86400000,
	    "" },
	{ LINE("1970-01-01T19:00:00-05:00", REQUEST, "POST", ID), OK, 86400000,
	    ID },
	{ LINE("1970-01-02T00:00:00+00:00", REQUEST, "GET", ""), ERR_ABSENT,
	    0, "" },
	{ LINE("1970-01-02T00:00:00", REQUEST, "POST", ID), ERR_INPUT, 0, "" },
	{ LINE("1970-01-02T00:00:00+00:00 ", REQUEST, "POST", ID), ERR_INPUT,
	    0, "" },
	{ LINE("1970-01-02T00:00:00+00:00", REQUEST "0", "POST", ID),
	    ERR_INPUT, 0, "" },
	{ LINE("1970-01-02T00:00:00+00:00", "", "POST", ID), ERR_INPUT, 0, "" },
	{ LINE("1970-01-02T00:00:00+00:00", REQUEST, "POST", "-"), ERR_INPUT,
	    0, "" },
	{ STR("{\"time\":\"1970-01-02T00:00:00+00:00\",\"request_id\":\""
	    REQUEST "\",\"method\":\"POST\"}"), ERR_INPUT, 0, "" },
	{ STR("127.0.0.1 - - \"POST / HTTP/1.1\" 303"), ERR_INPUT, 0, "" },
	{ STR("{\"time\":\"1970-"), ERR_INPUT, 0, "" },
	{ STR("[]"), ERR_INPUT, 0, "" },
	{ STR(""), ERR_INPUT, 0, "" },
};
START_TEST(a_line_is_read)
{
	struct accesslog_post got;

	ck_assert_int_eq(accesslog_parse(cases[_i].line, &got), cases[_i].e);
	if (cases[_i].e)
		return;
	ck_assert_int_eq(got.at_ms, cases[_i].at_ms);
	ck_assert_str_eq(got.request, REQUEST);
	ck_assert_str_eq(got.submission, cases[_i].submission);
} END_TEST

SUITE(accesslog)
{
	SUITE_LOOP(a_line_is_read, COUNT(cases));
}
