/*
 * Implements site.h: the document as a whole, its offers, campaigns and pages.
 * Forms are siteform's, experiments sitetrial's.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/token.h"
#include "page/reader.h"
#include "page/sitetrial.h"
#include "page/siteform.h"
#include "page/site.h"

#define NAME_BYTES_MAX 200
#define ASSET_BYTES_MAX 200
#define REVISION_MAX 1e9

/* Everything that is looked up begins with its key. */
struct keyed {
	struct str key;
};

static int
compare_keys(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;
	size_t n = x->key.n < y->key.n ? x->key.n : y->key.n;
	int order = n ? memcmp(x->key.p, y->key.p, n) : 0;

	return order ? order : (x->key.n > y->key.n) - (x->key.n < y->key.n);
}

/* As a key read from JSON, so that sorting and looking up agree. */
static const void *
find(const void *sorted, size_t count, size_t size, struct str key)
{
	const struct keyed wanted = { key };

	return count ? bsearch(&wanted, sorted, count, size, compare_keys) :
	    NULL;
}

static void
sort(void *all, size_t count, size_t size)
{
	if (count)
		qsort(all, count, size, compare_keys);
}

const struct site_page *
site_find(const struct site *s, struct str key)
{
	return find(s->page, s->pages, sizeof *s->page, key);
}

const struct form *
site_form(const struct site *s, struct str key)
{
	return find(s->form, s->forms, sizeof *s->form, key);
}

const struct site_variant *
site_variant(const struct site_page *pg, struct str key)
{
	for (size_t i = 0; i < pg->variants; i++)
		if (str_eq(pg->variant[i].key, key))
			return &pg->variant[i];
	return NULL;
}

struct str
site_part(const struct site_part *part, size_t parts, struct str name,
    enum lang l)
{
	for (size_t i = 0; i < parts; i++)
		if (str_eq(part[i].name, name))
			return lang_text(&part[i].text, l);
	return STR_EMPTY;
}

static size_t
read_offers(const struct reader_node *root, struct site_offer **out)
{
	static const char *const known[] = { "key", "name", NULL };
	struct reader_node list = reader_member(root, "offers");
	size_t count = reader_list(&list, READER_MAY, SITE_OBJECTS_MAX);

	*out = arena_array(root->reader->arena, count, sizeof **out);
	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(&list, i);
		struct reader_node key = reader_member(&item, "key");
		struct reader_node name = reader_member(&item, "name");

		if (!reader_object(&item, READER_MUST, known))
			continue;
		(*out)[i].key = reader_key(&key, READER_MUST);
		(*out)[i].name = reader_text(&name, READER_MUST, 0,
		    NAME_BYTES_MAX);
	}
	reader_unique(&list, "key");
	sort(*out, count, sizeof **out);
	return count;
}

static bool
is_leap(uint32_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* YYYY-MM-DD as PostgreSQL will read it; empty when absent or wrong. */
static struct str
read_date(const struct reader_node *n)
{
	static const uint32_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30,
		31, 30, 31 };
	struct str s = reader_string(n, READER_MAY, NAME_BYTES_MAX);
	uint32_t y, m, d;

	if (!n->json || !json_is_string(n->json))
		return STR_EMPTY;
	if (s.n == 10 && s.p[4] == '-' && s.p[7] == '-' &&
	    str_u32(str_slice(s, 0, 4), 1900, 9999, &y) &&
	    str_u32(str_slice(s, 5, 2), 1, 12, &m) &&
	    str_u32(str_slice(s, 8, 2), 1,
	    m == 2 && is_leap(y) ? 29 : days[m - 1], &d))
		return s;
	reader_complain(n, "%.*s is no date: YYYY-MM-DD",
	    STR_ARG(reader_quote(n, s)));
	return STR_EMPTY;
}

static void
read_dates(const struct reader_node *n)
{
	struct reader_node starts = reader_member(n, "starts");
	struct reader_node ends = reader_member(n, "ends");
	struct str from = read_date(&starts), to = read_date(&ends);

	if (from.n && to.n && memcmp(from.p, to.p, from.n) > 0)
		reader_complain(&ends, "is before the start");
}

static void
read_campaign(const struct reader_node *n, const struct site_offer *offers,
    size_t count, struct site_campaign *out)
{
	static const char *const known[] = { "key", "name", "channel",
		"strategy", "offer", "starts", "ends", NULL };
	static const char *const strategies[] = { "inbound", "outbound",
		NULL };
	struct reader_node key = reader_member(n, "key");
	struct reader_node name = reader_member(n, "name");
	struct reader_node channel = reader_member(n, "channel");
	struct reader_node strategy = reader_member(n, "strategy");
	struct reader_node offer = reader_member(n, "offer");
	struct str offer_key;

	if (!reader_object(n, READER_MUST, known))
		return;
	out->key = reader_key(&key, READER_MUST);
	out->name = reader_string(&name, READER_MUST, NAME_BYTES_MAX);
	out->channel = reader_key(&channel, READER_MUST);
	out->strategy = str_of(strategies[reader_choice(&strategy,
	    READER_MUST, strategies)]);
	offer_key = reader_key(&offer, READER_MUST);
	out->offer = find(offers, count, sizeof *offers, offer_key);
	if (!out->offer && offer_key.n)
		reader_complain(&offer, "there is no offer %.*s",
		    STR_ARG(reader_quote(&offer, offer_key)));
	read_dates(n);
}

static size_t
read_campaigns(const struct reader_node *root, struct site_campaign **out)
{
	struct reader_node list = reader_member(root, "campaigns");
	size_t count = reader_list(&list, READER_MAY, SITE_OBJECTS_MAX);
	struct site_offer *offer;
	size_t offers = read_offers(root, &offer);

	*out = arena_array(root->reader->arena, count, sizeof **out);
	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(&list, i);

		read_campaign(&item, offer, offers, &(*out)[i]);
	}
	reader_unique(&list, "key");
	sort(*out, count, sizeof **out);
	return count;
}

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

static void
read_variants(const struct reader_node *n, unsigned langs,
    struct site_page *out)
{
	static const char *const known[] = { "key", "template", "parts",
		NULL };
	size_t count = reader_list(n, READER_MUST, SITE_VARIANTS_MAX);
	struct site_variant *variant = arena_array(n->reader->arena, count,
	    sizeof *variant);

	if (json_is_array(n->json) && !json_array_size(n->json))
		reader_complain(n, "a page needs a variant");
	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(n, i);
		struct reader_node key = reader_member(&item, "key");
		struct reader_node template = reader_member(&item, "template");
		struct reader_node parts = reader_member(&item, "parts");

		if (!reader_object(&item, READER_MUST, known))
			continue;
		variant[i].key = reader_key(&key, READER_MUST);
		variant[i].template = read_template(&template);
		variant[i].parts = read_parts(&parts, langs,
		    &variant[i].part);
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
	struct str form_key = reader_key(&form, READER_MUST);

	out->campaign = find(site->campaign, site->campaigns,
	    sizeof *site->campaign, campaign_key);
	if (!out->campaign && campaign_key.n)
		reader_complain(&campaign, "there is no campaign %.*s",
		    STR_ARG(reader_quote(n, campaign_key)));
	out->form = site_form(site, form_key);
	if (!out->form && form_key.n)
		reader_complain(&form, "there is no form %.*s",
		    STR_ARG(reader_quote(n, form_key)));
}

static void
read_page(const struct reader_node *n, const struct site *site,
    struct site_page *out)
{
	static const char *const known[] = { "key", "campaign", "form",
		"languages", "audience", "asset", "archived",
		"variants", "thanks", NULL };
	struct reader_node key = reader_member(n, "key");
	struct reader_node languages = reader_member(n, "languages");
	struct reader_node audience = reader_member(n, "audience");
	struct reader_node asset = reader_member(n, "asset");
	struct reader_node archived = reader_member(n, "archived");
	struct reader_node variants = reader_member(n, "variants");
	struct reader_node thanks = reader_member(n, "thanks");
	unsigned langs;

	if (!reader_object(n, READER_MUST, known))
		return;
	out->key = reader_key(&key, READER_MUST);
	find_references(n, site, out);
	langs = read_languages(&languages, out);
	out->audience = reader_key(&audience, READER_MAY);
	out->asset = read_asset(&asset);
	out->asset_delivery = STR("thanks");
	out->is_archived = reader_flag(&archived);
	read_variants(&variants, langs, out);
	out->thanks_parts = read_parts(&thanks, langs, &out->thanks);
	out->revision = 1;
}

/* What the database knows of a page: see define_snapshot. */
static void
read_page_state(const struct reader_node *root, struct site_page *pg)
{
	static const char *const known[] = { "revision", NULL };
	static const struct reader_range revisions = { READER_MUST, 1,
		REVISION_MAX, 1 };
	struct reader_node state = reader_member(root, "state");
	struct reader_node pages = reader_member(&state, "pages");
	struct reader_node n = reader_member(&pages, pg->key.p);
	struct reader_node revision = reader_member(&n, "revision");

	if (reader_object(&n, READER_MAY, known))
		pg->revision = (uint32_t)reader_whole(&revision, &revisions);
}

/* What a visitor was shown is proven by the hash of the block's bytes. */
static void
hash_consents(struct arena *a, struct site_page *pg)
{
	for (size_t i = 0; pg->form && i < pg->langs; i++) {
		struct str block = form_consent_block(a, pg->form,
		    pg->lang[i]);

		if (block.n)
			pg->consent_hash[pg->lang[i]] = token_hash(block,
			    arena_take(a, TOKEN_HASH_TEXT));
	}
}

static size_t
read_pages(const struct reader_node *root, const struct site *site,
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
	sort(*out, count, sizeof **out);
	return count;
}

static void
read_site(const struct reader_node *root, struct site *out)
{
	static const char *const known[] = { "offers", "campaigns", "consents",
		"forms", "pages", "experiments", "state", NULL };
	struct site_campaign *campaign;
	struct form *form;
	struct site_page *page;
	struct site_experiment *experiment;

	if (!reader_object(root, READER_MUST, known))
		return;
	out->campaigns = read_campaigns(root, &campaign);
	out->campaign = campaign;
	out->forms = siteform_read(root, &form);
	sort(form, out->forms, sizeof *form);
	out->form = form;
	out->pages = read_pages(root, out, &page);
	out->page = page;
	out->experiments = sitetrial_read(root, out, &experiment);
	sort(experiment, out->experiments, sizeof *experiment);
	out->experiment = experiment;
	if (root->reader->errors)
		return;
	for (size_t i = 0; i < out->pages; i++)
		hash_consents(root->reader->arena, &page[i]);
	for (size_t i = 0; i < out->experiments; i++)
		if (experiment[i].is_running)
			page[experiment[i].page - page].experiment =
			    &experiment[i];
}

/* jansson's message, which may quote the document, on one line. */
static void
complain_of_syntax(const struct reader_node *root, const json_error_t *error)
{
	struct str quoted = reader_quote(root, str_of(error->text));

	reader_complain(root, "line %d, column %d: %.*s", error->line,
	    error->column, STR_ARG(quoted));
}

enum err
site_parse(struct arena *a, struct str json, const struct site **out,
    struct site_error **error, size_t *errors)
{
	struct reader reader = { .arena = a,
		.error = arena_array(a, SITE_ERRORS_MAX, sizeof **error) };
	struct reader_node root = { .reader = &reader };
	struct site *site = ARENA_NEW(a, struct site);
	json_error_t syntax;
	json_t *document = NULL;

	if (json.n > SITE_JSON_BYTES_MAX)
		reader_complain(&root, "has %zu bytes, at most %d are allowed",
		    json.n, SITE_JSON_BYTES_MAX);
	else
		document = json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES,
		    &syntax);
	if (document) {
		root.json = document;
		read_site(&root, site);
		json_decref(document);
	} else if (!reader.errors) {
		complain_of_syntax(&root, &syntax);
	}
	*out = site;
	*error = reader.error;
	*errors = reader.errors;
	return reader.errors ? ERR_INPUT : OK;
}
