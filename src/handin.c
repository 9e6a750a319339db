/* Implements handin.h: adds what the request tells, whatever road it came. */
#include "app.h"
#include "base/addr.h"
#include "base/arena.h"
#include "base/token.h"
#include "geo/geo.h"
#include "http/gateway.h"
#include "http/request.h"
#include "http/response.h"
#include "form/form.h"
#include "page/site.h"
#include "page/sitelink.h"
#include "page/snapshot.h"
#include "store/group.h"

#include "handin.h"

static void
wake(struct group_item *item)
{
	gateway_resume(item->context);
}

static struct str
campaign_of(const struct site_page *pg)
{
	return pg->campaign ? pg->campaign->key : STR_EMPTY;
}

static struct str
offer_of(const struct site_page *pg)
{
	return pg->campaign && pg->campaign->offer ?
	    pg->campaign->offer->key : STR_EMPTY;
}

enum err
handin_put(struct request *rq, const struct handin *h,
    struct group_item *item)
{
	const struct conf *conf = rq->app->conf;
	struct place place = { .radius_km = -1 };
	/* What the code's link says is borrowed until the row is made. */
	const struct picture *p = h->result->promo.n ?
	    snapshot_hold(rq->app->snapshot) : NULL;
	const struct site_link *promo = p ? sitelink_find(p->site,
	    h->result->promo) : NULL;
	struct str from = STR_EMPTY;

	if (!h->origin.n) {
		geo_find(rq->app->geo, rq->arena, rq->remote_addr, &place);
		from = addr_prefix(rq->arena, rq->remote_addr,
		    conf->keep_full_address != 0);
	}
	*item = (struct group_item){
		.row = submit_row(rq->arena, &(struct submit){
			.ticket = h->ticket,
			.form = h->form,
			.result = h->result,
			.place = &place,
			.offer = offer_of(h->page),
			.campaign = campaign_of(h->page),
			.promo_campaign = promo ? promo->campaign->key :
			    STR_EMPTY,
			.promo_channel = promo ? promo->channel : STR_EMPTY,
			.ip_prefix = from,
			.origin = h->origin,
			.request_id = rq->id,
			.visitor = h->visitor,
			.suspect = h->suspect,
			.via = str_of(h->via),
			.received_ms = rq->received_ms,
		}),
		.done = wake,
		.context = rq,
	};
	if (p)
		snapshot_release(rq->app->snapshot, p);
	return group_put(rq->app->group, item);
}

void
handin_receipt(struct request *rq, const struct uuid *id)
{
	char text[UUID_TEXT];

	response_header(rq, "X-Piste-Receipt", arena_copy(rq->arena,
	    token_uuid_text(id, text)));
}

enum submit_verdict
handin_verdict(const struct group_item *item)
{
	return item->is_spooled ? SUBMIT_NEW :
	    submit_verdict(str_of(item->verdict));
}
