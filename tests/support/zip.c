/* Implements zip.h; checksums, which nobody here reads, are left at 0. */
#include "base/buf.h"

#include "support/zip.h"

#define ROOM_BYTES 200	/* around each file, twice named */

static void
number(struct buf *b, size_t v, int bytes)
{
	for (; bytes--; v >>= 8)
		buf_byte(b, (char)(v & 0xff));
}

/* What a file's two heads have in common: version to the name's length. */
static void
common(struct buf *b, const struct zip_file *f)
{
	number(b, 20, 2);
	number(b, 0, 2);	/* flags */
	number(b, 0, 2);	/* stored */
	number(b, 0, 4);	/* time and date */
	number(b, 0, 4);	/* checksum */
	number(b, f->content.n, 4);
	number(b, f->content.n, 4);
	number(b, f->name.n, 2);
	number(b, 0, 2);	/* no extra */
}

struct str
zip_make(struct arena *a, const struct zip_file *file, size_t count,
    struct str comment)
{
	size_t most = ROOM_BYTES + comment.n, directory, at = 0;
	struct buf b;

	for (size_t i = 0; i < count; i++)
		most += ROOM_BYTES + 2 * file[i].name.n + file[i].content.n;
	buf_init(&b, a, most);
	for (size_t i = 0; i < count; i++) {
		buf_add(&b, STR("PK\3\4"));
		common(&b, &file[i]);
		buf_add(&b, file[i].name);
		buf_add(&b, file[i].content);
	}
	directory = b.n;
	for (size_t i = 0; i < count; i++) {
		buf_add(&b, STR("PK\1\2"));
		number(&b, 20, 2);
		common(&b, &file[i]);
		number(&b, 0, 2);	/* no comment */
		number(&b, 0, 4);	/* disk, attributes */
		number(&b, 0, 4);	/* attributes */
		number(&b, at, 4);
		buf_add(&b, file[i].name);
		at += 30 + file[i].name.n + file[i].content.n;
	}
	number(&b, 0x06054b50, 4);
	number(&b, 0, 4);
	number(&b, count, 2);
	number(&b, count, 2);
	number(&b, b.n - 12 - directory, 4);
	number(&b, directory, 4);
	number(&b, comment.n, 2);
	buf_add(&b, comment);
	return buf_str(&b);
}
