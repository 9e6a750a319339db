/* Implements allocate.h. */
#include <assert.h>
#include <math.h>

#include "lead/zone.h"

#include "lead/allocate.h"

#define BIT(reason) (1u << (reason))

static const char *const reason_names[ALLOCATE_REASONS] = {
	[ALLOCATE_STAGE] = "stage", [ALLOCATE_NEED] = "need",
	[ALLOCATE_BAND] = "band", [ALLOCATE_TERRITORY] = "territory",
	[ALLOCATE_FORCE] = "force", [ALLOCATE_TRIED] = "tried",
	[ALLOCATE_HOURS] = "hours", [ALLOCATE_ABSENT] = "absent",
	[ALLOCATE_FULL] = "full", [ALLOCATE_RESERVED] = "reserved",
	[ALLOCATE_RETURNS] = "returns",
};

const char *
allocate_reason(size_t reason)
{
	return reason < ALLOCATE_REASONS ? reason_names[reason] : NULL;
}

/* Where the lead is, as far as it is known well enough. */
struct place {
	bool is_known;
	struct str country;
	struct str region;
	struct str department;
	struct str postcode;
};

static struct place
place_of(const struct allocate_plan *p, const struct allocate_lead *l)
{
	struct place at = { 0 };

	if (l->country.n && l->postcode.n) {
		at.is_known = true;
		at.country = l->country;
		at.postcode = l->postcode;
		if (str_eq_fold(l->country, STR("FR"))) {
			at.department = zone_department(l->postcode);
			at.region = zone_region(at.department);
		}
	} else if (l->geo_country.n) {
		at.is_known = true;
		at.country = l->geo_country;
		if (l->radius_km >= 0 && l->radius_km <= p->confidence_km)
			at.region = zone_region_code(l->geo_country,
			    l->geo_region);
	}
	return at;
}

static bool
is_within(const struct place *at, const struct allocate_territory *t)
{
	if (!str_eq_fold(at->country, t->country))
		return false;
	switch (t->level) {
	case ALLOCATE_COUNTRY:
		return true;
	case ALLOCATE_REGION:
		return at->region.n && str_eq_fold(at->region, t->code);
	case ALLOCATE_DEPARTMENT:
		return at->department.n && str_eq_fold(at->department,
		    t->code);
	case ALLOCATE_POSTCODE:
		return at->postcode.n && str_has_prefix(at->postcode,
		    t->code);
	}
	return false;
}

static bool
covers(const struct allocate_seller *s, const struct place *at)
{
	for (size_t i = 0; at->is_known && i < s->territories; i++)
		if (is_within(at, &s->territory[i]))
			return true;
	return false;
}

static bool
is_listed(const struct str *list, size_t n, struct str word)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i], word))
			return true;
	return false;
}

static bool
has_tried(const struct allocate_lead *l, int64_t id)
{
	for (size_t i = 0; i < l->tried_count; i++)
		if (l->tried[i] == id)
			return true;
	return false;
}

static const struct allocate_band *
band_of(const struct allocate_plan *p, int64_t potential)
{
	for (size_t i = 0; i < p->bands; i++)
		if (potential >= p->band[i].from && potential < p->band[i].to)
			return &p->band[i];
	return NULL;
}

/* What a seller takes. */
static uint32_t
judge_fit(const struct allocate_plan *p, const struct allocate_seller *s,
    const struct allocate_lead *l, const struct allocate_band *band)
{
	uint32_t why = 0;

	if (!is_listed(s->stage, s->stages, l->stage))
		why |= BIT(ALLOCATE_STAGE);
	if (s->needs && !is_listed(s->need, s->needs, l->need))
		why |= BIT(ALLOCATE_NEED);
	/* What is in no band is for who takes all. */
	if (s->bands && l->potential != ALLOCATE_UNKNOWN && (!band ||
	    !(s->bands >> (band - p->band) & 1)))
		why |= BIT(ALLOCATE_BAND);
	return why;
}

/* Is it theirs, now or when their working day begins? */
static bool
can_wait_for(uint32_t reasons)
{
	return !(reasons & ~BIT(ALLOCATE_HOURS));
}

/*
 * Zones: those of the general pool take what nobody covers who can be waited
 * for.  Forces: the one a band is for, where it covers the place.
 */
static void
judge_zones(const struct allocate_plan *p, const struct place *at,
    const struct allocate_band *band, struct allocate_verdict *v)
{
	bool is_covered = false, is_forced = false;
	enum allocate_force force = band ? band->force : ALLOCATE_ANY;
	bool wants_external = force == ALLOCATE_EXTERNAL;
	bool is_mine[ALLOCATE_SELLERS_MAX];

	for (size_t i = 0; i < p->sellers; i++) {
		is_mine[i] = covers(&p->seller[i], at);
		is_covered |= is_mine[i] && can_wait_for(v->reasons[i]);
	}
	for (size_t i = 0; i < p->sellers; i++) {
		const struct allocate_seller *s = &p->seller[i];

		if (!is_mine[i] && !(s->is_general && !is_covered))
			v->reasons[i] |= BIT(ALLOCATE_TERRITORY);
		is_forced |= force != ALLOCATE_ANY &&
		    can_wait_for(v->reasons[i]) &&
		    s->is_external == wants_external;
	}
	for (size_t i = 0; is_forced && i < p->sellers; i++)
		if (p->seller[i].is_external != wants_external)
			v->reasons[i] |= BIT(ALLOCATE_FORCE);
}

/* Who could have it, but not now. */
static uint32_t
judge_presence(const struct allocate_seller *s, const struct allocate_lead *l)
{
	uint32_t why = 0;

	if (has_tried(l, s->id))
		why |= BIT(ALLOCATE_TRIED);
	if (!shift_is_working(&s->shift, l->at_ms))
		why |= BIT(ALLOCATE_HOURS);
	if (shift_is_absent(&s->shift, l->at_ms))
		why |= BIT(ALLOCATE_ABSENT);
	if (s->open >= s->open_max)
		why |= BIT(ALLOCATE_FULL);
	else if (!l->is_hot && s->open + s->hot_reserved >= s->open_max)
		why |= BIT(ALLOCATE_RESERVED);
	return why;
}

/* Whose it was, if they can have it again, has nobody beside. */
static void
judge_return(const struct allocate_plan *p, const struct allocate_lead *l,
    struct allocate_verdict *v)
{
	uint32_t hindered = BIT(ALLOCATE_STAGE) | BIT(ALLOCATE_TRIED) |
	    BIT(ALLOCATE_ABSENT) | BIT(ALLOCATE_FULL) | BIT(ALLOCATE_RESERVED);
	size_t had = 0;

	while (had < p->sellers && p->seller[had].id != l->had)
		had++;
	if (!l->had || had == p->sellers || v->reasons[had] & hindered)
		return;
	for (size_t i = 0; i < p->sellers; i++)
		v->reasons[i] |= BIT(ALLOCATE_RETURNS);
	v->reasons[had] = 0;
}

/* Earlier start first, then who had none for longest, then the first. */
static bool
goes_before(const struct allocate_plan *p, const struct allocate_verdict *v,
    size_t a, size_t b)
{
	if (v->start[a] != v->start[b])
		return v->start[a] < v->start[b];
	return p->seller[a].turn < p->seller[b].turn;
}

static void
choose(const struct allocate_plan *p, struct allocate_verdict *v)
{
	int64_t latest = 0;

	for (size_t i = 0; i < p->sellers; i++)
		if (!v->reasons[i] && p->seller[i].tag > latest)
			latest = p->seller[i].tag;
	v->furthest = latest;
	for (size_t i = 0; i < p->sellers; i++) {
		const struct allocate_seller *s = &p->seller[i];
		int64_t next = s->tag == ALLOCATE_NEVER ? latest :
		    s->tag + ALLOCATE_TURN / s->weight;

		v->start[i] = next > latest ? next : latest;
		if (v->reasons[i])
			continue;
		if (v->start[i] > v->furthest)
			v->furthest = v->start[i];
		if (v->chosen == ALLOCATE_NOBODY ||
		    goes_before(p, v, i, v->chosen))
			v->chosen = i;
	}
}

void
allocate_decide(const struct allocate_plan *p, const struct allocate_lead *l,
    struct allocate_verdict *out)
{
	const struct allocate_band *band = band_of(p, l->potential);
	struct place at = place_of(p, l);

	assert(p->sellers <= ALLOCATE_SELLERS_MAX);
	out->chosen = ALLOCATE_NOBODY;
	for (size_t i = 0; i < p->sellers; i++)
		out->reasons[i] = judge_fit(p, &p->seller[i], l, band) |
		    judge_presence(&p->seller[i], l);
	judge_zones(p, &at, band, out);
	judge_return(p, l, out);
	choose(p, out);
}

double
allocate_deficit(const struct allocate_verdict *v, size_t seller)
{
	return (double)(v->furthest - v->start[seller]) / ALLOCATE_TURN;
}

void
allocate_take(struct allocate_plan *p, const struct allocate_verdict *v)
{
	struct allocate_seller *s;

	assert(v->chosen < p->sellers);
	s = &p->seller[v->chosen];
	s->tag = v->start[v->chosen];
	s->turn = ++p->turn;
	s->open++;
}

double
allocate_evenness(const double *got, const double *share, size_t n)
{
	double sum = 0, squares = 0;
	size_t counted = 0;

	for (size_t i = 0; i < n; i++) {
		double x = share[i] > 0 ? got[i] / share[i] : 0;

		if (share[i] <= 0)
			continue;
		sum += x;
		squares += x * x;
		counted++;
	}
	return squares > 0 ? sum * sum / ((double)counted * squares) :
	    (double)NAN;
}
