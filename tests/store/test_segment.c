/*
 * Segments on a real disk: what was acknowledged comes back once, whatever
 * happens to the writer, to the file, or to the room on the disk.
 */
#include <errno.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/token.h"
#include "store/basket.h"

static const struct {
	struct str bytes;
	enum err err;
} heads[] = {
	{ STR(""), ERR_ABSENT },
	{ STR("\xfe"), ERR_ABSENT },
	{ STR("\xfePS\xff"), ERR_ABSENT },
	{ STR("x"), ERR_INPUT },
	{ STR("\xfePX"), ERR_INPUT },
	{ STR("\xfePS\xff\x01\0\0\0................"), ERR_ABSENT },
	{ STR("\xfePS\xff\x01\0\0\0................."), ERR_INPUT },
	{ STR("\xfePS\xff\0\0\x08\0................"), ERR_ABSENT },
	{ STR("\xfePS\xff\x01\0\x08\0................"), ERR_INPUT },
	{ STR("\xfePS\xff\xff\xff\xff\xff................"), ERR_INPUT },
};
START_TEST(a_head_is_judged)
{
	struct str record;
	size_t used;

	ck_assert_int_eq(segment_parse(heads[_i].bytes, &record, &used),
	    heads[_i].err);
} END_TEST

/* Three records in one sealed segment; returns its bytes. */
static struct str
three_records(struct str dir)
{
	struct spool *sp = open_spool(dir);

	append_ids(sp, 0, 3);
	spool_close(sp);
	return read_file(only_file(dir, ".spool"));
}

START_TEST(a_torn_tail_is_kept_aside_at_every_byte)
{
	struct str whole = three_records(suite_directory());
	struct str dir = suite_directory(), aside;
	size_t each = whole.n / 3;
	struct basket *b = basket_new();

	be_quiet();
	aside = buf_fmt(suite_arena(), 200, "%.*s/aside", STR_ARG(dir));
	for (size_t n = 0; n <= whole.n; n++) {
		const char *path = path_in(dir, "1.spool");

		memset(b, 0, sizeof *b);
		write_file(path, str_slice(whole, 0, n));
		ck_assert_int_eq(drain_all(dir, b), (int64_t)(n / each));
		ck_assert_int_ne(access(path, F_OK), 0);
		ck_assert_int_eq(depth_of(dir).bad, n % each != 0);
		if (n % each == 0)
			continue;
		path = only_file(aside, ".bad");
		ck_assert_str_same(read_file(path),
		    str_slice(whole, n / each * each, n % each));
		unlink(path);
	}
} END_TEST

START_TEST(a_flipped_byte_costs_its_record_only)
{
	struct str dir = suite_directory(), whole = three_records(dir);
	size_t each = whole.n / 3;
	struct basket *b = basket_new();

	be_quiet();
	unlink(only_file(dir, ".spool"));
	for (size_t i = 0; i < whole.n; i++) {
		char bytes[1000];

		memcpy(bytes, whole.p, whole.n);
		bytes[i] ^= (char)(1 << i % 8);
		memset(b, 0, sizeof *b);
		write_file(path_in(dir, "1.spool"),
		    (struct str){ bytes, whole.n });
		ck_assert_int_eq(drain_all(dir, b), 2);
		for (size_t id = 0; id < 3; id++)
			ck_assert_int_eq(b->times[id], id != i / each);
	}
	ck_assert_int_eq(depth_of(dir).bad, 3);
} END_TEST

/* Append for ever; say on fd the highest id that is safe, after it is. */
static void
write_until_killed(struct str dir, int fd)
{
	struct spool *sp = open_spool(dir);
	uint32_t id = 0;

	for (;;) {
		struct str r[5];
		uint32_t n = 1 + id % 5;

		for (uint32_t i = 0; i < n; i++)
			r[i] = record_of(id + i, 100 + (id + i) % 3000);
		if (spool_append(sp, r, n))
			_exit(1);
		id += n;
		if (write(fd, &id, sizeof id) != sizeof id)
			_exit(1);
		if (id % 50 == 0)
			spool_seal(sp);
		arena_reset(suite_arena());
	}
}

static void
kill_a_writer(struct str dir, unsigned us, struct basket *b)
{
	uint32_t safe = 0, said;
	int fd[2], status;
	pid_t pid;

	ck_assert_int_eq(pipe(fd), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		close(fd[0]);
		write_until_killed(dir, fd[1]);
	}
	close(fd[1]);
	ck_assert_int_eq(read(fd[0], &safe, sizeof safe), sizeof safe);
	usleep(us);
	kill(pid, SIGKILL);
	while (read(fd[0], &said, sizeof said) == sizeof said)
		safe = said;
	close(fd[0]);
	waitpid(pid, &status, 0);
	ck_assert(WIFSIGNALED(status));
	drain_all(dir, b);
	for (uint32_t i = 0; i < safe; i++)
		ck_assert_int_eq(b->times[i], 1);
	for (size_t i = 0; i < b->count; i++)
		ck_assert_int_eq(b->times[b->order[i]], 1);
	ck_assert_int_eq(depth_of(dir).records, 0);
}

START_TEST(a_killed_writer_loses_nothing_it_acknowledged)
{
	struct str dir = suite_directory();
	struct basket *b = basket_new();

	be_quiet();
	for (int i = 0; i < 25; i++) {
		uint16_t us;

		token_random(&us, sizeof us);
		memset(b, 0, sizeof *b);
		kill_a_writer(dir, us % 20000, b);
	}
} END_TEST

static void
set_file_limit(rlim_t bytes)
{
	struct rlimit r;

	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &r), 0);
	r.rlim_cur = bytes < r.rlim_max ? bytes : r.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &r), 0);
}

/* Append pairs until one is refused; returns how many records are safe. */
static uint32_t
append_until_full(struct spool *sp)
{
	for (uint32_t id = 0;; id += 2) {
		struct str r[] = { record_of(id, 700),
			record_of(id + 1, 700) };

		if (spool_append(sp, r, 2))
			return id;
		ck_assert_uint_lt(id, 1000);
	}
}

/* On a full disk what was refused is not there, the rest is; it goes on. */
static void
check_full(struct str dir, struct spool *sp, uint32_t safe)
{
	struct basket *b = basket_new();

	ck_assert_uint_gt(safe, 0);
	spool_seal(sp);
	ck_assert_int_eq(drain_all(dir, b), safe);
	for (uint32_t i = 0; i < safe; i++)
		ck_assert_int_eq(b->times[i], 1);
	ck_assert_int_eq(depth_of(dir).bad, 0);
	append_ids(sp, safe, 3);
	spool_close(sp);
	ck_assert_int_eq(drain_all(dir, b), 3);
}

START_TEST(a_write_cut_short_is_taken_back)
{
	struct str dir = suite_directory();
	struct spool *sp = open_spool(dir);
	uint32_t safe;

	be_quiet();
	signal(SIGXFSZ, SIG_IGN);
	set_file_limit(10000);
	safe = append_until_full(sp);
	set_file_limit(RLIM_INFINITY);
	append_ids(sp, safe, 1);
	check_full(dir, sp, safe + 1);
} END_TEST

START_TEST(a_first_write_cut_short_leaves_no_file)
{
	struct str dir = suite_directory(), r = record_of(0, 900);
	struct spool *sp = open_spool(dir);

	be_quiet();
	signal(SIGXFSZ, SIG_IGN);
	set_file_limit(500);
	ck_assert_int_eq(spool_append(sp, &r, 1), ERR_AWAY);
	set_file_limit(RLIM_INFINITY);
	ck_assert_int_eq(depth_of(dir).bytes, 0);
	ck_assert_int_eq(spool_append(sp, &r, 1), OK);
	ck_assert_int_eq(depth_of(dir).records, 1);
	spool_close(sp);
} END_TEST

/* Needs a right to mount, which a test run by root has outside containers. */
START_TEST(a_full_disk_refuses_and_recovers)
{
	struct str dir = suite_directory();
	const char *path = path_in(dir, ".");
	struct spool *sp;
	uint32_t safe;

	be_quiet();
	if (mount("none", path, "tmpfs", 0, "size=64k")) {
		ck_assert(errno == EPERM || errno == EACCES
		    || errno == ENODEV);
		return;
	}
	sp = open_spool(dir);
	safe = append_until_full(sp);
	check_full(dir, sp, safe);
	ck_assert_int_eq(umount2(path, MNT_DETACH), 0);
} END_TEST

#define SOMEBODY 65534

/* Root, once at the keyboard, must not leave what the service can't read. */
START_TEST(what_root_appends_is_the_directory_owners)
{
	struct str dir = suite_directory();
	const char *path = path_in(dir, ".");
	uid_t owner = geteuid() ? geteuid() : SOMEBODY;
	struct spool *sp;
	struct basket *b = basket_new();

	ck_assert_int_eq(chown(path, owner, getegid()), 0);
	sp = open_spool(dir);
	append_ids(sp, 0, 2);
	spool_close(sp);
	ck_assert_int_eq(seteuid(owner), 0);
	ck_assert_int_eq(drain_all(dir, b), 2);
} END_TEST

SUITE(segment)
{
	SUITE_TEST(what_root_appends_is_the_directory_owners);
	SUITE_LOOP(a_head_is_judged, COUNT(heads));
	SUITE_TEST(a_torn_tail_is_kept_aside_at_every_byte);
	SUITE_TEST(a_flipped_byte_costs_its_record_only);
	SUITE_TEST(a_killed_writer_loses_nothing_it_acknowledged);
	SUITE_TEST(a_write_cut_short_is_taken_back);
	SUITE_TEST(a_first_write_cut_short_leaves_no_file);
	SUITE_TEST(a_full_disk_refuses_and_recovers);
}
