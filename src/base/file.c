/* Implements file.h: what read, write and fsync leave to their callers. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

enum err
file_write(int fd, struct str bytes)
{
	while (bytes.n > 0) {
		ssize_t n = write(fd, bytes.p, bytes.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ERR_AWAY;
		bytes = str_slice(bytes, (size_t)n, bytes.n);
	}
	return OK;
}

size_t
file_read(int fd, void *dst, size_t size)
{
	size_t n = 0;

	while (n < size) {
		ssize_t got = read(fd, (char *)dst + n, size - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got == 0)
			errno = ENODATA;
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	return n;
}

/* As dirname(3), which would write into path. */
static struct str
directory_of(struct str path)
{
	while (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;
	while (path.n > 0 && path.p[path.n - 1] != '/')
		path.n--;
	return path.n ? path : STR(".");
}

enum err
file_sync_name(struct str path)
{
	char directory[PATH_MAX];
	int fd, failure;

	if (str_z(directory_of(path), directory, sizeof directory)) {
		errno = EINVAL;
		return ERR_AWAY;
	}
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return ERR_AWAY;
	failure = fsync(fd) ? errno : 0;
	close(fd);
	errno = failure;
	return failure ? ERR_AWAY : OK;
}

enum err
file_write_private(const char *path, struct str bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool is_written = fd >= 0 && !fchmod(fd, 0600) &&
	    !file_write(fd, bytes);
	int why = errno;

	if (fd >= 0 && close(fd) && is_written)
		return ERR_AWAY;
	errno = why;
	return is_written ? OK : ERR_AWAY;
}
