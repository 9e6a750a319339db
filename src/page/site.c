/*
 * Implements site.h: the document as a whole, its offers and campaigns.
 * Forms are siteform's, pages sitepage's, experiments sitetrial's.
 */
#include <string.h>

#include "base/arena.h"
#include "base/strictjson.h"
#include "page/reader.h"
#include "page/sitedate.h"
#include "page/siteform.h"
#include "page/sitekey.h"
#include "page/sitelink.h"
#include "page/siteorigin.h"
#include "page/sitepage.h"
#include "page/siterecycle.h"
#include "page/sitetrial.h"
#include "page/site.h"

#define NAME_BYTES_MAX 200
#define STAGES 8	/* of a lead */

const struct site_page *
site_find(const struct site *s, struct str key)
{
	return sitekey_find(s->page, s->pages, sizeof *s->page, key);
}

const struct form *
site_form(const struct site *s, struct str key)
{
	return sitekey_find(s->form, s->forms, sizeof *s->form, key);
}

const struct site_variant *
site_variant(const struct site_page *pg, struct str key)
{
	for (size_t i = 0; i < pg->variants; i++)
		if (str_eq(pg->variant[i].key, key))
			return &pg->variant[i];
	return NULL;
}

const char *
site_state_name(enum site_state s)
{
	static const char *const names[] = {
		[SITE_DRAFT] = "draft", [SITE_RUNNING] = "running",
		[SITE_PAUSED] = "paused", [SITE_STOPPED] = "stopped",
		[SITE_DECIDED] = "decided", [SITE_ARCHIVED] = "archived",
	};

	return names[s];
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
	sitekey_sort(*out, count, sizeof **out);
	return count;
}

static void
read_dates(const struct reader_node *n)
{
	struct reader_node starts = reader_member(n, "starts");
	struct reader_node ends = reader_member(n, "ends");
	struct str from = sitedate_read(&starts), to = sitedate_read(&ends);

	if (from.n && to.n && memcmp(from.p, to.p, from.n) > 0)
		reader_complain(&ends, "is before the start");
}

static void
read_campaign(const struct reader_node *n, const struct site_offer *offers,
    size_t count, struct site_campaign *out)
{
	static const char *const known[] = { "key", "name", "channel",
		"strategy", "offer", "starts", "ends", "parent", "archived",
		NULL };
	static const char *const strategies[] = { "inbound", "outbound",
		NULL };
	struct reader_node key = reader_member(n, "key");
	struct reader_node name = reader_member(n, "name");
	struct reader_node channel = reader_member(n, "channel");
	struct reader_node strategy = reader_member(n, "strategy");
	struct reader_node offer = reader_member(n, "offer");
	struct reader_node parent = reader_member(n, "parent");
	struct reader_node archived = reader_member(n, "archived");
	struct str offer_key;

	if (!reader_object(n, READER_MUST, known))
		return;
	out->key = reader_key(&key, READER_MUST);
	out->name = reader_string(&name, READER_MUST, NAME_BYTES_MAX);
	out->channel = reader_key(&channel, READER_MUST);
	out->strategy = str_of(strategies[reader_choice(&strategy,
	    READER_MUST, strategies)]);
	offer_key = reader_key(&offer, READER_MUST);
	out->offer = sitekey_find(offers, count, sizeof *offers, offer_key);
	if (!out->offer && offer_key.n)
		reader_complain(&offer, "there is no offer %.*s",
		    STR_ARG(reader_quote(&offer, offer_key)));
	out->parent = reader_key(&parent, READER_MAY);
	(void)reader_flag(&archived);
	read_dates(n);
}

/* Each is a part of one there is, a few deep, and never of itself. */
static void
check_parents(const struct reader_node *list, const struct site_campaign *all,
    size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(list, i);
		struct reader_node key = reader_member(&item, "parent");
		struct str up = reader_key(&key, READER_MAY);

		for (size_t depth = 0; up.n; depth++) {
			const struct site_campaign *c = sitekey_find(all,
			    count, sizeof *all, up);

			if (!c && !depth)
				reader_complain(&key, "there is no campaign"
				    " %.*s", STR_ARG(reader_quote(&key, up)));
			if (depth == SITE_CAMPAIGN_DEPTH_MAX)
				reader_complain(&key, "is in a circle, or more"
				    " than %d deep", SITE_CAMPAIGN_DEPTH_MAX);
			if (!c || depth == SITE_CAMPAIGN_DEPTH_MAX)
				break;
			up = c->parent;
		}
	}
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
	sitekey_sort(*out, count, sizeof **out);
	check_parents(&list, *out, count);
	return count;
}

static void
read_stages(const struct reader_node *n)
{
	static const char *const stages[] = { "lead", "mql", "sql",
		"opportunity", "customer", "nurturing", "disqualified",
		"lost", NULL };
	size_t count = reader_list(n, READER_MUST, STAGES);

	if (json_is_array(n->json) && !json_array_size(n->json))
		reader_complain(n, "a reason needs a stage");
	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(n, i);

		reader_choice(&item, READER_MUST, stages);
	}
	reader_unique(n, NULL);
}

/* Why leads are moved: for the database alone. */
static void
read_reasons(const struct reader_node *root)
{
	static const char *const known[] = { "key", "stages", "name",
		"archived", NULL };
	struct reader_node list = reader_member(root, "reasons");
	size_t count = reader_list(&list, READER_MAY, SITE_REASONS_MAX);

	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(&list, i);
		struct reader_node key = reader_member(&item, "key");
		struct reader_node name = reader_member(&item, "name");
		struct reader_node stages = reader_member(&item, "stages");
		struct reader_node archived = reader_member(&item, "archived");

		if (!reader_object(&item, READER_MUST, known))
			continue;
		reader_key(&key, READER_MUST);
		reader_text(&name, READER_MUST, 0, NAME_BYTES_MAX);
		read_stages(&stages);
		reader_flag(&archived);
	}
	reader_unique(&list, "key");
}

/* What leads may expect, by grade: likewise. */
static void
read_promises(const struct reader_node *root)
{
	static const char *const known[] = { "key", "scored_minutes",
		"allocated_minutes", "contacted_minutes", NULL };
	static const char *const grades[] = { "hot", "warm", "cold", NULL };
	const struct reader_range minutes = { READER_MUST, 1,
		SITE_PROMISE_MINUTES_MAX, 1 };
	struct reader_node list = reader_member(root, "promises");
	size_t count = reader_list(&list, READER_MAY, SITE_GRADES);

	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(&list, i);
		struct reader_node key = reader_member(&item, "key");

		if (!reader_object(&item, READER_MUST, known))
			continue;
		reader_choice(&key, READER_MUST, grades);
		for (size_t k = 1; known[k]; k++) {
			struct reader_node n = reader_member(&item, known[k]);

			reader_whole(&n, &minutes);
		}
	}
	reader_unique(&list, "key");
}

/* What they say is lead/scenario's to judge. */
static void
read_scenarios(const struct reader_node *root)
{
	struct reader_node list = reader_member(root, "scenarios");
	size_t count = reader_list(&list, READER_MAY, SITE_SCENARIOS_MAX);

	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(&list, i);
		struct reader_node key = reader_member(&item, "key");

		if (reader_object(&item, READER_MUST, NULL))
			reader_key(&key, READER_MUST);
	}
	reader_unique(&list, "key");
}

/* Give each page its running experiments. */
static void
share_out(struct arena *a, const struct site *s, struct site_page *page)
{
	for (size_t i = 0; i < s->experiments; i++)
		if (s->experiment[i].is_running)
			page[s->experiment[i].page - s->page].experiments++;
	for (size_t i = 0; i < s->pages; i++) {
		page[i].experiment = arena_array(a, page[i].experiments,
		    sizeof *page[i].experiment);
		page[i].experiments = 0;
	}
	for (size_t i = 0; i < s->experiments; i++) {
		const struct site_experiment *e = &s->experiment[i];
		struct site_page *pg = &page[e->page - s->page];

		if (e->is_running)
			pg->experiment[pg->experiments++] = e;
	}
}

static void
read_site(const struct reader_node *root, struct site *out)
{
	static const char *const known[] = { "offers", "campaigns", "consents",
		"forms", "pages", "experiments", "origins", "links",
		"reasons", "promises", "scenarios", "recycling", "state",
		NULL };
	struct site_campaign *campaign;
	struct form *form;
	struct site_page *page;
	struct site_experiment *experiment;
	struct site_origin *origin;
	struct site_link *link;

	if (!reader_object(root, READER_MUST, known))
		return;
	out->campaigns = read_campaigns(root, &campaign);
	out->campaign = campaign;
	out->forms = siteform_read(root, &form);
	sitekey_sort(form, out->forms, sizeof *form);
	out->form = form;
	out->pages = sitepage_read(root, out, &page);
	out->page = page;
	out->experiments = sitetrial_read(root, out, &experiment);
	sitekey_sort(experiment, out->experiments, sizeof *experiment);
	out->experiment = experiment;
	out->origins = siteorigin_read(root, out, &origin);
	out->origin = origin;
	out->links = sitelink_read(root, out, &link);
	out->link = link;
	read_reasons(root);
	read_promises(root);
	read_scenarios(root);
	siterecycle_read(root);
	if (!root->reader->errors)
		share_out(root->reader->arena, out, page);
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
		document = strictjson_read(json, &syntax);
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
