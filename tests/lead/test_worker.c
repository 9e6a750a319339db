/* Tests of src/worker.c. */
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/log.h"
#include "store/spool.h"
#include "support/sample.h"
#include "worker.h"

#define SPOOL_BYTES ((int64_t)8 << 20)
#define STOP_MS 2000
#define SECOND_MS 1000

static struct conf
settings(struct str database)
{
	return (struct conf){ .database = database,
		.spool = suite_directory(), .lease_ms = 60000 };
}

static void
spool_up(struct str dir, int id)
{
	struct str record = sample_row(&(struct sample_row){ id,
	    .email = "ana@firm.fr" });
	struct spool *sp;

	ck_assert_int_eq(spool_open(dir, SPOOL_BYTES, &sp), OK);
	ck_assert_int_eq(spool_append(sp, &record, 1), OK);
	spool_close(sp);
}

START_TEST(once_drains_and_qualifies)
{
	struct sample c = sample_new();
	struct conf conf = settings(c.conninfo);

	spool_up(conf.spool, 1);
	ck_assert_int_eq(worker_run(&conf, true), OK);
	ck_assert_str_same(sample_text(c.conn, "SELECT concat_ws(' ',"
	    " s.via, q.state, l.score IS NOT NULL) FROM piste.submission AS s"
	    " JOIN piste.lead AS l ON l.id = s.lead_id"
	    " JOIN piste.qualification_queue AS q ON q.lead_id = l.id"),
	    STR("spool done t"));
} END_TEST

START_TEST(once_tells_what_is_away)
{
	struct conf conf = settings(STR("host=/nonexistent dbname=no"));

	ck_assert_int_eq(worker_run(&conf, true), ERR_AWAY);
} END_TEST

static pid_t
start(const struct conf *conf)
{
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (!pid)
		_exit(worker_run(conf, false) == OK ? 0 : 1);
	return pid;
}

/* It stops by itself, in time and satisfied. */
static void
stop(pid_t pid, int signal)
{
	int64_t begun = clock_mono_ms();
	int status;

	ck_assert_int_eq(kill(pid, signal), 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 0);
	ck_assert_int_lt(clock_mono_ms() - begun, STOP_MS);
}

START_TEST(worker_wakes_and_stops)
{
	struct sample c = sample_new();
	struct conf conf = settings(c.conninfo);
	pid_t pid = start(&conf);
	int64_t begun;

	ck_assert(sample_await(c.conn, "SELECT count(*) > 0 FROM"
	    " pg_stat_activity WHERE application_name LIKE '%work%' AND"
	    " state = 'idle' AND datname = current_database()"));
	sample_take(c.conn, sample_batch(&(struct sample_row){ 1,
	    .email = "ana@firm.fr" }, 1));
	ck_assert(sample_await(c.conn, "SELECT count(*) = 1 FROM"
	    " piste.qualification_queue WHERE state = 'done'"));
	/* The spool has nobody to notify: it is looked at every second. */
	spool_up(conf.spool, 2);
	begun = clock_mono_ms();
	ck_assert(sample_await(c.conn, "SELECT count(*) = 2 FROM"
	    " piste.submission"));
	ck_assert_int_lt(clock_mono_ms() - begun,
	    WORKER_POLL_MS + SECOND_MS);
	stop(pid, _i ? SIGINT : SIGTERM);
} END_TEST

/* Its sessions are cut off; it comes back and goes on. */
START_TEST(worker_survives_a_lost_server)
{
	struct sample c = sample_new();
	struct conf conf = settings(c.conninfo);
	pid_t pid = start(&conf);

	for (int i = 1; i <= 3; i++) {
		ck_assert(sample_await(c.conn, "SELECT count("
		    "pg_terminate_backend(pid)) > 0 FROM pg_stat_activity"
		    " WHERE application_name LIKE '%work%'"
		    " AND datname = current_database()"));
		spool_up(conf.spool, i);
	}
	ck_assert(sample_await(c.conn, "SELECT count(*) = 3 FROM"
	    " piste.submission"));
	ck_assert(sample_await(c.conn, "SELECT count(*) = 1 FROM"
	    " piste.qualification_queue WHERE state = 'done'"));
	stop(pid, SIGTERM);
} END_TEST

/* Each row that is done is ready again at once, so there is always another. */
START_TEST(a_queue_without_end_does_not_keep_the_spool)
{
	struct sample c = sample_new();
	struct conf conf = settings(c.conninfo);
	pid_t pid;

	sample_take(c.conn, sample_batch(&(struct sample_row){ 1,
	    .email = "ana@firm.fr" }, 1));
	sample_run(c.conn, "CREATE FUNCTION public.again() RETURNS trigger"
	    " LANGUAGE plpgsql AS $$ BEGIN NEW.state := 'ready';"
	    " NEW.finished_at := NULL; NEW.available_at := now();"
	    " RETURN NEW; END $$;"
	    "CREATE TRIGGER again BEFORE UPDATE ON piste.qualification_queue"
	    " FOR EACH ROW WHEN (NEW.state = 'done')"
	    " EXECUTE FUNCTION public.again()");
	pid = start(&conf);
	ck_assert(sample_await(c.conn, "SELECT max(attempts) > 3 FROM"
	    " piste.qualification_queue"));
	spool_up(conf.spool, 2);
	ck_assert(sample_await(c.conn, "SELECT count(*) = 2 FROM"
	    " piste.submission"));
	stop(pid, SIGTERM);
} END_TEST

/* The queue is worked, the rest of the spool drained, and it is told. */
START_TEST(once_goes_on_behind_an_unreadable_segment)
{
	struct sample c = sample_new();
	struct conf conf = settings(c.conninfo);

	log_level_set((enum log_level)(LOG_ERROR + 1));
	ck_assert_int_eq(mkdir(buf_fmt(suite_arena(), 300,
	    "%.*s/0000000000000000-00000000.spool", STR_ARG(conf.spool)).p,
	    0700), 0);
	spool_up(conf.spool, 1);
	ck_assert_int_eq(worker_run(&conf, true), ERR_AWAY);
	ck_assert_str_same(sample_text(c.conn, "SELECT count(*) FROM"
	    " piste.qualification_queue WHERE state = 'done'"), STR("1"));
} END_TEST

/* A server that hangs up on everybody; its port goes to *port. */
static int
listen_rudely(uint16_t *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, length), 0);
	ck_assert_int_eq(listen(fd, 8), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&at, &length), 0);
	*port = ntohs(at.sin_port);
	return fd;
}

START_TEST(worker_stops_without_a_server)
{
	uint16_t port;
	int fd = listen_rudely(&port);
	struct conf conf = settings(buf_fmt(suite_arena(), 100,
	    "host=127.0.0.1 port=%u dbname=no", port));
	pid_t pid = start(&conf);

	/* It comes again and again. */
	for (int i = 0; i < 5; i++)
		close(accept(fd, NULL, NULL));
	stop(pid, SIGTERM);
	close(fd);
} END_TEST

SUITE_APART(worker)
{
	SUITE_TEST(once_drains_and_qualifies);
	SUITE_TEST(once_tells_what_is_away);
	SUITE_LOOP(worker_wakes_and_stops, 2);
	SUITE_TEST(worker_survives_a_lost_server);
	SUITE_TEST(a_queue_without_end_does_not_keep_the_spool);
	SUITE_TEST(once_goes_on_behind_an_unreadable_segment);
	SUITE_TEST(worker_stops_without_a_server);
}
