/*
 * Implements sitefield.h.  How a value is judged when it comes is form/field's
 * to say; here only what may be asked.
 */
#include <string.h>

#include "base/arena.h"
#include "form/form.h"
#include "page/reader.h"
#include "page/site.h"
#include "page/sitefield.h"
#include "page/siterule.h"

#define OPTION_BYTES_MAX 200

/* Names become HTML names and ids, JSON keys, and columns in exports. */
static struct str
read_field_name(const struct reader_node *n)
{
	struct str s = reader_string(n, READER_MUST, FIELD_NAME_BYTES_MAX);
	size_t i;

	if (str_is_empty(s))
		return s;
	if (form_name_is_reserved(s)) {
		reader_complain(n, "%.*s is a name we keep for ourselves",
		    STR_ARG(reader_quote(n, s)));
		return STR_EMPTY;
	}
	i = strspn(s.p, "abcdefghijklmnopqrstuvwxyz0123456789_");
	if (i == s.n && s.p[0] >= 'a' && s.p[0] <= 'z')
		return s;
	reader_complain(n, "%.*s is no field name: a small letter, then small"
	    " letters, digits and _", STR_ARG(reader_quote(n, s)));
	return STR_EMPTY;
}

static enum field_kind
read_kind(const struct reader_node *n)
{
	struct str s = reader_string(n, READER_MUST, FIELD_NAME_BYTES_MAX);
	enum field_kind kind = FIELD_TEXT;

	if (!str_is_empty(s) && field_kind_parse(s, &kind))
		reader_complain(n, "%.*s is no kind of field",
		    STR_ARG(reader_quote(n, s)));
	return kind;
}

static void
read_options(const struct reader_node *n, unsigned langs, struct field *out)
{
	static const char *const known[] = { "value", "label", NULL };
	bool has_options = out->kind == FIELD_CHOICE ||
	    out->kind == FIELD_CHOICES;
	size_t count = reader_list(n, has_options ? READER_MUST : READER_MAY,
	    out->kind == FIELD_CHOICES ? FIELD_CHOICES_MAX :
	    FIELD_OPTIONS_MAX);
	struct field_option *option = arena_array(n->reader->arena, count,
	    sizeof *option);

	if (has_options && json_is_array(n->json) &&
	    !json_array_size(n->json))
		reader_complain(n, "a choice needs an option");
	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(n, i);
		struct reader_node value = reader_member(&item, "value");
		struct reader_node label = reader_member(&item, "label");

		if (!reader_object(&item, READER_MUST, known))
			continue;
		option[i].value = reader_string(&value, READER_MUST,
		    OPTION_BYTES_MAX);
		option[i].label = reader_text(&label, READER_MUST, langs,
		    SITE_TEXT_BYTES_MAX);
	}
	reader_unique(n, "value");
	out->option = option;
	out->options = count;
}

static void
read_field(const struct reader_node *n, unsigned langs, struct field *out)
{
	static const char *const known[] = { "name", "kind", "required", "min",
		"max", "decimals", "step", "pattern", "label", "hint",
		"message", "options", "accept", "bytes_max", "from",
		"promo", "show_if", "required_if", NULL };
	struct reader_node name = reader_member(n, "name");
	struct reader_node kind = reader_member(n, "kind");
	struct reader_node required = reader_member(n, "required");
	struct reader_node label = reader_member(n, "label");
	struct reader_node hint = reader_member(n, "hint");
	struct reader_node message = reader_member(n, "message");
	struct reader_node options = reader_member(n, "options");
	struct reader_node promo = reader_member(n, "promo");

	if (!reader_object(n, READER_MUST, known))
		return;
	out->name = read_field_name(&name);
	out->kind = read_kind(&kind);
	out->is_required = reader_flag(&required);
	out->is_promo = reader_flag(&promo);
	/* Nobody sees a hidden field, so it needs no words. */
	out->label = reader_text(&label, out->kind == FIELD_HIDDEN ?
	    READER_MAY : READER_MUST, langs, SITE_TEXT_BYTES_MAX);
	out->hint = reader_text(&hint, READER_MAY, langs, SITE_TEXT_BYTES_MAX);
	out->message = reader_text(&message, READER_MAY, langs,
	    SITE_TEXT_BYTES_MAX);
	read_options(&options, langs, out);
	siterule_members(n, out);
	siterule_bounds(n, out);
	siterule_source(n, out);
}

/* A post has to hold all that can be answered, and all files. */
static void
judge_sum(const struct reader_node *n, const struct form *f)
{
	size_t answers = f->consents, files = 0, bytes = 0;

	for (size_t i = 0; i < f->fields; i++) {
		answers += f->field[i].kind == FIELD_CHOICES ?
		    f->field[i].options : 1;
		files += f->field[i].kind == FIELD_FILE;
		bytes += f->field[i].bytes_max;
	}
	if (answers > FORM_ANSWERS_MAX)
		reader_complain(n, "has %zu answers with its options and"
		    " consents, at most %d are allowed", answers,
		    FORM_ANSWERS_MAX);
	if (files > FORM_FILES_MAX)
		reader_complain(n, "has %zu files, at most %d are allowed",
		    files, FORM_FILES_MAX);
	if (bytes > FORM_FILES_BYTES_MAX)
		reader_complain(n, "has files of %zu bytes together, at most"
		    " %d are allowed", bytes, FORM_FILES_BYTES_MAX);
}

struct field *
sitefield_read(const struct reader_node *n, unsigned langs, struct form *out)
{
	size_t count = reader_list(n, READER_MUST, FORM_FIELDS_MAX);
	struct field *field = arena_array(n->reader->arena, count,
	    sizeof *field);

	if (json_is_array(n->json) && !json_array_size(n->json))
		reader_complain(n, "a form needs a field");
	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(n, i);

		read_field(&item, langs, &field[i]);
		siterule_conditions(&item, field, i);
	}
	reader_unique(n, "name");
	out->field = field;
	out->fields = count;
	judge_sum(n, out);
	return field;
}
