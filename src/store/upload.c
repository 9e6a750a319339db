/*
 * Implements upload.h: written beside, synced, renamed, and the name synced.
 * The same bytes under the same id may be written by two requests at once:
 * each renames a whole file, and it is the same one.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/token.h"

#include "store/upload.h"

#define PART_SIGN '.'	/* begins the name of what is being written */

bool
upload_id_is(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= '0' && s.p[i] <= '9') &&
		    !(s.p[i] >= 'a' && s.p[i] <= 'f'))
			return false;
	return s.n == UPLOAD_ID_CHARS;
}

static enum err
fail(const char *what)
{
	log_event(LOG_ERROR, "upload.failed", LOG_Z("what", what),
	    LOG_Z("reason", strerror(errno)));
	return ERR_AWAY;
}

/* The directory, open; below 0 with errno. */
static int
open_directory(struct str dir, bool is_made)
{
	char path[PATH_MAX];

	if (str_z(dir, path, sizeof path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (is_made && mkdir(path, 0700) && errno != EEXIST)
		return -1;
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static enum err
write_whole(int at, const char *name, struct str bytes)
{
	int fd = openat(at, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    0600);
	bool is_written;

	if (fd < 0)
		return fail("open");
	is_written = !file_write(fd, bytes) && !fsync(fd);
	if (close(fd) || !is_written)
		return fail("write");
	return OK;
}

enum err
upload_keep(struct str dir, struct str id, struct str bytes)
{
	int at = open_directory(dir, true);
	char part[TOKEN_ID_CHARS + 2] = { PART_SIGN };
	char name[UPLOAD_ID_CHARS + 1];
	enum err e;

	if (at < 0)
		return fail("directory");
	token_id(part + 1);
	e = str_z(id, name, sizeof name);
	if (!e)
		e = write_whole(at, part, bytes);
	if (!e && (renameat(at, part, at, name) || fsync(at)))
		e = fail("rename");
	if (e)
		unlinkat(at, part, 0);
	close(at);
	return e;
}

static bool
is_older(int at, const char *name, int64_t before_ms)
{
	struct stat st;

	return !fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) &&
	    S_ISREG(st.st_mode) &&
	    (int64_t)st.st_mtim.tv_sec * 1000 < before_ms;
}

/* Ids that were found and not told yet. */
struct batch {
	char text[UPLOAD_BATCH_MAX][UPLOAD_ID_CHARS];
	struct str id[UPLOAD_BATCH_MAX];
	size_t count;
	upload_take *take;
	void *context;
};

static enum err
tell(struct batch *b)
{
	enum err e = b->count ? b->take(b->context, b->id, b->count) : OK;

	b->count = 0;
	return e;
}

static enum err
add(struct batch *b, struct str name)
{
	char *text = b->text[b->count];

	memcpy(text, name.p, UPLOAD_ID_CHARS);
	b->id[b->count++] = (struct str){ text, UPLOAD_ID_CHARS };
	return b->count == UPLOAD_BATCH_MAX ? tell(b) : OK;
}

static enum err
walk(DIR *d, int64_t before_ms, struct batch *b)
{
	const struct dirent *entry;
	enum err e = OK;

	while (!e && (entry = readdir(d))) {
		struct str name = str_of(entry->d_name);

		if (!is_older(dirfd(d), entry->d_name, before_ms))
			continue;
		if (upload_id_is(name))
			e = add(b, name);
		else if (name.p[0] == PART_SIGN)
			unlinkat(dirfd(d), entry->d_name, 0);
	}
	return e ? e : tell(b);
}

enum err
upload_each(struct str dir, int64_t before_ms, upload_take *take,
    void *context)
{
	struct batch b = { .take = take, .context = context };
	int at = open_directory(dir, false);
	DIR *d = at < 0 ? NULL : fdopendir(at);
	enum err e;

	if (!d) {
		e = errno == ENOENT ? OK : fail("list");
		if (at >= 0)
			close(at);
		return e;
	}
	e = walk(d, before_ms, &b);
	closedir(d);
	return e;
}

enum err
upload_remove(struct str dir, struct str id)
{
	int at = open_directory(dir, false);
	char name[UPLOAD_ID_CHARS + 1];
	enum err e = OK;

	if (at < 0)
		return errno == ENOENT ? ERR_ABSENT : fail("directory");
	if (!upload_id_is(id) || str_z(id, name, sizeof name))
		e = ERR_ABSENT;
	else if (unlinkat(at, name, 0))
		e = errno == ENOENT ? ERR_ABSENT : fail("remove");
	close(at);
	return e;
}

enum err
upload_look(struct str dir)
{
	struct stat st;
	int at = open_directory(dir, false);
	bool is_seen;

	if (at < 0)
		return errno == ENOENT ? ERR_ABSENT : ERR_AWAY;
	is_seen = !fstat(at, &st);
	close(at);
	if (!is_seen)
		return ERR_AWAY;
	return st.st_mode & 077 ? ERR_DENIED : OK;
}
