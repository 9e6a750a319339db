/* Implements jsonpost.h. */
#include <jansson.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/strictjson.h"
#include "form/field.h"
#include "form/form.h"

#include "form/jsonpost.h"

#define POINTER_BYTES_MAX 200
#define NAME_BYTES_MAX 64	/* of a member, in a mistake; cut there */
#define WHY_BYTES_MAX 400
/* What a double surely has; a number field takes no more than 12. */
#define DIGITS 15

struct reading {
	struct arena *arena;
	const struct form *form;
	struct jsonpost *out;
	bool is_too_much;
};

/* parent/name, with what RFC 6901 escapes. */
static struct str
pointer(struct arena *a, struct str parent, struct str name)
{
	struct str shown = str_slice(name, 0, NAME_BYTES_MAX);
	struct buf b;

	while (shown.n && !str_is_utf8(shown))
		shown.n--;
	buf_init(&b, a, POINTER_BYTES_MAX);
	buf_add(&b, parent);
	buf_byte(&b, '/');
	for (size_t i = 0; i < shown.n; i++) {
		if (shown.p[i] == '~')
			buf_add(&b, STR("~0"));
		else if (shown.p[i] == '/')
			buf_add(&b, STR("~1"));
		else
			buf_byte(&b, shown.p[i]);
	}
	return buf_str(&b);
}

static void
note(struct reading *r, struct str at, bool is_unknown)
{
	struct jsonpost *out = r->out;

	if (out->mistakes < JSONPOST_MISTAKES_MAX)
		out->mistake[out->mistakes++] = (struct jsonpost_mistake){ at,
		    is_unknown };
}

static struct str
text_of(struct arena *a, const json_t *v)
{
	return arena_copy(a, (struct str){ json_string_value(v),
	    json_string_length(v) });
}

/* As a person would write it: 1250.5, not 1250.5000000000001. */
static struct str
number_of(struct arena *a, const json_t *v)
{
	char *written = json_dumps(v, JSON_ENCODE_ANY |
	    JSON_REAL_PRECISION(DIGITS));
	struct str s = arena_copy(a, str_of(written));

	free(written);
	return s;
}

static void
add(struct reading *r, struct str name, struct str value)
{
	struct jsonpost *out = r->out;

	if (out->count == JSONPOST_VALUES_MAX ||
	    value.n > JSONPOST_VALUE_BYTES_MAX) {
		r->is_too_much = true;
		return;
	}
	out->pair[out->count++] = (struct str_pair){ name, value };
}

/* One value; false if it is none. */
static bool
add_value(struct reading *r, struct str name, const json_t *v)
{
	if (json_is_string(v))
		add(r, name, text_of(r->arena, v));
	else if (json_is_number(v))
		add(r, name, number_of(r->arena, v));
	else if (json_is_true(v))
		add(r, name, FIELD_TICKED);
	else
		return json_is_false(v) || json_is_null(v);
	return true;
}

static void
read_fields(struct reading *r, json_t *object)
{
	const char *key;
	json_t *v, *item;
	size_t i;

	json_object_foreach(object, key, v) {
		size_t at = form_field(r->form, str_of(key));
		struct str where = pointer(r->arena, STR("/fields"),
		    str_of(key));
		bool is_answer = true;

		if (at == r->form->fields) {
			note(r, where, true);
			continue;
		}
		json_array_foreach(v, i, item)
			is_answer = add_value(r, r->form->field[at].name,
			    item) && is_answer;
		if (!json_is_array(v))
			is_answer = add_value(r, r->form->field[at].name, v);
		if (!is_answer)
			note(r, where, false);
	}
}

static const struct form_consent *
find_consent(const struct form *f, struct str key)
{
	for (size_t i = 0; i < f->consents; i++)
		if (str_eq(f->consent[i].key, key))
			return &f->consent[i];
	return NULL;
}

/* true or false, nothing that might pass for one. */
static void
read_consents(struct reading *r, json_t *object)
{
	const char *key;
	json_t *v;

	json_object_foreach(object, key, v) {
		const struct form_consent *c = find_consent(r->form,
		    str_of(key));

		if (!c || !json_is_boolean(v)) {
			note(r, pointer(r->arena, STR("/consents"),
			    str_of(key)), !c);
		} else if (json_is_true(v)) {
			r->out->has_consent = true;
			add(r, buf_join(r->arena, STR(FORM_CONSENT_PREFIX),
			    c->key), FIELD_TICKED);
		}
	}
}

/* A text that is no answer, into *out; null is none. */
static void
read_text(struct reading *r, struct str where, const json_t *v,
    struct str *out)
{
	if (json_is_string(v) &&
	    json_string_length(v) <= JSONPOST_VALUE_BYTES_MAX)
		*out = text_of(r->arena, v);
	else if (json_is_string(v))
		r->is_too_much = true;
	else if (!json_is_null(v))
		note(r, where, false);
}

static void
read_touch(struct reading *r, json_t *object)
{
	struct touch *t = &r->out->touch;
	const struct {
		struct str name;
		struct str *to;
	} parts[] = {
		{ STR("source"), &t->source }, { STR("medium"), &t->medium },
		{ STR("campaign"), &t->campaign },
		{ STR("click_id"), &t->click_id },
		{ STR("content"), &t->content },
		{ STR("keyword"), &t->keyword },
		{ STR("product"), &t->product },
		{ STR("affiliate"), &t->affiliate },
		{ STR("click_kind"), &t->click_kind },
		{ STR("code"), &t->code },
	};
	const size_t count = sizeof parts / sizeof *parts;
	const char *key;
	json_t *v;

	json_object_foreach(object, key, v) {
		struct str where = pointer(r->arena, STR("/touch"),
		    str_of(key));
		size_t i = 0;

		while (i < count && !str_eq(parts[i].name, str_of(key)))
			i++;
		if (i == count) {
			note(r, where, true);
			continue;
		}
		read_text(r, where, v, parts[i].to);
		*parts[i].to = ticket_clean(*parts[i].to);
	}
}

typedef void read_fn(struct reading *r, json_t *object);

static void
read_member(struct reading *r, struct str key, json_t *v)
{
	static const struct {
		const char *name;
		read_fn *read;
	} objects[] = {
		{ "fields", read_fields }, { "consents", read_consents },
		{ "touch", read_touch },
	};
	struct str where = pointer(r->arena, STR_EMPTY, key);

	if (str_eq(key, STR("lang"))) {
		read_text(r, where, v, &r->out->lang);
		return;
	}
	if (str_eq(key, STR("consent_hash"))) {
		read_text(r, where, v, &r->out->consent_hash);
		return;
	}
	for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
		if (!str_eq(key, str_of(objects[i].name)))
			continue;
		if (json_is_object(v))
			objects[i].read(r, v);
		else if (!json_is_null(v))
			note(r, where, false);
		return;
	}
	note(r, where, true);
}

enum err
jsonpost_parse(struct arena *a, const struct form *f, struct str bytes,
    struct jsonpost *out)
{
	struct reading r = { .arena = a, .form = f, .out = out };
	json_error_t error;
	json_t *whole, *v;
	const char *key;

	*out = (struct jsonpost){
		.pair = arena_array(a, JSONPOST_VALUES_MAX, sizeof *out->pair),
		.mistake = arena_array(a, JSONPOST_MISTAKES_MAX,
		    sizeof *out->mistake),
		.lang = STR_EMPTY, .consent_hash = STR_EMPTY,
		.why = STR("no JSON object"),
	};
	whole = strictjson_read(bytes, &error);
	if (!json_is_object(whole)) {
		if (!whole)
			out->why = buf_fmt(a, WHY_BYTES_MAX,
			    "line %d, column %d: %s", error.line,
			    error.column, error.text);
		json_decref(whole);
		return ERR_INPUT;
	}
	json_object_foreach(whole, key, v)
		read_member(&r, str_of(key), v);
	json_decref(whole);
	return r.is_too_much ? ERR_LIMIT : OK;
}
