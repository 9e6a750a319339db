/* Knows where an address is, as far as a MaxMind-format database tells. */
#ifndef PISTE_GEO_GEO_H
#define PISTE_GEO_GEO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct geo;

#define GEO_TEXT_BYTES_MAX 200	/* a longer region or city is unknown */

/* "Unknown" is an answer: empty texts and a negative radius. */
struct place {
	struct str country;	/* ISO 3166-1 alpha-2, upper case */
	struct str region;	/* ISO code or name, as the file has it */
	struct str city;
	int32_t radius_km;	/* accuracy, -1 unknown */
	struct str build;	/* the database's build date, 2026-06-05 */
};

/*
 * Open one file for both families, or one for IPv4 and one for IPv6 (path6
 * may be empty).  A path that is empty or can't be opened is logged, and
 * every look-up there answers "unknown".  Never fails; release with geo_free.
 */
struct geo *geo_new(struct str path4, struct str path6);
void geo_free(struct geo *g);

/*
 * Look address (text of IPv4 or IPv6) up; both the MaxMind schema and the
 * flat one (country_code, state1, city) are read.  Texts are copied to the
 * arena.  Safe from any thread, also beside geo_refresh.
 */
void geo_find(struct geo *g, struct arena *a, struct str address,
    struct place *out);

/* The same without city and radius, which are half of the work. */
void geo_region(struct geo *g, struct arena *a, struct str address,
    struct place *out);

/*
 * Open what has been replaced on disk (rename), keep what can't be opened.
 * Cheap: meant to be called every second.
 */
void geo_refresh(struct geo *g);

/* Is there an open file?  *build gets its date (of the IPv4 file). */
bool geo_is_open(struct geo *g, struct arena *a, struct str *build);

#endif
