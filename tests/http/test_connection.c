/* Connections and what may arrive on them: http/connection.c. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

#include "support/served.h"

START_TEST(half_a_request_keeps_nobody_waiting)
{
	struct str whole;
	int fd[SERVED_KEPT];

	served_start();
	whole = served_request("/echo", true, "3", STR("abc"));
	for (int i = 0; i < SERVED_KEPT; i++) {
		fd[i] = fastcgi_connect(served_path);
		fastcgi_send(fd[i], str_slice(whole, 0,
		    whole.n * (size_t)i / SERVED_KEPT));
	}
	served_check();
	for (int i = 0; i < SERVED_KEPT; i++) {
		fastcgi_send(fd[i], str_slice(whole,
		    whole.n * (size_t)i / SERVED_KEPT, whole.n));
		ck_assert_int_eq(served_status(fd[i]), 200);
		close(fd[i]);
	}
	served_finish();
}
END_TEST

START_TEST(half_a_request_is_not_awaited_for_ever)
{
	struct str whole;
	struct gateway_count count;
	int64_t began_ms;
	int fd;

	served_start();
	whole = served_request("/echo", true, "3", STR("abc"));
	fd = fastcgi_connect(served_path);
	began_ms = clock_mono_ms();
	fastcgi_send(fd, str_slice(whole, 0, whole.n - 1));
	served_check_closed(fd);
	ck_assert_int_ge(clock_mono_ms() - began_ms, GATEWAY_PARTIAL_MS - 10);
	gateway_counts(&count);
	ck_assert_uint_eq(count.refused, 1);
	served_check();
	close(fd);
	served_finish();
}
END_TEST

START_TEST(a_request_may_come_byte_by_byte)
{
	struct str whole;
	int fd;

	served_start();
	fd = fastcgi_connect(served_path);
	whole = served_request("/echo", true, "3", STR("abc"));
	for (size_t i = 0; i < whole.n; i++)
		fastcgi_send(fd, str_slice(whole, i, 1));
	ck_assert_int_eq(served_status(fd), 200);
	close(fd);
	served_finish();
}
END_TEST

/* Nor may one request swallow the next, as libfcgi's reader would. */
START_TEST(requests_may_come_together)
{
	struct buf b;
	int fd;

	served_start();
	fd = fastcgi_connect(served_path);
	buf_init(&b, suite_arena(), 1 << 16);
	for (int i = 0; i < 10; i++)
		buf_add(&b, served_request(i % 2 ? "/crew?1" : "/echo?0",
		    true, "", STR_EMPTY));
	fastcgi_send(fd, buf_str(&b));
	for (int i = 0; i < 10; i++)
		ck_assert(str_has_fold(served_answer(fd), i % 2 ?
		    STR("/crew query=1") : STR("/echo query=0")));
	close(fd);
	served_finish();
}
END_TEST

#define BYTES(literal) { literal, sizeof (literal) - 1 }
#define BEGIN "\1\1\0\1\0\10\0\0\0\1\1\0\0\0\0\0"
#define NO_PARAMS "\1\4\0\1\0\0\0\0"
static const struct str evil[] = {
	BYTES("GET / HTTP/1.1\r\n\r\n"),
	/* Lengths that abort libfcgi 2.4.2 */
	BYTES(BEGIN "\1\4\0\1\0\10\0\0" "\300\0\0\0\277\377\377\377"),
	BYTES(BEGIN "\1\4\0\1\0\10\0\0" "\377\377\377\377\377\377\377\377"),
	BYTES(BEGIN "\1\4\0\1\0\10\0\0" "\300\0\0\0\277\377\377\377"
	    NO_PARAMS "\1\5\0\1\0\0\0\0"),
	BYTES("\1\11\0\0\0\0\0\0"),
	BYTES("\1\2\0\1\0\0\0\0"),
	BYTES(BEGIN "\1\2\0\1\0\0\0\0"),
	BYTES(BEGIN BEGIN),
};

START_TEST(crafted_records_close_one_connection_only)
{
	struct gateway_count count;
	int fd;

	served_start();
	fd = fastcgi_connect(served_path);
	fastcgi_send(fd, evil[_i]);
	served_check_closed(fd);
	close(fd);
	gateway_counts(&count);
	ck_assert_uint_eq(count.refused, 1);
	served_check();
	served_finish();
}
END_TEST

START_TEST(a_request_without_variables_is_refused)
{
	int fd;

	served_start();
	fd = fastcgi_connect(served_path);
	fastcgi_send(fd, STR(BEGIN NO_PARAMS "\1\5\0\1\0\0\0\0"));
	ck_assert_int_eq(served_status(fd), 400);
	served_ask(fd, "/echo");
	ck_assert_int_eq(served_status(fd), 200);
	close(fd);
	served_finish();
}
END_TEST

/* n and n + 1, where files are taken and where not. */
static const struct {
	const char *path;
	size_t bytes;
	int status;
} sizes[] = {
	{ "/echo", ROUTE_BODY_BYTES_MAX, 200 },
	{ "/echo", ROUTE_BODY_BYTES_MAX + 1, 413 },
	{ "/crew", ROUTE_BODY_BYTES_MAX + 1, 413 },
	{ "/files", ROUTE_BODY_BYTES_MAX + 1, 200 },
	{ "/files", REQUEST_BODY_BYTES_MAX, 200 },
};

START_TEST(a_route_limits_its_body)
{
	struct str body;
	int fd;

	served_start();
	body = (struct str){ arena_take(suite_arena(), sizes[_i].bytes),
	    sizes[_i].bytes };
	fd = fastcgi_connect(served_path);
	fastcgi_send(fd, served_request(sizes[_i].path, true, "", body));
	ck_assert_int_eq(served_status(fd), sizes[_i].status);
	close(fd);
	served_finish();
}
END_TEST

static const struct {
	size_t bytes;
	const char *length;
	int status;
} bodies[] = {
	{ 0, "", 200 },
	{ 0, "0", 200 },
	{ 5, "5", 200 },
	{ 5, "", 200 },
	{ 5, "4", 400 },
	{ 5, "6", 400 },
	{ 5, "-5", 400 },
	{ 5, "five", 400 },
	{ 0, "5", 400 },
	{ 5, "5505025", 413 },
	{ 5, "99999999999999999999", 413 },
	{ ROUTE_BODY_BYTES_MAX, "131072", 200 },
};

START_TEST(lengths_are_not_believed)
{
	struct str body;
	int fd;

	served_start();
	body = (struct str){ arena_take(suite_arena(), bodies[_i].bytes),
	    bodies[_i].bytes };
	fd = fastcgi_connect(served_path);
	fastcgi_send(fd, served_request("/echo", true, bodies[_i].length,
	    body));
	ck_assert_int_eq(served_status(fd), bodies[_i].status);
	/* The same connection serves on, whatever was said. */
	served_ask(fd, "/echo");
	ck_assert_int_eq(served_status(fd), 200);
	close(fd);
	served_finish();
}
END_TEST

START_TEST(too_big_a_body_is_told_so)
{
	struct str whole, body;
	size_t first = 300;
	int fd;

	served_start();
	body = (struct str){ arena_take(suite_arena(), 6 << 20), 6 << 20 };
	whole = served_request("/echo", true, "6291456", body);
	fd = fastcgi_connect(served_path);
	/* Before it has been sent at all, and while the rest arrives. */
	fastcgi_send(fd, str_slice(whole, 0, first));
	fastcgi_send(fd, str_slice(whole, first, whole.n));
	ck_assert_int_eq(served_status(fd), 413);
	served_check_closed(fd);
	close(fd);
	served_check();
	served_finish();
}
END_TEST

/* Headers over our limit, but within nginx's, get an answer as well. */
START_TEST(too_many_headers_are_told_so)
{
	static char cookie[REQUEST_HEADER_BYTES_MAX + 13];
	const char *vars[] = { "REQUEST_METHOD=GET", "REQUEST_URI=/echo",
	    cookie, NULL };
	int fd;

	served_start();
	memset(cookie, 'c', sizeof cookie - 1);
	memcpy(cookie, "HTTP_COOKIE=", 12);
	fd = fastcgi_connect(served_path);
	fastcgi_send(fd, fastcgi_request(suite_arena(), true, vars,
	    STR_EMPTY));
	ck_assert_int_eq(served_status(fd), 431);
	close(fd);
	served_finish();
}
END_TEST

START_TEST(a_visitor_may_hang_up_before_the_answer)
{
	struct gateway_count count;

	served_start();
	for (int i = 0; i < SERVED_KEPT; i++) {
		int fd = fastcgi_connect(served_path);

		served_ask(fd, i % 2 ? "/big" : "/crew");
		close(fd);
	}
	served_check();
	served_finish();
	gateway_counts(&count);
	ck_assert_uint_eq(count.requests, SERVED_KEPT + 1);
	ck_assert_uint_eq(count.connections, 0);
}
END_TEST

START_TEST(a_half_closed_peer_is_answered)
{
	int fd;

	served_start();
	for (size_t i = 0; i < SERVED_URIS; i++) {
		fd = fastcgi_connect(served_path);
		served_ask(fd, served_uri[i].uri);
		shutdown(fd, SHUT_WR);
		ck_assert_int_eq(served_status(fd), served_uri[i].status);
		served_check_closed(fd);
		close(fd);
	}
	served_finish();
}
END_TEST

SUITE_APART(connection)
{
	SUITE_TEST(half_a_request_keeps_nobody_waiting);
	SUITE_TEST(half_a_request_is_not_awaited_for_ever);
	SUITE_TEST(a_request_may_come_byte_by_byte);
	SUITE_TEST(requests_may_come_together);
	SUITE_LOOP(crafted_records_close_one_connection_only, COUNT(evil));
	SUITE_TEST(a_request_without_variables_is_refused);
	SUITE_LOOP(a_route_limits_its_body, COUNT(sizes));
	SUITE_LOOP(lengths_are_not_believed, COUNT(bodies));
	SUITE_TEST(too_big_a_body_is_told_so);
	SUITE_TEST(too_many_headers_are_told_so);
	SUITE_TEST(a_visitor_may_hang_up_before_the_answer);
	SUITE_TEST(a_half_closed_peer_is_answered);
}
