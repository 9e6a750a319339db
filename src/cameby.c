/* Implements cameby.h. */
#include "form/ticket.h"
#include "page/site.h"
#include "page/sitekey.h"
#include "page/sitelink.h"
#include "track/attribution.h"

#include "cameby.h"

static void
put(struct str *part, struct str defined)
{
	if (defined.n)
		*part = defined;
}

static void
follow_link(const struct site_link *l, struct touch *t)
{
	t->code = l->key;
	t->campaign = l->campaign->key;
	put(&t->source, l->source);
	put(&t->medium, l->medium);
	put(&t->content, l->content);
	put(&t->keyword, l->keyword);
	put(&t->affiliate, l->affiliate);
	t->channel = l->channel;
}

void
cameby_complete(const struct site *site, struct touch *t)
{
	const struct site_link *l = t->code.n ? sitelink_find(site, t->code) :
	    NULL;
	const struct site_campaign *c = NULL;

	if (t->click_kind.n && !attribution_is_click(t->click_kind))
		t->click_kind = STR_EMPTY;
	t->code = STR_EMPTY;
	if (l) {
		follow_link(l, t);
		return;
	}
	if (t->campaign.n)
		c = sitekey_find(site->campaign, site->campaigns,
		    sizeof *site->campaign, t->campaign);
	t->channel = attribution_channel(t, c ? c->channel : STR_EMPTY);
}
