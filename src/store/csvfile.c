/*
 * Implements csvfile.h: reads a piece at a time, so that a file's size costs
 * no memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/csv.h"
#include "base/file.h"

#include "store/csvfile.h"

#define PIECE_BYTES ((size_t)64 << 10)
#define HASH_BYTES crypto_hash_sha256_BYTES

struct csvfile {
	const char *path;
	FILE *complaints;
	struct csv *csv;
	crypto_hash_sha256_state hash;
	int fd;			/* -1: of bytes in memory */
	struct str memory;	/* of those, what is not in piece yet */
	char separator;
	bool is_ended;
	struct str left;	/* of piece, not read yet */
	char piece[PIECE_BYTES];
};

static size_t
take(struct csvfile *f)
{
	struct str next = str_slice(f->memory, 0, sizeof f->piece);

	memcpy(f->piece, next.p, next.n);
	f->memory = str_slice(f->memory, next.n, f->memory.n);
	return next.n;
}

/* The next piece; empty at the end. */
static enum err
fill(struct csvfile *f)
{
	size_t n;

	errno = 0;
	n = f->fd < 0 ? take(f) :
	    file_read(f->fd, f->piece, sizeof f->piece);
	if (f->fd >= 0 && n < sizeof f->piece && errno && errno != ENODATA) {
		fprintf(f->complaints, "%s: %s\n", f->path, strerror(errno));
		return ERR_AWAY;
	}
	crypto_hash_sha256_update(&f->hash,
	    (const unsigned char *)f->piece, n);
	f->left = (struct str){ f->piece, n };
	return OK;
}

static struct csvfile *
new_file(const char *path, FILE *complaints)
{
	struct csvfile *f = calloc(1, sizeof *f);

	if (!f)
		abort();
	f->path = path;
	f->complaints = complaints;
	f->fd = -1;
	crypto_hash_sha256_init(&f->hash);
	return f;
}

/* Closed when it fails. */
static enum err
begin(struct csvfile *f, struct csvfile **out)
{
	struct csv_head head;
	enum err e = fill(f);

	if (e)
		goto close;
	head = csv_head(f->left);
	if (head.is_utf16) {
		fprintf(f->complaints, "%s: line 1: this is UTF-16; save the"
		    " file as UTF-8\n", f->path);
		e = ERR_INPUT;
		goto close;
	}
	f->separator = head.separator;
	f->left = str_slice(f->left, head.mark, f->left.n);
	f->csv = csv_new(head.separator);
	*out = f;
	return OK;
close:
	csvfile_close(f);
	return e;
}

enum err
csvfile_open(const char *path, FILE *complaints, struct csvfile **out)
{
	struct csvfile *f = new_file(path, complaints);

	f->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (f->fd >= 0)
		return begin(f, out);
	fprintf(complaints, "%s: %s\n", path, strerror(errno));
	csvfile_close(f);
	return ERR_AWAY;
}

enum err
csvfile_of(struct str bytes, const char *name, FILE *complaints,
    struct csvfile **out)
{
	struct csvfile *f = new_file(name, complaints);

	f->memory = bytes;
	return begin(f, out);
}

void
csvfile_close(struct csvfile *f)
{
	if (!f)
		return;
	csv_free(f->csv);
	if (f->fd >= 0)
		close(f->fd);
	free(f);
}

char
csvfile_separator(const struct csvfile *f)
{
	return f->separator;
}

/* The next record there is, empty or not. */
static enum err
read_record(struct csvfile *f, struct csv_record *out)
{
	while (!f->is_ended) {
		size_t used;
		bool is_whole = csv_feed(f->csv, f->left, &used, out);
		enum err e;

		f->left = str_slice(f->left, used, f->left.n);
		if (is_whole)
			return OK;
		e = fill(f);
		if (e)
			return e;
		f->is_ended = !f->left.n;
	}
	return csv_end(f->csv, out) ? OK : ERR_ABSENT;
}

static bool
is_blank(const struct csv_record *r)
{
	for (size_t i = 0; i < r->cells; i++)
		if (str_trim(r->cell[i]).n)
			return false;
	return !r->fault;
}

static bool
is_utf8(const struct csv_record *r)
{
	for (size_t i = 0; i < r->cells; i++)
		if (!str_is_utf8(r->cell[i]))
			return false;
	return true;
}

enum err
csvfile_next(struct csvfile *f, struct csv_record *out)
{
	const char *why;
	enum err e;

	do {
		e = read_record(f, out);
		if (e)
			return e;
	} while (is_blank(out));
	if (out->fault == CSV_UNCLOSED)
		why = "a quote that opens in this row never closes";
	else if (!is_utf8(out))
		why = "this is not UTF-8 but, likely, Windows-1252, as Excel"
		    " saves \"CSV\"; save the file as \"CSV UTF-8\"";
	else
		return OK;
	fprintf(f->complaints, "%s: line %llu: %s\n", f->path,
	    (unsigned long long)out->line, why);
	return ERR_INPUT;
}

struct str
csvfile_hash(struct csvfile *f, char dst[TOKEN_HASH_TEXT])
{
	unsigned char hash[HASH_BYTES];

	crypto_hash_sha256_final(&f->hash, hash);
	sodium_bin2hex(dst, TOKEN_HASH_TEXT, hash, sizeof hash);
	return (struct str){ dst, TOKEN_HASH_TEXT - 1 };
}
