/* Implements letterlink.h: a row for each kind of link. */
#include <jansson.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/strictjson.h"
#include "deliver/letter.h"
#include "deliver/link.h"
#include "deliver/recipient.h"

#include "deliver/letterlink.h"

/* As observe.h has them: a page's script takes the token off its address. */
#define SITE_HASH "#piste="
#define SITE_PAGE "*"
#define SITE_BYTES_MAX (LETTERLINK_URL_BYTES_MAX + TOKEN_TEXT_BYTES_MAX + 8)

static struct str
text(const json_t *object, const char *name)
{
	const json_t *v = json_object_get(object, name);

	return (struct str){ json_string_value(v), json_string_length(v) };
}

/* Somebody else's address, as it is. */
static struct str
open_url(struct arena *a, const struct letterlink *l, const json_t *link)
{
	struct str url = text(link, "url");

	(void)l;
	return (str_has_prefix(url, STR("https://")) ||
	    str_has_prefix(url, STR("http://"))) &&
	    url.n <= LETTERLINK_URL_BYTES_MAX ? arena_copy(a, url) :
	    STR_EMPTY;
}

static struct recipient
person_of(const struct letterlink *l, struct str page)
{
	return (struct recipient){ .kind = RECIPIENT_PERSON,
		.person = l->person, .page = page,
		.until_ms = l->now_ms + LETTERLINK_PAGE_MS };
}

static struct str
open_site(struct arena *a, const struct letterlink *l, const json_t *link)
{
	struct recipient r = person_of(l, STR(SITE_PAGE));
	struct str url = open_url(a, l, link);

	if (!url.n || !l->person || str_find(url, '#') >= 0)
		return url;
	return buf_fmt(a, SITE_BYTES_MAX, "%.*s" SITE_HASH "%.*s",
	    STR_ARG(url), STR_ARG(recipient_seal(a, l->key, &r)));
}

static struct str
open_page(struct arena *a, const struct letterlink *l, const json_t *link)
{
	struct recipient r = person_of(l, text(link, "page"));

	return r.page.n && l->person ? recipient_url(a, l->key, l->url, &r) :
	    STR_EMPTY;
}

static struct str
open_asset(struct arena *a, const struct letterlink *l, const json_t *link)
{
	struct link asset = { .kind = LINK_ASSET, .lang = l->lang,
		.until_ms = l->now_ms + l->asset_age_ms,
		.has_submission = l->has_submission,
		.submission = l->submission, .page = text(link, "page") };

	return asset.page.n ? link_url(a, l->key, l->url, &asset) :
	    STR_EMPTY;
}

/* Good for as long as the lead is that seller's. */
static struct str
open_seller(struct arena *a, const struct letterlink *l, const json_t *link)
{
	struct link seller = { .kind = LINK_SELLER, .lang = l->lang,
		.page = buf_fmt(a, STR_I64_BYTES, "%lld", (long long)
		json_integer_value(json_object_get(link, "allocation"))) };
	struct str at = text(link, "at"), url;

	if (!json_is_integer(json_object_get(link, "allocation")))
		return STR_EMPTY;
	url = link_url(a, l->key, l->url, &seller);
	return at.n ? buf_fmt(a, SITE_BYTES_MAX, "%.*s#%.*s", STR_ARG(url),
	    STR_ARG(at)) : url;
}

/* Whoever has it may pass it on: for a while. */
static struct str
open_report(struct arena *a, const struct letterlink *l, const json_t *link)
{
	struct link report = { .kind = LINK_REPORT, .lang = l->lang,
		.until_ms = l->now_ms + l->report_age_ms,
		.page = buf_fmt(a, STR_I64_BYTES, "%lld", (long long)
		json_integer_value(json_object_get(link, "report"))) };

	return json_is_integer(json_object_get(link, "report")) ?
	    link_url(a, l->key, l->url, &report) : STR_EMPTY;
}

/* What it opens is known, and ended, in the database alone. */
static struct str
open_reset(struct arena *a, const struct letterlink *l, const json_t *link)
{
	struct link reset = { .kind = LINK_RESET, .lang = l->lang,
		.page = text(link, "name") };

	return reset.page.n ? link_url(a, l->key, l->url, &reset) : STR_EMPTY;
}

static const struct {
	const char *kind;
	struct str (*open)(struct arena *a, const struct letterlink *l,
	    const json_t *link);
} kinds[] = {
	{ "url", open_url },
	{ "site", open_site },
	{ "page", open_page },
	{ "asset", open_asset },
	{ "seller", open_seller },
	{ "report", open_report },
	{ "reset", open_reset },
};

static enum err
read_button(struct arena *a, const struct letterlink *l,
    const json_t *button, struct letter_button *out)
{
	const json_t *link = json_object_get(button, "link");
	struct str kind = text(link, "kind");

	out->label = arena_copy(a, text(button, "label"));
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (str_eq(kind, str_of(kinds[i].kind)))
			out->url = kinds[i].open(a, l, link);
	return out->label.n && out->url.n ? OK : ERR_INPUT;
}

enum err
letterlink_read(struct arena *a, const struct letterlink *l, struct str json,
    struct letter *out)
{
	json_error_t why;
	json_t *list = strictjson_read(json, &why);
	size_t count = json_array_size(list);
	enum err e = json_is_array(list) && count <= LETTER_BUTTONS_MAX ? OK :
	    ERR_INPUT;

	for (size_t i = 0; !e && i < count; i++)
		e = read_button(a, l, json_array_get(list, i),
		    &out->button[i]);
	out->buttons = e ? 0 : count;
	json_decref(list);
	return e;
}
