/* Implements bringreport.h over bringline. */
#include "app.h"
#include "base/arena.h"
#include "base/buf.h"
#include "console/bringline.h"
#include "console/desk.h"
#include "http/request.h"
#include "http/response.h"
#include "lead/importfile.h"
#include "page/snapshot.h"

#include "console/bringreport.h"

#define CSV "text/csv; charset=utf-8"
#define CSV_BYTES_MAX ((size_t)16 << 20)

static enum turn
write_report(struct desk *d)
{
	struct arena *a = d->rq->arena;
	const struct picture *p;
	struct importfile f;
	struct buf b;
	enum err e = importfile_read(d->db, a, d->rq->param[0], d->user, &f);

	if (!e && !f.totals.n)
		e = ERR_ABSENT;
	if (e)
		return desk_refuse(d, e);
	p = snapshot_hold(d->rq->app->snapshot);
	if (!p)
		return desk_refuse(d, ERR_AWAY);
	buf_init(&b, a, CSV_BYTES_MAX);
	/* Growing by doubling it would be more than a request may take. */
	b.capacity = CSV_BYTES_MAX;
	b.p = arena_room(a, b.capacity);
	e = bringline_csv(d, p->site, &f, &b);
	snapshot_release(d->rq->app->snapshot, p);
	if (e)
		return desk_refuse(d, e);
	response_header(d->rq, "Content-Disposition",
	    STR("attachment; filename=\"refused.csv\""));
	response_set(d->rq, 200, CSV, buf_str(&b));
	return TURN_ANSWERED;
}

enum turn
bringreport_csv(struct request *rq)
{
	return desk_enter(rq, ACCOUNT_MARKETER, write_report);
}
