/* Implements verdict.h. */
#include <jansson.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/strictjson.h"
#include "form/verdict.h"

#define VERDICT_BYTES_MAX ((size_t)2 << 20)

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

static struct str
refuse(struct arena *a, struct str input, const char *code)
{
	struct buf b;

	start(&b, a, input, false);
	buf_json_pair(&b, "error", str_of(code));
	return end(&b);
}

/* Its beginning, up to a whole character. */
static struct str
too_long(struct arena *a, struct str input)
{
	struct str shown = str_slice(input, 0, VERDICT_SHOWN_BYTES_MAX);

	while (shown.n && (input.p[shown.n] & 0xc0) == 0x80)
		shown.n--;
	return refuse(a, shown, field_error_code(FIELD_TOO_LONG));
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
	enum field_error e;
	struct buf b;

	if (input.n > VERDICT_VALUE_BYTES_MAX)
		return too_long(a, input);
	e = str_is_utf8(input) ?
	    field_check(a, &f, country, input, &normal) : FIELD_NOT_TEXT;
	if (e)
		return refuse(a, input, field_error_code(e));
	start(&b, a, input, true);
	buf_json_pair(&b, "value", normal);
	return end(&b);
}

/* What the members of an object would be, posted by a browser. */
struct posted {
	struct str_pair pair[VERDICT_MEMBERS_MAX];
	size_t count;
	bool is_full;
};

/* A list posts its name once for each element; no other value is text. */
static void
add_posted(struct posted *p, struct str name, json_t *v)
{
	struct str value = STR("1");
	json_t *item;
	size_t i;

	json_array_foreach(v, i, item)
		if (!json_is_array(item))
			add_posted(p, name, item);
	if (json_is_string(v))
		value = (struct str){ json_string_value(v),
		    json_string_length(v) };
	else if (!json_is_true(v))
		return;
	p->is_full = p->is_full || p->count == VERDICT_MEMBERS_MAX;
	if (!p->is_full)
		p->pair[p->count++] = (struct str_pair){ name, value };
}

static void
wrong(struct buf *b, const char *prefix, struct str name, enum field_error e)
{
	if (e)
		buf_json_pair(b, buf_join(b->arena, str_of(prefix), name).p,
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
	struct posted p = { .count = 0 };
	struct form_result r;
	const char *name;
	struct buf b;
	json_t *v;

	json_object_foreach(object, name, v)
		add_posted(&p, str_of(name), v);
	if (p.is_full)
		return refuse(a, input, "too-many-fields");
	form_check(a, f, p.pair, p.count, &r);
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
	json_error_t why;
	json_t *object;
	struct str out;

	if (input.n > VERDICT_FORM_BYTES_MAX)
		return too_long(a, input);
	object = strictjson_read(input, &why);
	if (!json_is_object(object))
		out = refuse(a, input, "not-json");
	else if (json_object_size(object) > VERDICT_MEMBERS_MAX)
		out = refuse(a, input, "too-many-fields");
	else
		out = judge(a, f, input, object);
	json_decref(object);
	return out;
}
