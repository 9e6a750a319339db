/* Implements schema.h. */
#include "base/arena.h"
#include "base/buf.h"
#include "form/field.h"
#include "form/form.h"

#include "form/schema.h"

static void
add_raw(struct buf *b, const char *name, struct str json)
{
	buf_json_name(b, name);
	buf_add(b, json);
}

/* Is it a program's to answer? */
static bool
is_asked(const struct field *f)
{
	return f->kind != FIELD_FILE && !f->from;
}

static void
add_options(struct buf *b, const struct field *f)
{
	buf_json_name(b, "enum");
	buf_byte(b, '[');
	for (size_t i = 0; i < f->options; i++) {
		if (i)
			buf_byte(b, ',');
		buf_json(b, f->option[i].value);
	}
	buf_byte(b, ']');
}

static void
add_field(struct buf *b, const struct field *f, enum lang l)
{
	uint32_t most = f->chars_max ? f->chars_max :
	    field_traits(f->kind)->chars_max;

	buf_byte(b, '{');
	buf_json_pair(b, "title", lang_text(&f->label, l));
	switch (f->kind) {
	case FIELD_CHOICE:
		add_options(b, f);
		break;
	case FIELD_CHOICES:
		add_raw(b, "type", STR("\"array\""));
		add_raw(b, "uniqueItems", STR("true"));
		add_raw(b, "items", STR("{"));
		add_options(b, f);
		buf_byte(b, '}');
		break;
	case FIELD_CONSENT:
		add_raw(b, "type", STR("\"boolean\""));
		break;
	case FIELD_NUMBER:
		add_raw(b, "type", STR("[\"number\",\"string\"]"));
		break;
	default:
		add_raw(b, "type", STR("\"string\""));
		if (most) {
			buf_json_name(b, "maxLength");
			buf_u64(b, most);
		}
	}
	buf_byte(b, '}');
}

static void
add_fields(struct buf *b, const struct form *f, enum lang l)
{
	bool is_first = true;

	add_raw(b, "fields", STR("{\"type\":\"object\","
	    "\"additionalProperties\":false,\"required\":["));
	for (size_t i = 0; i < f->fields; i++) {
		if (!is_asked(&f->field[i]) || !f->field[i].is_required ||
		    f->field[i].show_if.values)
			continue;
		if (!is_first)
			buf_byte(b, ',');
		is_first = false;
		buf_json(b, f->field[i].name);
	}
	buf_add(b, STR("],\"properties\":{"));
	for (size_t i = 0; i < f->fields; i++) {
		if (!is_asked(&f->field[i]))
			continue;
		buf_json_name(b, arena_copy(b->arena, f->field[i].name).p);
		add_field(b, &f->field[i], l);
	}
	buf_add(b, STR("}}"));
}

static bool
requires_consent(const struct form *f)
{
	for (size_t i = 0; i < f->consents; i++)
		if (f->consent[i].is_required)
			return true;
	return false;
}

static void
add_consents(struct buf *b, const struct form *f, enum lang l,
    struct str hash)
{
	bool is_first = true;

	add_raw(b, "consents", STR("{\"type\":\"object\","
	    "\"additionalProperties\":false,\"required\":["));
	for (size_t i = 0; i < f->consents; i++) {
		if (!f->consent[i].is_required)
			continue;
		if (!is_first)
			buf_byte(b, ',');
		is_first = false;
		buf_json(b, f->consent[i].key);
	}
	buf_add(b, STR("],\"properties\":{"));
	for (size_t i = 0; i < f->consents; i++) {
		const struct form_consent *c = &f->consent[i];

		buf_json_name(b, arena_copy(b->arena, c->key).p);
		buf_byte(b, '{');
		buf_json_pair(b, "title", lang_text(&c->text, l));
		if (c->is_required)
			add_raw(b, "const", STR("true"));
		else
			add_raw(b, "type", STR("\"boolean\""));
		buf_byte(b, '}');
	}
	buf_add(b, STR("}}"));
	add_raw(b, "consent_hash", STR("{"));
	buf_json_pair(b, "const", hash);
	buf_byte(b, '}');
}

struct str
schema_form(struct arena *a, const struct form *f, enum lang l,
    struct str consent_hash)
{
	struct buf b;

	buf_init(&b, a, SCHEMA_BYTES_MAX);
	buf_byte(&b, '{');
	buf_json_pair(&b, "$schema",
	    STR("https://json-schema.org/draft/2020-12/schema"));
	add_raw(&b, "type", STR("\"object\""));
	add_raw(&b, "additionalProperties", STR("false"));
	add_raw(&b, "required", requires_consent(f) ?
	    STR("[\"fields\",\"consents\",\"consent_hash\"]") :
	    STR("[\"fields\"]"));
	add_raw(&b, "properties", STR("{"));
	add_fields(&b, f, l);
	if (f->consents)
		add_consents(&b, f, l, consent_hash);
	add_raw(&b, "lang", STR("{"));
	buf_json_pair(&b, "const", lang_code(l));
	buf_byte(&b, '}');
	add_raw(&b, "touch", STR("{\"type\":\"object\","
	    "\"additionalProperties\":false,\"properties\":{"
	    "\"source\":{\"type\":\"string\"},"
	    "\"medium\":{\"type\":\"string\"},"
	    "\"campaign\":{\"type\":\"string\"},"
	    "\"click_id\":{\"type\":\"string\"},"
	    "\"click_kind\":{\"type\":\"string\"},"
	    "\"content\":{\"type\":\"string\"},"
	    "\"keyword\":{\"type\":\"string\"},"
	    "\"product\":{\"type\":\"string\"},"
	    "\"affiliate\":{\"type\":\"string\"},"
	    "\"code\":{\"type\":\"string\"}}}"));
	buf_add(&b, STR("}}"));
	return buf_str(&b);
}
