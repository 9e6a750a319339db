/* Implements siteform.h; what a field may be is sitefield's to say. */
#include "base/arena.h"
#include "form/country.h"
#include "page/reader.h"
#include "page/site.h"
#include "page/sitefield.h"
#include "page/siteform.h"
#include "page/sitestep.h"

#define CONSENT_VERSION_MAX 1000000

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
		"recipient", "version", "required", "confirm", "text", NULL };
	static const struct reader_range versions = { READER_MUST, 1,
		CONSENT_VERSION_MAX, 1 };
	struct reader_node key = reader_member(n, "key");
	struct reader_node purpose = reader_member(n, "purpose");
	struct reader_node channel = reader_member(n, "channel");
	struct reader_node recipient = reader_member(n, "recipient");
	struct reader_node version = reader_member(n, "version");
	struct reader_node required = reader_member(n, "required");
	struct reader_node confirm = reader_member(n, "confirm");
	struct reader_node text = reader_member(n, "text");

	if (!reader_object(n, READER_MUST, known))
		return;
	out->key = reader_key(&key, READER_MUST);
	out->purpose = reader_key(&purpose, READER_MUST);
	out->channel = reader_key(&channel, READER_MUST);
	out->recipient = reader_key(&recipient, READER_MUST);
	out->version = (uint32_t)reader_whole(&version, &versions);
	out->is_required = reader_flag(&required);
	out->needs_confirm = reader_flag(&confirm);
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

static bool
asks_address(const struct form *f)
{
	for (size_t i = 0; i < f->fields; i++)
		if (f->field[i].kind == FIELD_EMAIL && f->field[i].is_required)
			return true;
	return false;
}

static void
read_form(const struct reader_node *n, const struct langs *langs,
    const struct consents *all, struct form *out)
{
	static const char *const known[] = { "key", "country", "duplicates",
		"asset_delivery", "fields", "consents", "steps", "progressive",
		"draft", NULL };
	static const char *const duplicates[] = {
		[FORM_BY_EMAIL] = "email",
		[FORM_BY_EMAIL_OR_PHONE] = "email_or_phone",
		[FORM_ALWAYS_NEW] = "new", NULL };
	static const char *const deliveries[] = {
		[FORM_ON_THANKS] = "thanks", [FORM_BY_MAIL] = "mail",
		[FORM_CONFIRMED] = "confirmed", NULL };
	struct reader_node key = reader_member(n, "key");
	struct reader_node country = reader_member(n, "country");
	struct reader_node twins = reader_member(n, "duplicates");
	struct reader_node delivery = reader_member(n, "asset_delivery");
	struct reader_node fields = reader_member(n, "fields");
	struct reader_node asked = reader_member(n, "consents");
	unsigned spoken;
	struct field *field;

	if (!reader_object(n, READER_MUST, known))
		return;
	out->key = reader_key(&key, READER_MUST);
	out->country = read_country(&country);
	out->duplicates = (enum form_duplicates)reader_choice(&twins,
	    READER_MAY, duplicates);
	out->delivery = (enum form_delivery)reader_choice(&delivery,
	    READER_MAY, deliveries);
	read_asked(&asked, all, out);
	spoken = langs_of(langs->form, out->key);
	field = sitefield_read(&fields, spoken, out);
	sitestep_read(n, spoken, out, field);
	if (out->delivery != FORM_ON_THANKS && !asks_address(out))
		reader_complain(&delivery, "needs a required field of kind"
		    " email: nobody else can be written to");
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
