/* Implements folder.h: a walk over a tree of directories of bounded depth. */
#include <dirent.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/buf.h"
#include "page/folder.h"

struct walk {
	struct arena *arena;
	struct str ending;
	folder_fn *each;
	void *context;
};

/* Where the walk is: path to open, the same below the top with its slash. */
struct place {
	struct str path;
	struct str prefix;
	int depth;
};

static enum err walk_folder(const struct walk *w, const struct place *at);

static enum err
walk_entry(const struct walk *w, const struct place *at, struct str entry)
{
	struct str slash = STR("/");
	struct str path = buf_join(w->arena, buf_join(w->arena, at->path,
	    slash), entry);
	struct str name = buf_join(w->arena, at->prefix, entry);
	struct stat st;

	if (str_has_prefix(entry, STR(".")) || stat(path.p, &st))
		return OK;
	if (S_ISDIR(st.st_mode))
		return walk_folder(w, &(struct place){ path,
		    buf_join(w->arena, name, slash), at->depth + 1 });
	if (!S_ISREG(st.st_mode) || !str_has_suffix(entry, w->ending))
		return OK;
	name.n -= w->ending.n;
	return w->each(w->context, path, name, &st);
}

static enum err
walk_folder(const struct walk *w, const struct place *at)
{
	enum err e = OK;
	struct dirent *found;
	DIR *d;

	if (at->depth > FOLDER_DEPTH_MAX)
		return OK;
	d = opendir(at->path.p);
	if (!d)
		return ERR_AWAY;
	while (!e && (found = readdir(d)) != NULL)
		e = walk_entry(w, at, str_of(found->d_name));
	closedir(d);
	return e;
}

enum err
folder_walk(struct arena *a, struct str dir, struct str ending,
    folder_fn *each, void *context)
{
	struct walk w = { a, ending, each, context };

	return walk_folder(&w, &(struct place){ arena_copy(a, dir),
	    STR_EMPTY, 0 });
}
