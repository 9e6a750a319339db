/* Implements verdict.h; JSON is read by jansson. */
#include <jansson.h>

#include "base/arena.h"
#include "base/buf.h"
#include "form/verdict.h"

#define VERDICT_BYTES_MAX ((size_t)1 << 20)

static void
start(struct buf *b, struct arena *a, struct str input, bool ok)
{
	buf_init(b, a, VERDICT_BYTES_MAX);
	buf_byte(b, '{');
	buf_json_pair(b, "input", input);
	buf_json_name(b, "ok");
	buf_add(b, ok ? STR("true") : STR("false"));
}

static struct str
end(struct buf *b)
{
	buf_byte(b, '}');
	return buf_str(b);
}

struct str
verdict_value(struct arena *a, enum field_kind kind, struct str country,
    struct str input)
{
	const struct field f = {
		.name = str_of(field_traits(kind)->name),
		.kind = kind,
		.is_required = true,
		.chars_max = field_traits(kind)->chars_max,
	};
	struct str normal = STR_EMPTY;
	enum field_error e = str_is_utf8(input) ?
	    field_check(a, &f, country, input, &normal) : FIELD_NOT_TEXT;
	struct buf b;

	start(&b, a, input, e == FIELD_FINE);
	if (e)
		buf_json_pair(&b, "error", str_of(field_error_code(e)));
	else
		buf_json_pair(&b, "value", normal);
	return end(&b);
}

/* A member of the object as a browser would post it; false to leave out. */
static bool
as_posted(json_t *v, struct str_pair *out)
{
	if (json_is_true(v))
		out->value = STR("1");
	else if (json_is_string(v))
		out->value = (struct str){ json_string_value(v),
		    json_string_length(v) };
	else
		return false;
	return true;
}

static void
wrong(struct buf *b, const char *prefix, struct str name, enum field_error e)
{
	struct str member;

	if (!e)
		return;
	member = buf_fmt(b->arena, VERDICT_BYTES_MAX, "%s%.*s", prefix,
	    STR_ARG(name));
	buf_json_pair(b, arena_copy(b->arena, member).p,
	    str_of(field_error_code(e)));
}

static void
errors(struct buf *b, const struct form *f, const struct form_result *r)
{
	buf_json_pair(b, "error", STR("invalid"));
	buf_json_name(b, "errors");
	buf_byte(b, '{');
	for (size_t i = 0; i < f->fields; i++)
		wrong(b, "", f->field[i].name, r->value[i].error);
	for (size_t i = 0; i < f->consents; i++)
		wrong(b, FORM_CONSENT_PREFIX, f->consent[i].key,
		    r->consent_error[i]);
	buf_byte(b, '}');
}

static struct str
judge(struct arena *a, const struct form *f, struct str input, json_t *object)
{
	size_t count = 0, room = json_object_size(object);
	struct str_pair *post = arena_array(a, room + 1, sizeof *post);
	struct form_result r;
	const char *name;
	struct buf b;
	json_t *v;

	json_object_foreach(object, name, v) {
		post[count].name = str_of(name);
		count += as_posted(v, &post[count]);
	}
	form_check(a, f, post, count, &r);
	start(&b, a, input, r.errors == 0);
	if (r.errors) {
		errors(&b, f, &r);
	} else {
		buf_json_name(&b, "value");
		buf_add(&b, r.fields);
	}
	return end(&b);
}

struct str
verdict_form(struct arena *a, const struct form *f, struct str input)
{
	json_t *object = json_loadb(input.p, input.n,
	    JSON_REJECT_DUPLICATES, NULL);
	struct str out;
	struct buf b;

	if (json_is_object(object)) {
		out = judge(a, f, input, object);
	} else {
		start(&b, a, input, false);
		buf_json_pair(&b, "error", STR("not-json"));
		out = end(&b);
	}
	json_decref(object);
	return out;
}
