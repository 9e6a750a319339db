/* Tests of lead/exchanger.c. */
#include <unistd.h>

#include "base/clock.h"
#include "lead/exchanger.h"
#include "support/dns.h"

#define WAIT_MS 5000
#define SHORT_MS 300
#define SLACK_MS 1500	/* of a busy machine */

static const struct {
	const char *domain;
	enum exchanger answer;
} domains[] = {
	{ "mx.test", EXCHANGER_FOUND }, { "MX.test", EXCHANGER_FOUND },
	{ "several.test", EXCHANGER_FOUND },
	{ "null.test", EXCHANGER_REFUSED },
	{ "mixed.test", EXCHANGER_FOUND },
	{ "four.test", EXCHANGER_ADDRESS },
	{ "six.test", EXCHANGER_ADDRESS },
	{ "text.test", EXCHANGER_ABSENT },
	{ "nobody.test", EXCHANGER_ABSENT },
	/* What is no name, or a question nobody here is asked. */
	{ "", EXCHANGER_ABSENT },
	{ "..", EXCHANGER_UNKNOWN },
	{ "a..test", EXCHANGER_UNKNOWN },
};

/* One by one, then all together, as many as may be. */
START_TEST(domains_are_judged)
{
	struct str server = dns_server();
	struct exchanger_ask all[EXCHANGER_ASKS_MAX];

	for (size_t i = 0; i < COUNT(domains); i++) {
		struct exchanger_ask one = { .domain = domains[i].domain };

		(void)!exchanger_look(server, &one, 1, WAIT_MS, -1);
		if (*domains[i].domain)
			ck_assert_msg(one.answer == domains[i].answer,
			    "%s: %s", one.domain,
			    exchanger_name(one.answer));
	}
	for (size_t i = 0; i < EXCHANGER_ASKS_MAX; i++)
		all[i].domain = domains[i % 9].domain;
	ck_assert_int_eq(exchanger_look(server, all, EXCHANGER_ASKS_MAX,
	    WAIT_MS, -1), OK);
	for (size_t i = 0; i < EXCHANGER_ASKS_MAX; i++)
		ck_assert_int_eq(all[i].answer, domains[i % 9].answer);
	ck_assert_int_eq(exchanger_look(server, all, 0, WAIT_MS, -1), OK);
} END_TEST

START_TEST(silence_is_waited_for_so_long)
{
	struct exchanger_ask ask = { .domain = "mx.test",
	    .answer = EXCHANGER_FOUND };
	int64_t begun = clock_mono_ms();

	ck_assert_int_eq(exchanger_look(dns_silent_server(), &ask, 1,
	    SHORT_MS, -1), ERR_AWAY);
	ck_assert_int_eq(ask.answer, EXCHANGER_UNKNOWN);
	ck_assert_int_ge(clock_mono_ms() - begun, SHORT_MS);
	ck_assert_int_lt(clock_mono_ms() - begun, SHORT_MS + SLACK_MS);
} END_TEST

START_TEST(nobody_there_is_told)
{
	struct exchanger_ask ask = { .domain = "mx.test" };

	ck_assert_int_eq(exchanger_look(STR("127.0.0.1:1"), &ask, 1, WAIT_MS,
	    -1), ERR_AWAY);
	ck_assert_int_eq(ask.answer, EXCHANGER_UNKNOWN);
} END_TEST

START_TEST(stop_ends_the_wait)
{
	struct exchanger_ask ask = { .domain = "mx.test" };
	int64_t begun = clock_mono_ms();
	int wake[2];

	ck_assert_int_eq(pipe(wake), 0);
	ck_assert_int_eq(write(wake[1], "x", 1), 1);
	ck_assert_int_eq(exchanger_look(dns_silent_server(), &ask, 1,
	    WAIT_MS, wake[0]), ERR_AWAY);
	ck_assert_int_lt(clock_mono_ms() - begun, SLACK_MS);
} END_TEST

static const char *const servers[] = {
	"", "nonsense", "127.0.0.1:x", "300.0.0.1", "a b",
};

START_TEST(server_must_be_an_address)
{
	struct exchanger_ask ask = { .domain = "mx.test" };

	ck_assert_int_eq(exchanger_look(str_of(servers[_i]), &ask, 1, WAIT_MS,
	    -1), ERR_INPUT);
	ck_assert_int_eq(ask.answer, EXCHANGER_UNKNOWN);
} END_TEST

START_TEST(names_are_read_back)
{
	for (int e = EXCHANGER_UNKNOWN; e <= EXCHANGER_ABSENT; e++)
		ck_assert_int_eq(exchanger_parse(str_of(exchanger_name(
		    (enum exchanger)e))), e);
	ck_assert_int_eq(exchanger_parse(STR("")), EXCHANGER_UNKNOWN);
	ck_assert_int_eq(exchanger_parse(STR("Absent")), EXCHANGER_UNKNOWN);
} END_TEST

SUITE(exchanger)
{
	SUITE_TEST(domains_are_judged);
	SUITE_TEST(silence_is_waited_for_so_long);
	SUITE_TEST(nobody_there_is_told);
	SUITE_TEST(stop_ends_the_wait);
	SUITE_LOOP(server_must_be_an_address, COUNT(servers));
	SUITE_TEST(names_are_read_back);
}
