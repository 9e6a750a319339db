/*
 * Implements definestep.h: what leads live by.  Ours to begin with have no
 * definition; the site's own take the place of those of the same key.
 */
#include <stddef.h>

#include "store/pg.h"

#include "page/definestep.h"

SQL(write_reasons, 1,
    DEFINESTEP_GIVEN("reasons") DEFINESTEP_KNOWN("lead_reason")
    "written AS (INSERT INTO lead_reason AS o (key, stages, name,"
    " is_archived, position, definition)"
    " SELECT key, ARRAY(SELECT jsonb_array_elements_text(d->'stages')),"
    " d->'name', coalesce((d->>'archived')::boolean, false), "
    DEFINESTEP_LAST("lead_reason") " + ord, d FROM given"
    " ON CONFLICT (key) DO UPDATE SET stages = excluded.stages,"
    " name = excluded.name, is_archived = excluded.is_archived,"
    " definition = excluded.definition"
    " WHERE o.definition IS DISTINCT FROM excluded.definition"
    " RETURNING o.key) " DEFINESTEP_CHANGES);

SQL(write_promises, 1, DEFINESTEP_GIVEN("promises") DEFINESTEP_KNOWN("promise")
    "written AS (INSERT INTO promise AS o (key, scored_minutes,"
    " allocated_minutes, contacted_minutes, position, definition)"
    " SELECT key, (d->>'scored_minutes')::numeric,"
    " (d->>'allocated_minutes')::numeric,"
    " (d->>'contacted_minutes')::numeric, "
    DEFINESTEP_LAST("promise") " + ord, d FROM given"
    " ON CONFLICT (key) DO UPDATE SET"
    " scored_minutes = excluded.scored_minutes,"
    " allocated_minutes = excluded.allocated_minutes,"
    " contacted_minutes = excluded.contacted_minutes,"
    " definition = excluded.definition"
    " WHERE o.definition IS DISTINCT FROM excluded.definition"
    " RETURNING o.key) " DEFINESTEP_CHANGES);

SQL(write_scenarios, 1, DEFINESTEP_GIVEN("scenarios")
    DEFINESTEP_KNOWN("scenario")
    "written AS (INSERT INTO scenario AS o (key, state, enters, position,"
    " definition) SELECT key, coalesce(d->>'state', 'running'),"
    " d->'enter'->>'when', " DEFINESTEP_LAST("scenario") " + ord, d"
    " FROM given"
    " ON CONFLICT (key) DO UPDATE SET state = excluded.state,"
    " enters = excluded.enters, definition = excluded.definition,"
    " updated_at = now()"
    " WHERE o.definition <> excluded.definition RETURNING o.key) "
    DEFINESTEP_CHANGES);

SQL(write_recycling, 1, "SELECT key, change FROM recycle_apply($1::jsonb)");

SQL(arrange_reasons, 1, DEFINESTEP_ARRANGE("lead_reason", "reasons"));
SQL(arrange_promises, 1, DEFINESTEP_ARRANGE("promise", "promises"));
SQL(arrange_scenarios, 1, DEFINESTEP_ARRANGE("scenario", "scenarios"));
SQL(arrange_recycling, 1, DEFINESTEP_ARRANGE("recycle_rule", "recycling"));

const struct definestep definestep_lead[DEFINESTEP_LEADS] = {
	{ "reason", &write_reasons, &arrange_reasons, NULL },
	{ "promise", &write_promises, &arrange_promises, NULL },
	{ "scenario", &write_scenarios, &arrange_scenarios, NULL },
	{ "recycling", &write_recycling, &arrange_recycling, NULL },
};
