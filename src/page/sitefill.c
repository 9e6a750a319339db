/* Implements sitefill.h. */
#include <string.h>

#include "base/arena.h"
#include "form/country.h"
#include "page/fill.h"
#include "page/reader.h"
#include "page/site.h"
#include "page/sitefill.h"

#define NAME_BYTES_MAX FIELD_NAME_BYTES_MAX
#define DEFAULT_BYTES_MAX 400

static bool
is_name(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");

	return n && n <= NAME_BYTES_MAX && !name[n] && name[0] >= 'a' &&
	    name[0] <= 'z';
}

/* What pages' addresses say already. */
static bool
is_taken(struct str name)
{
	static const char *const ours[] = { "embed", "k", "lang", "preview",
		"selftest", "variant" };

	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		if (str_eq(name, str_of(ours[i])))
			return true;
	return false;
}

static bool
is_declared(const struct site_page *pg, struct str name)
{
	for (size_t i = 0; i < pg->fillers; i++)
		if (str_eq(pg->filler[i].name, name))
			return true;
	return false;
}

/* A place's name, not declared yet; NULL when told of a mistake. */
static struct site_filler *
declare(const struct reader_node *n, struct site_page *pg,
    struct site_filler *all)
{
	struct str name = str_of(n->key);

	if (!is_name(n->key))
		reader_complain(n, "is no name: a small letter, then small"
		    " letters, digits and _, at most %d bytes",
		    NAME_BYTES_MAX);
	else if (is_taken(name))
		reader_complain(n, "is a name we keep for ourselves");
	else if (is_declared(pg, name))
		reader_complain(n, "is declared twice");
	else if (pg->fillers == SITE_FILLERS_MAX)
		reader_complain(n, "at most %d may be declared",
		    SITE_FILLERS_MAX);
	else {
		struct site_filler *f = &all[pg->fillers++];

		f->name = arena_copy(n->reader->arena, name);
		return f;
	}
	return NULL;
}

static void
read_parameter(const struct reader_node *n, unsigned langs,
    struct site_filler *out)
{
	static const char *const known[] = { "max", "default", "from", NULL };
	static const struct reader_range longest = { READER_MUST, 1,
		SITE_FILLER_CHARS_MAX, 1 };
	static const char *const sources[] = {
		[SITE_FROM_QUERY] = "address", [SITE_FROM_SOURCE] = "source",
		[SITE_FROM_MEDIUM] = "medium",
		[SITE_FROM_CAMPAIGN] = "campaign", NULL };
	struct reader_node max = reader_member(n, "max");
	struct reader_node otherwise = reader_member(n, "default");
	struct reader_node from = reader_member(n, "from");

	if (!reader_object(n, READER_MUST, known))
		return;
	out->chars_max = (uint32_t)reader_whole(&max, &longest);
	out->otherwise = reader_text(&otherwise, READER_MUST, langs,
	    DEFAULT_BYTES_MAX);
	out->from = (enum site_from)reader_choice(&from, READER_MAY, sources);
}

/* Shown where no link and no address tells whom to. */
static void
refuse_places(const struct reader_node *n)
{
	json_t *value;
	const char *code;

	json_object_foreach((json_t *)n->json, code, value) {
		struct reader_node m = reader_member(n, code);
		struct fill_place place;

		if (fill_cut(str_of(json_string_value(value)), &place))
			reader_complain(&m, "has a place to fill: thanks, and"
			    " the brand, are the same for everybody");
	}
}

static void
check_thanks(const struct reader_node *n)
{
	struct reader_node thanks = reader_member(n, "thanks");
	json_t *value;
	const char *name;

	json_object_foreach((json_t *)thanks.json, name, value) {
		struct reader_node m = reader_member(&thanks, name);

		refuse_places(&m);
	}
}

void
sitefill_read(const struct reader_node *n, unsigned langs,
    struct site_page *out)
{
	struct reader_node personal = reader_member(n, "personal");
	struct reader_node parameters = reader_member(n, "parameters");
	struct site_filler *all = arena_array(n->reader->arena,
	    SITE_FILLERS_MAX, sizeof *all), *one;
	json_t *value;
	const char *name;

	out->filler = all;
	if (reader_object(&personal, READER_MAY, NULL)) {
		json_object_foreach((json_t *)personal.json, name, value) {
			struct reader_node m = reader_member(&personal, name);

			one = declare(&m, out, all);
			if (!one)
				continue;
			one->from = SITE_FROM_RECIPIENT;
			one->chars_max = SITE_FILLER_CHARS_MAX;
			one->otherwise = reader_text(&m, READER_MUST, langs,
			    DEFAULT_BYTES_MAX);
		}
	}
	if (reader_object(&parameters, READER_MAY, NULL)) {
		json_object_foreach((json_t *)parameters.json, name, value) {
			struct reader_node m = reader_member(&parameters, name);

			one = declare(&m, out, all);
			if (one)
				read_parameter(&m, langs, one);
		}
	}
	/* Else a brace is a brace. */
	if (out->fillers)
		check_thanks(n);
}

static struct site_words
read_countries(const struct reader_node *n)
{
	size_t count = reader_list(n, READER_MAY, SITE_COUNTRIES_MAX);
	struct str *word = arena_array(n->reader->arena, count, sizeof *word);

	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(n, i);
		const struct country *c;

		word[i] = reader_string(&item, READER_MUST,
		    SITE_KEY_BYTES_MAX);
		c = country_find(word[i]);
		if (word[i].n && (!c || !str_eq(word[i], str_of(c->code))))
			reader_complain(&item, "%.*s is no country: two"
			    " capitals of ISO 3166",
			    STR_ARG(reader_quote(&item, word[i])));
	}
	reader_unique(n, NULL);
	return (struct site_words){ word, count };
}

static unsigned
read_langs(const struct reader_node *n)
{
	size_t count = reader_list(n, READER_MAY, LANG_COUNT);
	unsigned langs = 0;

	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(n, i);
		struct str code = reader_string(&item, READER_MUST,
		    SITE_KEY_BYTES_MAX);
		enum lang lang;

		if (!code.n)
			continue;
		if (lang_parse(code, &lang))
			reader_complain(&item, "%.*s is no language known"
			    " here", STR_ARG(reader_quote(&item, code)));
		else
			langs |= 1u << lang;
	}
	reader_unique(n, NULL);
	return langs;
}

static void
read_rule(const struct reader_node *n, unsigned langs,
    const struct site_variant *v, struct site_rule *out)
{
	static const char *const known[] = { "country", "language", "part",
		"text", NULL };
	struct reader_node country = reader_member(n, "country");
	struct reader_node language = reader_member(n, "language");
	struct reader_node part = reader_member(n, "part");
	struct reader_node text = reader_member(n, "text");
	size_t i = 0;

	if (!reader_object(n, READER_MUST, known))
		return;
	out->countries = read_countries(&country);
	out->langs = read_langs(&language);
	if (!out->countries.count && !out->langs)
		reader_complain(n, "a rule needs a country or a language");
	out->part = reader_string(&part, READER_MUST, SITE_KEY_BYTES_MAX);
	while (i < v->parts && !str_eq(v->part[i].name, out->part))
		i++;
	if (i == v->parts && out->part.n)
		reader_complain(&part, "the variant has no part %.*s to fall"
		    " back to", STR_ARG(reader_quote(&part, out->part)));
	/* It speaks the languages it is for. */
	out->text = reader_text(&text, READER_MUST,
	    out->langs ? out->langs & langs : langs, SITE_TEXT_BYTES_MAX);
}

void
sitefill_rules(const struct reader_node *n, unsigned langs,
    struct site_variant *out)
{
	struct reader_node rules = reader_member(n, "rules");
	size_t count = reader_list(&rules, READER_MAY, SITE_RULES_MAX);
	struct site_rule *rule = arena_array(n->reader->arena, count,
	    sizeof *rule);

	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(&rules, i);

		read_rule(&item, langs, out, &rule[i]);
	}
	out->rule = rule;
	out->rules = count;
}

/* n is an object of texts by language. */
static void
check_texts(const struct reader_node *n, const struct site_page *pg)
{
	json_t *value;
	const char *code;

	json_object_foreach((json_t *)n->json, code, value) {
		struct reader_node m = reader_member(n, code);
		struct str text = str_of(json_string_value(value));
		struct fill_place place;
		size_t places = 0;

		while (fill_cut(text, &place)) {
			if (!is_declared(pg, place.name))
				reader_complain(&m, "{%.*s} is declared neither"
				    " in \"personal\" nor in \"parameters\"",
				    STR_ARG(reader_quote(&m, place.name)));
			places++;
			text = place.after;
		}
		if (places > SITE_PLACES_MAX)
			reader_complain(&m, "has %zu places to fill, at most"
			    " %d are allowed", places, SITE_PLACES_MAX);
	}
}

void
sitefill_check(const struct reader_node *n, const struct site_page *pg)
{
	json_t *value;
	const char *name;

	for (size_t i = 0; pg->fillers && i < json_array_size(n->json); i++) {
		struct reader_node variant = reader_element(n, i);
		struct reader_node parts = reader_member(&variant, "parts");
		struct reader_node rules = reader_member(&variant, "rules");

		json_object_foreach((json_t *)parts.json, name, value) {
			struct reader_node m = reader_member(&parts, name);

			if (str_eq(str_of(name), STR("brand")))
				refuse_places(&m);
			else
				check_texts(&m, pg);
		}
		for (size_t k = 0; k < json_array_size(rules.json); k++) {
			struct reader_node rule = reader_element(&rules, k);
			struct reader_node m = reader_member(&rule, "text");

			check_texts(&m, pg);
		}
	}
}
