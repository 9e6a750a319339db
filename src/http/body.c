/*
 * Parsing form bodies: what a field is in either coding, and what becomes of
 * one that is damaged.  How parts are told apart is multipart's business.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "http/mime.h"
#include "http/multipart.h"
#include "http/url.h"

#include "http/body.h"

static const struct {
	const char *name;
	int status;
} faults[BODY_FAULTS] = {
	[BODY_FINE] = { "fine", 200 },
	[BODY_TYPE_UNKNOWN] = { "type-unknown", 415 },
	[BODY_TOO_MANY_FIELDS] = { "too-many-fields", 413 },
	[BODY_NAME_TOO_LONG] = { "name-too-long", 413 },
	[BODY_VALUE_TOO_LONG] = { "value-too-long", 413 },
	[BODY_TOO_MUCH_TEXT] = { "too-much-text", 413 },
	[BODY_TOO_MANY_FILES] = { "too-many-files", 413 },
	[BODY_BROKEN_ESCAPE] = { "broken-escape", 400 },
	[BODY_NOT_UTF8] = { "not-utf8", 400 },
	[BODY_HAS_NUL] = { "has-nul", 400 },
	[BODY_BROKEN_MULTIPART] = { "broken-multipart", 400 },
	[BODY_HAS_FILE] = { "has-file", 415 },
};

const struct str *
body_find(const struct body *b, struct str name)
{
	for (size_t i = 0; i < b->count; i++)
		if (str_eq(b->field[i].name, name))
			return &b->field[i].value;
	return NULL;
}

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
note(struct body *out, enum body_fault fault)
{
	if (!out->fault)
		out->fault = fault;
}

static enum body_fault
text_fault(struct str s)
{
	if (str_find(s, '\0') >= 0)
		return BODY_HAS_NUL;
	return str_is_utf8(s) ? BODY_FINE : BODY_NOT_UTF8;
}

/* What can be read of a value that is no text. */
static struct str
mend(struct arena *a, struct str s)
{
	static const struct str unreadable = STR("\ufffd");
	size_t step;
	struct buf b;

	buf_init(&b, a, unreadable.n * s.n);
	for (; s.n; s = str_slice(s, step, s.n)) {
		size_t length = str_utf8_step(s);

		step = length ? length : 1;
		buf_add(&b, length && s.p[0] ? str_slice(s, 0, step) :
		    unreadable);
	}
	return buf_str(&b);
}

static enum body_fault
name_fault(struct str name)
{
	return name.n > BODY_NAME_BYTES_MAX ? BODY_NAME_TOO_LONG :
	    text_fault(name);
}

/*
 * Keep a field, whose value may be known to be damaged; false when there are
 * too many, or too much, to go on.
 */
static bool
keep(struct arena *a, struct body *out, struct str_pair field,
    enum body_fault damage)
{
	enum body_fault fault = name_fault(field.name);

	if (out->count == BODY_FIELDS_MAX) {
		note(out, BODY_TOO_MANY_FIELDS);
		return false;
	}
	out->text_bytes += field.name.n + field.value.n;
	if (out->text_bytes > BODY_TEXT_BYTES_MAX) {
		note(out, BODY_TOO_MUCH_TEXT);
		return false;
	}
	if (fault) {
		/* No form has a field of that name. */
		note(out, fault);
		return true;
	}
	if (!damage && field.value.n > BODY_VALUE_BYTES_MAX)
		damage = BODY_VALUE_TOO_LONG;
	fault = text_fault(field.value);
	if (fault)
		field.value = mend(a, field.value);
	if (!damage)
		damage = fault;
	note(out, damage);
	out->damage[out->count] = damage;
	out->field[out->count++] = field;
	return true;
}

/* Undo the coding as far as it goes; what else is wrong, keep finds. */
static enum body_fault
decode(struct arena *a, struct str raw, struct str *out)
{
	return url_decode(a, raw, true, out) && !text_fault(*out) ?
	    BODY_BROKEN_ESCAPE : BODY_FINE;
}

static void
parse_urlencoded(struct arena *a, struct str bytes, struct body *out)
{
	while (bytes.n) {
		struct str_pair field;
		struct str pair, name, value;
		enum body_fault fault;

		str_cut(bytes, '&', &pair, &bytes);
		if (!pair.n)
			continue;
		str_cut(pair, '=', &name, &value);
		fault = decode(a, name, &field.name);
		if (fault) {
			note(out, fault);
			continue;
		}
		fault = decode(a, value, &field.value);
		if (!keep(a, out, field, fault))
			return;
	}
}

/* Keep a file that came whole; false when there are too many to go on. */
static bool
keep_file(struct arena *a, struct body *out, const struct multipart_part *part)
{
	enum body_fault fault = name_fault(part->name);
	struct str name = part->file_name;

	if (out->files == BODY_FILES_MAX) {
		note(out, BODY_TOO_MANY_FILES);
		return false;
	}
	if (part->is_cut)
		fault = BODY_BROKEN_MULTIPART;
	note(out, fault);
	if (!fault)
		out->file[out->files++] = (struct body_file){ part->name,
		    text_fault(name) ? mend(a, name) : name, part->value };
	return true;
}

static enum body_fault
part_damage(const struct multipart_part *part)
{
	if (part->is_file)
		return BODY_HAS_FILE;
	return part->is_cut ? BODY_BROKEN_MULTIPART : BODY_FINE;
}

static enum body_fault
parse_multipart(struct arena *a, struct str boundary, struct str bytes,
    struct body *out)
{
	struct multipart m;
	struct multipart_part part;
	enum multipart_step step;

	if (!multipart_begin(a, boundary, bytes, &m))
		return BODY_BROKEN_MULTIPART;
	while ((step = multipart_next(&m, &part)) == MULTIPART_PART) {
		struct str value = part.is_file ? STR_EMPTY : part.value;

		if (part.is_file && out->file) {
			if (!keep_file(a, out, &part))
				return BODY_FINE;
			continue;
		}
		if (!keep(a, out, (struct str_pair){ part.name, value },
		    part_damage(&part)))
			return BODY_FINE;
	}
	return step == MULTIPART_END ? BODY_FINE : BODY_BROKEN_MULTIPART;
}

/*
 * Find the boundary among a content type's parameters.  With a charset that is
 * not ours it is a type that is not ours; what can't be read is malformed.
 */
static enum body_fault
read_parameters(struct str rest, enum body_fault malformed,
    struct str *boundary)
{
	*boundary = STR_EMPTY;
	while (str_trim(rest).n) {
		struct str name, value;

		if (!mime_cut_parameter(&rest, &name, &value))
			return malformed;
		if (str_eq_fold(name, STR("charset")) &&
		    !mime_is_utf8(value))
			return BODY_TYPE_UNKNOWN;
		if (!str_eq_fold(name, STR("boundary")))
			continue;
		if (boundary->n)
			return malformed;
		*boundary = value;
	}
	return BODY_FINE;
}

static enum body_fault
parse(struct arena *a, struct str content_type, struct str bytes,
    struct body *out)
{
	struct str kind, parameters, boundary;
	enum body_fault fault;
	bool is_multipart;

	mime_cut(content_type, &kind, &parameters);
	is_multipart = str_eq_fold(kind, STR("multipart/form-data"));
	fault = read_parameters(parameters, is_multipart ?
	    BODY_BROKEN_MULTIPART : BODY_TYPE_UNKNOWN, &boundary);
	if (fault)
		return fault;
	if (is_multipart)
		return parse_multipart(a, boundary, bytes, out);
	if (!str_eq_fold(kind, STR("application/x-www-form-urlencoded")))
		return BODY_TYPE_UNKNOWN;
	parse_urlencoded(a, bytes, out);
	return BODY_FINE;
}

static enum err
parse_into(struct arena *a, struct str content_type, struct str bytes,
    struct body *out)
{
	out->field = arena_array(a, BODY_FIELDS_MAX, sizeof *out->field);
	out->damage = arena_array(a, BODY_FIELDS_MAX, sizeof *out->damage);
	note(out, parse(a, content_type, bytes, out));
	if (!out->fault)
		return OK;
	return body_fault_status(out->fault) == 413 ? ERR_LIMIT : ERR_INPUT;
}

enum err
body_parse(struct arena *a, struct str content_type, struct str bytes,
    struct body *out)
{
	*out = (struct body){ .file = NULL };
	return parse_into(a, content_type, bytes, out);
}

enum err
body_parse_files(struct arena *a, struct str content_type, struct str bytes,
    struct body *out)
{
	*out = (struct body){
		.file = arena_array(a, BODY_FILES_MAX, sizeof *out->file),
	};
	return parse_into(a, content_type, bytes, out);
}
