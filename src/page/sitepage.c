/*
 * Implements sitepage.h: what a page shows and what it asks for.  Which of its
 * variants are compared is sitetrial's.
 */
#include <string.h>

#include "base/arena.h"
#include "base/token.h"
#include "page/reader.h"
#include "page/site.h"
#include "page/sitefill.h"
#include "page/sitekey.h"
#include "page/sitepage.h"

#define ASSET_BYTES_MAX 200
#define REVISION_MAX 1e9

/* Templates show a part by the marker of its name. */
static bool
is_part_name(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");

	return n && n <= SITE_KEY_BYTES_MAX && !name[n] && name[0] >= 'a' &&
	    name[0] <= 'z';
}

static size_t
read_parts(const struct reader_node *n, unsigned langs,
    const struct site_part **out)
{
	struct arena *a = n->reader->arena;
	size_t count = json_object_size(n->json), i = 0;
	json_t *object = (json_t *)n->json, *value;
	struct site_part *part;
	const char *name;

	if (!reader_object(n, READER_MAY, NULL))
		return 0;
	if (count > SITE_PARTS_MAX) {
		reader_complain(n, "has %zu parts, at most %d are allowed",
		    count, SITE_PARTS_MAX);
		return 0;
	}
	part = arena_array(a, count, sizeof *part);
	json_object_foreach(object, name, value) {
		struct reader_node member = reader_member(n, name);

		if (!is_part_name(name))
			reader_complain(&member, "is no name for a part: a"
			    " small letter, then small letters, digits and _");
		part[i].name = arena_copy(a, str_of(name));
		part[i++].text = reader_text(&member, READER_MUST, langs,
		    SITE_TEXT_BYTES_MAX);
	}
	*out = part;
	return count;
}

static struct str
read_template(const struct reader_node *n)
{
	struct str s = reader_string(n, READER_MUST, SITE_KEY_BYTES_MAX);

	if (strspn(s.p, "abcdefghijklmnopqrstuvwxyz0123456789_-") == s.n)
		return s;
	reader_complain(n, "%.*s is no template: small letters, digits, _ and"
	    " -", STR_ARG(reader_quote(n, s)));
	return STR_EMPTY;
}

/* Where a variant stands in the factors of a multivariate test. */
static size_t
read_levels(const struct reader_node *n, const struct site_level **out)
{
	size_t count = json_object_size(n->json), i = 0;
	json_t *object = (json_t *)n->json, *value;
	struct site_level *level;
	const char *factor;

	if (!reader_object(n, READER_MAY, NULL))
		return 0;
	if (count > SITE_FACTORS_MAX) {
		reader_complain(n, "has %zu factors, at most %d are allowed",
		    count, SITE_FACTORS_MAX);
		return 0;
	}
	level = arena_array(n->reader->arena, count, sizeof *level);
	json_object_foreach(object, factor, value) {
		struct reader_node member = reader_member(n, factor);

		level[i].factor = arena_copy(n->reader->arena, str_of(factor));
		level[i++].level = reader_key(&member, READER_MUST);
	}
	*out = level;
	return count;
}

/* The form of that key; NULL when there is none, which is told. */
static const struct form *
read_form(const struct reader_node *n, enum reader_need need,
    const struct site *site)
{
	struct str key = reader_key(n, need);
	const struct form *f = site_form(site, key);

	if (!f && key.n)
		reader_complain(n, "there is no form %.*s",
		    STR_ARG(reader_quote(n, key)));
	return f;
}

static void
read_variant(const struct reader_node *n, const struct site *site,
    unsigned langs, struct site_variant *out)
{
	static const char *const known[] = { "key", "template", "parts",
		"form", "levels", "rules", NULL };
	struct reader_node key = reader_member(n, "key");
	struct reader_node template = reader_member(n, "template");
	struct reader_node parts = reader_member(n, "parts");
	struct reader_node form = reader_member(n, "form");
	struct reader_node levels = reader_member(n, "levels");

	if (!reader_object(n, READER_MUST, known))
		return;
	out->key = reader_key(&key, READER_MUST);
	out->template = read_template(&template);
	out->parts = read_parts(&parts, langs, &out->part);
	out->form = read_form(&form, READER_MAY, site);
	out->levels = read_levels(&levels, &out->level);
	sitefill_rules(n, langs, out);
}

/* What a visitor was shown is proven by the hash of the block's bytes. */
static void
hash_consents(struct arena *a, const struct site_page *pg,
    const struct site_variant *first, struct site_variant *v)
{
	for (size_t i = 0; i < pg->langs; i++) {
		enum lang l = pg->lang[i];
		struct str block;

		if (v != first && v->form == first->form) {
			v->consent_hash[l] = first->consent_hash[l];
			continue;
		}
		block = form_consent_block(a, v->form, l);
		if (block.n)
			v->consent_hash[l] = token_hash(block,
			    arena_take(a, TOKEN_HASH_TEXT));
	}
}

static void
read_variants(const struct reader_node *n, const struct site *site,
    unsigned langs, struct site_page *out)
{
	size_t count = reader_list(n, READER_MUST, SITE_VARIANTS_MAX);
	struct site_variant *variant = arena_array(n->reader->arena, count,
	    sizeof *variant);

	if (json_is_array(n->json) && !json_array_size(n->json))
		reader_complain(n, "a page needs a variant");
	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(n, i);

		read_variant(&item, site, langs, &variant[i]);
		if (!variant[i].form)
			variant[i].form = out->form;
		if (!n->reader->errors)
			hash_consents(n->reader->arena, out, variant,
			    &variant[i]);
	}
	reader_unique(n, "key");
	out->variant = variant;
	out->variants = count;
}

/* The page's languages in order; returns them as bits 1 << lang. */
static unsigned
read_languages(const struct reader_node *n, struct site_page *out)
{
	size_t count = reader_list(n, READER_MUST, LANG_COUNT);
	enum lang *lang = arena_array(n->reader->arena, LANG_COUNT,
	    sizeof *lang);
	unsigned langs = 0;

	if (json_is_array(n->json) && !json_array_size(n->json))
		reader_complain(n, "a page needs a language");
	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(n, i);
		struct str code = reader_string(&item, READER_MUST,
		    SITE_KEY_BYTES_MAX);

		if (!code.n)
			continue;
		if (lang_parse(code, &lang[out->langs])) {
			reader_complain(&item, "%.*s is no language known"
			    " here", STR_ARG(reader_quote(&item, code)));
			continue;
		}
		langs |= 1u << lang[out->langs++];
	}
	reader_unique(n, NULL);
	out->lang = lang;
	return langs;
}

/* A file in the assets directory itself: no path leads out of it. */
static struct str
read_asset(const struct reader_node *n)
{
	struct str s = reader_string(n, READER_MAY, ASSET_BYTES_MAX);

	if (str_find(s, '/') < 0 && str_find(s, '\\') < 0 &&
	    !str_has_prefix(s, STR(".")))
		return s;
	reader_complain(n, "%.*s is no file name: it has a slash or begins"
	    " with a dot", STR_ARG(reader_quote(n, s)));
	return STR_EMPTY;
}

static void
find_references(const struct reader_node *n, const struct site *site,
    struct site_page *out)
{
	struct reader_node campaign = reader_member(n, "campaign");
	struct reader_node form = reader_member(n, "form");
	struct str campaign_key = reader_key(&campaign, READER_MUST);

	out->campaign = sitekey_find(site->campaign, site->campaigns,
	    sizeof *site->campaign, campaign_key);
	if (!out->campaign && campaign_key.n)
		reader_complain(&campaign, "there is no campaign %.*s",
		    STR_ARG(reader_quote(n, campaign_key)));
	out->form = read_form(&form, READER_MUST, site);
}

/* What is shown outside experiments: the first, unless another is named. */
static void
read_control(const struct reader_node *n, struct site_page *out)
{
	struct str key = reader_key(n, READER_MAY);
	const struct site_variant *v = site_variant(out, key);

	if (key.n && v)
		out->control = (uint32_t)(v - out->variant);
	else if (key.n)
		reader_complain(n, "there is no variant %.*s",
		    STR_ARG(reader_quote(n, key)));
}

static void
read_page(const struct reader_node *n, const struct site *site,
    struct site_page *out)
{
	static const char *const known[] = { "key", "campaign", "form",
		"languages", "audience", "asset", "archived",
		"variants", "control", "thanks", "personal", "parameters",
		"further", NULL };
	struct reader_node key = reader_member(n, "key");
	struct reader_node languages = reader_member(n, "languages");
	struct reader_node audience = reader_member(n, "audience");
	struct reader_node asset = reader_member(n, "asset");
	struct reader_node archived = reader_member(n, "archived");
	struct reader_node variants = reader_member(n, "variants");
	struct reader_node control = reader_member(n, "control");
	struct reader_node thanks = reader_member(n, "thanks");
	struct reader_node further = reader_member(n, "further");
	unsigned langs;

	if (!reader_object(n, READER_MUST, known))
		return;
	out->key = reader_key(&key, READER_MUST);
	find_references(n, site, out);
	langs = read_languages(&languages, out);
	out->audience = reader_key(&audience, READER_MAY);
	out->asset = read_asset(&asset);
	out->is_archived = reader_flag(&archived);
	sitefill_read(n, langs, out);
	read_variants(&variants, site, langs, out);
	sitefill_check(&variants, out);
	out->further = reader_key(&further, READER_MAY);
	read_control(&control, out);
	out->thanks_parts = read_parts(&thanks, langs, &out->thanks);
	out->revision = 1;
}

/* What the database knows of a page: see define_snapshot. */
static void
read_page_state(const struct reader_node *root, struct site_page *pg)
{
	static const char *const known[] = { "revision", "control", NULL };
	static const struct reader_range revisions = { READER_MUST, 1,
		REVISION_MAX, 1 };
	struct reader_node state = reader_member(root, "state");
	struct reader_node pages = reader_member(&state, "pages");
	struct reader_node n = reader_member(&pages, pg->key.p);
	struct reader_node revision = reader_member(&n, "revision");
	struct reader_node control = reader_member(&n, "control");
	const struct site_variant *shown;

	if (!reader_object(&n, READER_MAY, known))
		return;
	pg->revision = (uint32_t)reader_whole(&revision, &revisions);
	/* One that was taken away since is nobody's control. */
	shown = site_variant(pg, reader_key(&control, READER_MAY));
	if (shown && shown->key.n)
		pg->control = (uint32_t)(shown - pg->variant);
}

/* A page may lead to one that comes after it. */
static void
check_further(const struct reader_node *list, const struct site_page *page,
    size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(list, i);
		struct reader_node n = reader_member(&item, "further");
		size_t k = 0;

		while (k < count && !str_eq(page[k].key, page[i].further))
			k++;
		if (page[i].further.n && k == count)
			reader_complain(&n, "there is no page %.*s",
			    STR_ARG(reader_quote(&n, page[i].further)));
	}
}

size_t
sitepage_read(const struct reader_node *root, const struct site *site,
    struct site_page **out)
{
	struct reader_node list = reader_member(root, "pages");
	size_t count = reader_list(&list, READER_MAY, SITE_OBJECTS_MAX);

	*out = arena_array(root->reader->arena, count, sizeof **out);
	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(&list, i);

		read_page(&item, site, &(*out)[i]);
		read_page_state(root, &(*out)[i]);
	}
	reader_unique(&list, "key");
	check_further(&list, *out, count);
	sitekey_sort(*out, count, sizeof **out);
	return count;
}

