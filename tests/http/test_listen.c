/* Coming by a listening socket: http/listen.c, through gateway_listen. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http/gateway.h"

#include "support/fastcgi.h"
#include "support/suite.h"

static struct str
new_path(void)
{
	return arena_copy(suite_arena(), buf_fmt(suite_arena(), 100,
	    "%.*s/socket", STR_ARG(suite_directory())));
}

static const unsigned modes[] = { 0600, 0660, 0666 };

START_TEST(a_path_has_its_mode)
{
	struct str path = new_path();
	struct stat st;
	int fd;

	ck_assert_int_eq(gateway_listen(path, modes[_i], &fd), OK);
	ck_assert_int_eq(stat(path.p, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, modes[_i]);
	close(fastcgi_connect(path.p));
	close(fd);
}
END_TEST

START_TEST(a_path_in_use_is_left_alone)
{
	struct str path = new_path();
	int fd, other;

	ck_assert_int_eq(gateway_listen(path, 0600, &fd), OK);
	ck_assert_int_eq(gateway_listen(path, 0600, &other), ERR_INPUT);
	close(fastcgi_connect(path.p));
	close(fd);
}
END_TEST

START_TEST(a_path_left_behind_is_replaced)
{
	struct str path = new_path();
	int fd;

	ck_assert_int_eq(gateway_listen(path, 0600, &fd), OK);
	close(fd);
	ck_assert_int_eq(gateway_listen(path, 0600, &fd), OK);
	close(fastcgi_connect(path.p));
	close(fd);
}
END_TEST

START_TEST(a_file_is_not_replaced)
{
	struct str path = new_path();
	FILE *f = fopen(path.p, "w");
	int fd;

	ck_assert_ptr_nonnull(f);
	fclose(f);
	ck_assert_int_eq(gateway_listen(path, 0600, &fd), ERR_INPUT);
	ck_assert_int_eq(access(path.p, F_OK), 0);
}
END_TEST

/* 107 bytes fit a sockaddr_un, 108 do not. */
START_TEST(a_path_is_limited)
{
	struct str dir = suite_directory();
	char long_path[120];
	int fd;

	for (size_t n = 107; n <= 108; n++) {
		memset(long_path, 'x', sizeof long_path);
		memcpy(long_path, dir.p, dir.n);
		long_path[dir.n] = '/';
		ck_assert_int_eq(gateway_listen((struct str){ long_path, n },
		    0600, &fd), n > 107 ? ERR_INPUT : OK);
	}
	close(fd);
}
END_TEST

static const char *const unfit[] = { "", "relative", "127.0.0.1", ":80",
    "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:x",
    "host.name:80", "[::1:80", "999.0.0.1:80" };

START_TEST(unfit_addresses_are_refused)
{
	int fd;

	ck_assert_int_eq(gateway_listen(str_of(unfit[_i]), 0600, &fd),
	    ERR_INPUT);
}
END_TEST

START_TEST(an_address_in_use_is_left_alone)
{
	int fd = -1, other;
	enum err e = ERR_INPUT;
	struct str spec = STR_EMPTY;

	/* Whichever port is free here. */
	for (int port = 20000; e && port < 30000; port += 97) {
		spec = buf_fmt(suite_arena(), 100, "127.0.0.1:%d", port);
		e = gateway_listen(spec, 0600, &fd);
	}
	ck_assert_int_eq(e, OK);
	ck_assert_int_eq(gateway_listen(spec, 0600, &other), ERR_INPUT);
	close(fd);
}
END_TEST

/* As spawn-fcgi leaves it. */
START_TEST(a_socket_on_descriptor_0_is_taken)
{
	struct str path = new_path();
	int fd, taken;

	ck_assert_int_eq(gateway_listen(path, 0600, &fd), OK);
	dup2(fd, STDIN_FILENO);
	ck_assert_int_eq(gateway_listen(STR("/nowhere/at/all"), 0600,
	    &taken), OK);
	ck_assert_int_eq(taken, STDIN_FILENO);
}
END_TEST

/* As systemd leaves it. */
START_TEST(a_socket_on_descriptor_3_is_taken)
{
	struct str path = new_path();
	char pid[20];
	int fd, taken;

	ck_assert_int_eq(gateway_listen(path, 0600, &fd), OK);
	dup2(fd, 3);
	snprintf(pid, sizeof pid, "%d", (int)getpid());
	setenv("LISTEN_FDS", "1", 1);
	setenv("LISTEN_PID", "1", 1);
	ck_assert_int_eq(gateway_listen(STR("/nowhere/at/all"), 0600,
	    &taken), ERR_AWAY);
	setenv("LISTEN_PID", pid, 1);
	ck_assert_int_eq(gateway_listen(STR("/nowhere/at/all"), 0600,
	    &taken), OK);
	ck_assert_int_eq(taken, 3);
}
END_TEST

SUITE_APART(listen)
{
	SUITE_LOOP(a_path_has_its_mode, COUNT(modes));
	SUITE_TEST(a_path_in_use_is_left_alone);
	SUITE_TEST(a_path_left_behind_is_replaced);
	SUITE_TEST(a_file_is_not_replaced);
	SUITE_TEST(a_path_is_limited);
	SUITE_LOOP(unfit_addresses_are_refused, COUNT(unfit));
	SUITE_TEST(an_address_in_use_is_left_alone);
	SUITE_TEST(a_socket_on_descriptor_0_is_taken);
	SUITE_TEST(a_socket_on_descriptor_3_is_taken);
}
