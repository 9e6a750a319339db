/*
 * Implements define.h: one statement for each sort of object, over the whole
 * document at once, writing only what is new or different.  Whether the
 * document makes sense is site's and merge's to say.
 */
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "page/definestep.h"
#include "page/merge.h"
#include "page/site.h"
#include "page/trial.h"
#include "store/pg.h"
#include "page/define.h"

#define DEFINE_WAIT_MS 30000
#define CHANGES_BYTES_MAX ((size_t)16 << 20)

/* Two applies at once would each judge a site the other is changing. */
SQL(lock_site, 0,
    "SELECT pg_advisory_xact_lock(hashtextextended('piste.site', 0))");

#define GIVEN DEFINESTEP_GIVEN
#define KNOWN DEFINESTEP_KNOWN
#define LAST DEFINESTEP_LAST
#define CHANGES DEFINESTEP_CHANGES
#define ARRANGE DEFINESTEP_ARRANGE

SQL(write_offers, 1, GIVEN("offers") KNOWN("offer")
    "written AS (INSERT INTO offer AS o (key, name, position, definition)"
    " SELECT key, d->'name', " LAST("offer") " + ord, d FROM given"
    " ON CONFLICT (key) DO UPDATE SET name = excluded.name,"
    " definition = excluded.definition, updated_at = now()"
    " WHERE o.definition <> excluded.definition RETURNING o.key) "
    CHANGES);

SQL(write_campaigns, 1, GIVEN("campaigns") KNOWN("campaign")
    "written AS (INSERT INTO campaign AS o (key, name, channel, strategy,"
    " offer_key, starts, ends, parent_key, archived_on, position, definition)"
    " SELECT key, d->>'name', d->>'channel', d->>'strategy', d->>'offer',"
    " (d->>'starts')::date, (d->>'ends')::date, d->>'parent',"
    " CASE WHEN (d->>'archived')::boolean THEN current_date END,"
    " " LAST("campaign") " + ord, d FROM given"
    " ON CONFLICT (key) DO UPDATE SET name = excluded.name,"
    " channel = excluded.channel, strategy = excluded.strategy,"
    " offer_key = excluded.offer_key, starts = excluded.starts,"
    " ends = excluded.ends, parent_key = excluded.parent_key,"
    " archived_on = CASE WHEN excluded.archived_on IS NOT NULL"
    " THEN coalesce(o.archived_on, excluded.archived_on) END,"
    " definition = excluded.definition,"
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
    "SELECT concat('consents[', ord - 1, '].', member, ': is not what"
    " people agreed to in version ', version, ': raise version')"
    " FROM found WHERE member IS NOT NULL ORDER BY ord, member");

/* What was applied before this was asked may stay as it is. */
SQL(find_strange, 1, GIVEN("consents")
    "known AS (SELECT string_agg(key, ', ' ORDER BY position) AS keys,"
    " array_agg(key) AS key FROM consent_channel) "
    "SELECT concat('consents[', g.ord - 1, '].channel: ', to_json("
    "g.d->>'channel'), ' is none of ', known.keys) FROM given g, known"
    " WHERE g.d->>'channel' <> ALL (known.key)"
    " AND NOT EXISTS (SELECT FROM consent_wording o WHERE o.key = g.key"
    " AND o.channel = g.d->>'channel') ORDER BY g.ord");

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

/* What a form is shown with may come of it or of a consent. */
SQL(keep_blocks, 0, "SELECT piste.consent_keep_blocks()");

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

/*
 * Pages whose variants ask by forms of their own: what such a form asks is
 * content of the variant, before forms and consents are written.
 */
SQL(touch_pages, 1, GIVEN("forms")
    "reworded AS (SELECT w.key FROM consent_wording w"
    " JOIN jsonb_array_elements(nullif($1::jsonb->'consents', 'null')) c"
    " ON c->>'key' = w.key WHERE c <> w.definition), "
    "changed AS (SELECT f.key FROM form f LEFT JOIN given g USING (key)"
    " WHERE g.d <> f.definition OR EXISTS (SELECT FROM reworded r"
    " WHERE coalesce(g.d, f.definition)->'consents' ? r.key)) "
    "UPDATE page p SET revision = revision + 1,"
    " variants_revision = variants_revision + 1, updated_at = now()"
    " WHERE EXISTS (SELECT FROM variant v WHERE v.page_key = p.key"
    " AND v.removed_at IS NULL AND v.definition->>'form' <> p.form_key)"
    " AND EXISTS (SELECT FROM variant v JOIN changed c"
    " ON c.key = coalesce(v.definition->>'form', p.form_key)"
    " WHERE v.page_key = p.key AND v.removed_at IS NULL)");

/* A page without what has places of its own. */
#define PAGE(d) d " - ARRAY['variants', 'control']"
/* The variants of page p as they were applied, in their order. */
#define VARIANTS(p) \
    "(SELECT jsonb_agg(v.definition ORDER BY v.position) FROM variant v" \
    " WHERE v.page_key = " p ".key AND v.removed_at IS NULL)"

SQL(write_pages, 1, GIVEN("pages") KNOWN("page")
    "judged AS (SELECT g.key, g.ord, " PAGE("g.d") " AS d,"
    " coalesce(g.d->>'control', p.control_key) AS control_key,"
    " coalesce(p.revision, 0) AS revision,"
    " coalesce(p.variants_revision, 0) AS variants_revision,"
    " p.definition IS DISTINCT FROM " PAGE("g.d")
    " OR g.d->>'control' <> coalesce(p.control_key, '') AS is_other,"
    " " VARIANTS("g") " IS DISTINCT FROM g.d->'variants' AS has_others"
    " FROM given g LEFT JOIN page p USING (key)), "
    "written AS (INSERT INTO page AS o (key, campaign_key, form_key,"
    " languages, is_archived, control_key, revision, variants_revision,"
    " position, definition)"
    " SELECT key, d->>'campaign', d->>'form',"
    " ARRAY(SELECT jsonb_array_elements_text(d->'languages')),"
    " coalesce((d->>'archived')::boolean, false), control_key,"
    " revision + 1, variants_revision + has_others::integer,"
    " " LAST("page") " + ord, d FROM judged WHERE is_other OR has_others"
    " ON CONFLICT (key) DO UPDATE SET campaign_key = excluded.campaign_key,"
    " form_key = excluded.form_key, languages = excluded.languages,"
    " is_archived = excluded.is_archived,"
    " control_key = excluded.control_key, revision = excluded.revision,"
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

SQL(write_origins, 1, GIVEN("origins") KNOWN("origin")
    "written AS (INSERT INTO origin AS o (key, position, definition)"
    " SELECT key, " LAST("origin") " + ord, d FROM given"
    " ON CONFLICT (key) DO UPDATE SET definition = excluded.definition,"
    " updated_at = now()"
    " WHERE o.definition <> excluded.definition RETURNING o.key) "
    CHANGES);

SQL(write_links, 1, GIVEN("links") KNOWN("link")
    "written AS (INSERT INTO link AS o (key, page_key, campaign_key,"
    " position, definition)"
    " SELECT g.key, g.d->>'page', coalesce(g.d->>'campaign', p.campaign_key),"
    " " LAST("link") " + g.ord, g.d FROM given g"
    " JOIN page p ON p.key = g.d->>'page'"
    " ON CONFLICT (key) DO UPDATE SET page_key = excluded.page_key,"
    " campaign_key = excluded.campaign_key,"
    " definition = excluded.definition, updated_at = now()"
    " WHERE o.definition <> excluded.definition RETURNING o.key) "
    CHANGES);

SQL(arrange_offers, 1, ARRANGE("offer", "offers"));
SQL(arrange_campaigns, 1, ARRANGE("campaign", "campaigns"));
SQL(arrange_consents, 1, ARRANGE("consent_wording", "consents"));
SQL(arrange_forms, 1, ARRANGE("form", "forms"));
SQL(arrange_pages, 1, ARRANGE("page", "pages"));
SQL(arrange_origins, 1, ARRANGE("origin", "origins"));
SQL(arrange_links, 1, ARRANGE("link", "links"));
SQL(arrange_experiments, 1, ARRANGE("experiment", "experiments"));

/* In the order in which one refers to another. */
static const struct definestep steps[] = {
	{ "offer", &write_offers, &arrange_offers, NULL },
	{ "campaign", &write_campaigns, &arrange_campaigns, NULL },
	{ "consent", &write_consents, &arrange_consents, &keep_texts },
	{ "form", &write_forms, &arrange_forms, &keep_blocks },
	{ "page", &write_pages, &arrange_pages, &write_variants },
	{ "origin", &write_origins, &arrange_origins, NULL },
	{ "link", &write_links, &arrange_links, NULL },
};

/* With the state it is in: a command may have moved it since. */
#define EXPERIMENTS \
    "(SELECT position, key, CASE WHEN coalesce(definition->>'state'," \
    " 'running') = state THEN definition" \
    " ELSE definition || jsonb_build_object('state', state) END" \
    " AS definition FROM experiment WHERE NOT is_synthetic) x"

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
    " || coalesce((SELECT jsonb_build_object('control', v.key)" \
    " FROM variant v WHERE v.page_key = p.key AND v.key = p.control_key" \
    " AND v.removed_at IS NULL), '{}')" \
    " ORDER BY p.position, p.key) FROM page p" \
    " UNION ALL SELECT 6, 'experiments', jsonb_agg(definition" \
    " ORDER BY position, key) FROM " EXPERIMENTS \
    " UNION ALL SELECT 7, 'origins', jsonb_agg(definition" \
    " ORDER BY position, key) FROM origin" \
    " UNION ALL SELECT 8, 'links', jsonb_agg(definition" \
    " ORDER BY position, key) FROM link" \
    " UNION ALL SELECT 9, 'reasons', jsonb_agg(definition" \
    " ORDER BY position, key) FROM lead_reason WHERE definition IS NOT NULL" \
    " UNION ALL SELECT 10, 'promises', jsonb_agg(definition" \
    " ORDER BY position, key) FROM promise WHERE definition IS NOT NULL" \
    " UNION ALL SELECT 11, 'scenarios', jsonb_agg(definition" \
    " ORDER BY position, key) FROM scenario" \
    " UNION ALL SELECT 12, 'recycling', jsonb_agg(definition" \
    " ORDER BY position, key) FROM recycle_rule" \
    " WHERE definition IS NOT NULL"
#define DOCUMENT(sections) \
    "SELECT coalesce(json_object_agg(name, part ORDER BY n), '{}')" \
    " FROM (" sections ") s WHERE part IS NOT NULL"

SQL(export_site, 0, DOCUMENT(SITE_SECTIONS));

SQL(snapshot_site, 0, DOCUMENT(SITE_SECTIONS
    " UNION ALL SELECT 13, 'state', jsonb_build_object("
    "'pages', coalesce((SELECT jsonb_object_agg(key, jsonb_build_object("
    "'revision', revision, 'control', control_key)) FROM page), '{}'),"
    " 'experiments', coalesce((SELECT jsonb_object_agg(e.key,"
    " jsonb_build_object('phase', e.phase, 'epoch', coalesce((SELECT"
    " max(number) FROM epoch WHERE experiment_key = e.key), 1),"
    " 'bucket_version', e.bucket_version,"
    " 'min_bucket_version', e.min_bucket_version,"
    " 'running', e.state = 'running', 'state', e.state,"
    " 'control', e.control_key, 'n_star', e.n_star,"
    " 'weights', e.weights, 'coverage', e.coverage, 'leaves', (SELECT"
    " jsonb_agg(jsonb_build_object('leaf', p.leaf, 'epoch', p.number,"
    " 'weights', p.weights) ORDER BY p.number) FROM epoch p JOIN epoch w"
    " ON w.experiment_key = p.experiment_key AND w.number = p.part_of"
    " WHERE p.experiment_key = e.key AND e.state = 'running'"
    " AND w.number = (SELECT max(number) FROM epoch"
    " WHERE experiment_key = e.key) AND w.weights = e.weights"
    " AND p.context = e.definition->'bandit'->>'context')))"
    " FROM experiment e WHERE NOT e.is_synthetic), '{}'))"));

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

/* What find says is wrong, a row each. */
static enum err
refuse(struct pg *db, const struct sql *find, struct str json,
    FILE *complaints)
{
	const struct pg_rows *rows;
	enum err e = pg_run(db, find, &json, DEFINE_WAIT_MS, &rows);

	if (e)
		return complain_of_database(db, e, complaints);
	for (size_t i = 0; i < pg_count(rows); i++)
		fprintf(complaints, "$.%.*s\n", STR_ARG(pg_value(rows, i, 0)));
	return pg_count(rows) ? ERR_INPUT : OK;
}

enum err
define_hold(struct pg *db)
{
	enum err e = pg_script(db, "SET LOCAL lock_timeout = '30s'",
	    PG_STATEMENT_MS);

	return e ? e : pg_run(db, &lock_site, NULL, DEFINE_WAIT_MS, NULL);
}

static enum err
judge(struct pg *db, struct arena *a, const struct define *d,
    struct trial *t)
{
	struct merge m = { .given = t->json, .judge = d->judge };
	FILE *complaints = d->complaints;
	const struct site *whole;
	size_t refused;
	enum err e = define_hold(db);

	if (!e)
		e = read_document(db, a, &export_site, &m.current);
	if (!e)
		e = trial_kept(db, a, &m.kept);
	if (e)
		return complain_of_database(db, e, complaints);
	e = merge_check(a, &m, &whole, complaints);
	if (!e)
		e = refuse(db, &find_strange, t->json, complaints);
	if (!e)
		e = refuse(db, &find_reworded, t->json, complaints);
	if (e)
		return e;
	t->plan = trial_plan(a, whole);
	e = trial_refuse(db, t, complaints, &refused);
	if (e)
		return complain_of_database(db, e, complaints);
	return refused ? ERR_INPUT : OK;
}

static enum err
take_step(struct pg *db, const struct definestep *step, struct str json,
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

/* All but the experiments, which depend on what has changed in pages. */
static enum err
write_pages_first(struct pg *db, struct str json, struct buf *changes)
{
	enum err e = pg_run(db, &touch_pages, &json, DEFINE_WAIT_MS, NULL);

	for (size_t i = 0; !e && i < sizeof steps / sizeof steps[0]; i++)
		e = take_step(db, &steps[i], json, changes);
	for (size_t i = 0; !e && i < DEFINESTEP_LEADS; i++)
		e = take_step(db, &definestep_lead[i], json, changes);
	return e;
}

/* What pages have become, and what of experiments may not. */
static enum err
refuse_changed(struct pg *db, const struct trial *t, FILE *complaints)
{
	size_t refused;
	enum err e = trial_fixed(db, t, complaints, &refused);

	if (e)
		return complain_of_database(db, e, complaints);
	return refused ? ERR_INPUT : OK;
}

static enum err
write_experiments(struct pg *db, const struct trial *t, struct buf *changes)
{
	enum err e = trial_write(db, t, changes);

	return e ? e : pg_run(db, &arrange_experiments, &t->json,
	    DEFINE_WAIT_MS, NULL);
}

/* *asked is empty once the site is written. */
static enum err
write_all(struct pg *db, struct arena *a, const struct define *d,
    const struct trial *t, struct define_answer *out)
{
	struct buf changes;
	enum err e;

	buf_init(&changes, a, CHANGES_BYTES_MAX);
	e = write_pages_first(db, t->json, &changes);
	if (!e && d->text == DEFINE_ASK)
		e = trial_reworded(db, a, t, &out->asked);
	if (e)
		return complain_of_database(db, e, d->complaints);
	e = refuse_changed(db, t, d->complaints);
	if (e || out->asked.n)
		return e;
	e = write_experiments(db, t, &changes);
	out->changes = buf_str(&changes);
	return e ? complain_of_database(db, e, d->complaints) : OK;
}

enum err
define_within(struct pg *db, struct arena *a, const struct define *d,
    struct define_answer *out)
{
	struct trial t = { .json = d->json,
		.is_correction = d->text == DEFINE_CORRECTION };
	enum err e = judge(db, a, d, &t);

	*out = (struct define_answer){ .asked = STR_EMPTY };
	return e ? e : write_all(db, a, d, &t, out);
}

enum err
define_run(struct pg *db, struct arena *a, const struct define *d,
    struct str *asked)
{
	struct define_answer done = { .asked = STR_EMPTY };
	enum err e = pg_begin(db);
	enum err judged = e ? e : define_within(db, a, d, &done);

	*asked = done.asked;
	if (!judged && !asked->n)
		e = pg_commit(db);
	if (e)
		(void)complain_of_database(db, e, d->complaints);
	if (e || judged || asked->n)
		pg_rollback(db);
	else
		fprintf(d->out, "%.*s", STR_ARG(done.changes));
	return e ? e : judged;
}

enum err
define_apply(struct pg *db, struct arena *a, struct str json, FILE *out,
    FILE *complaints)
{
	struct str asked;

	return define_run(db, a, &(struct define){ .json = json, .out = out,
	    .text = DEFINE_NEW_PHASE, .complaints = complaints }, &asked);
}
