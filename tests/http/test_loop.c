/* What one loop holds at once: http/loop.c, ready.c and crew.c. */
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "support/served.h"

static const char *const parking[] = { "/park", "/crew/park" };

START_TEST(a_parked_request_is_answered_when_resumed)
{
	struct gateway_count count;
	int fd, other;

	served_start();
	fd = fastcgi_connect(served_path);
	for (int i = 0; i < 3; i++) {
		served_ask(fd, parking[_i]);
		served_await(1);
		served_check();
		gateway_resume(served_parked[i]);
		ck_assert(str_has_suffix(served_answer(fd), STR("resumed")));
	}
	gateway_counts(&count);
	ck_assert_uint_eq(count.parked, 0);
	other = fastcgi_connect(served_path);
	served_ask(other, parking[_i]);
	served_await(1);
	gateway_resume(served_parked[3]);
	ck_assert(str_has_suffix(served_answer(other), STR("resumed")));
	close(other);
	close(fd);
	served_finish();
}
END_TEST

/* What a group's commit does: many at once, from a thread of its own. */
START_TEST(many_parked_requests_are_resumed_at_once)
{
	int fd[SERVED_KEPT];

	served_start();
	for (int i = 0; i < SERVED_KEPT; i++) {
		fd[i] = fastcgi_connect(served_path);
		served_ask(fd[i], "/park");
	}
	/* Two loops may fill the table at once: wait until it is full. */
	served_await(SERVED_KEPT);
	for (int i = 0; i < SERVED_KEPT; i++)
		gateway_resume(served_parked[i]);
	for (int i = 0; i < SERVED_KEPT; i++) {
		ck_assert(str_has_suffix(served_answer(fd[i]), STR("resumed")));
		close(fd[i]);
	}
	served_finish();
}
END_TEST

START_TEST(a_visitor_may_hang_up_while_parked)
{
	struct gateway_count count;
	int fd;

	served_start();
	fd = fastcgi_connect(served_path);
	served_ask(fd, parking[_i]);
	served_await(1);
	close(fd);
	/* The loop has seen it when the connection is no longer counted. */
	do {
		served_check();
		gateway_counts(&count);
	} while (count.connections > 1);
	gateway_resume(served_parked[0]);
	do {
		served_check();
		gateway_counts(&count);
	} while (count.parked);
	served_finish();
	gateway_counts(&count);
	ck_assert_uint_eq(count.connections, 0);
	ck_assert_uint_eq(count.by_class[2], count.requests);
}
END_TEST

START_TEST(the_crew_has_a_bounded_queue)
{
	static struct pollfd fd[GATEWAY_CREW_QUEUE_MAX + 2];
	int refused = 0;

	served_plan.loops = 1;
	served_plan.crew = 1;
	served_start();
	for (size_t i = 0; i < COUNT(fd); i++) {
		fd[i].fd = fastcgi_connect(served_path);
		fd[i].events = POLLIN;
		served_ask(fd[i].fd, "/block");
		if (!i)
			served_await(1);
	}
	/* One is at work, as many wait as may, one is too many. */
	ck_assert_int_eq(poll(fd, COUNT(fd), 1000 * FASTCGI_WAIT_S), 1);
	served_check();
	for (size_t i = 0; i < COUNT(fd); i++)
		sem_post(&served_gate);
	for (size_t i = 0; i < COUNT(fd); i++) {
		int status = served_status(fd[i].fd);

		ck_assert_int_eq(status, fd[i].revents ? 503 : 200);
		refused += status == 503;
		close(fd[i].fd);
	}
	ck_assert_int_eq(refused, 1);
	served_finish();
}
END_TEST

/* Whoever holds up the console's threads holds up nobody else's. */
START_TEST(routes_apart_have_a_crew_of_their_own)
{
	int fd[2], other;

	served_plan.crew = 1;
	served_start();
	for (size_t i = 0; i < COUNT(fd); i++) {
		fd[i] = fastcgi_connect(served_path);
		served_ask(fd[i], "/apart");
	}
	served_await(1);
	other = fastcgi_connect(served_path);
	served_ask(other, "/crew");
	ck_assert_int_eq(served_status(other), 200);
	close(other);
	for (size_t i = 0; i < COUNT(fd); i++)
		sem_post(&served_gate);
	for (size_t i = 0; i < COUNT(fd); i++) {
		ck_assert_int_eq(served_status(fd[i]), 200);
		close(fd[i]);
	}
	served_finish();
}
END_TEST

START_TEST(connections_are_limited)
{
	static int fd[GATEWAY_CONNECTIONS_MAX + 1];
	struct rlimit files;
	struct pollfd last;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &files), 0);
	ck_assert_uint_gt(files.rlim_max, 2 * COUNT(fd) + 100);
	files.rlim_cur = files.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &files), 0);
	served_plan.loops = 1;
	served_start();
	for (size_t i = 0; i < COUNT(fd); i++) {
		fd[i] = fastcgi_connect(served_path);
		served_ask(fd[i], "/echo");
		if (i < COUNT(fd) - 1)
			ck_assert_int_eq(served_status(fd[i]), 200);
	}
	/* All the others are served, again, and the last one is not. */
	served_ask(fd[0], "/echo");
	ck_assert_int_eq(served_status(fd[0]), 200);
	last = (struct pollfd){ .fd = fd[COUNT(fd) - 1], .events = POLLIN };
	ck_assert_int_eq(poll(&last, 1, 100), 0);
	close(fd[0]);
	ck_assert_int_eq(served_status(last.fd), 200);
	for (size_t i = 1; i < COUNT(fd); i++)
		close(fd[i]);
	served_finish();
}
END_TEST

SUITE_APART(loop)
{
	SUITE_LOOP(a_parked_request_is_answered_when_resumed, COUNT(parking));
	SUITE_TEST(many_parked_requests_are_resumed_at_once);
	SUITE_LOOP(a_visitor_may_hang_up_while_parked, COUNT(parking));
	SUITE_TEST(the_crew_has_a_bounded_queue);
	SUITE_TEST(routes_apart_have_a_crew_of_their_own);
	SUITE_TEST(connections_are_limited);
}
