/* Two people, merged or to be merged, for tests of that and of its undoing. */
#ifndef PISTE_TESTS_LEAD_MERGECASE_H
#define PISTE_TESTS_LEAD_MERGECASE_H

#include <stdio.h>

#include "lead/person.h"
#include "store/pg.h"
#include "support/sample.h"

#define A "ana@firm.fr"
#define B "bob@firm.fr"
#define P "+33612345678"
#define Q "+33687654321"
#define R(number, address, ...) \
	{ .id = (number), .email = (address) __VA_OPT__(,) __VA_ARGS__ }
#define ROWS_MAX 6
#define TOLD_BYTES_MAX 4096

/* Everything a merge may touch, as text. */
#define ALL(table) " (SELECT string_agg(t::text, ';' ORDER BY t::text)" \
    " FROM piste." table " AS t),"
static const char everything[] = "SELECT concat(" ALL("person")
    ALL("person_key") ALL("lead") ALL("submission") ALL("consent")
    ALL("qualification_queue") ALL("conversion") ALL("outcome")
    ALL("exposure") ALL("outbox") " '')";

/* What must hold at any time. */
static const char broken[] = "SELECT concat_ws(' ', (SELECT count(*)"
    " FROM piste.submission AS s JOIN piste.lead AS l ON l.id = s.lead_id"
    " JOIN piste.person AS p ON p.id = s.person_id"
    " WHERE s.person_id <> l.person_id OR l.merged_into IS NOT NULL"
    " OR p.merged_into IS NOT NULL), (SELECT count(*) FROM"
    " piste.person_key AS k JOIN piste.person AS p ON p.id = k.person_id"
    " WHERE p.merged_into IS NOT NULL), (SELECT count(*) FROM"
    " piste.consent AS c JOIN piste.submission AS s"
    " ON s.id = c.submission_id WHERE c.person_id <> s.person_id))";

static const char trial[] = "INSERT INTO piste.experiment (key, page_key,"
    " seed, weights, coverage, goal, window_s, alpha, planned_visitors,"
    " state, phase, bucket_version, variants_revision, position, definition)"
    " VALUES ('x', 'p1', 's', '{\"a\": 1}', 1, 'lead', 86400, 0.05, 0,"
    " 'running', 1, 1, 1, 1, '{}')";

static const struct person_note note = { STR("ines"), STR("one person") };

/* Person 1 is who stays, person 2 who goes. */
struct scenario {
	const char *name;
	struct sample_row row[ROWS_MAX];	/* until id 0 */
	const char *meanwhile;			/* before the merge */
	const char *leads;			/* of 1 after it, open ones */
};

struct scene {
	struct sample c;
	struct pg *db;
};

static struct scene
scene_new(const struct scenario *s)
{
	struct scene k = { .c = sample_new() };

	k.db = pg_new(k.c.conninfo, "piste-test");
	sample_run(k.c.conn, trial);
	for (size_t i = 0; i < ROWS_MAX && s->row[i].id; i++)
		sample_take(k.c.conn, sample_batch(&s->row[i], 1));
	if (*s->meanwhile)
		sample_run(k.c.conn, s->meanwhile);
	return k;
}

/* What was written. */
static struct str
merge(struct scene *k, bool is_preview, enum err want)
{
	char *told = arena_take(suite_arena(), TOLD_BYTES_MAX);
	FILE *out = fmemopen(told, TOLD_BYTES_MAX, "w");
	enum err e = person_merge(k->db, &(struct person_pair){ STR("2"),
	    STR("1") }, &note, is_preview, out);

	fclose(out);
	ck_assert_msg(e == want, "%d: %s", (int)e, pg_message(k->db));
	return str_of(told);
}

#endif
