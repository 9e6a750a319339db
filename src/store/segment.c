/*
 * A segment is named TIME-PID.spool, both in hex: the microsecond it was begun
 * at, so that names sort by age, and who wrote it.  It is a row of records:
 *
 *	4 bytes		magic
 *	4 bytes		length of the payload, little-endian
 *	16 bytes	BLAKE2b-128 of length and payload
 *	length bytes	payload
 *
 * Its writer holds flock on it as long as it may append; whoever gets that
 * lock has found a segment that is sealed, or whose writer has died.
 */
#include <dirent.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "store/spool.h"

#include "store/segment.h"

#define MAGIC_BYTES 4
#define LENGTH_BYTES 4
#define SUM_BYTES 16
#define NAME_TIME_DIGITS 16

_Static_assert(MAGIC_BYTES + LENGTH_BYTES + SUM_BYTES == SEGMENT_HEADER_BYTES,
    "the header is what its parts are");

static void
complain(const char *event, const char *name)
{
	int code = errno;

	log_event(LOG_ERROR, event, LOG_Z("segment", name),
	    LOG_Z("reason", strerror(code)));
}

/*
 * A drainer may see the new file before we hold its lock, find it empty and
 * remove it: then it has no name any more, and another must be made.
 */
static bool
hold(int fd)
{
	struct stat st;

	return !flock(fd, LOCK_EX | LOCK_NB) && !fstat(fd, &st)
	    && st.st_nlink > 0;
}

/*
 * Root may write anywhere, but who drains is the spool's owner, and could not
 * read what root leaves there.
 */
static bool
hand_over(int fd, int dir)
{
	struct stat st;

	return geteuid() != 0 ||
	    (!fstat(dir, &st) && !fchown(fd, st.st_uid, st.st_gid));
}

enum err
segment_begin(struct segment *s, int dir, uint64_t *last_us)
{
	uint64_t us = (uint64_t)clock_now_ms() * 1000;

	s->dir = dir;
	s->good = 0;
	s->born_ms = clock_mono_ms();
	for (;;) {
		us = us > *last_us ? us : *last_us + 1;
		*last_us = us;
		snprintf(s->name, sizeof s->name, "%016llx-%08x.spool",
		    (unsigned long long)us, (unsigned)getpid());
		s->fd = openat(dir, s->name, O_CREAT | O_EXCL | O_WRONLY
		    | O_CLOEXEC, 0600);
		if (s->fd < 0 && errno != EEXIST)
			break;
		if (s->fd >= 0 && hold(s->fd))
			break;
		segment_seal(s);
	}
	if (s->fd >= 0 && hand_over(s->fd, dir) && !fsync(dir))
		return OK;
	complain("spool.begin", s->name);
	if (s->fd >= 0)
		unlinkat(dir, s->name, 0);
	segment_seal(s);
	return ERR_AWAY;
}

void
segment_seal(struct segment *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

/*
 * The records of a failed append were refused, so they must not be found
 * later: if the file can't be cut, at least their first header is wiped,
 * which needs no room on the disk.
 */
static void
take_back(struct segment *s, bool may_go_on)
{
	static const char nothing[SEGMENT_HEADER_BYTES];

	if (s->good == 0) {
		unlinkat(s->dir, s->name, 0);
		may_go_on = false;
	}
	if (ftruncate(s->fd, s->good) || lseek(s->fd, s->good, SEEK_SET) < 0) {
		complain("spool.uncut", s->name);
		if (pwrite(s->fd, nothing, sizeof nothing, s->good) < 0)
			complain("spool.unwiped", s->name);
		may_go_on = false;
	}
	if (fdatasync(s->fd) || !may_go_on)
		segment_seal(s);
}

/*
 * After a failed sync the kernel may have dropped the pages and call them
 * clean: the next sync of that file would succeed for nothing.
 */
enum err
segment_append(struct segment *s, struct str bytes)
{
	if (file_write(s->fd, bytes)) {
		complain("spool.write", s->name);
		take_back(s, true);
		return ERR_AWAY;
	}
	if (fdatasync(s->fd)) {
		complain("spool.sync", s->name);
		take_back(s, false);
		return ERR_AWAY;
	}
	s->good += (off_t)bytes.n;
	return OK;
}

static void
checksum(unsigned char sum[SUM_BYTES], const char length[LENGTH_BYTES],
    struct str payload)
{
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, SUM_BYTES);
	crypto_generichash_update(&state, (const unsigned char *)length,
	    LENGTH_BYTES);
	crypto_generichash_update(&state, (const unsigned char *)payload.p,
	    payload.n);
	crypto_generichash_final(&state, sum, SUM_BYTES);
}

char *
segment_put(char *at, struct str record)
{
	uint32_t length = htole32((uint32_t)record.n);
	unsigned char sum[SUM_BYTES];
	char *payload = at + SEGMENT_HEADER_BYTES;

	memcpy(at, SEGMENT_MAGIC, MAGIC_BYTES);
	memcpy(at + MAGIC_BYTES, &length, LENGTH_BYTES);
	checksum(sum, at + MAGIC_BYTES, record);
	memcpy(at + MAGIC_BYTES + LENGTH_BYTES, sum, SUM_BYTES);
	if (record.n)
		memcpy(payload, record.p, record.n);
	return payload + record.n;
}

/* The length that a whole header tells; false if it is none of ours. */
static bool
read_header(const char header[SEGMENT_HEADER_BYTES], size_t *length)
{
	uint32_t n;

	memcpy(&n, header + MAGIC_BYTES, LENGTH_BYTES);
	*length = le32toh(n);
	return !memcmp(header, SEGMENT_MAGIC, MAGIC_BYTES)
	    && *length <= SPOOL_RECORD_BYTES_MAX;
}

enum err
segment_parse(struct str bytes, struct str *record, size_t *used)
{
	size_t known = bytes.n < MAGIC_BYTES ? bytes.n : MAGIC_BYTES;
	unsigned char sum[SUM_BYTES];
	struct str payload;
	size_t length;

	if (known && memcmp(bytes.p, SEGMENT_MAGIC, known))
		return ERR_INPUT;
	if (bytes.n < SEGMENT_HEADER_BYTES)
		return ERR_ABSENT;
	if (!read_header(bytes.p, &length))
		return ERR_INPUT;
	payload = str_slice(bytes, SEGMENT_HEADER_BYTES, length);
	if (payload.n < length)
		return ERR_ABSENT;
	checksum(sum, bytes.p + MAGIC_BYTES, payload);
	if (memcmp(bytes.p + MAGIC_BYTES + LENGTH_BYTES, sum, SUM_BYTES))
		return ERR_INPUT;
	*record = payload;
	*used = SEGMENT_HEADER_BYTES + length;
	return OK;
}

int
segment_open(int dir, const char *name)
{
	return openat(dir, name, O_RDWR | O_CLOEXEC);
}

enum err
segment_count(int dir, const char *name, int64_t *records, int64_t *bytes)
{
	char header[SEGMENT_HEADER_BYTES];
	struct stat st;
	size_t length;
	off_t at = 0;
	int fd;

	*records = *bytes = 0;
	if (fstatat(dir, name, &st, 0))
		return errno == ENOENT ? ERR_ABSENT : ERR_AWAY;
	*bytes = st.st_size;
	fd = segment_open(dir, name);
	if (fd < 0)
		return errno == ENOENT ? ERR_ABSENT : ERR_AWAY;
	while (pread(fd, header, sizeof header, at) == (ssize_t)sizeof header
	    && read_header(header, &length)) {
		at += (off_t)(sizeof header + length);
		++*records;
	}
	close(fd);
	return OK;
}

int64_t
segment_born_ms(const char *name)
{
	static const char digits[] = "0123456789abcdef";
	uint64_t us = 0;

	for (int i = 0; i < NAME_TIME_DIGITS; i++) {
		const char *d = memchr(digits, name[i], sizeof digits - 1);

		if (!d)
			return 0;
		us = us << 4 | (uint64_t)(d - digits);
	}
	return (int64_t)(us / 1000);
}

static int
is_segment(const struct dirent *entry)
{
	return str_has_suffix(str_of(entry->d_name), STR(".spool"));
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

int
segment_list(int dir, struct dirent ***list)
{
	return scandirat(dir, ".", list, is_segment, by_name);
}
