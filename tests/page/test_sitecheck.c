#include "base/buf.h"
#include "support/sitecase.h"
#include "support/suite.h"

#define AT "$.experiments[1]."

/* A second experiment on the example's page. */
static const struct { const char *first, *second, *path; } pairs[] = {
	{ "{\"layer\":{\"name\":\"l\",\"ranges\":[[0,0.5]]}}",
	    "{\"layer\":{\"name\":\"l\",\"ranges\":[[0.5,1]]}}", NULL },
	{ "{\"layer\":{\"name\":\"l\",\"ranges\":[[0,0.25],[0.5,0.75]]}}",
	    "{\"layer\":{\"name\":\"l\",\"ranges\":[[0.25,0.5],[0.75,1]]}}",
	    NULL },
	{ "{\"layer\":{\"name\":\"l\",\"ranges\":[[0,0.5]]}}",
	    "{\"layer\":{\"name\":\"l\",\"ranges\":[[0.4999,1]]}}",
	    AT "layer.ranges" },
	{ "{\"layer\":{\"name\":\"l\",\"ranges\":[[0,0.5]]}}",
	    "{\"layer\":{\"name\":\"m\",\"ranges\":[[0.5,1]]}}", AT "page" },
	{ "{\"layer\":{\"name\":\"l\",\"ranges\":[[0,0.5]]}}", "{}",
	    AT "page" },
	/* A filter by the same seed is no layer: nobody says it is meant. */
	{ "{\"filters\":[{\"seed\":\"layer:l\",\"ranges\":[[0,0.5]]}]}",
	    "{\"layer\":{\"name\":\"l\",\"ranges\":[[0.5,1]]}}", AT "page" },
	{ "{}", "{}", AT "page" },
	{ "{}", "{\"state\":\"draft\"}", NULL },
	{ "{\"state\":\"decided\"}", "{}", NULL },
};

static json_t *
experiment(json_t *site, size_t i)
{
	return json_array_get(json_object_get(site, "experiments"), i);
}

START_TEST(several_run_by_disjoint_ranges)
{
	json_t *site = sitecase_example();
	struct sitecase_parsed p;

	json_array_append_new(json_object_get(site, "experiments"),
	    json_deep_copy(experiment(site, 0)));
	sitecase_edit(site, "experiments/1/key", "\"second\"");
	json_object_update(experiment(site, 0),
	    json_loads(pairs[_i].first, 0, NULL));
	json_object_update(experiment(site, 1),
	    json_loads(pairs[_i].second, 0, NULL));
	p = sitecase_parse(sitecase_text(site));
	sitecase_list(&p);
	ck_assert_str_same(sitecase_path(&p), str_of(pairs[_i].path));
} END_TEST

/* n experiments on one page, each with a tenth of a layer. */
static struct sitecase_parsed
parse_tenths(int n)
{
	json_t *site = sitecase_example(), *list = json_array();

	for (int i = 0; i < n; i++) {
		json_t *e = json_deep_copy(experiment(site, 0));
		char key[16];

		snprintf(key, sizeof key, "x%d", n - i);
		json_object_set_new(e, "key", json_string(key));
		json_object_set_new(e, "layer", json_pack("{s:s,s:[[f,f]]}",
		    "name", "l", "ranges", i * .1, i * .1 + .05));
		json_array_append_new(list, e);
	}
	json_object_set_new(site, "experiments", list);
	return sitecase_parse(sitecase_text(site));
}

START_TEST(a_page_has_them_by_key_up_to_a_limit)
{
	struct sitecase_parsed p = parse_tenths(SITE_RUNNING_MAX);
	const struct site_page *pg = p.site->page;

	sitecase_list(&p);
	ck_assert_uint_eq(pg->experiments, SITE_RUNNING_MAX);
	ck_assert_str_same(pg->experiment[0]->key, STR("x1"));
	ck_assert_str_same(pg->experiment[1]->key, STR("x2"));
	p = parse_tenths(SITE_RUNNING_MAX + 1);
	ck_assert_str_same(sitecase_path(&p), STR("$.experiments[8].page"));
} END_TEST

#define FORM(key, consents) "{\"key\":\"" key "\",\"country\":\"FR\"," \
    "\"fields\":[{\"name\":\"email\",\"kind\":\"email\",\"label\":" \
    "{\"fr\":\"E\",\"en\":\"E\"}}],\"consents\":" consents "}"
#define BOTH "[\"contact-phone\",\"news-email\"]"

/* Variant b asks by a form of its own. */
static const struct {
	const char *consents, *more, *path;
} wordings[] = {
	{ BOTH, "{}", NULL },
	{ "[\"news-email\",\"contact-phone\"]", "{}",
	    "$.experiments[0].tested" },
	{ "[\"contact-phone\"]", "{}", "$.experiments[0].tested" },
	{ "[]", "{}", "$.experiments[0].tested" },
	{ "[\"other\",\"news-email\"]", "{}", "$.experiments[0].tested" },
	{ "[\"contact-phone\"]", "{\"tested\":[\"consent\"]}", NULL },
	{ "[\"contact-phone\"]", "{\"state\":\"draft\"}", NULL },
	{ "[\"contact-phone\"]", "{\"state\":\"stopped\"}", NULL },
	/* Nobody is shown b. */
	{ "[\"contact-phone\"]", "{\"weights\":{\"a\":1,\"b\":0}}", NULL },
};

START_TEST(consent_is_tested_on_purpose_or_not_at_all)
{
	json_t *site = sitecase_example();
	struct sitecase_parsed p;
	char form[1000];

	snprintf(form, sizeof form, FORM("short", "%s"),
	    wordings[_i].consents);
	sitecase_edit(site, "forms/1", form);
	sitecase_edit(site, "consents/2", "{\"key\":\"other\",\"purpose\":"
	    "\"prospecting\",\"channel\":\"phone\",\"recipient\":\"us\","
	    "\"version\":1,\"text\":{\"fr\":\"x\",\"en\":\"x\"}}");
	sitecase_edit(site, "pages/0/variants/1/form", "\"short\"");
	json_object_update(experiment(site, 0),
	    json_loads(wordings[_i].more, 0, NULL));
	p = sitecase_parse(sitecase_text(site));
	sitecase_list(&p);
	ck_assert_str_same(sitecase_path(&p), str_of(wordings[_i].path));
} END_TEST

START_TEST(a_variants_form_is_its_own)
{
	json_t *site = sitecase_example();
	struct sitecase_parsed p;
	const struct site_page *pg;

	sitecase_edit(site, "forms/1", FORM("short", "[\"news-email\"]"));
	sitecase_edit(site, "pages/0/variants/1/form", "\"short\"");
	sitecase_edit(site, "experiments/0/tested", "[\"consent\"]");
	p = sitecase_parse(sitecase_text(site));
	sitecase_list(&p);
	pg = p.site->page;
	ck_assert_ptr_eq(pg->variant[0].form, pg->form);
	ck_assert_ptr_eq(pg->variant[1].form, site_form(p.site, STR("short")));
	ck_assert(!str_eq(pg->variant[0].consent_hash[LANG_FR],
	    pg->variant[1].consent_hash[LANG_FR]));
	/* It speaks the page's languages too. */
	sitecase_edit(site, "forms/1/fields/0/label/en", NULL);
	p = sitecase_parse(sitecase_text(site));
	ck_assert_str_same(sitecase_path(&p),
	    STR("$.forms[1].fields[0].label.en"));
} END_TEST

SUITE(sitecheck)
{
	SUITE_LOOP(several_run_by_disjoint_ranges, COUNT(pairs));
	SUITE_TEST(a_page_has_them_by_key_up_to_a_limit);
	SUITE_LOOP(consent_is_tested_on_purpose_or_not_at_all,
	    COUNT(wordings));
	SUITE_TEST(a_variants_form_is_its_own);
}
