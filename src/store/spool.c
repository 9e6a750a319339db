/*
 * A spool is a directory of segments, whose form segment.c knows.  Below it,
 * aside/ keeps the bytes that were no record and the records that were
 * refused, as they were: moved to dir/NAME.spool they are offered again.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/segment.h"

#include "store/spool.h"

#define ASIDE "aside"

struct spool {
	int dir;
	struct segment segment;
	uint64_t last_us;	/* the name given last */
	int64_t bytes_max;
	int64_t bytes;		/* of all segments, when last looked at */
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
	char path[PATH_MAX], parent[PATH_MAX + 3];
	bool is_made = false;
	int fd;

	if (str_z(dir, path, sizeof path)) {
		errno = EINVAL;
		return false;
	}
	if (mkdir(path, 0700))
		return errno == EEXIST;
	snprintf(parent, sizeof parent, "%s/..", path);
	fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		is_made = !fsync(fd);
		close(fd);
	}
	return is_made;
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

enum err
spool_append(struct spool *sp, const struct str *record, size_t count)
{
	size_t n = 0;
	char *bytes, *at;
	enum err e;

	for (size_t i = 0; i < count; i++) {
		if (record[i].n > SPOOL_RECORD_BYTES_MAX)
			return ERR_LIMIT;
		n += SEGMENT_HEADER_BYTES + record[i].n;
	}
	if (n == 0)
		return OK;
	e = ensure_segment(sp, n);
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
spool_parse(struct str bytes, struct str *record, size_t *used)
{
	return segment_parse(bytes, record, used);
}

static int64_t
count_aside(int dir)
{
	int fd = openat(dir, ASIDE, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
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
		int64_t bytes, records = segment_count(fd, list[i]->d_name,
		    &bytes);

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

static bool
write_file(int fd, struct str bytes)
{
	while (bytes.n > 0) {
		ssize_t n = write(fd, bytes.p, bytes.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes = str_slice(bytes, (size_t)n, bytes.n);
	}
	return !fsync(fd);
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
	if (!mkdirat(d->dir, ASIDE, 0700))
		fsync(d->dir);
	aside = openat(d->dir, ASIDE, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (aside >= 0)
		fd = openat(aside, name, O_CREAT | O_TRUNC | O_WRONLY
		    | O_CLOEXEC, 0600);
	if (fd >= 0) {
		is_kept = write_file(fd, bytes) && !fsync(aside);
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
offer_one(struct drain *d, struct str record)
{
	enum err e = d->take(d->context, &record, 1);

	if (e == ERR_INPUT)
		return keep_aside(d, "spool.refused", (struct str){
		    record.p - SEGMENT_HEADER_BYTES,
		    record.n + SEGMENT_HEADER_BYTES });
	*d->drained += !e;
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
	e = d->take(d->context, d->group, count);
	if (!e)
		*d->drained += (int64_t)count;
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

static char *
read_all(int fd, size_t n)
{
	char *bytes = malloc(n + 1);
	size_t at = 0;

	while (bytes && at < n) {
		ssize_t got = pread(fd, bytes + at, n - at, (off_t)at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			free(bytes);
			return NULL;
		}
		at += (size_t)got;
	}
	return bytes;
}

/*
 * A segment that is locked or gone is somebody else's.  It is removed while
 * we hold its lock, see hold() in segment.c.
 */
static enum err
drain_segment(struct drain *d)
{
	int fd = openat(d->dir, d->name, O_RDWR | O_CLOEXEC);
	char *bytes = NULL;
	enum err e = OK;
	struct stat st;

	if (fd < 0 && errno == ENOENT)
		return OK;
	if (fd < 0) {
		complain("spool.unread", str_of(d->name));
		return ERR_AWAY;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) || fstat(fd, &st) || !st.st_nlink)
		goto close;
	bytes = read_all(fd, (size_t)st.st_size);
	if (!bytes) {
		complain("spool.unread", str_of(d->name));
		e = ERR_AWAY;
		goto close;
	}
	d->bytes = (struct str){ bytes, (size_t)st.st_size };
	e = drain_bytes(d);
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
	struct drain d = { open_directory(dir), group_max, take, context,
	    drained, NULL, STR_EMPTY, NULL, 0 };
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
		if (!e)
			e = drain_segment(&d);
		free(list[i]);
	}
	free(list);
	free(d.group);
	close(d.dir);
	return count < 0 ? ERR_AWAY : e;
}
