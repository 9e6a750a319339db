/*
 * Knows what one running process consists of: settings, key, the picture of
 * the site, geo, the road to PostgreSQL, the exposures, who keeps which arm.
 */
#ifndef PISTE_APP_H
#define PISTE_APP_H

#include <stdbool.h>

#include "base/conf.h"
#include "base/token.h"
#include "lead/flood.h"

struct behaviour_log;
struct crowd;
struct event_log;
struct flood;
struct gateway_plan;
struct geo;
struct group;
struct pool;
struct reach;
struct recall;
struct snapshot;

struct app {
	const struct conf *conf;
	struct token_key key;
	struct snapshot *snapshot;
	struct geo *geo;
	struct group *group;
	struct flood *flood;
	char session[FLOOD_SESSION_BYTES];	/* the group's */
	struct event_log *events;
	struct behaviour_log *behaviour;
	struct reach *reach;	/* today's visitors */
	struct crowd *crowd;
	struct recall *recall;
	struct pool *pool;	/* for requests that wait for the database */
	struct pool *desks;	/* the same for the console's, by its roles */
};

/*
 * Start everything a request may need; what failed is logged and undone.
 * ERR_DENIED, ERR_INPUT or ERR_AWAY as token_key_load, group_new, snapshot_new
 * and event_new say.
 */
MUST_USE enum err app_start(const struct conf *c, struct app *out);
/* Write what waits, then stop. */
void app_stop(struct app *app);

/* Routes and limits for the gateway; app must outlive it. */
void app_plan(struct app *app, struct gateway_plan *out);

#endif
