/*
 * A spool is a directory of segments, whose form segment.c knows.  Below it,
 * aside/ keeps the bytes that were no record and the records that were
 * refused, as they were: moved to dir/NAME.spool they are offered again.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "store/segment.h"

#include "store/spool.h"

#define PROBE "probe"
#define PROBE_BYTES 4096

struct spool {
	int dir;
	struct segment segment;
	uint64_t last_us;	/* the name given last */
	int64_t bytes_max;
	int64_t bytes;		/* of all segments, when last looked at */
	size_t refused;		/* bytes of the last append, if it failed */
};

struct drain {
	int dir;
	size_t group_max;
	spool_take *take;
	void *context;
	int64_t *drained;
	const char *name;	/* the segment in hand */
	struct str bytes;	/* and what is in it */
	struct str *group;
	size_t count;
	bool is_stopped;	/* by take */
};

static void
complain(const char *event, struct str name)
{
	int code = errno;

	log_event(LOG_ERROR, event, LOG_STR("name", name),
	    LOG_Z("reason", strerror(code)));
}

static int
open_directory(struct str dir)
{
	char path[PATH_MAX];

	if (str_z(dir, path, sizeof path)) {
		errno = EINVAL;
		return -1;
	}
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* A new directory is safe only once its parent is synced. */
static bool
make_directory(struct str dir)
{
	char path[PATH_MAX];

	if (str_z(dir, path, sizeof path)) {
		errno = EINVAL;
		return false;
	}
	if (mkdir(path, 0700))
		return errno == EEXIST;
	return !file_sync_name(dir);
}

enum err
spool_open(struct str dir, int64_t bytes_max, struct spool **out)
{
	int fd = make_directory(dir) ? open_directory(dir) : -1;
	struct spool *sp;

	if (fd < 0 || faccessat(fd, ".", W_OK | X_OK, AT_EACCESS)) {
		complain("spool.closed", dir);
		if (fd >= 0)
			close(fd);
		return ERR_AWAY;
	}
	sp = calloc(1, sizeof *sp);
	if (!sp)
		abort();
	sp->dir = fd;
	sp->segment.fd = -1;
	sp->bytes_max = bytes_max;
	*out = sp;
	return OK;
}

void
spool_seal(struct spool *sp)
{
	segment_seal(&sp->segment);
}

void
spool_close(struct spool *sp)
{
	if (!sp)
		return;
	spool_seal(sp);
	close(sp->dir);
	free(sp);
}

static bool
measure(struct spool *sp)
{
	struct dirent **list;
	int count = segment_list(sp->dir, &list);

	if (count < 0)
		return false;
	sp->bytes = 0;
	for (int i = 0; i < count; i++) {
		struct stat st;

		if (!fstatat(sp->dir, list[i]->d_name, &st, 0))
			sp->bytes += st.st_size;
		free(list[i]);
	}
	free(list);
	return true;
}

/*
 * Other writers and the drainer work here too, so look again for each new
 * segment and before refusing.
 */
static bool
has_room(struct spool *sp, int64_t n)
{
	if (sp->segment.fd >= 0 && sp->bytes + n <= sp->bytes_max)
		return true;
	return measure(sp) && sp->bytes + n <= sp->bytes_max;
}

static bool
is_finished(const struct segment *s, size_t n)
{
	return s->good + (off_t)n > SPOOL_SEGMENT_BYTES_MAX
	    || clock_mono_ms() - s->born_ms >= SPOOL_SEGMENT_AGE_MS;
}

static enum err
ensure_segment(struct spool *sp, size_t n)
{
	if (sp->segment.fd >= 0 && is_finished(&sp->segment, n))
		spool_seal(sp);
	if (!has_room(sp, (int64_t)n)) {
		log_event(LOG_ERROR, "spool.full", LOG_INT("bytes", sp->bytes),
		    LOG_INT("bytes_max", sp->bytes_max));
		return ERR_LIMIT;
	}
	if (sp->segment.fd >= 0)
		return OK;
	return segment_begin(&sp->segment, sp->dir, &sp->last_us);
}

static enum err
append_bytes(struct spool *sp, const struct str *record, size_t count,
    size_t n)
{
	enum err e = ensure_segment(sp, n);
	char *bytes, *at;

	if (e)
		return e;
	bytes = at = malloc(n);
	if (!bytes)
		abort();
	for (size_t i = 0; i < count; i++)
		at = segment_put(at, record[i]);
	e = segment_append(&sp->segment, (struct str){ bytes, n });
	free(bytes);
	if (!e)
		sp->bytes += (int64_t)n;
	return e;
}

enum err
spool_append(struct spool *sp, const struct str *record, size_t count)
{
	size_t n = 0;
	enum err e;

	for (size_t i = 0; i < count; i++) {
		if (record[i].n > SPOOL_RECORD_BYTES_MAX)
			return ERR_LIMIT;
		n += SEGMENT_HEADER_BYTES + record[i].n;
	}
	if (n == 0)
		return OK;
	e = append_bytes(sp, record, count, n);
	sp->refused = e ? n : 0;
	return e;
}

/*
 * In a file of its own, since what a segment holds will be drained.  Several
 * processes may be at it: it does not matter whose file this is.
 */
enum err
spool_probe(struct spool *sp)
{
	static const char page[PROBE_BYTES];
	bool is_written;
	int fd;

	if (!measure(sp))
		return ERR_AWAY;
	if (sp->bytes + (int64_t)sp->refused > sp->bytes_max)
		return ERR_LIMIT;
	unlinkat(sp->dir, PROBE, 0);
	fd = openat(sp->dir, PROBE, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0)
		return ERR_AWAY;
	is_written = !file_write(fd, (struct str){ page, sizeof page })
	    && !fsync(fd) && !fsync(sp->dir);
	close(fd);
	unlinkat(sp->dir, PROBE, 0);
	return is_written ? OK : ERR_AWAY;
}

static int64_t
count_aside(int dir)
{
	int fd = openat(dir, SPOOL_ASIDE, O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	int64_t n = 0;

	if (!d)
		return 0;
	for (struct dirent *entry; (entry = readdir(d));)
		n += entry->d_name[0] != '.';
	closedir(d);
	return n;
}

enum err
spool_depth(struct str dir, struct spool_depth *out)
{
	struct dirent **list = NULL;
	int fd = open_directory(dir), count;

	*out = (struct spool_depth){ 0 };
	if (fd < 0)
		return errno == ENOENT ? OK : ERR_AWAY;
	count = segment_list(fd, &list);
	for (int i = 0; i < count; i++) {
		int64_t records, bytes;

		out->unread += segment_count(fd, list[i]->d_name, &records,
		    &bytes) == ERR_AWAY;
		if (records && !out->records)
			out->oldest_ms = segment_born_ms(list[i]->d_name);
		out->records += records;
		out->bytes += bytes;
		free(list[i]);
	}
	free(list);
	out->bad = count_aside(fd);
	close(fd);
	return count < 0 ? ERR_AWAY : OK;
}

/* Named by segment and offset: kept again, it is the same file. */
static enum err
keep_aside(struct drain *d, const char *event, struct str bytes)
{
	size_t offset = (size_t)(bytes.p - d->bytes.p);
	struct str stem = str_of(d->name);
	char name[NAME_MAX + 1];
	bool is_kept = false;
	int aside, fd = -1;

	stem.n = stem.n > 200 ? 200 : stem.n - strlen(".spool");
	snprintf(name, sizeof name, "%.*s-%08zx.bad", STR_ARG(stem), offset);
	if (!mkdirat(d->dir, SPOOL_ASIDE, 0700))
		fsync(d->dir);
	aside = openat(d->dir, SPOOL_ASIDE, O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC);
	if (aside >= 0)
		fd = openat(aside, name, O_CREAT | O_TRUNC | O_WRONLY
		    | O_CLOEXEC, 0600);
	if (fd >= 0) {
		is_kept = !file_write(fd, bytes) && !fsync(fd)
		    && !fsync(aside);
		close(fd);
	}
	if (!is_kept)
		complain("spool.aside", str_of(name));
	else
		log_event(LOG_ERROR, event, LOG_Z("kept", name),
		    LOG_INT("bytes", (int64_t)bytes.n));
	if (aside >= 0)
		close(aside);
	return is_kept ? OK : ERR_AWAY;
}

/* Where the next whole record begins after the head of bytes, or the end. */
static size_t
find_record(struct str bytes)
{
	struct str record;
	size_t at = 1, used;

	while (at < bytes.n) {
		const char *magic = memmem(bytes.p + at, bytes.n - at,
		    SEGMENT_MAGIC, strlen(SEGMENT_MAGIC));

		if (!magic)
			break;
		at = (size_t)(magic - bytes.p);
		if (!segment_parse(str_slice(bytes, at, bytes.n), &record,
		    &used))
			return at;
		at++;
	}
	return bytes.n;
}

static enum err
offer(struct drain *d, const struct str *record, size_t count)
{
	enum err e = d->take(d->context, record, count);

	if (!e)
		*d->drained += (int64_t)count;
	d->is_stopped = e && e != ERR_INPUT;
	return e;
}

static enum err
offer_one(struct drain *d, struct str record)
{
	enum err e = offer(d, &record, 1);

	if (e == ERR_INPUT)
		return keep_aside(d, "spool.refused", (struct str){
		    record.p - SEGMENT_HEADER_BYTES,
		    record.n + SEGMENT_HEADER_BYTES });
	return e;
}

static enum err
offer_group(struct drain *d)
{
	size_t count = d->count;
	enum err e;

	d->count = 0;
	if (count == 0)
		return OK;
	if (count == 1)
		return offer_one(d, d->group[0]);
	e = offer(d, d->group, count);
	if (e != ERR_INPUT)
		return e;
	e = OK;
	for (size_t i = 0; i < count && !e; i++)
		e = offer_one(d, d->group[i]);
	return e;
}

static enum err
drain_bytes(struct drain *d)
{
	size_t at = 0, used;
	enum err e = OK;

	d->count = 0;
	while (at < d->bytes.n && !e) {
		struct str rest = str_slice(d->bytes, at, d->bytes.n);

		if (segment_parse(rest, &d->group[d->count], &used)) {
			used = find_record(rest);
			e = keep_aside(d, "spool.torn",
			    str_slice(rest, 0, used));
		} else if (++d->count == d->group_max) {
			e = offer_group(d);
		}
		at += used;
	}
	return e ? e : offer_group(d);
}

/*
 * Every drain of this process finds it again, every second: one line of the
 * log is enough, also for several drains.
 */
static enum err
tell_unread(const struct drain *d)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static ino_t told[SPOOL_UNREAD_TOLD_MAX];
	static size_t count;
	int code = errno;
	struct stat st;
	size_t i = 0;

	if (fstatat(d->dir, d->name, &st, AT_SYMLINK_NOFOLLOW))
		return ERR_AWAY;
	pthread_mutex_lock(&lock);
	while (i < count && told[i] != st.st_ino)
		i++;
	if (i == count && count < SPOOL_UNREAD_TOLD_MAX) {
		told[count++] = st.st_ino;
		errno = code;
		complain("spool.unread", str_of(d->name));
	}
	pthread_mutex_unlock(&lock);
	return ERR_AWAY;
}

/*
 * A segment that is locked or gone is somebody else's.  It is removed while
 * we hold its lock, see hold() in segment.c.
 */
static enum err
drain_segment(struct drain *d)
{
	int fd = segment_open(d->dir, d->name);
	enum err e = OK;
	struct stat st;
	char *bytes;
	size_t n;

	if (fd < 0 && errno == ENOENT)
		return OK;
	if (fd < 0)
		return tell_unread(d);
	if (flock(fd, LOCK_EX | LOCK_NB) || fstat(fd, &st) || !st.st_nlink)
		goto close;
	n = (size_t)st.st_size;
	bytes = malloc(n + 1);
	d->bytes = (struct str){ bytes, n };
	if (bytes && file_read(fd, bytes, n) == n)
		e = drain_bytes(d);
	else
		e = tell_unread(d);
	if (!e && unlinkat(d->dir, d->name, 0))
		e = ERR_AWAY;
	free(bytes);
close:
	close(fd);
	return e;
}

enum err
spool_drain(struct str dir, size_t group_max, spool_take *take, void *context,
    int64_t *drained)
{
	struct drain d = { .dir = open_directory(dir), .group_max = group_max,
	    .take = take, .context = context, .drained = drained };
	struct dirent **list = NULL;
	enum err e = OK;
	int count;

	*drained = 0;
	if (d.dir < 0)
		return errno == ENOENT ? OK : ERR_AWAY;
	d.group = calloc(group_max, sizeof *d.group);
	if (!d.group)
		abort();
	count = segment_list(d.dir, &list);
	for (int i = 0; i < count; i++) {
		d.name = list[i]->d_name;
		if (!d.is_stopped) {
			enum err own = drain_segment(&d);

			e = own ? own : e;
		}
		free(list[i]);
	}
	free(list);
	free(d.group);
	close(d.dir);
	return count < 0 ? ERR_AWAY : e;
}
