/*
 * Implements rules.h: sorts events by lead, so that a conversion knows what
 * became of its lead, then by visitor and time, and tells visitor by visitor.
 */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "experiment/assign.h"
#include "experiment/rules.h"

/* An event's place in an order of names: most comparisons end at the hash. */
struct place {
	const struct rules_event *event;
	uint32_t hash;
};

/* What became of an event's lead. */
struct fate {
	double staged_t;	/* its first stage; INFINITY: none */
	bool is_spam;
};

struct tally {
	const struct rules_plan *plan;
	const struct rules_event *event;
	const struct fate *fate;	/* of each event's lead */
	struct rules_counts *out;
};

/* One visitor's story so far. */
struct visitor {
	uint64_t arms;		/* bit i: a counted exposure to arm i */
	uint64_t waiting;	/* arms of prefetched exposures */
	int64_t waiting_count;
	uint32_t arm;		/* of the first counted exposure */
	double t0;
	bool is_bot;
};

static int
compare_names(uint32_t hash, struct str name, uint32_t other_hash,
    struct str other)
{
	if (hash != other_hash)
		return hash < other_hash ? -1 : 1;
	if (name.n != other.n)
		return name.n < other.n ? -1 : 1;
	return memcmp(name.p, other.p, name.n);
}

static int
compare_leads(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return compare_names(x->hash, x->event->lead, y->hash,
	    y->event->lead);
}

static int
compare_visitors(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	const struct rules_event *e = x->event, *f = y->event;
	int order = compare_names(x->hash, e->visitor, y->hash, f->visitor);

	if (order)
		return order;
	if (e->t != f->t)
		return e->t < f->t ? -1 : 1;
	if (e->seq != f->seq)
		return e->seq < f->seq ? -1 : 1;
	return e < f ? -1 : e > f;
}

/* Where those end that compare the same as the first of places. */
static size_t
same_until(const struct place *place, size_t from, size_t count, bool by_lead)
{
	const struct rules_event *first = place[from].event;
	size_t to = from + 1;

	for (; to < count && place[to].hash == place[from].hash; to++)
		if (!str_eq(by_lead ? place[to].event->lead :
		    place[to].event->visitor,
		    by_lead ? first->lead : first->visitor))
			break;
	return to;
}

static void
note_fate(const struct tally *y, const struct place *place, size_t count,
    struct fate *fate)
{
	struct fate f = { .staged_t = INFINITY };

	for (size_t i = 0; i < count; i++) {
		const struct rules_event *e = place[i].event;

		f.is_spam |= e->kind == RULES_SPAM || e->is_spam;
		if (e->kind == RULES_STAGE)
			f.staged_t = fmin(f.staged_t, e->t);
	}
	for (size_t i = 0; i < count; i++)
		fate[place[i].event - y->event] = f;
}

static void
follow_leads(struct tally *y, struct place *place, size_t count,
    struct fate *fate)
{
	size_t named = 0, to;

	for (size_t i = 0; i < count; i++) {
		const struct rules_event *e = &y->event[i];

		fate[i].staged_t = INFINITY;
		fate[i].is_spam = e->is_spam;
		if (e->lead.n)
			place[named++] = (struct place){ e,
				assign_fnv32a(e->lead) };
	}
	qsort(place, named, sizeof *place, compare_leads);
	for (size_t from = 0; from < named; from = to) {
		to = same_until(place, from, named, true);
		note_fate(y, place + from, to - from, fate);
	}
	y->fate = fate;
}

static void
count_exposure(struct visitor *v, uint64_t arms, uint32_t arm, double t)
{
	if (!v->arms) {
		v->arm = arm;
		v->t0 = t;
	}
	v->arms |= arms;
}

/* R1, R2: what was shown to a visitor that is no bot. */
static void
see_exposure(struct tally *y, struct visitor *v, const struct rules_event *e)
{
	if (e->kind == RULES_ACTIVATION) {
		if (v->waiting)
			count_exposure(v, v->waiting,
			    (uint32_t)__builtin_ctzll(v->waiting), e->t);
		v->waiting = 0;
		v->waiting_count = 0;
	} else if (e->is_preview) {
		y->out->preview_exposures++;
	} else if (e->is_prefetch) {
		v->waiting |= UINT64_C(1) << e->arm;
		v->waiting_count++;
	} else {
		count_exposure(v, UINT64_C(1) << e->arm, e->arm, e->t);
	}
}

/*
 * R4, R6, R7: true when this is the visitor's conversion.  A stage within its
 * window is one before as_of: other visitors are not asked.
 */
static bool
see_conversion(struct tally *y, const struct visitor *v,
    const struct rules_event *e, bool has_converted)
{
	const struct rules_plan *plan = y->plan;
	const struct fate *lead = &y->fate[e - y->event];
	struct rules_counts *out = y->out;
	double qualify_end = v->t0 + plan->qualify_window_s;

	if (lead->is_spam) {
		out->spam_conversions++;
	} else if (!v->arms) {
		out->conversions_without_exposure++;
	} else if (e->t < v->t0) {
		out->conversions_before_exposure++;
	} else if (e->t >= v->t0 + plan->window_s) {
		out->conversions_after_window++;
	} else if (has_converted) {
		out->duplicate_conversions++;
	} else {
		out->conversions[v->arm]++;
		out->qualified[v->arm] += qualify_end <= plan->as_of &&
		    lead->staged_t < qualify_end;
		return true;
	}
	return false;
}

/* R3, R5: is what this visitor converts of interest?  Counts the visitor. */
static bool
admit(struct tally *y, const struct visitor *v)
{
	const struct rules_plan *plan = y->plan;

	if (!v->arms)
		return true;
	if (v->arms & (v->arms - 1)) {
		y->out->multi_exposed_visitors++;
		return false;
	}
	if (plan->mature_only && !(v->t0 + plan->window_s <= plan->as_of)) {
		y->out->immature_visitors++;
		return false;
	}
	y->out->visitors[v->arm]++;
	y->out->qualify_mature_visitors[v->arm] +=
	    v->t0 + plan->qualify_window_s <= plan->as_of;
	return true;
}

/* All of one visitor's events, in their order. */
static void
tell_visitor(struct tally *y, const struct place *place, size_t count)
{
	bool has_converted = false;
	struct visitor v = { 0 };
	size_t known = 0;

	for (size_t i = 0; i < count; i++)
		v.is_bot |= place[i].event->kind == RULES_EXPOSURE &&
		    place[i].event->is_bot;
	if (v.is_bot) {
		y->out->bot_visitors++;
		return;
	}
	while (known < count && place[known].event->t <= y->plan->as_of)
		known++;
	for (size_t i = 0; i < known; i++)
		if (place[i].event->kind != RULES_CONVERSION)
			see_exposure(y, &v, place[i].event);
	y->out->prefetch_exposures += v.waiting_count;
	if (!admit(y, &v))
		return;
	for (size_t i = 0; i < known; i++)
		if (place[i].event->kind == RULES_CONVERSION)
			has_converted |= see_conversion(y, &v, place[i].event,
			    has_converted);
}

static void
follow_visitors(struct tally *y, struct place *place, size_t count)
{
	size_t theirs = 0, to;

	for (size_t i = 0; i < count; i++) {
		const struct rules_event *e = &y->event[i];

		assert(e->arm < RULES_ARMS_MAX);
		if (e->kind != RULES_SPAM && e->kind != RULES_STAGE)
			place[theirs++] = (struct place){ e,
				assign_fnv32a(e->visitor) };
	}
	qsort(place, theirs, sizeof *place, compare_visitors);
	for (size_t from = 0; from < theirs; from = to) {
		to = same_until(place, from, theirs, false);
		tell_visitor(y, place + from, to - from);
	}
}

void
rules_count(struct arena *a, const struct rules_plan *plan,
    const struct rules_event *event, size_t count, struct rules_counts *out)
{
	struct place *place = arena_array(a, count, sizeof *place);
	struct fate *fate = arena_array(a, count, sizeof *fate);
	struct tally y = { .plan = plan, .event = event, .out = out };

	*out = (struct rules_counts){ 0 };
	follow_leads(&y, place, count, fate);
	follow_visitors(&y, place, count);
}
