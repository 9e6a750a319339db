/*
 * Implements multipart.h.  The strict reading is chosen wherever public parsers
 * disagree: browsers never send what is refused here.
 */
#include <string.h>

#include "base/arena.h"
#include "http/mime.h"

#include "http/multipart.h"

/* What the headers of one part say. */
struct head {
	struct str name;
	bool has_name;
	bool has_type;
	bool is_file;
	struct str file_name;
};

static bool
read_disposition(struct str value, struct head *head)
{
	struct str kind, rest;

	mime_cut(value, &kind, &rest);
	if (head->has_name || !str_eq_fold(kind, STR("form-data")))
		return false;
	while (str_trim(rest).n) {
		struct str name, text;

		if (!mime_cut_parameter(&rest, &name, &text))
			return false;
		if (str_eq_fold(name, STR("name"))) {
			if (head->has_name)
				return false;
			head->has_name = true;
			head->name = text;
		} else if (str_eq_fold(name, STR("filename"))) {
			head->is_file = true;
			head->file_name = text;
		} else {
			/* filename* above all: two names for one file. */
			return false;
		}
	}
	return head->has_name;
}

static bool
read_type(struct str value, struct head *head)
{
	struct str kind, rest;

	if (head->has_type)
		return false;
	head->has_type = true;
	mime_cut(value, &kind, &rest);
	/* Anything but text is meant as a file, with or without its name. */
	if (!str_eq_fold(kind, STR("text/plain"))) {
		head->is_file = true;
		return true;
	}
	while (str_trim(rest).n) {
		struct str name, text;

		if (!mime_cut_parameter(&rest, &name, &text))
			return false;
		if (str_eq_fold(name, STR("charset")) && !mime_is_utf8(text))
			return false;
	}
	return true;
}

static bool
read_encoding(struct str value, struct head *head)
{
	(void)head;
	return str_eq_fold(value, STR("7bit")) ||
	    str_eq_fold(value, STR("8bit")) ||
	    str_eq_fold(value, STR("binary"));
}

static const struct {
	struct str name;
	bool (*read)(struct str value, struct head *head);
} headers[] = {
	{ { "content-disposition", 19 }, read_disposition },
	{ { "content-type", 12 }, read_type },
	{ { "content-transfer-encoding", 25 }, read_encoding },
};

/* One line of a part's head, without its CR LF. */
static bool
read_line(struct str line, struct head *head)
{
	struct str name, value;

	/* A leading blank is a folded header; a lone CR or LF is a trick. */
	if (str_has_control(line, false) ||
	    !str_cut(line, ':', &name, &value) || !mime_is_token(name))
		return false;
	for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++)
		if (str_eq_fold(name, headers[i].name))
			return headers[i].read(str_trim(value), head);
	return true;
}

/*
 * Where needle begins in s, or -1.  It is short and begins with a CR, so
 * going from CR to CR is linear in s.
 */
static ptrdiff_t
find_text(struct str s, struct str needle)
{
	size_t at = 0;

	while (s.n - at >= needle.n) {
		const char *p = memchr(s.p + at, needle.p[0],
		    s.n - at - needle.n + 1);

		if (!p)
			break;
		at = (size_t)(p - s.p);
		if (!memcmp(p, needle.p, needle.n))
			return (ptrdiff_t)at;
		at++;
	}
	return -1;
}

/* Read the head at the start of *rest and step over it. */
static bool
read_head(struct str *rest, struct head *head)
{
	size_t used = 0;

	*head = (struct head){ .file_name = STR_EMPTY };
	for (;;) {
		struct str window = str_slice(*rest, used,
		    MULTIPART_HEAD_BYTES_MAX - used);
		ptrdiff_t end = find_text(window, STR("\r\n"));

		if (end < 0)
			return false;
		used += (size_t)end + 2;
		if (!end)
			break;
		if (!read_line(str_slice(window, 0, (size_t)end), head))
			return false;
	}
	*rest = str_slice(*rest, used, rest->n);
	return head->has_name;
}

/* bchars of RFC 2046, which end with no blank. */
static bool
is_boundary(struct str s)
{
	if (!s.n || s.n > MULTIPART_BOUNDARY_BYTES_MAX || s.p[s.n - 1] == ' ')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') &&
		    !(c >= 'A' && c <= 'Z') &&
		    str_find(STR("'()+_,-./:=? "), c) < 0)
			return false;
	}
	return true;
}

static struct str
make_delimiter(struct arena *a, struct str boundary)
{
	char *p = arena_take(a, 4 + boundary.n);

	memcpy(p, "\r\n--", 4);
	memcpy(p + 4, boundary.p, boundary.n);
	return (struct str){ p, 4 + boundary.n };
}

/* Step over what comes before the next delimiter, and it; -1: there is none. */
static ptrdiff_t
skip_delimiter(struct multipart *m)
{
	ptrdiff_t end = find_text(m->rest, m->delimiter);

	if (end >= 0)
		m->rest = str_slice(m->rest, (size_t)end + m->delimiter.n,
		    m->rest.n);
	return end;
}

bool
multipart_begin(struct arena *a, struct str boundary, struct str bytes,
    struct multipart *m)
{
	struct str first;

	*m = (struct multipart){ .rest = bytes };
	if (!is_boundary(boundary))
		return false;
	m->delimiter = make_delimiter(a, boundary);
	/* At the very beginning it has no line end before it. */
	first = str_slice(m->delimiter, 2, m->delimiter.n);
	if (!str_has_prefix(bytes, first))
		return skip_delimiter(m) >= 0;
	m->rest = str_slice(bytes, first.n, bytes.n);
	return true;
}

/* s without the beginning of a delimiter that it may have been cut in. */
static struct str
without_stump(struct str s, struct str delimiter)
{
	for (; delimiter.n; delimiter.n--)
		if (str_has_suffix(s, delimiter))
			return str_slice(s, 0, s.n - delimiter.n);
	return s;
}

static void
cut_value(struct multipart *m, struct multipart_part *part)
{
	struct str rest = m->rest;
	ptrdiff_t end = skip_delimiter(m);

	part->is_cut = end < 0;
	if (part->is_cut) {
		part->value = without_stump(rest, m->delimiter);
		m->rest = STR_EMPTY;
	} else {
		part->value = str_slice(rest, 0, (size_t)end);
	}
}

/* m->rest begins behind a delimiter. */
enum multipart_step
multipart_next(struct multipart *m, struct multipart_part *out)
{
	struct str rest = m->rest;
	struct head head;

	if (str_has_prefix(rest, STR("--"))) {
		rest = str_slice(rest, 2, rest.n);
		return !rest.n || str_has_prefix(rest, STR("\r\n")) ?
		    MULTIPART_END : MULTIPART_BROKEN;
	}
	if (!str_has_prefix(rest, STR("\r\n")))
		return MULTIPART_BROKEN;
	m->rest = str_slice(rest, 2, rest.n);
	if (!read_head(&m->rest, &head))
		return MULTIPART_BROKEN;
	*out = (struct multipart_part){ .name = head.name,
	    .is_file = head.is_file, .file_name = head.file_name };
	cut_value(m, out);
	return MULTIPART_PART;
}
