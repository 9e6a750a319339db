/*
 * Knows how a sort of object is applied: by one statement over all that a
 * document has of it, which writes what is new or different.  Parameter $1 is
 * the document.
 */
#ifndef PISTE_PAGE_DEFINESTEP_H
#define PISTE_PAGE_DEFINESTEP_H

struct sql;

/* The document's objects of one sort, with their place from 1. */
#define DEFINESTEP_GIVEN(section) \
    "WITH given AS (SELECT d->>'key' AS key, d, ord::integer" \
    " FROM jsonb_array_elements(nullif($1::jsonb->'" section "', 'null'))" \
    " WITH ORDINALITY AS t (d, ord)), "
/* Every part of a statement sees the table as it was before it. */
#define DEFINESTEP_KNOWN(table) \
    "known AS (SELECT o.key FROM " table " o JOIN given USING (key)), "
#define DEFINESTEP_LAST(table) \
    "(SELECT coalesce(max(position), 0) FROM " table ")"
#define DEFINESTEP_CHANGES \
    "SELECT g.key, CASE WHEN k.key IS NULL THEN 'created'" \
    " WHEN w.key IS NULL THEN 'unchanged' ELSE 'changed' END" \
    " FROM given g LEFT JOIN known k USING (key)" \
    " LEFT JOIN written w USING (key) ORDER BY g.ord"

/* The places that the named objects hold, given out in the order named. */
#define DEFINESTEP_ARRANGE(table, section) DEFINESTEP_GIVEN(section) \
    "place AS (SELECT position, row_number() OVER (ORDER BY position) AS n" \
    " FROM " table " JOIN given USING (key)), " \
    "turn AS (SELECT key, row_number() OVER (ORDER BY ord) AS n FROM given) " \
    "UPDATE " table " o SET position = place.position" \
    " FROM turn JOIN place USING (n)" \
    " WHERE o.key = turn.key AND o.position <> place.position"

struct definestep {
	const char *what;
	const struct sql *write;	/* returns key, change */
	const struct sql *arrange;
	const struct sql *follow;	/* or NULL */
};

/*
 * What leads are moved for, what they may expect, how they are nurtured, and
 * how they come up again.
 */
#define DEFINESTEP_LEADS 4
extern const struct definestep definestep_lead[DEFINESTEP_LEADS];

#endif
