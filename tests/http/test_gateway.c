/*
 * The gateway, really serving: http/gateway.c, with exchange.c and dispatch.c
 * under it, asked by a FastCGI client.
 */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

#include "support/served.h"

START_TEST(a_kept_connection_serves_again)
{
	int fd;

	served_start();
	fd = fastcgi_connect(served_path);
	for (int i = 0; i < 100; i++) {
		served_ask(fd, i % 2 ? "/echo?a=b" : "/crew");
		ck_assert(str_has_suffix(served_answer(fd), i % 2 ?
		    STR("\r\n\r\n/echo query=a=b body=0 id=0123456789abcdef") :
		    STR("\r\n\r\n/crew query= body=0 id=0123456789abcdef")));
	}
	close(fd);
	served_finish();
}
END_TEST

START_TEST(answers_have_their_status)
{
	int fd;

	served_start();
	fd = fastcgi_connect(served_path);
	for (int i = 0; i < 3; i++) {
		served_ask(fd, served_uri[_i].uri);
		ck_assert_int_eq(served_status(fd), served_uri[_i].status);
	}
	close(fd);
	served_finish();
}
END_TEST

START_TEST(a_big_answer_is_whole)
{
	struct str text;
	int fd;

	served_start();
	fd = fastcgi_connect(served_path);
	served_ask(fd, "/big");
	text = served_answer(fd);
	ck_assert_uint_gt(text.n, SERVED_BIG_BYTES);
	for (size_t i = text.n - SERVED_BIG_BYTES; i < text.n; i++)
		ck_assert_int_eq(text.p[i], 'b');
	close(fd);
	served_finish();
}
END_TEST

START_TEST(a_connection_not_to_be_kept_is_closed)
{
	int fd;

	served_start();
	fd = fastcgi_connect(served_path);
	fastcgi_send(fd, served_request("/echo", false, "", STR_EMPTY));
	ck_assert_int_eq(served_status(fd), 200);
	served_check_closed(fd);
	close(fd);
	served_finish();
}
END_TEST

/* More connections than loops and crew threads: none of them starves. */
START_TEST(kept_connections_are_all_served)
{
	int fd[SERVED_KEPT];

	served_start();
	for (int i = 0; i < SERVED_KEPT; i++)
		fd[i] = fastcgi_connect(served_path);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < SERVED_KEPT; i++)
			served_ask(fd[i], i % 3 ? "/echo" : "/crew");
		for (int i = SERVED_KEPT - 1; i >= 0; i--)
			ck_assert_int_eq(served_status(fd[i]), 200);
	}
	served_check();
	for (int i = 0; i < SERVED_KEPT; i++)
		close(fd[i]);
	served_finish();
}
END_TEST

START_TEST(stopping_lets_parked_requests_finish)
{
	int idle, fd;

	served_start();
	idle = fastcgi_connect(served_path);
	served_ask(idle, "/echo");
	ck_assert_int_eq(served_status(idle), 200);
	fd = fastcgi_connect(served_path);
	served_ask(fd, "/park");
	served_await(1);
	gateway_stop();
	/* The idle connection's end shows that stopping has begun. */
	served_check_closed(idle);
	gateway_resume(served_parked[0]);
	ck_assert(str_has_suffix(served_answer(fd), STR("resumed")));
	served_check_closed(fd);
	served_join_within(SERVED_STOP_MS);
	close(idle);
	close(fd);
}
END_TEST

START_TEST(stopping_waits_for_no_more_than_was_planned)
{
	int64_t began_ms;
	int fd[2];

	served_plan.stop_ms = 200;
	served_start();
	fd[0] = fastcgi_connect(served_path);
	served_ask(fd[0], "/park");
	fd[1] = fastcgi_connect(served_path);
	served_ask(fd[1], "/block");
	served_await(2);
	began_ms = clock_mono_ms();
	gateway_stop();
	served_join_within(SERVED_STOP_MS);
	ck_assert_int_ge(clock_mono_ms() - began_ms, 200);
	/* Those left behind may still come back, to nobody. */
	gateway_resume(served_parked[0]);
	sem_post(&served_gate);
	served_check_closed(fd[0]);
	served_check_closed(fd[1]);
	close(fd[0]);
	close(fd[1]);
}
END_TEST

static const int signals[] = { SIGTERM, SIGINT };

START_TEST(a_signal_stops)
{
	served_start();
	served_check();
	ck_assert_int_eq(kill(getpid(), signals[_i]), 0);
	served_join_within(SERVED_STOP_MS);
}
END_TEST

START_TEST(counts_are_kept)
{
	struct gateway_count count;
	int fd;

	served_start();
	fd = fastcgi_connect(served_path);
	for (size_t i = 0; i < SERVED_URIS; i++) {
		served_ask(fd, served_uri[i].uri);
		served_answer(fd);
	}
	/* An answer is counted after it is sent; the stop waits for that. */
	gateway_counts(&count);
	ck_assert_uint_eq(count.connections, 1);
	close(fd);
	served_finish();
	gateway_counts(&count);
	ck_assert_uint_eq(count.requests, SERVED_URIS);
	ck_assert_uint_eq(count.by_class[2], 5);
	ck_assert_uint_eq(count.by_class[4], 2);
	ck_assert_uint_eq(count.by_class[5], 1);
	ck_assert_uint_eq(count.connections, 0);
	ck_assert_uint_eq(count.parked, 0);
	ck_assert_uint_eq(count.refused, 1);
}
END_TEST

SUITE_APART(gateway)
{
	SUITE_TEST(a_kept_connection_serves_again);
	SUITE_LOOP(answers_have_their_status, SERVED_URIS);
	SUITE_TEST(a_big_answer_is_whole);
	SUITE_TEST(a_connection_not_to_be_kept_is_closed);
	SUITE_TEST(kept_connections_are_all_served);
	SUITE_TEST(stopping_lets_parked_requests_finish);
	SUITE_TEST(stopping_waits_for_no_more_than_was_planned);
	SUITE_LOOP(a_signal_stops, COUNT(signals));
	SUITE_TEST(counts_are_kept);
}
