/*
 * Implements keep.h: write beside, sync, rename, sync the directory.  Who
 * writes holds the directory's lock: there is one name to write beside, and
 * what a killed process left there is swept away by the next.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/log.h"
#include "page/site.h"
#include "page/keep.h"

/* The document and its state, as the database writes it. */
#define KEEP_BYTES_MAX SITE_JSON_BYTES_MAX
#define BESIDE KEEP_FILE ".new"

/* Every process has the same picture to keep: one of them writes it. */
static bool
is_kept(struct str state, struct str json)
{
	struct arena *a = arena_new(2 * KEEP_BYTES_MAX);
	struct str kept;
	bool is_same = !keep_read(state, a, &kept) && str_eq(kept, json);

	arena_free(a);
	return is_same;
}

static bool
write_beside(int directory, struct str json)
{
	bool is_written;
	int fd;

	/* What is there already may be another user's: this may remove it. */
	unlinkat(directory, BESIDE, 0);
	fd = openat(directory, BESIDE, O_CREAT | O_EXCL | O_WRONLY |
	    O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	is_written = !file_write(fd, json) && !fsync(fd);
	return !close(fd) && is_written;
}

static bool
replace(int directory, struct str json)
{
	return write_beside(directory, json) &&
	    !renameat(directory, BESIDE, directory, KEEP_FILE) &&
	    !fsync(directory);
}

void
keep_write(struct str state, struct str json)
{
	char path[PATH_MAX];
	int directory = -1;

	if (json.n > KEEP_BYTES_MAX)
		errno = EFBIG;
	else if (str_z(state, path, sizeof path))
		errno = ENAMETOOLONG;
	else
		directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0 || flock(directory, LOCK_EX) ||
	    (!is_kept(state, json) && !replace(directory, json)))
		log_event(LOG_ERROR, "keep.write",
		    LOG_Z("reason", strerror(errno)));
	if (directory >= 0)
		close(directory);
}

/* errno says why it can't. */
static bool
read_all(int fd, struct arena *a, struct str *json)
{
	struct stat st;
	char *bytes;
	size_t n;

	if (fd < 0 || fstat(fd, &st))
		return false;
	if (st.st_size > KEEP_BYTES_MAX) {
		errno = EFBIG;
		return false;
	}
	n = (size_t)st.st_size;
	bytes = arena_take(a, n + 1);
	if (file_read(fd, bytes, n) != n)
		return false;
	*json = (struct str){ bytes, n };
	return true;
}

enum err
keep_read(struct str state, struct arena *a, struct str *json)
{
	char path[PATH_MAX];
	enum err e = OK;
	int fd;

	if (snprintf(path, sizeof path, "%.*s/" KEEP_FILE, STR_ARG(state)) >=
	    (int)sizeof path)
		return ERR_ABSENT;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return ERR_ABSENT;
	if (!read_all(fd, a, json)) {
		log_event(LOG_ERROR, "keep.read", LOG_Z("file", path),
		    LOG_Z("reason", strerror(errno)));
		e = ERR_AWAY;
	}
	if (fd >= 0)
		close(fd);
	return e;
}
