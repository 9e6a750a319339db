/* Implements caught.h, as a maildir: written in tmp, renamed to new. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "deliver/caught.h"

static enum err
failed(const char *path)
{
	log_event(LOG_ERROR, "caught.write", LOG_Z("file", path),
	    LOG_Z("why", strerror(errno)));
	return ERR_AWAY;
}

/* dir/folder/name in path; the directories are there afterwards. */
static bool
make_path(struct str dir, const char *folder, struct str name,
    char path[PATH_MAX])
{
	const char *const parts[] = { "", folder };

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (snprintf(path, PATH_MAX, "%.*s/%s", STR_ARG(dir),
		    parts[i]) >= PATH_MAX ||
		    (mkdir(path, 0700) && errno != EEXIST))
			return false;
	return snprintf(path, PATH_MAX, "%.*s/%s/%.*s.eml", STR_ARG(dir),
	    folder, STR_ARG(name)) < PATH_MAX;
}

enum err
caught_write(struct str dir, struct str name, struct str message)
{
	char temp[PATH_MAX], path[PATH_MAX];
	bool is_written;
	int fd;

	errno = ENAMETOOLONG;
	if (!make_path(dir, "tmp", name, temp) ||
	    !make_path(dir, "new", name, path))
		return failed(temp);
	fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return failed(temp);
	is_written = !file_write(fd, message) && !fsync(fd);
	is_written = !close(fd) && is_written;
	if (!is_written || rename(temp, path) || file_sync_name(str_of(path)))
		return failed(path);
	return OK;
}

enum err
caught_remove(struct str dir, struct str name)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof path, "%.*s/new/%.*s.eml", STR_ARG(dir),
	    STR_ARG(name)) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return failed(path);
	}
	if (!unlink(path) || errno == ENOTDIR)
		return OK;
	return errno == ENOENT ? ERR_ABSENT : failed(path);
}
