/* Implements keep.h: write beside, sync, rename, sync the directory. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "page/site.h"
#include "page/keep.h"

/* The document and its state, as the database writes it. */
#define KEEP_BYTES_MAX SITE_JSON_BYTES_MAX

static bool
path_in(struct str directory, const char *name, char path[PATH_MAX])
{
	return snprintf(path, PATH_MAX, "%.*s/%s", STR_ARG(directory), name) <
	    PATH_MAX;
}

static bool
write_all(int fd, struct str s)
{
	while (s.n) {
		ssize_t n = write(fd, s.p, s.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		s = str_slice(s, (size_t)n, s.n);
	}
	return true;
}

static bool
read_all(int fd, char *dst, size_t size)
{
	for (size_t at = 0; at < size;) {
		ssize_t n = read(fd, dst + at, size - at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += (size_t)n;
	}
	return true;
}

static void
sync_directory(struct str directory)
{
	char path[PATH_MAX];
	int fd = path_in(directory, ".", path) ?
	    open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

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

void
keep_write(struct str state, struct str json)
{
	char path[PATH_MAX], beside[PATH_MAX];
	bool is_written;
	int fd;

	if (json.n > KEEP_BYTES_MAX || is_kept(state, json))
		return;
	if (!path_in(state, KEEP_FILE, path) ||
	    !path_in(state, KEEP_FILE ".XXXXXX", beside))
		return;
	fd = mkostemp(beside, O_CLOEXEC);
	if (fd < 0) {
		log_event(LOG_ERROR, "keep.write",
		    LOG_Z("reason", strerror(errno)));
		return;
	}
	is_written = write_all(fd, json) && !fsync(fd);
	if (close(fd) || !is_written || rename(beside, path)) {
		log_event(LOG_ERROR, "keep.write",
		    LOG_Z("reason", strerror(errno)));
		unlink(beside);
		return;
	}
	sync_directory(state);
}

enum err
keep_read(struct str state, struct arena *a, struct str *json)
{
	enum err e = ERR_AWAY;
	char path[PATH_MAX];
	struct stat st;
	char *bytes;
	int fd;

	if (!path_in(state, KEEP_FILE, path))
		return ERR_ABSENT;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return ERR_ABSENT;
	if (fd >= 0 && !fstat(fd, &st) && st.st_size <= KEEP_BYTES_MAX) {
		bytes = arena_take(a, (size_t)st.st_size + 1);
		if (read_all(fd, bytes, (size_t)st.st_size)) {
			*json = (struct str){ bytes, (size_t)st.st_size };
			e = OK;
		}
	}
	if (e)
		log_event(LOG_ERROR, "keep.read", LOG_Z("file", path),
		    LOG_Z("reason", strerror(errno)));
	if (fd >= 0)
		close(fd);
	return e;
}
