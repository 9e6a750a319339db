/* Implements eventsum.h. */
#include "base/clock.h"
#include "base/log.h"
#include "base/token.h"
#include "store/pg.h"

#include "track/eventsum.h"

void
eventsum_init(struct eventsum *s)
{
	token_random(&s->seed, sizeof s->seed);
	s->views = traffic_new();
	s->sums = traffic_new();
	s->arriving = audience_new(s->seed);
	s->arrived = audience_new(s->seed);
	eventrow_writer_init(&s->writer);
	eventrow_writer_init(&s->arrived_writer);
}

void
eventsum_clear(struct eventsum *s)
{
	traffic_free(s->views);
	traffic_free(s->sums);
	audience_free(s->arriving);
	audience_free(s->arrived);
}

bool
eventsum_is_gathered(const struct eventsum *s)
{
	return traffic_count(s->views) || audience_count(s->arriving);
}

bool
eventsum_is_taken(const struct eventsum *s)
{
	return traffic_count(s->sums) || audience_count(s->arrived);
}

void
eventsum_take(struct eventsum *s)
{
	struct traffic *sums = s->sums;
	struct audience *arrived = s->arrived;

	if (!traffic_count(sums)) {
		s->sums = s->views;
		s->views = sums;
	}
	if (!audience_count(arrived)) {
		s->arrived = s->arriving;
		s->arriving = arrived;
	}
}

/* What is refused for good is told, and counts as written. */
static enum err
settle(struct pg *db, const char *event, enum err e)
{
	if (!e || e == ERR_AWAY)
		return e;
	log_event(LOG_ERROR, event, LOG_Z("state", pg_state(db)));
	return OK;
}

/* Sums that can't be written now are written later, in the same words. */
enum err
eventsum_write(struct eventsum *s, struct pg *db, struct arena *a,
    int64_t wait_ms)
{
	int64_t until_ms = clock_mono_ms() + wait_ms;
	enum err e;

	if (traffic_count(s->sums)) {
		e = settle(db, "event.traffic", eventrow_add(db, a, &s->writer,
		    s->sums, wait_ms));
		if (e)
			return e;
		traffic_empty(s->sums);
	}
	if (!audience_count(s->arrived))
		return OK;
	e = settle(db, "event.audience", eventrow_arrive(db, a,
	    &s->arrived_writer, s->arrived,
	    until_ms - clock_mono_ms()));
	if (!e)
		audience_empty(s->arrived);
	return e;
}
