/*
 * Parsing form bodies.  The strict reading of multipart is chosen wherever
 * public parsers disagree: browsers never send what is refused here.
 */
#include <string.h>

#include "base/arena.h"
#include "http/url.h"

#include "http/body.h"

static const struct {
	const char *name;
	int status;
} faults[] = {
	[BODY_FINE] = { "fine", 200 },
	[BODY_TYPE_UNKNOWN] = { "type-unknown", 415 },
	[BODY_TOO_MANY_FIELDS] = { "too-many-fields", 413 },
	[BODY_NAME_TOO_LONG] = { "name-too-long", 413 },
	[BODY_VALUE_TOO_LONG] = { "value-too-long", 413 },
	[BODY_BROKEN_ESCAPE] = { "broken-escape", 400 },
	[BODY_NOT_UTF8] = { "not-utf8", 400 },
	[BODY_HAS_NUL] = { "has-nul", 400 },
	[BODY_BROKEN_MULTIPART] = { "broken-multipart", 400 },
	[BODY_HAS_FILE] = { "has-file", 415 },
};

int
body_fault_status(enum body_fault f)
{
	return faults[f].status;
}

const char *
body_fault_name(enum body_fault f)
{
	return faults[f].name;
}

/* The first fault is the one reported; what follows may stem from it. */
static void
note(struct body *out, enum body_fault fault, struct str field)
{
	if (out->fault)
		return;
	out->fault = fault;
	out->fault_field = str_slice(field, 0, BODY_NAME_BYTES_MAX);
}

static enum body_fault
text_fault(struct str s)
{
	if (str_find(s, '\0') >= 0)
		return BODY_HAS_NUL;
	return str_is_utf8(s) ? BODY_FINE : BODY_NOT_UTF8;
}

/* Keep a field that is sound; false when there are too many to go on. */
static bool
keep(struct body *out, struct str name, struct str value)
{
	enum body_fault fault = text_fault(name);

	if (out->count == BODY_FIELDS_MAX) {
		note(out, BODY_TOO_MANY_FIELDS, STR_EMPTY);
		return false;
	}
	if (name.n > BODY_NAME_BYTES_MAX)
		fault = BODY_NAME_TOO_LONG;
	if (fault) {
		/* A name that is no text must not reach a message. */
		note(out, fault, STR_EMPTY);
		return true;
	}
	fault = value.n > BODY_VALUE_BYTES_MAX ?
	    BODY_VALUE_TOO_LONG : text_fault(value);
	if (fault) {
		note(out, fault, name);
		return true;
	}
	out->field[out->count++] = (struct str_pair){ name, value };
	return true;
}

/* URL-encoded ----------------------------------------------------------- */

/* Tell broken coding from what the coding hides: NUL and foreign charsets. */
static enum body_fault
escape_fault(struct str in)
{
	for (size_t i = 0; i < in.n; i++) {
		if (in.p[i] != '%')
			continue;
		for (size_t k = 1; k <= 2; k++) {
			struct str digit = str_slice(in, i + k, 1);

			if (!digit.n || str_find(STR("0123456789abcdefABCDEF"),
			    digit.p[0]) < 0)
				return BODY_BROKEN_ESCAPE;
		}
		if (str_eq(str_slice(in, i, 3), STR("%00")))
			return BODY_HAS_NUL;
	}
	return str_find(in, '\0') >= 0 ? BODY_HAS_NUL : BODY_NOT_UTF8;
}

static void
parse_urlencoded(struct arena *a, struct str bytes, struct body *out)
{
	while (bytes.n) {
		struct str pair, name, value, raw;

		str_cut(bytes, '&', &pair, &bytes);
		if (!pair.n)
			continue;
		str_cut(pair, '=', &raw, &value);
		if (url_decode(a, raw, true, &name)) {
			note(out, escape_fault(raw), STR_EMPTY);
			continue;
		}
		raw = value;
		if (url_decode(a, raw, true, &value)) {
			note(out, escape_fault(raw), name);
			continue;
		}
		if (!keep(out, name, value))
			return;
	}
}

/* Multipart ------------------------------------------------------------- */

/* What the headers of one part say. */
struct part {
	struct str name;
	bool has_name;
	bool has_file;
	bool has_type;
};

static bool
is_token(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= 0x20 || s.p[i] >= 0x7f ||
		    str_find(STR("()<>@,;:\\\"/[]?={}"), s.p[i]) >= 0)
			return false;
	return s.n > 0;
}

/*
 * Cut one ;name=value off *rest.  A value is a token, or a quoted string
 * without a backslash: parsers disagree on what one would quote.
 */
static bool
cut_parameter(struct str *rest, struct str *name, struct str *value)
{
	struct str s = str_trim(*rest);

	if (!str_has_prefix(s, STR(";")))
		return false;
	s = str_trim(str_slice(s, 1, s.n));
	if (!str_cut(s, '=', name, &s) || !is_token(*name))
		return false;
	if (str_has_prefix(s, STR("\""))) {
		if (!str_cut(str_slice(s, 1, s.n), '"', value, rest))
			return false;
		return str_find(*value, '\\') < 0;
	}
	str_cut(s, ';', value, rest);
	*rest = str_slice(s, value->n, s.n);
	*value = str_trim(*value);
	return is_token(*value);
}

static bool
is_utf8_charset(struct str s)
{
	return str_eq_fold(s, STR("utf-8")) || str_eq_fold(s, STR("utf8"));
}

static bool
read_disposition(struct str value, struct part *part)
{
	struct str kind, rest;
	ptrdiff_t end = str_find(value, ';');

	if (part->has_name || end < 0)
		return false;
	kind = str_trim(str_slice(value, 0, (size_t)end));
	rest = str_slice(value, (size_t)end, value.n);
	if (!str_eq_fold(kind, STR("form-data")))
		return false;
	while (str_trim(rest).n) {
		struct str name, text;

		if (!cut_parameter(&rest, &name, &text))
			return false;
		if (str_eq_fold(name, STR("name"))) {
			if (part->has_name)
				return false;
			part->has_name = true;
			part->name = text;
		} else if (str_eq_fold(name, STR("filename"))) {
			part->has_file = true;
		} else {
			/* filename* above all: two names for one file. */
			return false;
		}
	}
	return part->has_name;
}

static bool
read_type(struct str value, struct part *part)
{
	struct str kind, rest = STR_EMPTY;
	ptrdiff_t end = str_find(value, ';');

	if (part->has_type)
		return false;
	part->has_type = true;
	kind = str_trim(str_slice(value, 0, end < 0 ? value.n : (size_t)end));
	if (end >= 0)
		rest = str_slice(value, (size_t)end, value.n);
	/* Anything but text is meant as a file, with or without its name. */
	if (!str_eq_fold(kind, STR("text/plain"))) {
		part->has_file = true;
		return true;
	}
	while (str_trim(rest).n) {
		struct str name, text;

		if (!cut_parameter(&rest, &name, &text))
			return false;
		if (str_eq_fold(name, STR("charset")) && !is_utf8_charset(text))
			return false;
	}
	return true;
}

static bool
read_encoding(struct str value, struct part *part)
{
	(void)part;
	return str_eq_fold(value, STR("7bit")) ||
	    str_eq_fold(value, STR("8bit")) ||
	    str_eq_fold(value, STR("binary"));
}

static const struct {
	struct str name;
	bool (*read)(struct str value, struct part *part);
} part_headers[] = {
	{ { "content-disposition", 19 }, read_disposition },
	{ { "content-type", 12 }, read_type },
	{ { "content-transfer-encoding", 25 }, read_encoding },
};

/* One line of a part's head, without its CR LF. */
static bool
read_line(struct str line, struct part *part)
{
	struct str name, value;

	/* A leading blank is a folded header; a lone CR or LF is a trick. */
	if (str_has_control(line, false) ||
	    !str_cut(line, ':', &name, &value) || !is_token(name))
		return false;
	for (size_t i = 0; i < sizeof part_headers / sizeof part_headers[0];
	    i++)
		if (str_eq_fold(name, part_headers[i].name))
			return part_headers[i].read(str_trim(value), part);
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
read_head(struct str *rest, struct part *part)
{
	size_t used = 0;

	*part = (struct part){ 0 };
	for (;;) {
		struct str window = str_slice(*rest, used,
		    BODY_PART_HEADER_BYTES_MAX - used);
		ptrdiff_t end = find_text(window, STR("\r\n"));

		if (end < 0)
			return false;
		used += (size_t)end + 2;
		if (!end)
			break;
		if (!read_line(str_slice(window, 0, (size_t)end), part))
			return false;
	}
	*rest = str_slice(*rest, used, rest->n);
	return part->has_name;
}

/*
 * What follows a delimiter: another part (true, *last unset), the end (true,
 * *last set), or something that only some parsers would take for either.
 */
static bool
after_delimiter(struct str *rest, bool *last)
{
	*last = str_has_prefix(*rest, STR("--"));
	if (*last) {
		*rest = str_slice(*rest, 2, rest->n);
		return !rest->n || str_eq(*rest, STR("\r\n"));
	}
	if (!str_has_prefix(*rest, STR("\r\n")))
		return false;
	*rest = str_slice(*rest, 2, rest->n);
	return true;
}

/* False when the parts can't be told apart; delimiter is CR LF -- boundary. */
static bool
parse_parts(struct str rest, struct str delimiter, struct body *out)
{
	struct str first = str_slice(delimiter, 2, delimiter.n);
	bool last;

	/* No preamble: the first delimiter has no line end before it. */
	if (!str_has_prefix(rest, first))
		return false;
	rest = str_slice(rest, first.n, rest.n);
	for (;;) {
		struct part part;
		ptrdiff_t end;

		if (!after_delimiter(&rest, &last))
			return false;
		if (last)
			return true;
		if (!read_head(&rest, &part))
			return false;
		end = find_text(rest, delimiter);
		if (end < 0)
			return false;
		if (part.has_file)
			note(out, BODY_HAS_FILE,
			    text_fault(part.name) ? STR_EMPTY : part.name);
		else if (!keep(out, part.name,
		    str_slice(rest, 0, (size_t)end)))
			return true;
		rest = str_slice(rest, (size_t)end + delimiter.n, rest.n);
	}
}

/* bchars of RFC 2046, which end with no blank. */
static bool
is_boundary(struct str s)
{
	if (!s.n || s.n > BODY_BOUNDARY_BYTES_MAX || s.p[s.n - 1] == ' ')
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

/* Content types --------------------------------------------------------- */

/* The charset and the boundary of a content type; false if it is unfit. */
static bool
read_parameters(struct str rest, struct str *boundary)
{
	*boundary = STR_EMPTY;
	while (str_trim(rest).n) {
		struct str name, value;

		if (!cut_parameter(&rest, &name, &value))
			return false;
		if (str_eq_fold(name, STR("charset")) &&
		    !is_utf8_charset(value))
			return false;
		if (!str_eq_fold(name, STR("boundary")))
			continue;
		if (boundary->n)
			return false;
		*boundary = value;
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

enum err
body_parse(struct arena *a, struct str content_type, struct str bytes,
    struct body *out)
{
	ptrdiff_t end = str_find(content_type, ';');
	struct str kind, rest = STR_EMPTY, boundary;

	*out = (struct body){ .fault_field = STR_EMPTY };
	out->field = arena_array(a, BODY_FIELDS_MAX, sizeof *out->field);
	kind = str_trim(str_slice(content_type, 0,
	    end < 0 ? content_type.n : (size_t)end));
	if (end >= 0)
		rest = str_slice(content_type, (size_t)end, content_type.n);
	if (!read_parameters(rest, &boundary))
		note(out, BODY_TYPE_UNKNOWN, STR_EMPTY);
	else if (str_eq_fold(kind, STR("application/x-www-form-urlencoded")))
		parse_urlencoded(a, bytes, out);
	else if (!str_eq_fold(kind, STR("multipart/form-data")))
		note(out, BODY_TYPE_UNKNOWN, STR_EMPTY);
	else if (!is_boundary(boundary) ||
	    !parse_parts(bytes, make_delimiter(a, boundary), out))
		note(out, BODY_BROKEN_MULTIPART, STR_EMPTY);
	if (!out->fault)
		return OK;
	return body_fault_status(out->fault) == 413 ? ERR_LIMIT : ERR_INPUT;
}
