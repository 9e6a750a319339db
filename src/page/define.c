/*
 * Implements define.h: one statement for each sort of object, over the whole
 * document at once, writing only what is new or different.  Whether the
 * document makes sense is site's and merge's to say.
 */
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "page/merge.h"
#include "page/site.h"
#include "store/pg.h"
#include "page/define.h"

#define DEFINE_WAIT_MS 30000
#define CHANGES_BYTES_MAX ((size_t)16 << 20)

/* Two applies at once would each judge a site the other is changing. */
SQL(lock_site, 0,
    "SELECT pg_advisory_xact_lock(hashtextextended('piste.site', 0))");

/* The document's objects of one sort, with their place from 1. */
#define GIVEN(section) \
    "WITH given AS (SELECT d->>'key' AS key, d, ord::integer" \
    " FROM jsonb_array_elements(nullif($1::jsonb->'" section "', 'null'))" \
    " WITH ORDINALITY AS t (d, ord)), "
/* Every part of a statement sees the table as it was before it. */
#define KNOWN(table) \
    "known AS (SELECT o.key FROM " table " o JOIN given USING (key)), "
#define LAST(table) "(SELECT coalesce(max(position), 0) FROM " table ")"
#define CHANGES \
    "SELECT g.key, CASE WHEN k.key IS NULL THEN 'created'" \
    " WHEN w.key IS NULL THEN 'unchanged' ELSE 'changed' END" \
    " FROM given g LEFT JOIN known k USING (key)" \
    " LEFT JOIN written w USING (key) ORDER BY g.ord"

SQL(write_offers, 1, GIVEN("offers") KNOWN("offer")
    "written AS (INSERT INTO offer AS o (key, name, position, definition)"
    " SELECT key, d->'name', " LAST("offer") " + ord, d FROM given"
    " ON CONFLICT (key) DO UPDATE SET name = excluded.name,"
    " definition = excluded.definition, updated_at = now()"
    " WHERE o.definition <> excluded.definition RETURNING o.key) "
    CHANGES);

SQL(write_campaigns, 1, GIVEN("campaigns") KNOWN("campaign")
    "written AS (INSERT INTO campaign AS o (key, name, channel, strategy,"
    " offer_key, starts, ends, position, definition)"
    " SELECT key, d->>'name', d->>'channel', d->>'strategy', d->>'offer',"
    " (d->>'starts')::date, (d->>'ends')::date,"
    " " LAST("campaign") " + ord, d FROM given"
    " ON CONFLICT (key) DO UPDATE SET name = excluded.name,"
    " channel = excluded.channel, strategy = excluded.strategy,"
    " offer_key = excluded.offer_key, starts = excluded.starts,"
    " ends = excluded.ends, definition = excluded.definition,"
    " updated_at = now()"
    " WHERE o.definition <> excluded.definition RETURNING o.key) "
    CHANGES);

/* What was once asked with a text stays provable: the text is never changed. */
SQL(find_reworded, 1, GIVEN("consents")
    "found AS (SELECT DISTINCT g.ord, t.version,"
    " CASE WHEN t.text <> x.value THEN 'text.' || x.key"
    " WHEN t.purpose <> g.d->>'purpose' THEN 'purpose'"
    " WHEN t.channel <> g.d->>'channel' THEN 'channel'"
    " WHEN t.recipient <> g.d->>'recipient' THEN 'recipient'"
    " END AS member"
    " FROM given g CROSS JOIN jsonb_each_text(g.d->'text') x"
    " JOIN consent_text t ON t.key = g.key"
    " AND t.version = (g.d->>'version')::numeric AND t.lang = x.key) "
    "SELECT ord - 1, member, version FROM found WHERE member IS NOT NULL"
    " ORDER BY ord, member");

SQL(write_consents, 1, GIVEN("consents") KNOWN("consent_wording")
    "written AS (INSERT INTO consent_wording AS o (key, purpose, channel,"
    " recipient, version, position, definition)"
    " SELECT key, d->>'purpose', d->>'channel', d->>'recipient',"
    " (d->>'version')::numeric, " LAST("consent_wording") " + ord, d"
    " FROM given"
    " ON CONFLICT (key) DO UPDATE SET purpose = excluded.purpose,"
    " channel = excluded.channel, recipient = excluded.recipient,"
    " version = excluded.version, definition = excluded.definition,"
    " updated_at = now()"
    " WHERE o.definition <> excluded.definition RETURNING o.key) "
    CHANGES);

SQL(keep_texts, 1, GIVEN("consents")
    "said AS (SELECT g.key, (g.d->>'version')::numeric AS version,"
    " x.key AS lang, g.d->>'purpose' AS purpose,"
    " g.d->>'channel' AS channel, g.d->>'recipient' AS recipient,"
    " x.value AS text"
    " FROM given g CROSS JOIN jsonb_each_text(g.d->'text') x) "
    "INSERT INTO consent_text (key, version, lang, purpose, channel,"
    " recipient, text, hash)"
    " SELECT key, version, lang, purpose, channel, recipient, text,"
    " encode(sha256(convert_to(text, 'UTF8')), 'hex') FROM said"
    " ON CONFLICT (key, version, lang) DO NOTHING");

SQL(write_forms, 1, GIVEN("forms") KNOWN("form")
    "written AS (INSERT INTO form AS o (key, country, duplicates, position,"
    " definition)"
    " SELECT key, d->>'country', coalesce(d->>'duplicates', 'email'),"
    " " LAST("form") " + ord, d FROM given"
    " ON CONFLICT (key) DO UPDATE SET country = excluded.country,"
    " duplicates = excluded.duplicates, definition = excluded.definition,"
    " updated_at = now()"
    " WHERE o.definition <> excluded.definition RETURNING o.key) "
    CHANGES);

/* The variants of page p as they were applied, in their order. */
#define VARIANTS(p) \
    "(SELECT jsonb_agg(v.definition ORDER BY v.position) FROM variant v" \
    " WHERE v.page_key = " p ".key AND v.removed_at IS NULL)"

SQL(write_pages, 1, GIVEN("pages") KNOWN("page")
    "judged AS (SELECT g.key, g.ord, g.d - 'variants' AS d,"
    " coalesce(p.revision, 0) AS revision,"
    " coalesce(p.variants_revision, 0) AS variants_revision,"
    " p.definition IS DISTINCT FROM g.d - 'variants' AS is_other,"
    " " VARIANTS("g") " IS DISTINCT FROM g.d->'variants' AS has_others"
    " FROM given g LEFT JOIN page p USING (key)), "
    "written AS (INSERT INTO page AS o (key, campaign_key, form_key,"
    " languages, is_archived, revision, variants_revision, position,"
    " definition)"
    " SELECT key, d->>'campaign', d->>'form',"
    " ARRAY(SELECT jsonb_array_elements_text(d->'languages')),"
    " coalesce((d->>'archived')::boolean, false), revision + 1,"
    " variants_revision + has_others::integer,"
    " " LAST("page") " + ord, d FROM judged WHERE is_other OR has_others"
    " ON CONFLICT (key) DO UPDATE SET campaign_key = excluded.campaign_key,"
    " form_key = excluded.form_key, languages = excluded.languages,"
    " is_archived = excluded.is_archived, revision = excluded.revision,"
    " variants_revision = excluded.variants_revision,"
    " definition = excluded.definition, updated_at = now()"
    " RETURNING o.key) "
    CHANGES);

SQL(write_variants, 1, GIVEN("pages")
    "arm AS (SELECT g.key AS page_key, v.d->>'key' AS key,"
    " v.ord::integer AS ord, v.d"
    " FROM given g CROSS JOIN jsonb_array_elements(g.d->'variants')"
    " WITH ORDINALITY AS v (d, ord)), "
    "gone AS (UPDATE variant v SET removed_at = now(), updated_at = now()"
    " FROM given g WHERE v.page_key = g.key AND v.removed_at IS NULL"
    " AND NOT EXISTS (SELECT FROM arm WHERE arm.page_key = v.page_key"
    " AND arm.key = v.key)) "
    "INSERT INTO variant AS o (page_key, key, position, template,"
    " definition) SELECT page_key, key, ord, d->>'template', d FROM arm"
    " ON CONFLICT (page_key, key) DO UPDATE SET position ="
    " excluded.position, template = excluded.template, definition ="
    " excluded.definition, removed_at = NULL, updated_at = now()"
    " WHERE o.removed_at IS NOT NULL OR (o.position, o.definition)"
    " <> (excluded.position, excluded.definition)");

/*
 * Experiments of the document, and those of the site whose page's variants
 * have just changed.  What is compared has changed when the variants, the
 * page, the seed or the filters have, or when a stopped experiment starts
 * again: a new phase then, so that nobody's old assignment carries over.
 */
SQL(write_experiments, 1,
    "WITH given AS (SELECT d->>'key' AS key, d, ord::integer"
    " FROM jsonb_array_elements(nullif($1::jsonb->'experiments', 'null'))"
    " WITH ORDINALITY AS t (d, ord)"
    " UNION ALL SELECT e.key, e.definition, NULL FROM experiment e"
    " JOIN page p ON p.key = e.page_key WHERE e.state <> 'stopped'"
    " AND e.variants_revision <> p.variants_revision"
    " AND NOT coalesce($1::jsonb->'experiments', '[]')"
    " @> jsonb_build_array(jsonb_build_object('key', e.key))), "
    KNOWN("experiment")
    "wanted AS (SELECT key, d, ord, d->>'page' AS page_key,"
    " coalesce(d->>'seed', key) AS seed,"
    " coalesce((d->>'coverage')::double precision, 1) AS coverage,"
    " coalesce(d->>'goal', 'lead') AS goal,"
    " coalesce(d->>'window', '24h') AS span,"
    " coalesce((d->>'alpha')::double precision, .05) AS alpha,"
    " coalesce((d->>'planned_visitors')::numeric, 0) AS planned,"
    " coalesce(d->>'state', 'running') AS state FROM given), "
    "judged AS (SELECT w.key, w.ord, w.d, w.page_key, w.seed, w.coverage,"
    " w.goal, w.span, w.alpha, w.planned, w.state, p.variants_revision,"
    " e.definition IS DISTINCT FROM w.d AS is_other,"
    " coalesce(e.phase, 0) AS phase,"
    " coalesce(e.bucket_version, 0) AS bucket_version,"
    " w.state <> 'stopped' AND (e.state = 'stopped'"
    " OR (e.page_key, e.seed, e.definition->'filters',"
    " e.variants_revision) IS DISTINCT FROM"
    " (w.page_key, w.seed, w.d->'filters', p.variants_revision))"
    " OR e.key IS NULL AS begins"
    " FROM wanted w JOIN page p ON p.key = w.page_key"
    " LEFT JOIN experiment e ON e.key = w.key), "
    "written AS (INSERT INTO experiment AS o (key, page_key, seed, weights,"
    " coverage, goal, window_s, alpha, planned_visitors, state, phase,"
    " bucket_version, variants_revision, position, definition)"
    " SELECT key, page_key, seed, d->'weights', coverage, goal,"
    " left(span, -1)::bigint * CASE right(span, 1) WHEN 'm' THEN 60"
    " WHEN 'h' THEN 3600 ELSE 86400 END, alpha, planned, state,"
    " phase + begins::integer, bucket_version + begins::integer,"
    " variants_revision, " LAST("experiment") " + coalesce(ord, 0), d"
    " FROM judged WHERE is_other OR begins"
    " ON CONFLICT (key) DO UPDATE SET page_key = excluded.page_key,"
    " seed = excluded.seed, weights = excluded.weights,"
    " coverage = excluded.coverage, goal = excluded.goal,"
    " window_s = excluded.window_s, alpha = excluded.alpha,"
    " planned_visitors = excluded.planned_visitors,"
    " state = excluded.state, phase = excluded.phase,"
    " bucket_version = excluded.bucket_version,"
    " variants_revision = excluded.variants_revision,"
    " definition = excluded.definition, updated_at = now()"
    " RETURNING o.key) "
    CHANGES);

/* $1 only so that every step takes the document. */
SQL(open_epochs, 1,
    "INSERT INTO epoch (experiment_key, number, phase, weights, coverage)"
    " SELECT e.key, coalesce(l.number, 0) + 1, e.phase, e.weights,"
    " e.coverage FROM experiment e LEFT JOIN LATERAL (SELECT number, phase,"
    " weights, coverage FROM epoch WHERE experiment_key = e.key"
    " ORDER BY number DESC LIMIT 1) l ON true"
    " WHERE e.state = 'running' AND $1::jsonb IS NOT NULL"
    " AND (e.phase, e.weights, e.coverage)"
    " IS DISTINCT FROM (l.phase, l.weights, l.coverage)");

/* The places that the named objects hold, given out in the order named. */
#define ARRANGE(table, section) GIVEN(section) \
    "place AS (SELECT position, row_number() OVER (ORDER BY position) AS n" \
    " FROM " table " JOIN given USING (key)), " \
    "turn AS (SELECT key, row_number() OVER (ORDER BY ord) AS n FROM given) " \
    "UPDATE " table " o SET position = place.position" \
    " FROM turn JOIN place USING (n)" \
    " WHERE o.key = turn.key AND o.position <> place.position"

SQL(arrange_offers, 1, ARRANGE("offer", "offers"));
SQL(arrange_campaigns, 1, ARRANGE("campaign", "campaigns"));
SQL(arrange_consents, 1, ARRANGE("consent_wording", "consents"));
SQL(arrange_forms, 1, ARRANGE("form", "forms"));
SQL(arrange_pages, 1, ARRANGE("page", "pages"));
SQL(arrange_experiments, 1, ARRANGE("experiment", "experiments"));

/* In the order in which one refers to another. */
static const struct step {
	const char *what;
	const struct sql *write;	/* returns key, change */
	const struct sql *arrange;
	const struct sql *follow;	/* or NULL */
} steps[] = {
	{ "offer", &write_offers, &arrange_offers, NULL },
	{ "campaign", &write_campaigns, &arrange_campaigns, NULL },
	{ "consent", &write_consents, &arrange_consents, &keep_texts },
	{ "form", &write_forms, &arrange_forms, NULL },
	{ "page", &write_pages, &arrange_pages, &write_variants },
	{ "experiment", &write_experiments, &arrange_experiments,
	    &open_epochs },
};

#define SITE_SECTIONS \
    "SELECT 1 AS n, 'offers' AS name, jsonb_agg(definition" \
    " ORDER BY position, key) AS part FROM offer" \
    " UNION ALL SELECT 2, 'campaigns', jsonb_agg(definition" \
    " ORDER BY position, key) FROM campaign" \
    " UNION ALL SELECT 3, 'consents', jsonb_agg(definition" \
    " ORDER BY position, key) FROM consent_wording" \
    " UNION ALL SELECT 4, 'forms', jsonb_agg(definition" \
    " ORDER BY position, key) FROM form" \
    " UNION ALL SELECT 5, 'pages', jsonb_agg(p.definition" \
    " || jsonb_build_object('variants', " VARIANTS("p") ")" \
    " ORDER BY p.position, p.key) FROM page p" \
    " UNION ALL SELECT 6, 'experiments', jsonb_agg(definition" \
    " ORDER BY position, key) FROM experiment"
#define DOCUMENT(sections) \
    "SELECT coalesce(json_object_agg(name, part ORDER BY n), '{}')" \
    " FROM (" sections ") s WHERE part IS NOT NULL"

SQL(export_site, 0, DOCUMENT(SITE_SECTIONS));

SQL(snapshot_site, 0, DOCUMENT(SITE_SECTIONS
    " UNION ALL SELECT 7, 'state', jsonb_build_object("
    "'pages', coalesce((SELECT jsonb_object_agg(key, jsonb_build_object("
    "'revision', revision)) FROM page), '{}'),"
    " 'experiments', coalesce((SELECT jsonb_object_agg(key,"
    " jsonb_build_object('phase', phase, 'bucket_version', bucket_version,"
    " 'running', state = 'running')) FROM experiment), '{}'))"));

static enum err
read_document(struct pg *db, struct arena *a, const struct sql *s,
    struct str *json)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, s, NULL, DEFINE_WAIT_MS, &rows);

	if (!e)
		*json = arena_copy(a, pg_value(rows, 0, 0));
	return e;
}

enum err
define_export(struct pg *db, struct arena *a, struct str *json)
{
	enum err e = read_document(db, a, &export_site, json);

	if (!e)
		*json = merge_pretty(a, *json);
	return e;
}

enum err
define_snapshot(struct pg *db, struct arena *a, struct str *json)
{
	return read_document(db, a, &snapshot_site, json);
}

static enum err
complain_of_database(struct pg *db, enum err e, FILE *complaints)
{
	fprintf(complaints, "$: the database says: %s\n", pg_message(db));
	return e;
}

static enum err
refuse_reworded(struct pg *db, struct str json, FILE *complaints)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, &find_reworded, &json, DEFINE_WAIT_MS, &rows);

	if (e)
		return complain_of_database(db, e, complaints);
	for (size_t i = 0; i < pg_count(rows); i++)
		fprintf(complaints, "$.consents[%.*s].%.*s: is not what people"
		    " agreed to in version %.*s: raise version\n",
		    STR_ARG(pg_value(rows, i, 0)),
		    STR_ARG(pg_value(rows, i, 1)),
		    STR_ARG(pg_value(rows, i, 2)));
	return pg_count(rows) ? ERR_INPUT : OK;
}

/* From here until the end of the transaction the site is ours alone. */
static enum err
judge(struct pg *db, struct arena *a, struct str json, FILE *complaints)
{
	struct str current = STR_EMPTY;
	enum err e = pg_script(db, "SET LOCAL lock_timeout = '30s'",
	    PG_STATEMENT_MS);

	if (!e)
		e = pg_run(db, &lock_site, NULL, DEFINE_WAIT_MS, NULL);
	if (!e)
		e = read_document(db, a, &export_site, &current);
	if (e)
		return complain_of_database(db, e, complaints);
	e = merge_check(a, json, current, complaints);
	return e ? e : refuse_reworded(db, json, complaints);
}

static enum err
take_step(struct pg *db, const struct step *step, struct str json,
    struct buf *changes)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, step->write, &json, DEFINE_WAIT_MS, &rows);

	for (size_t i = 0; !e && i < pg_count(rows); i++) {
		buf_byte(changes, '{');
		buf_json_pair(changes, "what", str_of(step->what));
		buf_json_pair(changes, "key", pg_value(rows, i, 0));
		buf_json_pair(changes, "change", pg_value(rows, i, 1));
		buf_add(changes, STR("}\n"));
	}
	if (!e)
		e = pg_run(db, step->arrange, &json, DEFINE_WAIT_MS, NULL);
	if (!e && step->follow)
		e = pg_run(db, step->follow, &json, DEFINE_WAIT_MS, NULL);
	return e;
}

static enum err
write_all(struct pg *db, struct str json, struct buf *changes,
    FILE *complaints)
{
	enum err e = OK;

	for (size_t i = 0; !e && i < sizeof steps / sizeof steps[0]; i++)
		e = take_step(db, &steps[i], json, changes);
	if (!e)
		e = pg_commit(db);
	return e ? complain_of_database(db, e, complaints) : OK;
}

enum err
define_apply(struct pg *db, struct arena *a, struct str json, FILE *out,
    FILE *complaints)
{
	struct buf changes;
	struct str lines;
	enum err e = pg_begin(db);

	if (e)
		return complain_of_database(db, e, complaints);
	buf_init(&changes, a, CHANGES_BYTES_MAX);
	e = judge(db, a, json, complaints);
	if (!e)
		e = write_all(db, json, &changes, complaints);
	if (e) {
		pg_rollback(db);
		return e;
	}
	lines = buf_str(&changes);
	fwrite(lines.p, 1, lines.n, out);
	return OK;
}
