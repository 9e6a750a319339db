/*
 * Implements siteform.h.  How a value is judged when it comes is form/field's
 * to say; here only what may be asked.
 */
#include <string.h>

#include "base/arena.h"
#include "form/country.h"
#include "form/pattern.h"
#include "page/reader.h"
#include "page/site.h"
#include "page/siteform.h"

#define CONSENT_VERSION_MAX 1000000
#define OPTION_BYTES_MAX 200

/* Languages by a form's or a consent's key: bits 1 << lang, as integers. */
struct langs {
	json_t *form;
	json_t *consent;
};

static void
add_langs(json_t *map, const char *key, unsigned langs)
{
	unsigned old = (unsigned)json_integer_value(json_object_get(map, key));

	json_object_set_new(map, key, json_integer(old | langs));
}

static unsigned
langs_of(const json_t *map, struct str key)
{
	return (unsigned)json_integer_value(json_object_get(map, key.p));
}

/* A page's form and those of its variants speak the page's languages. */
static void
add_page(json_t *map, const json_t *page)
{
	json_t *item, *languages = json_object_get(page, "languages");
	const char *form = json_string_value(json_object_get(page, "form"));
	unsigned langs = 0;
	size_t i;

	json_array_foreach(languages, i, item) {
		enum lang lang;

		if (!lang_parse(str_of(json_string_value(item)), &lang))
			langs |= 1u << lang;
	}
	if (form)
		add_langs(map, form, langs);
	json_array_foreach(json_object_get(page, "variants"), i, item) {
		form = json_string_value(json_object_get(item, "form"));
		if (form)
			add_langs(map, form, langs);
	}
}

/* Which languages are asked of whom; mistakes are told by who reads them. */
static struct langs
langs_new(const json_t *document)
{
	struct langs l = { json_object(), json_object() };
	json_t *item, *name;
	size_t i, k;

	json_array_foreach(json_object_get(document, "pages"), i, item)
		add_page(l.form, item);
	json_array_foreach(json_object_get(document, "forms"), i, item) {
		struct str form = str_of(json_string_value(
		    json_object_get(item, "key")));

		json_array_foreach(json_object_get(item, "consents"), k, name)
			if (json_is_string(name))
				add_langs(l.consent, json_string_value(name),
				    langs_of(l.form, form));
	}
	return l;
}

static void
langs_free(struct langs *l)
{
	json_decref(l->form);
	json_decref(l->consent);
}

static void
read_consent(const struct reader_node *n, const struct langs *langs,
    struct form_consent *out)
{
	static const char *const known[] = { "key", "purpose", "channel",
		"recipient", "version", "required", "text", NULL };
	static const struct reader_range versions = { READER_MUST, 1,
		CONSENT_VERSION_MAX, 1 };
	struct reader_node key = reader_member(n, "key");
	struct reader_node purpose = reader_member(n, "purpose");
	struct reader_node channel = reader_member(n, "channel");
	struct reader_node recipient = reader_member(n, "recipient");
	struct reader_node version = reader_member(n, "version");
	struct reader_node required = reader_member(n, "required");
	struct reader_node text = reader_member(n, "text");

	if (!reader_object(n, READER_MUST, known))
		return;
	out->key = reader_key(&key, READER_MUST);
	out->purpose = reader_key(&purpose, READER_MUST);
	out->channel = reader_key(&channel, READER_MUST);
	out->recipient = reader_key(&recipient, READER_MUST);
	out->version = (uint32_t)reader_whole(&version, &versions);
	out->is_required = reader_flag(&required);
	out->text = reader_text(&text, READER_MUST,
	    langs_of(langs->consent, out->key), SITE_TEXT_BYTES_MAX);
}

static const struct form_consent *
find_consent(const struct form_consent *consent, size_t count, struct str key)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(consent[i].key, key))
			return &consent[i];
	return NULL;
}

/* Names become HTML names and ids, JSON keys, and columns in exports. */
static struct str
read_field_name(const struct reader_node *n)
{
	struct str s = reader_string(n, READER_MUST, FIELD_NAME_BYTES_MAX);
	size_t i;

	if (str_is_empty(s))
		return s;
	if (str_eq(s, STR(FORM_TRAP)) || str_eq(s, STR(FORM_TOKEN))) {
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
	bool is_choice = out->kind == FIELD_CHOICE;
	size_t count = reader_list(n, is_choice ? READER_MUST : READER_MAY,
	    FIELD_OPTIONS_MAX);
	struct field_option *option = arena_array(n->reader->arena, count,
	    sizeof *option);

	if (!is_choice && n->json)
		reader_complain(n, "only a choice has options");
	else if (is_choice && json_is_array(n->json) &&
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
read_limits(const struct reader_node *n, struct field *out)
{
	uint32_t usual = field_traits(out->kind)->chars_max;
	const struct reader_range longest = { READER_MAY, 1, FIELD_CHARS_MAX,
		usual ? usual : FIELD_CHARS_DEFAULT };
	const struct reader_range shortest = { READER_MAY, 0, FIELD_CHARS_MAX,
		0 };
	struct reader_node max = reader_member(n, "max");
	struct reader_node min = reader_member(n, "min");
	struct reader_node pattern = reader_member(n, "pattern");

	out->chars_max = (uint32_t)reader_whole(&max, &longest);
	out->chars_min = (uint32_t)reader_whole(&min, &shortest);
	if (out->chars_min > out->chars_max)
		reader_complain(&min, "is more than the field can hold (%u)",
		    out->chars_max);
	out->pattern = reader_string(&pattern, READER_MAY,
	    FIELD_PATTERN_BYTES_MAX);
	if (!str_is_empty(out->pattern) && !pattern_is_ok(out->pattern))
		reader_complain(&pattern, "is no pattern we can use: a POSIX"
		    " extended regular expression, without \\d and \\1");
}

static void
read_field(const struct reader_node *n, unsigned langs, struct field *out)
{
	static const char *const known[] = { "name", "kind", "required", "min",
		"max", "pattern", "label", "hint", "message", "options",
		NULL };
	struct reader_node name = reader_member(n, "name");
	struct reader_node kind = reader_member(n, "kind");
	struct reader_node required = reader_member(n, "required");
	struct reader_node label = reader_member(n, "label");
	struct reader_node hint = reader_member(n, "hint");
	struct reader_node message = reader_member(n, "message");
	struct reader_node options = reader_member(n, "options");

	if (!reader_object(n, READER_MUST, known))
		return;
	out->name = read_field_name(&name);
	out->kind = read_kind(&kind);
	out->is_required = reader_flag(&required);
	read_limits(n, out);
	/* Nobody sees a hidden field, so it needs no words. */
	out->label = reader_text(&label, out->kind == FIELD_HIDDEN ?
	    READER_MAY : READER_MUST, langs, SITE_TEXT_BYTES_MAX);
	out->hint = reader_text(&hint, READER_MAY, langs, SITE_TEXT_BYTES_MAX);
	out->message = reader_text(&message, READER_MAY, langs,
	    SITE_TEXT_BYTES_MAX);
	read_options(&options, langs, out);
}

static void
read_fields(const struct reader_node *n, unsigned langs, struct form *out)
{
	size_t count = reader_list(n, READER_MUST, FORM_FIELDS_MAX);
	struct field *field = arena_array(n->reader->arena, count,
	    sizeof *field);

	if (json_is_array(n->json) && !json_array_size(n->json))
		reader_complain(n, "a form needs a field");
	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(n, i);

		read_field(&item, langs, &field[i]);
	}
	reader_unique(n, "name");
	out->field = field;
	out->fields = count;
}

/* What consents there are to choose from. */
struct consents {
	const struct form_consent *consent;
	size_t count;
};

static void
read_asked(const struct reader_node *n, const struct consents *all,
    struct form *out)
{
	size_t count = reader_list(n, READER_MAY, FORM_CONSENTS_MAX);
	struct form_consent *asked = arena_array(n->reader->arena, count,
	    sizeof *asked);

	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(n, i);
		struct str key = reader_key(&item, READER_MUST);
		const struct form_consent *c = find_consent(all->consent,
		    all->count, key);

		if (c)
			asked[i] = *c;
		else if (!str_is_empty(key))
			reader_complain(&item, "there is no consent %.*s",
			    STR_ARG(reader_quote(&item, key)));
	}
	reader_unique(n, NULL);
	out->consent = asked;
	out->consents = count;
}

static struct str
read_country(const struct reader_node *n)
{
	struct str s = reader_string(n, READER_MUST, SITE_KEY_BYTES_MAX);
	const struct country *c = country_find(s);

	if (str_is_empty(s) || (c && str_eq(s, str_of(c->code))))
		return s;
	reader_complain(n, "%.*s is no country: two capitals of ISO 3166",
	    STR_ARG(reader_quote(n, s)));
	return STR_EMPTY;
}

static void
read_form(const struct reader_node *n, const struct langs *langs,
    const struct consents *all, struct form *out)
{
	static const char *const known[] = { "key", "country", "duplicates",
		"asset_delivery", "fields", "consents", NULL };
	static const char *const duplicates[] = {
		[FORM_BY_EMAIL] = "email",
		[FORM_BY_EMAIL_OR_PHONE] = "email_or_phone", NULL };
	static const char *const deliveries[] = { "thanks", NULL };
	struct reader_node key = reader_member(n, "key");
	struct reader_node country = reader_member(n, "country");
	struct reader_node twins = reader_member(n, "duplicates");
	struct reader_node delivery = reader_member(n, "asset_delivery");
	struct reader_node fields = reader_member(n, "fields");
	struct reader_node asked = reader_member(n, "consents");

	if (!reader_object(n, READER_MUST, known))
		return;
	out->key = reader_key(&key, READER_MUST);
	out->country = read_country(&country);
	out->duplicates = (enum form_duplicates)reader_choice(&twins,
	    READER_MAY, duplicates);
	reader_choice(&delivery, READER_MAY, deliveries);
	read_fields(&fields, langs_of(langs->form, out->key), out);
	read_asked(&asked, all, out);
}

static struct consents
read_consents(const struct reader_node *n, const struct langs *langs)
{
	size_t count = reader_list(n, READER_MAY, SITE_OBJECTS_MAX);
	struct form_consent *consent = arena_array(n->reader->arena, count,
	    sizeof *consent);

	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(n, i);

		read_consent(&item, langs, &consent[i]);
	}
	reader_unique(n, "key");
	return (struct consents){ consent, count };
}

size_t
siteform_read(const struct reader_node *root, struct form **out)
{
	struct reader_node asked = reader_member(root, "consents");
	struct reader_node forms = reader_member(root, "forms");
	struct langs langs = langs_new(root->json);
	struct consents all = read_consents(&asked, &langs);
	size_t count = reader_list(&forms, READER_MAY, SITE_OBJECTS_MAX);

	*out = arena_array(root->reader->arena, count, sizeof **out);
	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(&forms, i);

		read_form(&item, &langs, &all, &(*out)[i]);
	}
	reader_unique(&forms, "key");
	langs_free(&langs);
	return count;
}
