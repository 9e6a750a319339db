/*
 * Knows which seller a lead goes to.  Pure: a function of the sellers as they
 * are, the lead and the moment, so that every decision can be made again.
 *
 * Fairness is start-time fair queuing (Goyal, Vin and Cheng, "Start-time Fair
 * Queuing", SIGCOMM 1996) among those who may have the lead: each seller has
 * the tag of the turn at which the last lead came, the next turn is 1/weight
 * later, but never before the latest tag among them.  So who is away, or has
 * no demand, saves nothing up; and of two of the same weight who both may have
 * each lead, neither gets a second one before the other got one.
 */
#ifndef PISTE_LEAD_ALLOCATE_H
#define PISTE_LEAD_ALLOCATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "lead/shift.h"

#define ALLOCATE_SELLERS_MAX 500
#define ALLOCATE_BANDS_MAX 32
#define ALLOCATE_WEIGHT_MAX 100
/* A turn of weight 1: whole for each weight but for a rounding. */
#define ALLOCATE_TURN INT64_C(1000000000)
#define ALLOCATE_NEVER INT64_C(-1)	/* tag of who never had a lead */
#define ALLOCATE_NOBODY SIZE_MAX
#define ALLOCATE_UNKNOWN INT64_C(-1)	/* potential, radius */

/* Why somebody is no candidate, as bits: all that hold are told. */
enum allocate_reason {
	ALLOCATE_STAGE,		/* takes no leads of that stage */
	ALLOCATE_NEED,		/* has not that skill */
	ALLOCATE_BAND,		/* nor that potential */
	ALLOCATE_TERRITORY,	/* is elsewhere, or of the general pool */
	ALLOCATE_FORCE,		/* the other force takes it, now or soon */
	ALLOCATE_TRIED,		/* had it, and did not take it */
	ALLOCATE_HOURS,		/* does not work now */
	ALLOCATE_ABSENT,
	ALLOCATE_FULL,		/* has as many open leads as may be */
	ALLOCATE_RESERVED,	/* what is left is kept for hot ones */
	ALLOCATE_RETURNS,	/* who had it before has it again */
	ALLOCATE_REASONS
};
/* "stage", "need", …, as decisions are stored; NULL beyond the last. */
const char *allocate_reason(size_t reason);

enum allocate_level {
	ALLOCATE_COUNTRY, ALLOCATE_REGION, ALLOCATE_DEPARTMENT,
	ALLOCATE_POSTCODE,	/* what it begins with */
};
struct allocate_territory {
	struct str country;	/* "FR" */
	enum allocate_level level;
	struct str code;
};

enum allocate_force { ALLOCATE_ANY, ALLOCATE_INTERNAL, ALLOCATE_EXTERNAL };
/* Potentials from … to, that one not included. */
struct allocate_band {
	struct str key;
	int64_t from;
	int64_t to;
	enum allocate_force force;	/* whose it is in a zone they cover */
};

struct allocate_seller {
	int64_t id;
	struct str key;
	struct str name;
	struct str email;
	struct str team;
	bool is_external;
	bool is_general;	/* of the pool for leads nobody's zone has, or
				 * all whose it is are away, full or tried */
	uint32_t weight;	/* 1 to ALLOCATE_WEIGHT_MAX */
	uint32_t open_max;	/* 0: takes none now */
	uint32_t hot_reserved;	/* of open_max */
	struct str *need;
	size_t needs;		/* 0: all */
	uint32_t bands;		/* bits by place; 0: all */
	struct str *stage;
	size_t stages;
	struct allocate_territory *territory;
	size_t territories;
	struct shift shift;
	struct str zone_name;
	/* What decisions change. */
	uint32_t open;
	int64_t tag;		/* of the last lead, or ALLOCATE_NEVER */
	int64_t turn;		/* count of leads given by then; 0: none */
};

struct allocate_plan {
	struct allocate_band *band;
	size_t bands;
	struct allocate_seller *seller;
	size_t sellers;
	int32_t confidence_km;	/* a larger radius tells the country alone */
	uint32_t accept_minutes;	/* of working time */
	int64_t turn;		/* leads given so far */
};

struct allocate_lead {
	int64_t id;
	int64_t at_ms;
	struct str stage;
	struct str need;
	int64_t potential;	/* or ALLOCATE_UNKNOWN: every band's */
	bool is_hot;
	/* What was declared; a postcode there beats the address. */
	struct str country;
	struct str postcode;
	/* By the address. */
	struct str geo_country;
	struct str geo_region;
	int32_t radius_km;	/* or ALLOCATE_UNKNOWN */
	const int64_t *tried;	/* ids of sellers */
	size_t tried_count;
	int64_t had;		/* id of whose it was last; 0: nobody's */
};

struct allocate_verdict {
	size_t chosen;		/* in plan->seller, or ALLOCATE_NOBODY */
	/* By seller; a candidate has no reason. */
	uint32_t reasons[ALLOCATE_SELLERS_MAX];
	int64_t start[ALLOCATE_SELLERS_MAX];
	int64_t furthest;	/* start among the candidates */
};

/*
 * Who gets it; plan is as before.  Whose it was has it again, whatever else
 * holds, unless they take no leads of that stage, are away or have no place.
 */
void allocate_decide(const struct allocate_plan *p,
    const struct allocate_lead *l, struct allocate_verdict *out);
/* By how many turns of weight 1 a candidate is behind the furthest one. */
double allocate_deficit(const struct allocate_verdict *v, size_t seller);
/* The chosen one has it. */
void allocate_take(struct allocate_plan *p, const struct allocate_verdict *v);

/*
 * Jain's index of what each got by what a fair share is (Jain, Chiu and Hawe,
 * DEC-TR-301, 1984): 1 is even, 1/n is one for all; NAN when nobody with a
 * share got any.
 */
double allocate_evenness(const double *got, const double *share, size_t n);

#endif
