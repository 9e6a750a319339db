/* Knows the files below a directory. */
#ifndef PISTE_PAGE_FOLDER_H
#define PISTE_PAGE_FOLDER_H

#include "base/str.h"

struct arena;
struct stat;

#define FOLDER_DEPTH_MAX 8

/*
 * A file: path as to be opened, name below the directory without the ending.
 * Both live in the walk's arena and have a NUL behind the path.  Anything but
 * OK ends the walk.
 */
typedef enum err folder_fn(void *context, struct str path, struct str name,
    const struct stat *st);

/*
 * Call each for every regular file below dir whose name ends so, in no
 * order; names that begin with a dot are passed over.  What each returned, or
 * ERR_AWAY when a directory can't be read.
 */
MUST_USE enum err folder_walk(struct arena *a, struct str dir,
    struct str ending, folder_fn *each, void *context);

#endif
