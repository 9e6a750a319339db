/*
 * Implements dedupe.h.  Who is a suspect is piste.person_suspects()'s to say;
 * here is which mail domains say nothing of a company, and what is printed.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "lead/domain.h"
#include "store/pg.h"

#include "lead/dedupe.h"

#define WAIT_MS 120000
#define NUMBER_BYTES 24
#define DOMAINS_BYTES_MAX ((size_t)64 << 10)
#define ARENA_BYTES_MAX (4 * DOMAINS_BYTES_MAX)

SQL(dedupe_pairs, 3,
    "SELECT first_id, second_id, strength, array_to_string(reasons, ','),"
    " array_to_json(reasons), pairs, crowded"
    " FROM piste.person_suspects($1::text[], $2::int, $3::int)");

enum { FIRST, SECOND, STRENGTH, REASONS, REASONS_JSON, PAIRS, CROWDED };

/* PostgreSQL's text of an array; no name has a character to quote. */
static struct str
free_domains(struct arena *a)
{
	struct buf b;
	const char *name;

	buf_init(&b, a, DOMAINS_BYTES_MAX);
	buf_byte(&b, '{');
	for (size_t i = 0; (name = domain_free(i)) != NULL; i++)
		buf_addf(&b, "%s%s", i ? "," : "", name);
	buf_byte(&b, '}');
	return buf_str(&b);
}

static struct str
number(struct arena *a, uint32_t n)
{
	return buf_fmt(a, NUMBER_BYTES, "%u", n);
}

static void
write_pair(const struct pg_rows *rows, size_t i, bool is_json, FILE *out)
{
	if (is_json)
		fprintf(out, "{\"persons\":[%.*s,%.*s],\"strength\":%.*s,"
		    "\"reasons\":%.*s}\n", STR_ARG(pg_value(rows, i, FIRST)),
		    STR_ARG(pg_value(rows, i, SECOND)),
		    STR_ARG(pg_value(rows, i, STRENGTH)),
		    STR_ARG(pg_value(rows, i, REASONS_JSON)));
	else
		fprintf(out, "%.*s  %10.*s  %10.*s  %.*s\n",
		    STR_ARG(pg_value(rows, i, STRENGTH)),
		    STR_ARG(pg_value(rows, i, FIRST)),
		    STR_ARG(pg_value(rows, i, SECOND)),
		    STR_ARG(pg_value(rows, i, REASONS)));
}

static void
write_summary(const struct pg_rows *rows, size_t shown, bool is_json,
    FILE *out)
{
	if (is_json)
		fprintf(out, "{\"pairs\":%.*s,\"shown\":%zu,"
		    "\"crowded\":%.*s}\n", STR_ARG(pg_value(rows, 0, PAIRS)),
		    shown, STR_ARG(pg_value(rows, 0, CROWDED)));
	else
		fprintf(out, "%.*s pairs, %zu shown; %.*s values shared by"
		    " more than %d people not compared\n",
		    STR_ARG(pg_value(rows, 0, PAIRS)), shown,
		    STR_ARG(pg_value(rows, 0, CROWDED)), DEDUPE_GROUP_MAX);
}

enum err
dedupe_report(struct pg *db, const struct dedupe_wish *w, FILE *out)
{
	struct arena *a = arena_new(ARENA_BYTES_MAX);
	const struct str params[] = { free_domains(a),
	    number(a, DEDUPE_GROUP_MAX), number(a, w->pairs_max) };
	const struct pg_rows *rows;
	size_t shown = 0;
	enum err e = pg_run(db, &dedupe_pairs, params, WAIT_MS, &rows);

	arena_free(a);
	if (e)
		return e;
	/* Without a pair there is a row all the same, for the summary. */
	for (size_t i = 0; i < pg_count(rows); i++) {
		if (pg_is_null(rows, i, FIRST))
			continue;
		write_pair(rows, i, w->is_json, out);
		shown++;
	}
	write_summary(rows, shown, w->is_json, out);
	return OK;
}
