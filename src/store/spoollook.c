/* Implements spoollook.h: reads segments without their locks. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/segment.h"
#include "store/spool.h"

#include "store/spoollook.h"

struct look {
	spoollook_see *see;
	void *context;
	bool is_aside;
};

/* What is cut short is being written, or torn: a drainer keeps it aside. */
static void
show(const struct look *l, struct str bytes)
{
	struct str record;
	size_t used;

	while (bytes.n) {
		if (segment_parse(bytes, &record, &used))
			used = 1;
		else
			l->see(l->context, record, l->is_aside);
		bytes = str_slice(bytes, used, bytes.n);
		if (bytes.n && bytes.p[0] != SEGMENT_MAGIC[0]) {
			const char *next = memmem(bytes.p, bytes.n,
			    SEGMENT_MAGIC, strlen(SEGMENT_MAGIC));

			if (!next)
				return;
			bytes = str_slice(bytes, (size_t)(next - bytes.p),
			    bytes.n);
		}
	}
}

static enum err
look_at(const struct look *l, int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	enum err e = ERR_AWAY;
	struct stat st;
	char *bytes;

	if (fd < 0)
		return errno == ENOENT ? OK : ERR_AWAY;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode)) {
		bytes = malloc((size_t)st.st_size + 1);
		if (!bytes)
			abort();
		if (file_read(fd, bytes, (size_t)st.st_size) ==
		    (size_t)st.st_size) {
			show(l, (struct str){ bytes, (size_t)st.st_size });
			e = OK;
		}
		free(bytes);
	}
	close(fd);
	return e;
}

static int
is_kept(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* All that is in a directory; one that is not there holds nothing. */
static enum err
look_into(const struct look *l, int dir)
{
	struct dirent **list = NULL;
	int count = l->is_aside ? scandirat(dir, ".", &list, is_kept,
	    alphasort) : segment_list(dir, &list);
	enum err e = count < 0 ? ERR_AWAY : OK;

	for (int i = 0; i < count; i++) {
		enum err own = look_at(l, dir, list[i]->d_name);

		e = own ? own : e;
		free(list[i]);
	}
	free(list);
	return e;
}

static enum err
look_below(struct look *l, int at, const char *name)
{
	int dir = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum err e, aside;

	if (dir < 0)
		return errno == ENOENT ? OK : ERR_AWAY;
	e = look_into(l, dir);
	if (!l->is_aside) {
		l->is_aside = true;
		aside = look_below(l, dir, SPOOL_ASIDE);
		e = e ? e : aside;
	}
	close(dir);
	return e;
}

enum err
spoollook_each(struct str dir, spoollook_see *see, void *context)
{
	struct look l = { .see = see, .context = context };
	char path[PATH_MAX];

	if (str_z(dir, path, sizeof path))
		return ERR_AWAY;
	return look_below(&l, AT_FDCWD, path);
}
