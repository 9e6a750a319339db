/* Implements sitelink.h. */
#include "base/arena.h"
#include "page/reader.h"
#include "page/site.h"
#include "page/sitedate.h"
#include "page/sitekey.h"

#include "page/sitelink.h"

/* First segments of our own paths, nginx's among them. */
static const char *const reserved[] = { "a", "api", "c", "console", "e", "go",
	"healthz", "metrics", "p", "preferences", "r", "readyz", "s", "static",
	"u", "robots", "sitemap", "favicon", NULL };

/* As a path of its own it stands beside ours. */
static void
judge_vanity(const struct reader_node *n, struct str key)
{
	for (size_t i = 0; reserved[i]; i++)
		if (str_eq(key, str_of(reserved[i])))
			reader_complain(n, "/%s is a path of ours",
			    reserved[i]);
	if (str_find(key, '.') >= 0 || str_find(key, '_') >= 0)
		reader_complain(n, "a path has small letters, digits and"
		    " hyphens alone");
}

static void
read_place(const struct reader_node *n, const struct site *site,
    struct site_link *out)
{
	struct reader_node page = reader_member(n, "page");
	struct reader_node campaign = reader_member(n, "campaign");
	struct str page_key = reader_key(&page, READER_MUST);
	struct str campaign_key = reader_key(&campaign, READER_MAY);

	out->page = site_find(site, page_key);
	if (!out->page && page_key.n)
		reader_complain(&page, "there is no page %.*s",
		    STR_ARG(reader_quote(&page, page_key)));
	if (campaign_key.n)
		out->campaign = sitekey_find(site->campaign, site->campaigns,
		    sizeof *site->campaign, campaign_key);
	else if (out->page)
		out->campaign = out->page->campaign;
	if (!out->campaign && campaign_key.n)
		reader_complain(&campaign, "there is no campaign %.*s",
		    STR_ARG(reader_quote(&campaign, campaign_key)));
}

static struct str
read_text(const struct reader_node *n, const char *member)
{
	struct reader_node text = reader_member(n, member);

	return reader_string(&text, READER_MAY, SITELINK_TEXT_BYTES_MAX);
}

static void
read_link(const struct reader_node *n, const struct site *site,
    struct site_link *out)
{
	static const char *const known[] = { "key", "page", "campaign",
		"channel", "source", "medium", "content", "keyword",
		"affiliate", "ends", "vanity", "archived", NULL };
	struct reader_node key = reader_member(n, "key");
	struct reader_node channel = reader_member(n, "channel");
	struct reader_node ends = reader_member(n, "ends");
	struct reader_node vanity = reader_member(n, "vanity");
	struct reader_node archived = reader_member(n, "archived");

	if (!reader_object(n, READER_MUST, known))
		return;
	out->key = reader_key(&key, READER_MUST);
	read_place(n, site, out);
	out->channel = reader_key(&channel, READER_MAY);
	if (!out->channel.n && out->campaign)
		out->channel = out->campaign->channel;
	out->source = read_text(n, "source");
	out->medium = read_text(n, "medium");
	out->content = read_text(n, "content");
	out->keyword = read_text(n, "keyword");
	out->affiliate = read_text(n, "affiliate");
	out->ends_ms = sitedate_read_ms(&ends, INT64_MAX);
	out->is_vanity = reader_flag(&vanity);
	out->is_archived = reader_flag(&archived);
	if (out->is_vanity)
		judge_vanity(&vanity, out->key);
}

size_t
sitelink_read(const struct reader_node *root, const struct site *site,
    struct site_link **out)
{
	struct reader_node list = reader_member(root, "links");
	size_t count = reader_list(&list, READER_MAY, SITE_OBJECTS_MAX);

	*out = arena_array(root->reader->arena, count, sizeof **out);
	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(&list, i);

		read_link(&item, site, &(*out)[i]);
	}
	reader_unique(&list, "key");
	sitekey_sort(*out, count, sizeof **out);
	return count;
}

const struct site_link *
sitelink_find(const struct site *s, struct str code)
{
	char key[SITE_KEY_BYTES_MAX];
	struct str trimmed = str_trim(code);
	const struct site_link *l;

	if (!s->links || !trimmed.n || trimmed.n > sizeof key)
		return NULL;
	for (size_t i = 0; i < trimmed.n; i++) {
		char c = trimmed.p[i];

		key[i] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
	}
	l = sitekey_find(s->link, s->links, sizeof *s->link,
	    (struct str){ key, trimmed.n });
	return l && !l->is_archived ? l : NULL;
}

bool
sitelink_leads(const struct site_link *l, int64_t now_ms)
{
	return now_ms < l->ends_ms && !l->page->is_archived;
}
