/* Knows what is known of somebody in a scenario, as PostgreSQL has it. */
#ifndef PISTE_LEAD_NURTUREFACTS_H
#define PISTE_LEAD_NURTUREFACTS_H

#include <stdint.h>

#include "base/str.h"

struct arena;
struct conf;
struct nurture_facts;
struct nurture_limits;
struct pg;
struct scenario;

/* By the settings. */
void nurturefacts_limits(const struct conf *c, struct nurture_limits *out);

struct nurturefacts_ask {
	const struct scenario *scenario;
	int64_t person;
	int64_t lead;
	int64_t since_ms;	/* they entered */
	int64_t now_ms;
	int64_t ahead_ms;	/* how far zones' clocks are looked at */
};
/*
 * Into the arena.  ERR_ABSENT: there is no such lead; ERR_INPUT: it can't be
 * read; else as pg_run.
 */
MUST_USE enum err nurturefacts_read(struct pg *db, struct arena *a,
    const struct conf *c, const struct nurturefacts_ask *ask,
    struct nurture_facts *out);
/* The clocks of out's country, or of the setting nurture_zone, into out. */
MUST_USE enum err nurturefacts_zones(struct pg *db, struct arena *a,
    const struct conf *c, int64_t from_ms, int64_t to_ms,
    struct nurture_facts *out);

#endif
