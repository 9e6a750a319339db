/* Knows how to make a zip archive of files that are stored as they are. */
#ifndef PISTE_TESTS_SUPPORT_ZIP_H
#define PISTE_TESTS_SUPPORT_ZIP_H

#include "base/str.h"

struct arena;

struct zip_file {
	struct str name;
	struct str content;
};

struct str zip_make(struct arena *a, const struct zip_file *file,
    size_t count, struct str comment);

#endif
