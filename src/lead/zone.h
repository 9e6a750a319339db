/*
 * Knows which département a French postcode is in, and which region that is
 * (the Code officiel géographique; regions as ISO 3166-2 has them).  Pure.
 */
#ifndef PISTE_LEAD_ZONE_H
#define PISTE_LEAD_ZONE_H

#include <stdbool.h>

#include "base/str.h"

/* "75", "2A", "974"; empty when it is no postcode of France.  Constant. */
struct str zone_department(struct str postcode);
/* "IDF" of "75"; empty for what is no département.  Constant. */
struct str zone_region(struct str department);
/*
 * The code of a region named by its code or its name, case ignored: geo
 * databases have either.  Of another country's: given itself, borrowed.
 */
struct str zone_region_code(struct str country, struct str given);

/* Can there be such a region?  Of countries other than France: yes. */
bool zone_has_region(struct str country, struct str given);

#endif
