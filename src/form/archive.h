/*
 * Knows zip archives well enough to tell what is in one: names, and whether
 * its first file is stored as it is (PKWARE APPNOTE 6.3, 4.3).  Pure.
 */
#ifndef PISTE_FORM_ARCHIVE_H
#define PISTE_FORM_ARCHIVE_H

#include <stdbool.h>

#include "base/str.h"

#define ARCHIVE_FILES_MAX 10000

/*
 * Does it begin and end as an archive, with a directory inside that can be
 * read to its end and names 1 to ARCHIVE_FILES_MAX files?
 */
bool archive_is(struct str bytes);
/* Does the directory of such an archive name that file? */
bool archive_has(struct str bytes, struct str name);
/* Does it name one, in small or big letters, that ends so? */
bool archive_has_ending(struct str bytes, struct str ending);
/* Is that its first file, stored, and is that its content? */
bool archive_begins(struct str bytes, struct str name, struct str content);

#endif
