/*
 * Runs the unit tests: all suites, or those named on the command line, each
 * in a process of its own (one for each row of a table would cost more than the
 * row, under a sanitizer ten times as much), and ends with the line CI reads.
 */
#include <fcntl.h>
#include <libpq-fe.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/token.h"
#include "store/migrate.h"
#include "store/pg.h"
#include "support/suite.h"

#define SUITE_ARENA_BYTES ((size_t)64 << 20)
#define SUITE_SECONDS_MAX 60

/* The linker's, for pthread_create (--wrap). */
typedef void *thread_fn(void *);
int __real_pthread_create(pthread_t *, const pthread_attr_t *, thread_fn *,
    void *);
int __wrap_pthread_create(pthread_t *, const pthread_attr_t *, thread_fn *,
    void *);

extern const struct suite_entry *const __start_piste_suites[];
extern const struct suite_entry *const __stop_piste_suites[];

static struct arena *suite_memory;

/* How long a test may take; Check's own variable says how slow we are. */
static unsigned
suite_seconds(void)
{
	struct str times = str_of(getenv("CK_TIMEOUT_MULTIPLIER"));
	uint32_t n;

	return SUITE_SECONDS_MAX * (str_u32(times, 1, 99, &n) ? n : 1);
}

struct arena *
suite_arena(void)
{
	if (!suite_memory)
		suite_memory = arena_new(SUITE_ARENA_BYTES);
	return suite_memory;
}

struct str
suite_directory(void)
{
	const char *tmp = getenv("TMPDIR");
	struct str path = buf_fmt(suite_arena(), 200, "%s/piste-unit.XXXXXX",
	    tmp ? tmp : "/tmp");
	/* mkdtemp writes into it: the arena's copy is ours to change. */
	char *made = mkdtemp((char *)arena_copy(suite_arena(), path).p);

	ck_assert_msg(made != NULL, "no directory for the test");
	return str_of(made);
}

static struct str
ask(PGconn *c, const char *sql)
{
	PGresult *r = PQexec(c, sql);
	ExecStatusType is = PQresultStatus(r);
	struct str said = STR_EMPTY;

	ck_assert_msg(is == PGRES_COMMAND_OK || is == PGRES_TUPLES_OK,
	    "%s: %s", sql, PQerrorMessage(c));
	if (PQntuples(r))
		said = arena_copy(suite_arena(), str_of(PQgetvalue(r, 0, 0)));
	PQclear(r);
	return said;
}

/* Once per cluster, by whichever test comes first: the others wait for it. */
static void
make_template(PGconn *c, const char *cluster)
{
	FILE *quiet = fopen("/dev/null", "w");
	struct pg *db;

	ask(c, "SELECT pg_advisory_lock(1)");
	if (str_is_empty(ask(c, "SELECT datname FROM pg_database"
	    " WHERE datname = 'migrated' AND datistemplate"))) {
		ask(c, "DROP DATABASE IF EXISTS migrated");
		ask(c, "CREATE DATABASE migrated");
		db = pg_new(buf_fmt(suite_arena(), 500, "%s dbname=migrated",
		    cluster), "piste-test");
		ck_assert_int_eq(migrate_run(db, quiet), OK);
		pg_free(db);
		ask(c, "ALTER DATABASE migrated IS_TEMPLATE true");
	}
	ask(c, "SELECT pg_advisory_unlock(1)");
	fclose(quiet);
}

struct str
suite_database(void)
{
	const char *cluster = getenv("PISTE_TEST_DATABASE");
	char id[TOKEN_ID_CHARS + 1], make[100];
	PGconn *c;

	ck_assert_msg(cluster, "make check sets PISTE_TEST_DATABASE");
	token_id(id);
	snprintf(make, sizeof make, "CREATE DATABASE t%s TEMPLATE migrated",
	    id);
	c = PQconnectdb(cluster);
	ck_assert_msg(PQstatus(c) == CONNECTION_OK, "%s", PQerrorMessage(c));
	make_template(c, cluster);
	ask(c, make);
	PQfinish(c);
	return buf_fmt(suite_arena(), 500, "%s dbname=t%s", cluster, id);
}

struct str
suite_silent_server(void)
{
	struct str dir = suite_directory();
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(at.sun_path, sizeof at.sun_path, "%.*s/.s.PGSQL.5432",
	    STR_ARG(dir));
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	ck_assert_int_eq(listen(fd, 16), 0);
	return dir;
}

static const struct suite_entry *running;

/* Before each test of those that share a process; one that hangs ends it. */
static void
begin_test(void)
{
	if (suite_memory)
		arena_reset(suite_memory);
	log_level_set(LOG_ERROR);
	alarm(suite_seconds());
}

/* Tell SUITE_THREADS, a file, which suites start threads: tests/run asks. */
static void
tell_of_threads(void)
{
	const char *path = getenv("SUITE_THREADS");
	char line[100];
	int n, fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
	    0644) : -1;

	if (fd < 0)
		return;
	n = snprintf(line, sizeof line, "%s\n", running->name);
	ck_assert_int_eq(write(fd, line, (size_t)n), n);
	close(fd);
}

int
__wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr,
    thread_fn *run, void *context)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, tell_of_threads);
	return __real_pthread_create(thread, attr, run, context);
}

/* Some by their names, or with names like "-slow" all but those. */
static bool
is_named(const char *name, int argc, char **argv)
{
	bool is_asked = argc < 2;

	for (int i = 1; i < argc; i++) {
		bool is_left_out = argv[i][0] == '-';

		if (!strcmp(argv[i] + is_left_out, name))
			return !is_left_out;
		is_asked |= is_left_out;
	}
	return is_asked;
}

/* Is the index-th suite in the part SUITE_PART asks for ("2/4"), if it does? */
static bool
is_in_part(size_t index)
{
	struct str part = str_of(getenv("SUITE_PART")), of;
	uint32_t i, n;

	return !str_cut(part, '/', &part, &of) || !str_u32(of, 1, 99, &n) ||
	    !str_u32(part, 1, n, &i) || index % n == i - 1;
}

struct tally { int ran, failed; };

static struct tally
run_tests(void)
{
	Suite *s = suite_create(running->name);
	TCase *tc = tcase_create(running->name);
	SRunner *runner;
	struct tally t;

	log_level_set(LOG_ERROR);
	if (!running->is_apart)
		tcase_add_checked_fixture(tc, begin_test, NULL);
	tcase_set_timeout(tc, SUITE_SECONDS_MAX);
	running->fill(tc);
	suite_add_tcase(s, tc);
	runner = srunner_create(s);
	srunner_set_fork_status(runner, running->is_apart ? CK_FORK :
	    CK_NOFORK);
	srunner_run_all(runner, CK_ENV);
	t.ran = srunner_ntests_run(runner);
	t.failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return t;
}

/* One that dies has failed once, whatever it did before. */
static struct tally
run_suite(void)
{
	struct tally t = { 1, 1 };
	int end[2], status;
	pid_t pid;

	fflush(NULL);
	if (pipe2(end, O_CLOEXEC | O_NONBLOCK) < 0 || (pid = fork()) < 0)
		return t;
	if (!pid) {
		t = run_tests();
		fflush(NULL);
		_exit(write(end[1], &t, sizeof t) != sizeof t);
	}
	close(end[1]);
	waitpid(pid, &status, 0);
	if (read(end[0], &t, sizeof t) != sizeof t)
		t = (struct tally){ 1, 1 };
	close(end[0]);
	if (status) {
		printf("%s:0:E: the suite died: %s\n", running->name,
		    WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) :
		    "it said nothing");
		t.failed += !t.failed;
	}
	return t;
}

int
main(int argc, char **argv)
{
	struct tally all = { 0, 0 }, one;

	token_init();
	for (const struct suite_entry *const *e = __start_piste_suites;
	    e < __stop_piste_suites; e++) {
		if (!is_named((*e)->name, argc, argv) ||
		    !is_in_part((size_t)(e - __start_piste_suites)))
			continue;
		running = *e;
		one = run_suite();
		all.ran += one.ran;
		all.failed += one.failed;
	}
	printf("unit: %d passed, %d failed\n", all.ran - all.failed,
	    all.failed);
	return all.failed != 0;
}
