/* Implements app.h: puts the parts together, takes them apart in reverse. */
#include <assert.h>
#include <string.h>
#include <unistd.h>

#include "account/account.h"
#include "base/localday.h"
#include "base/log.h"
#include "console/console.h"
#include "geo/geo.h"
#include "http/gateway.h"
#include "http/route.h"
#include "lead/submit.h"
#include "page/snapshot.h"
#include "recall.h"
#include "store/group.h"
#include "store/pool.h"
#include "track/behaviour.h"
#include "track/crowd.h"
#include "track/event.h"
#include "track/reach.h"
#include "visitor.h"

#include "app.h"

#define ROUTES_MAX 200

/* On the snapshot's thread, as what follows. */
static void
renewed(void *context, const struct site *site)
{
	const struct app *app = context;

	recall_load(app->recall, site);
}

static void
tick(void *context, const struct site *site)
{
	const struct app *app = context;

	geo_refresh(app->geo);
	if (site)
		recall_again(app->recall, site);
}

enum err
app_start(const struct conf *c, struct app *out)
{
	const struct group_plan group = {
		.database = c->database,
		.statement = submit_statement(),
		.spool_dir = c->spool,
		.spool_bytes_max = c->spool_bytes_max,
		.wait_ms = c->commit_wait_ms,
		.session = flood_session(c, out->session),
	};
	struct snapshot_plan snapshot = {
		.database = c->database,
		.templates = c->templates,
		.state = c->state,
		.renewed = renewed,
		.tick = tick,
		.context = out,
	};
	enum err e = token_key_load(c->state, &out->key);

	if (e)
		return e;
	out->conf = c;
	if (localday_zone(c->time_zone))
		log_event(LOG_ERROR, "app.zone",
		    LOG_STR("unknown", c->time_zone));
	out->reach = reach_new(c->state);
	out->geo = geo_new(c->geo, c->geo6);
	out->crowd = crowd_new(c->first_visits_max);
	out->flood = flood_new(c);
	out->recall = recall_new(c->database);
	out->pool = pool_new(c->database, "piste-crew", (size_t)c->crew);
	out->desks = pool_new(c->console_database.n ? c->console_database :
	    c->database, "piste-console", (size_t)c->crew);
	pool_session(out->desks, ACCOUNT_SESSION);
	e = group_new(&group, &out->group);
	if (e)
		goto close_geo;
	e = event_new(c->database, c->exposure_flush_ms, &out->events);
	if (e)
		goto stop_group;
	e = behaviour_new(c->database, c->exposure_flush_ms, &out->behaviour);
	if (e)
		goto stop_events;
	e = snapshot_new(&snapshot, &out->snapshot);
	if (!e)
		return OK;
	behaviour_free(out->behaviour);
stop_events:
	event_free(out->events);
stop_group:
	group_free(out->group);
close_geo:
	pool_free(out->desks);
	pool_free(out->pool);
	recall_free(out->recall);
	flood_free(out->flood);
	crowd_free(out->crowd);
	reach_free(out->reach);
	geo_free(out->geo);
	log_event(LOG_ERROR, "app.start", LOG_Z("kind", err_name(e)));
	return e;
}

/* A request the gateway gave up still has a picture until its commit ends. */
void
app_stop(struct app *app)
{
	group_free(app->group);
	event_free(app->events);
	behaviour_free(app->behaviour);
	snapshot_free(app->snapshot);
	pool_free(app->desks);
	pool_free(app->pool);
	recall_free(app->recall);
	flood_free(app->flood);
	crowd_free(app->crowd);
	reach_free(app->reach);
	geo_free(app->geo);
}

/* Shared out among the processes, so that a core has one loop. */
static int
loops_of(const struct conf *c)
{
	int64_t cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (c->loops)
		return (int)c->loops;
	return cores > c->processes ? (int)(cores / c->processes) : 1;
}

/*
 * Visitors' first: a route is looked for from the beginning.  The console's
 * have a crew of their own: it hashes passwords and takes files in, and
 * whoever floods its login must not keep visitors waiting.
 */
static size_t
join_routes(const struct route **out, size_t *apart)
{
	static struct route all[ROUTES_MAX];
	const struct route *visitors, *desks;
	size_t count = visitor_routes(&visitors);
	size_t more = console_routes(&desks);

	assert(count + more <= ROUTES_MAX);
	memcpy(all, visitors, count * sizeof *all);
	memcpy(all + count, desks, more * sizeof *all);
	*out = all;
	*apart = more;
	return count + more;
}

void
app_plan(struct app *app, struct gateway_plan *out)
{
	*out = (struct gateway_plan){
		.app = app,
		.refuse = visitor_refuse,
		.loops = loops_of(app->conf),
		.crew = (int)app->conf->crew,
		.stop_ms = app->conf->stop_ms,
	};
	out->count = join_routes(&out->routes, &out->apart);
}
