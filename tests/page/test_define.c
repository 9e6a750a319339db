#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "page/define.h"
#include "store/pg.h"
#include "support/sitecase.h"
#include "support/suite.h"

#define WAIT_MS 5000

/* What an apply said. */
struct said {
	enum err err;
	struct str changes;
	struct str complaints;
};

static struct pg *db;

static struct said
apply(struct str json)
{
	char *out_text, *complaints_text;
	size_t out_n, complaints_n;
	FILE *out = open_memstream(&out_text, &out_n);
	FILE *complaints = open_memstream(&complaints_text, &complaints_n);
	struct said s;

	s.err = define_apply(db, suite_arena(), json, out, complaints);
	fclose(out);
	fclose(complaints);
	s.changes = (struct str){ out_text, out_n };
	s.complaints = (struct str){ complaints_text, complaints_n };
	return s;
}

static void
apply_fine(struct str json)
{
	struct said s = apply(json);

	ck_assert_msg(s.err == OK, "%.*s", STR_ARG(s.complaints));
	ck_assert_uint_eq(s.complaints.n, 0);
}

static json_t *
exported(void)
{
	struct str json;
	json_t *j;

	ck_assert_int_eq(define_export(db, suite_arena(), &json), OK);
	j = json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES, NULL);
	ck_assert(j != NULL);
	return j;
}

SQL(one_experiment, 0, "SELECT concat_ws(' ', phase, bucket_version,"
    " (SELECT count(1) FROM epoch e WHERE e.experiment_key = x.key), state)"
    " FROM experiment x WHERE key = 'lb-headline'");
SQL(one_page, 0, "SELECT concat_ws(' ', revision, variants_revision,"
    " is_archived, languages, campaign_key, form_key) FROM page");
SQL(one_campaign, 0, "SELECT concat_ws(' ', name, channel, strategy,"
    " offer_key, starts, coalesce(ends::text, 'open')) FROM campaign");
SQL(all_epochs, 0, "SELECT string_agg(number || ':' || phase || ':'"
    " || (weights->>'a') || ':' || coverage, ' ' ORDER BY number)"
    " FROM epoch");
SQL(all_variants, 0, "SELECT string_agg(key || ':' || position || ':'"
    " || (removed_at IS NULL), ' ' ORDER BY key) FROM variant");
SQL(all_texts, 0, "SELECT string_agg(key || ':' || version || ':' || lang,"
    " ' ' ORDER BY key, version, lang) FROM consent_text");
SQL(hash_is_right, 0, "SELECT bool_and(hash = encode(sha256("
    "convert_to(text, 'UTF8')), 'hex')) FROM consent_text");
SQL(how_many, 0, "SELECT (SELECT count(1) FROM offer)"
    " + (SELECT count(1) FROM campaign) + (SELECT count(1) FROM form)"
    " + (SELECT count(1) FROM page) + (SELECT count(1) FROM experiment)"
    " + (SELECT count(1) FROM consent_wording)"
    " + (SELECT count(1) FROM variant)");

static struct str
ask(const struct sql *s)
{
	const struct pg_rows *rows;

	ck_assert_msg(pg_run(db, s, NULL, WAIT_MS, &rows) == OK, "%s",
	    pg_message(db));
	return arena_copy(suite_arena(), pg_value(rows, 0, 0));
}

/* The example with "pointer" (by one object and one member) changed. */
static struct str
with(const char *section, const char *member, const char *value)
{
	json_t *site = sitecase_example();
	json_t *object = json_array_get(json_object_get(site, section), 0);
	struct str json;

	json_object_set_new(object, member,
	    json_loads(value, JSON_DECODE_ANY, NULL));
	json = sitecase_text(site);
	json_decref(site);
	return json;
}

#define VARIANTS_NEW "[{\"key\": \"a\", \"template\": \"hero\"}," \
    " {\"key\": \"b\", \"template\": \"hero\"}]"
#define WEIGHTS_NEW "{\"a\": 0.2, \"b\": 0.8}"

START_TEST(export_gives_back_what_was_applied)
{
	json_t *site = sitecase_example(), *back;

	db = pg_new(suite_database(), "piste-test");
	apply_fine(sitecase_text(site));
	back = exported();
	ck_assert_msg(json_equal(site, back), "%.*s",
	    STR_ARG(sitecase_text(back)));
	ck_assert_str_same(ask(&one_campaign),
	    STR("Livre blanc 2026 sea inbound audit-energie 2026-11-01 open"));
	ck_assert_str_same(ask(&one_page),
	    STR("1 1 f {fr,en} livre-blanc-2026 livre-blanc"));
	ck_assert_str_same(ask(&one_experiment), STR("1 1 1 running"));
	ck_assert_str_same(ask(&hash_is_right), STR("t"));
} END_TEST

START_TEST(an_empty_site_is_an_empty_document)
{
	struct str json;

	db = pg_new(suite_database(), "piste-test");
	ck_assert_int_eq(define_export(db, suite_arena(), &json), OK);
	ck_assert_str_same(json, STR("{}\n"));
	apply_fine(json);
} END_TEST

START_TEST(an_export_applied_changes_nothing)
{
	struct str json;
	struct said s;

	db = pg_new(suite_database(), "piste-test");
	apply_fine(with("experiments", "weights", "{\"a\": 0.05,"
	    " \"b\": 0.95}"));
	ck_assert_int_eq(define_export(db, suite_arena(), &json), OK);
	s = apply(json);
	ck_assert_int_eq(s.err, OK);
	ck_assert(str_has_fold(s.changes, STR("\"unchanged\"")));
	ck_assert(!str_has_fold(s.changes, STR("\"changed\"")) &&
	    !str_has_fold(s.changes, STR("\"created\"")));
	ck_assert_str_same(ask(&one_page),
	    STR("1 1 f {fr,en} livre-blanc-2026 livre-blanc"));
	ck_assert_str_same(ask(&all_epochs), STR("1:1:0.05:1"));
} END_TEST

#define TOLD(what, key, change) "{\"what\":\"" what "\",\"key\":\"" \
    key "\",\"change\":\"" change "\"}\n"

START_TEST(each_change_is_told)
{
	struct said s;

	db = pg_new(suite_database(), "piste-test");
	s = apply(sitecase_text(sitecase_example()));
	ck_assert_str_same(s.changes, STR(
	    TOLD("offer", "audit-energie", "created")
	    TOLD("campaign", "livre-blanc-2026", "created")
	    TOLD("consent", "contact-phone", "created")
	    TOLD("consent", "news-email", "created")
	    TOLD("form", "livre-blanc", "created")
	    TOLD("page", "livre-blanc", "created")
	    TOLD("experiment", "lb-headline", "created")));
	s = apply(with("campaigns", "name", "\"Other\""));
	ck_assert(str_has_fold(s.changes,
	    STR("\"livre-blanc-2026\",\"change\":\"changed\"")));
	ck_assert(str_has_fold(s.changes,
	    STR("\"page\",\"key\":\"livre-blanc\",\"change\":\"unchanged\"")));
} END_TEST

/* What one change after the example does to the page and its experiment. */
static const struct {
	const char *section, *member, *value, *page, *experiment, *epochs;
} effects[] = {
	{ "pages", "audience", "\"b2c\"", "2 1", "1 1 1 running",
	    "1:1:0.5:1" },
	{ "pages", "archived", "true", "2 1", "1 1 1 running", "1:1:0.5:1" },
	{ "pages", "variants", VARIANTS_NEW, "2 2", "2 2 2 running",
	    "1:1:0.5:1 2:2:0.5:1" },
	{ "experiments", "weights", WEIGHTS_NEW, "1 1", "1 1 2 running",
	    "1:1:0.5:1 2:1:0.2:1" },
	{ "experiments", "coverage", "0.5", "1 1", "1 1 2 running",
	    "1:1:0.5:1 2:1:0.5:0.5" },
	{ "experiments", "seed", "\"other\"", "1 1", "2 2 2 running",
	    "1:1:0.5:1 2:2:0.5:1" },
	{ "experiments", "equivalence", "0.1", "1 1", "1 1 1 running",
	    "1:1:0.5:1" },
	{ "experiments", "state", "\"stopped\"", "1 1", "1 1 1 stopped",
	    "1:1:0.5:1" },
	{ "forms", "country", "\"BE\"", "1 1", "1 1 1 running",
	    "1:1:0.5:1" },
};

START_TEST(a_change_has_its_effect)
{
	db = pg_new(suite_database(), "piste-test");
	apply_fine(sitecase_text(sitecase_example()));
	apply_fine(with(effects[_i].section, effects[_i].member,
	    effects[_i].value));
	ck_assert(str_has_prefix(ask(&one_page), str_of(effects[_i].page)));
	ck_assert_str_same(ask(&one_experiment),
	    str_of(effects[_i].experiment));
	ck_assert_str_same(ask(&all_epochs), str_of(effects[_i].epochs));
} END_TEST

/* The page alone is applied: its experiment follows, and is told. */
START_TEST(an_experiment_follows_its_page)
{
	json_t *site;
	struct said s;

	db = pg_new(suite_database(), "piste-test");
	apply_fine(sitecase_text(sitecase_example()));
	site = json_loadb(with("pages", "variants", VARIANTS_NEW).p,
	    with("pages", "variants", VARIANTS_NEW).n, 0, NULL);
	s = apply(sitecase_text(json_pack("{s:O}", "pages",
	    json_object_get(site, "pages"))));
	ck_assert_msg(s.err == OK, "%.*s", STR_ARG(s.complaints));
	ck_assert(str_has_fold(s.changes,
	    STR("\"lb-headline\",\"change\":\"changed\"")));
	ck_assert_str_same(ask(&one_experiment), STR("2 2 2 running"));
} END_TEST

START_TEST(a_restart_is_a_new_phase)
{
	db = pg_new(suite_database(), "piste-test");
	apply_fine(with("experiments", "state", "\"stopped\""));
	ck_assert_str_same(ask(&one_experiment), STR("1 1 0 stopped"));
	/* Nobody is assigned by it, so its page may change freely. */
	apply_fine(sitecase_text(json_pack("{s:O}", "pages", json_object_get(
	    json_loadb(with("pages", "variants", VARIANTS_NEW).p,
	    with("pages", "variants", VARIANTS_NEW).n, 0, NULL), "pages"))));
	ck_assert_str_same(ask(&one_experiment), STR("1 1 0 stopped"));
	apply_fine(sitecase_text(sitecase_example()));
	ck_assert_str_same(ask(&one_experiment), STR("2 2 1 running"));
	/* After a pause it goes on. */
	apply_fine(with("experiments", "state", "\"paused\""));
	apply_fine(sitecase_text(sitecase_example()));
	ck_assert_str_same(ask(&one_experiment), STR("2 2 1 running"));
} END_TEST

START_TEST(a_variant_taken_away_is_remembered)
{
	json_t *site = sitecase_example();
	json_t *page = json_array_get(json_object_get(site, "pages"), 0);

	db = pg_new(suite_database(), "piste-test");
	apply_fine(sitecase_text(site));
	json_array_remove(json_object_get(page, "variants"), 0);
	json_object_set_new(json_array_get(json_object_get(site,
	    "experiments"), 0), "weights", json_pack("{s:i}", "b", 1));
	apply_fine(sitecase_text(site));
	ck_assert_str_same(ask(&all_variants), STR("a:1:false b:1:true"));
	ck_assert(json_equal(site, exported()));
	apply_fine(sitecase_text(sitecase_example()));
	ck_assert_str_same(ask(&all_variants), STR("a:1:true b:2:true"));
	ck_assert(json_equal(sitecase_example(), exported()));
} END_TEST

START_TEST(part_of_a_site_may_refer_to_the_rest)
{
	struct said s;

	db = pg_new(suite_database(), "piste-test");
	apply_fine(sitecase_text(sitecase_example()));
	s = apply(STR("{\"pages\": [{\"key\": \"second\", \"campaign\":"
	    " \"livre-blanc-2026\", \"form\": \"livre-blanc\","
	    " \"languages\": [\"fr\"], \"variants\": [{\"key\": \"a\","
	    " \"template\": \"hero\"}]}], \"offers\": null}"));
	ck_assert_msg(s.err == OK, "%.*s", STR_ARG(s.complaints));
	ck_assert_str_same(s.changes, STR("{\"what\":\"page\","
	    "\"key\":\"second\",\"change\":\"created\"}\n"));
	ck_assert_uint_eq(json_array_size(json_object_get(exported(),
	    "pages")), 2);
} END_TEST

/* What is refused, over the example, and how the complaint begins. */
static const struct { const char *json, *complaint; } refused[] = {
	{ "{\"state\": {}}", "$.state: " },
	{ "[]", "$: " },
	{ "{\"pages\": {}}", "$.pages: " },
	{ "{\"pages\": [{\"key\": \"x\"}]}", "$.pages[0].campaign: " },
	{ "{\"campaigns\": [{\"key\": \"c\", \"name\": \"c\", \"channel\":"
	    " \"sea\", \"strategy\": \"inbound\", \"offer\": \"none\"}]}",
	    "$.campaigns[0].offer: " },
	/* The experiment that is there runs on the page already. */
	{ "{\"experiments\": [{\"key\": \"rival\", \"page\": \"livre-blanc\","
	    " \"weights\": {\"a\": 0.5, \"b\": 0.5}}]}",
	    "$: can't be applied beside \"lb-headline\", one of the"
	    " experiments already there: page: experiments \"rival\" and"
	    " \"lb-headline\" both run on it: stop one" },
	/* Its form says nothing in English. */
	{ "{\"consents\": [{\"key\": \"news-email\", \"purpose\":"
	    " \"newsletter\", \"channel\": \"email\", \"recipient\": \"us\","
	    " \"version\": 2, \"text\": {\"fr\": \"x\"}}]}",
	    "$.consents[0].text.en: " },
	{ "{\"consents\": [{\"key\": \"news-email\", \"purpose\":"
	    " \"newsletter\", \"channel\": \"email\", \"recipient\": \"us\","
	    " \"version\": 1, \"text\": {\"fr\": \"Je souhaite recevoir la"
	    " lettre mensuelle.\", \"en\": \"Send it.\"}}]}",
	    "$.consents[0].text.en: is not what people agreed to in version 1:"
	    " raise version" },
	{ "{\"consents\": [{\"key\": \"news-email\", \"purpose\":"
	    " \"newsletter\", \"channel\": \"email\", \"recipient\": \"all\","
	    " \"version\": 1, \"text\": {\"fr\": \"Je souhaite recevoir la"
	    " lettre mensuelle.\", \"en\": \"Send me the monthly"
	    " letter.\"}}]}",
	    "$.consents[0].recipient: " },
};

START_TEST(what_is_refused_leaves_no_trace)
{
	struct said s;
	json_t *before;

	db = pg_new(suite_database(), "piste-test");
	apply_fine(sitecase_text(sitecase_example()));
	before = exported();
	s = apply(str_of(refused[_i].json));
	ck_assert_int_eq(s.err, ERR_INPUT);
	ck_assert_uint_eq(s.changes.n, 0);
	ck_assert_msg(str_has_prefix(s.complaints,
	    str_of(refused[_i].complaint)), "%.*s", STR_ARG(s.complaints));
	ck_assert(json_equal(before, exported()));
	/* The connection is fit for more. */
	apply_fine(sitecase_text(sitecase_example()));
} END_TEST

START_TEST(one_mistake_refuses_the_whole)
{
	struct said s;

	db = pg_new(suite_database(), "piste-test");
	s = apply(with("experiments", "coverage", "2"));
	ck_assert_int_eq(s.err, ERR_INPUT);
	ck_assert_str_same(ask(&how_many), STR("0"));
} END_TEST

START_TEST(a_new_version_keeps_the_old_text)
{
	json_t *site = sitecase_example();
	json_t *consent = json_array_get(json_object_get(site, "consents"), 1);

	db = pg_new(suite_database(), "piste-test");
	apply_fine(sitecase_text(site));
	json_object_set_new(consent, "version", json_integer(2));
	json_object_set_new(json_object_get(consent, "text"), "en",
	    json_string("Send it."));
	apply_fine(sitecase_text(site));
	ck_assert_str_same(ask(&all_texts), STR("contact-phone:1:en"
	    " contact-phone:1:fr news-email:1:en news-email:1:fr"
	    " news-email:2:en news-email:2:fr"));
	/* Back to what was asked before is no new text. */
	apply_fine(sitecase_text(sitecase_example()));
} END_TEST

START_TEST(numbers_and_nulls_come_back_as_they_were)
{
	struct str json;

	db = pg_new(suite_database(), "piste-test");
	apply_fine(with("experiments", "weights",
	    "{\"a\": 0.3333333333333333, \"b\": 0.6666666666666667}"));
	ck_assert_int_eq(define_export(db, suite_arena(), &json), OK);
	ck_assert(str_has_fold(json, STR("\"ends\": null")));
	ck_assert(str_has_fold(json, STR("\"alpha\": 0.05")));
	ck_assert(str_has_fold(json, STR("0.3333333333333333,")));
	ck_assert(str_has_prefix(json, STR("{\n  \"offers\": [\n    {\n"
	    "      \"key\": \"audit-energie\",\n")));
} END_TEST

START_TEST(the_order_is_the_documents)
{
	json_t *site = sitecase_example();
	json_t *consents = json_object_get(site, "consents");

	db = pg_new(suite_database(), "piste-test");
	apply_fine(sitecase_text(site));
	json_array_append(consents, json_array_get(consents, 0));
	json_array_remove(consents, 0);
	apply_fine(sitecase_text(site));
	ck_assert(json_equal(site, exported()));
} END_TEST

START_TEST(the_snapshot_has_the_state)
{
	struct str json;
	json_t *j, *state;

	db = pg_new(suite_database(), "piste-test");
	apply_fine(sitecase_text(sitecase_example()));
	apply_fine(with("pages", "variants", VARIANTS_NEW));
	ck_assert_int_eq(define_snapshot(db, suite_arena(), &json), OK);
	j = json_loadb(json.p, json.n, 0, NULL);
	state = json_loads("{\"pages\": {\"livre-blanc\": {\"revision\": 2,"
	    " \"control\": null}}, \"experiments\": {\"lb-headline\":"
	    " {\"phase\": 2, \"epoch\": 2, \"bucket_version\": 2,"
	    " \"min_bucket_version\": 1, \"running\": true,"
	    " \"state\": \"running\", \"control\": \"a\","
	    " \"n_star\": 20000, \"weights\": {\"a\": 0.5, \"b\": 0.5},"
	    " \"coverage\": 1, \"leaves\": null}}}", 0, NULL);
	ck_assert_msg(json_equal(json_object_get(j, "state"), state), "%.*s",
	    STR_ARG(json));
} END_TEST

#define APPLIERS 4

static void *
apply_offer(void *database)
{
	struct arena *a = arena_new((size_t)16 << 20);
	struct pg *own = pg_new(*(struct str *)database, "piste-test");
	FILE *quiet = fopen("/dev/null", "w");
	struct str json = buf_fmt(a, 200, "{\"offers\": [{\"key\":"
	    " \"o%p\", \"name\": {\"fr\": \"x\"}}]}", database);
	enum err e = define_apply(own, a, json, quiet, quiet);

	fclose(quiet);
	pg_free(own);
	arena_free(a);
	return e ? database : NULL;
}

START_TEST(applies_at_once_take_turns)
{
	/* One for each thread: where it is makes the offer's key. */
	struct str database[APPLIERS] = { suite_database() };
	pthread_t thread[APPLIERS];
	void *failed;

	db = pg_new(database[0], "piste-test");
	for (int i = 0; i < APPLIERS; i++) {
		database[i] = database[0];
		ck_assert(!pthread_create(&thread[i], NULL, apply_offer,
		    &database[i]));
	}
	for (int i = 0; i < APPLIERS; i++) {
		pthread_join(thread[i], &failed);
		ck_assert_ptr_null(failed);
	}
	ck_assert_str_same(ask(&how_many), STR("4"));
} END_TEST

START_TEST(away_is_told_as_away)
{
	struct said s;

	db = pg_new(STR("host=/nonexistent dbname=x"), "piste-test");
	s = apply(STR("{}"));
	ck_assert_int_eq(s.err, ERR_AWAY);
	ck_assert(str_has_prefix(s.complaints, STR("$: ")));
} END_TEST

SUITE_APART(define)
{
	SUITE_TEST(export_gives_back_what_was_applied);
	SUITE_TEST(an_empty_site_is_an_empty_document);
	SUITE_TEST(an_export_applied_changes_nothing);
	SUITE_TEST(each_change_is_told);
	SUITE_LOOP(a_change_has_its_effect, COUNT(effects));
	SUITE_TEST(an_experiment_follows_its_page);
	SUITE_TEST(a_restart_is_a_new_phase);
	SUITE_TEST(a_variant_taken_away_is_remembered);
	SUITE_TEST(part_of_a_site_may_refer_to_the_rest);
	SUITE_LOOP(what_is_refused_leaves_no_trace, COUNT(refused));
	SUITE_TEST(one_mistake_refuses_the_whole);
	SUITE_TEST(a_new_version_keeps_the_old_text);
	SUITE_TEST(numbers_and_nulls_come_back_as_they_were);
	SUITE_TEST(the_order_is_the_documents);
	SUITE_TEST(the_snapshot_has_the_state);
	SUITE_TEST(applies_at_once_take_turns);
	SUITE_TEST(away_is_told_as_away);
}
