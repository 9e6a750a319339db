/*
 * Implements archive.h.  Only lengths that stay within the bytes are believed;
 * nothing is unpacked, so no archive can grow in here.  Archives beyond four
 * gigabytes (zip64) are none: no upload is that large.
 */
#include "form/archive.h"

#define LOCAL_BYTES 30
#define ENTRY_BYTES 46
#define END_BYTES 22
#define COMMENT_BYTES_MAX 65535

#define LOCAL STR("PK\3\4")
#define ENTRY STR("PK\1\2")
#define END STR("PK\5\6")

/* A number of bytes bytes, the least significant first. */
static size_t
number_at(struct str s, size_t at, size_t bytes)
{
	size_t v = 0;

	while (bytes--)
		v = v << 8 | (unsigned char)s.p[at + bytes];
	return v;
}

/* Its files, as the record at the end tells; false when there is none. */
static bool
find_directory(struct str bytes, struct str *directory)
{
	size_t back = END_BYTES;

	for (; back <= bytes.n && back <= END_BYTES + COMMENT_BYTES_MAX;
	    back++) {
		struct str end = str_slice(bytes, bytes.n - back, back);
		size_t size, at;

		if (!str_has_prefix(end, END) ||
		    number_at(end, 20, 2) != back - END_BYTES)
			continue;
		size = number_at(end, 12, 4);
		at = number_at(end, 16, 4);
		if (at > bytes.n - back || size > bytes.n - back - at)
			return false;
		*directory = str_slice(bytes, at, size);
		return true;
	}
	return false;
}

/* The next name of a directory; false at its end, or at what is no name. */
static bool
next_name(struct str *rest, struct str *name)
{
	size_t name_n, size;

	if (rest->n < ENTRY_BYTES || !str_has_prefix(*rest, ENTRY))
		return false;
	name_n = number_at(*rest, 28, 2);
	size = ENTRY_BYTES + name_n + number_at(*rest, 30, 2) +
	    number_at(*rest, 32, 2);
	if (size > rest->n)
		return false;
	*name = str_slice(*rest, ENTRY_BYTES, name_n);
	*rest = str_slice(*rest, size, rest->n);
	return true;
}

bool
archive_is(struct str bytes)
{
	struct str rest, name;
	size_t files = 0;

	if (!str_has_prefix(bytes, LOCAL) || !find_directory(bytes, &rest))
		return false;
	while (files <= ARCHIVE_FILES_MAX && next_name(&rest, &name))
		files++;
	return files && files <= ARCHIVE_FILES_MAX && !rest.n;
}

bool
archive_has(struct str bytes, struct str name)
{
	struct str rest, found;

	if (!find_directory(bytes, &rest))
		return false;
	while (next_name(&rest, &found))
		if (str_eq(found, name))
			return true;
	return false;
}

bool
archive_has_ending(struct str bytes, struct str ending)
{
	struct str rest, found;

	if (!find_directory(bytes, &rest))
		return false;
	while (next_name(&rest, &found))
		if (found.n >= ending.n && str_eq_fold(str_slice(found,
		    found.n - ending.n, ending.n), ending))
			return true;
	return false;
}

bool
archive_begins(struct str bytes, struct str name, struct str content)
{
	size_t name_n, begin;

	if (bytes.n < LOCAL_BYTES || !str_has_prefix(bytes, LOCAL) ||
	    number_at(bytes, 8, 2))
		return false;
	name_n = number_at(bytes, 26, 2);
	begin = LOCAL_BYTES + name_n + number_at(bytes, 28, 2);
	return str_eq(str_slice(bytes, LOCAL_BYTES, name_n), name) &&
	    begin <= bytes.n && number_at(bytes, 18, 4) == content.n &&
	    str_eq(str_slice(bytes, begin, content.n), content);
}
