#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "page/site.h"
#include "support/sitecase.h"
#include "support/suite.h"

static struct sitecase_parsed
parse_edited(const char *pointer, const char *value)
{
	return sitecase_parse(sitecase_with(pointer, value));
}

START_TEST(the_example_is_accepted)
{
	struct sitecase_parsed p = parse_edited(NULL, NULL);
	const struct site_page *pg;
	const struct form *f;

	sitecase_list(&p);
	ck_assert_int_eq(p.err, OK);
	pg = site_find(p.site, STR("livre-blanc"));
	ck_assert(pg != NULL);
	ck_assert_ptr_null(site_find(p.site, STR("livre-blan")));
	ck_assert_ptr_null(site_find(p.site, STR("livre-blanc2")));
	ck_assert_ptr_null(site_find(p.site, STR_EMPTY));
	ck_assert_str_same(pg->campaign->offer->key, STR("audit-energie"));
	ck_assert_str_same(pg->asset, STR("livre-blanc.pdf"));
	ck_assert_uint_eq(pg->langs, 2);
	ck_assert_int_eq(pg->lang[0], LANG_FR);
	ck_assert_int_eq(pg->lang[1], LANG_EN);
	ck_assert_uint_eq(pg->revision, 1);
	ck_assert_uint_eq(pg->variants, 2);
	ck_assert_str_same(site_part(pg->variant[1].part, pg->variant[1].parts,
	    STR("button"), LANG_EN), STR("Send me the guide"));
	ck_assert_str_same(site_part(pg->thanks, pg->thanks_parts,
	    STR("headline"), LANG_EN), STR("Thank you, your guide is ready"));
	ck_assert_str_same(site_part(pg->thanks, pg->thanks_parts,
	    STR("nothing"), LANG_EN), STR_EMPTY);
	ck_assert_ptr_eq(site_variant(pg, STR("b")), &pg->variant[1]);
	ck_assert_ptr_null(site_variant(pg, STR("c")));
	ck_assert_ptr_eq(pg->variant[1].form, pg->form);
	ck_assert_uint_eq(pg->variant[1].consent_hash[LANG_FR].n, 64);
	ck_assert_str_same(pg->variant[0].consent_hash[LANG_FR],
	    pg->variant[1].consent_hash[LANG_FR]);
	ck_assert(!str_eq(pg->variant[0].consent_hash[LANG_FR],
	    pg->variant[0].consent_hash[LANG_EN]));
	f = site_form(p.site, STR("livre-blanc"));
	ck_assert_ptr_eq(pg->form, f);
	ck_assert_uint_eq(f->fields, 7);
	ck_assert_uint_eq(f->field[6].chars_max, 2000);
	ck_assert(f->field[0].is_required && !f->field[3].is_required);
	ck_assert_uint_eq(f->consents, 2);
	ck_assert_str_same(f->consent[1].key, STR("news-email"));
} END_TEST

START_TEST(the_experiment_is_read)
{
	struct sitecase_parsed p = parse_edited(NULL, NULL);
	const struct site_page *pg = site_find(p.site, STR("livre-blanc"));
	const struct site_experiment *e;

	ck_assert_uint_eq(pg->experiments, 1);
	e = pg->experiment[0];
	ck_assert(e->is_running && e->state == SITE_RUNNING);
	ck_assert_ptr_eq(e->page, pg);
	ck_assert_str_same(e->seed, STR("lb-headline"));
	ck_assert_double_eq(e->weight[0], .5);
	ck_assert_double_eq(e->coverage, 1);
	ck_assert_int_eq(e->window_s, 86400);
	ck_assert_int_eq(e->planned_visitors, 20000);
	ck_assert_uint_eq(e->bucket_version, 1);
} END_TEST

START_TEST(state_is_laid_over)
{
	struct sitecase_parsed p = parse_edited("state",
	    "{\"pages\": {\"livre-blanc\": {\"revision\": 7}},"
	    " \"experiments\": {\"lb-headline\": {\"phase\": 3,"
	    " \"bucket_version\": 4, \"running\": true}}}");
	const struct site_page *pg = site_find(p.site, STR("livre-blanc"));

	sitecase_list(&p);
	ck_assert_int_eq(p.err, OK);
	ck_assert_uint_eq(pg->revision, 7);
	ck_assert_str_same(pg->experiment[0]->seed, STR("lb-headline:p3"));
	ck_assert_uint_eq(pg->experiment[0]->bucket_version, 4);
} END_TEST

START_TEST(a_stopped_experiment_does_not_run)
{
	static const char *const states[] = { "\"paused\"", "\"stopped\"" };
	struct sitecase_parsed p = parse_edited("experiments/0/state",
	    states[_i]);

	ck_assert_int_eq(p.err, OK);
	ck_assert_uint_eq(site_find(p.site, STR("livre-blanc"))->experiments,
	    0);
	ck_assert_uint_eq(p.site->experiments, 1);
} END_TEST

/* What may be there besides: each row alone is fine. */
static const struct { const char *pointer, *value; } fine[] = {
	{ "pages/0/archived", "true" },
	{ "pages/0/asset", NULL },
	{ "pages/0/asset", "null" },
	{ "pages/0/thanks", NULL },
	{ "pages/0/variants/0/parts/headline/fr", "\"deux\\nlignes\"" },
	{ "forms/0/duplicates", "\"email_or_phone\"" },
	{ "forms/0/duplicates", "\"new\"" },
	{ "forms/0/duplicates", NULL },
	{ "forms/0/consents", "[]" },
	{ "forms/0/fields/6/hint", "{\"fr\": \"h\", \"en\": \"h\"}" },
	{ "forms/0/fields/6/message", "{\"fr\": \"m\", \"en\": \"m\"}" },
	{ "forms/0/fields/6/pattern", "\"[A-Z]{3}\"" },
	{ "forms/0/fields/7", "{\"name\": \"size\", \"kind\": \"choice\","
	    " \"label\": {\"fr\": \"l\", \"en\": \"l\"}, \"options\":"
	    " [{\"value\": \"1\", \"label\": {\"fr\": \"u\","
	    " \"en\": \"o\"}}]}" },
	{ "forms/0/fields/7", "{\"name\": \"ref\", \"kind\": \"hidden\"}" },
	{ "consents/0/required", "true" },
	{ "campaigns/0/ends", "\"2028-02-29\"" },
	{ "experiments", NULL },
	{ "experiments/0/coverage", "0" },
	{ "experiments/0/window", "\"30m\"" },
	{ "experiments/0/window", "\"14d\"" },
	{ "experiments/0/window", "\"366d\"" },
	{ "experiments/0/seed", NULL },
	{ "experiments/0/weights", "{\"a\": 0.333, \"b\": 0.667}" },
	{ "experiments/0/weights", "{\"b\": 1, \"a\": 0}" },
	{ "experiments/0/weights", "{\"a\": 0.5, \"b\": 0.49}" },
	{ "experiments/0/state", "\"running\"" },
	{ "experiments/0/filters", "[{\"seed\": \"holdout:x\","
	    " \"ranges\": [[0.1, 1], [0, 0.05]]}]" },
	{ "offers/0/name", "{\"en\": \"only\"}" },
};

START_TEST(what_is_optional_may_be_there)
{
	struct sitecase_parsed p = parse_edited(fine[_i].pointer,
	    fine[_i].value);

	sitecase_list(&p);
	ck_assert_int_eq(p.err, OK);
	ck_assert_uint_eq(p.errors, 0);
} END_TEST

/* One edit of the example each, and where the mistake must be told. */
#define BROKEN_FILE "tests/cases/site/broken.jsonl"
#define BROKEN_LEAST 130


/* Returns the first complaint's path; empty when there is none. */
static struct str
first_complaint(const json_t *row)
{
	const json_t *value = json_object_get(row, "value");
	char *text = value ? json_dumps(value, JSON_ENCODE_ANY) : NULL;
	struct sitecase_parsed p = parse_edited(
	    json_string_value(json_object_get(row, "at")), text);

	free(text);
	/* Behind it, what refers to the broken thing may be told as well. */
	return p.err == ERR_INPUT && p.errors && p.error[0].reason.n ?
	    p.error[0].path : STR_EMPTY;
}

START_TEST(a_mistake_is_told_with_its_path)
{
	FILE *rows = fopen(BROKEN_FILE, "r");
	size_t count = 0;
	json_t *row;

	ck_assert_msg(rows != NULL, "no " BROKEN_FILE);
	while ((row = json_loadf(rows, JSON_DISABLE_EOF_CHECK, NULL))) {
		ck_assert_str_same(first_complaint(row), str_of(
		    json_string_value(json_object_get(row, "path"))));
		json_decref(row);
		count++;
	}
	ck_assert_uint_ge(count, BROKEN_LEAST);
	fclose(rows);
} END_TEST

static const char *const no_json[] = {
	"", "{", "[]", "7", "{\"offers\": [], \"offers\": []}",
	"{\"offers\": [{\"key\": \"a\\u0000\"}]}", "{\"x\": 1e400}",
	"{\"offers\": [\"\xff\"]}", "{} {}",
};

START_TEST(what_is_no_document_is_refused_whole)
{
	struct sitecase_parsed p = sitecase_parse(str_of(no_json[_i]));

	ck_assert_int_eq(p.err, ERR_INPUT);
	ck_assert_uint_eq(p.errors, 1);
	ck_assert_str_same(p.error[0].path, STR("$"));
	ck_assert(!str_has_control(p.error[0].reason, false));
} END_TEST

START_TEST(deep_nesting_is_refused)
{
	struct buf b;

	buf_init(&b, suite_arena(), 100000);
	for (int i = 0; i < 50000; i++)
		buf_byte(&b, '[');
	ck_assert_int_eq(sitecase_parse(buf_str(&b)).err, ERR_INPUT);
} END_TEST

START_TEST(every_mistake_is_told)
{
	json_t *site = sitecase_example();
	struct sitecase_parsed p;

	sitecase_edit(site, "offers/0/key", "\"No\"");
	sitecase_edit(site, "forms/0/country", "\"no\"");
	sitecase_edit(site, "pages/0/asset", "\"a/b\"");
	p = sitecase_parse(sitecase_text(site));
	/* The offer's own mistake, and the campaign that misses it. */
	ck_assert_uint_eq(p.errors, 4);
	json_decref(site);
} END_TEST

/* Text of n bytes as JSON. */
static const char *
long_text(size_t n)
{
	char *text = arena_take(suite_arena(), n + 3);

	memset(text, 'k', n + 2);
	text[0] = text[n + 1] = '"';
	return text;
}

/* A list of n items, each from a format with a number twice. */
static const char *
long_list(const char *before, const char *after, size_t n)
{
	struct buf b;

	buf_init(&b, suite_arena(), (size_t)8 << 20);
	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "%c%s%zu%s", i ? ',' : '[', before, i, after);
	buf_byte(&b, ']');
	return arena_copy(suite_arena(), buf_str(&b)).p;
}

static const char *
long_object(size_t n)
{
	struct buf b;

	buf_init(&b, suite_arena(), (size_t)1 << 20);
	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "%c\"p%zu\":{\"fr\":\"x\",\"en\":\"x\"}",
		    i ? ',' : '{', i);
	buf_byte(&b, '}');
	return arena_copy(suite_arena(), buf_str(&b)).p;
}

#define TWO "{\"fr\":\"x\",\"en\":\"x\"}"
#define VARIANT "\",\"template\":\"hero\"}"

static const struct {
	const char *pointer, *before, *after;
	size_t max;
} lists[] = {
	{ "offers", "{\"key\":\"audit-energie", "\",\"name\":{\"fr\":\"x\"}}",
	    SITE_OBJECTS_MAX },
	{ "pages/0/variants", "{\"key\":\"v", VARIANT, SITE_VARIANTS_MAX },
	{ "forms/0/fields", "{\"name\":\"f",
	    "\",\"kind\":\"text\",\"label\":" TWO "}", FORM_FIELDS_MAX },
	{ "forms/0/fields/0/options", "{\"value\":\"",
	    "\",\"label\":" TWO "}", FIELD_OPTIONS_MAX },
	{ "experiments/0/filters", "{\"seed\":\"s", "\",\"ranges\":[[0,1]]}",
	    SITE_FILTERS_MAX },
};

static bool
fits(const char *pointer, const char *value)
{
	json_t *site = sitecase_example();
	struct sitecase_parsed p;

	/* The weights name variants that are not there then. */
	if (str_has_suffix(str_of(pointer), STR("variants")))
		sitecase_edit(site, "experiments", NULL);
	if (str_has_suffix(str_of(pointer), STR("options")))
		sitecase_edit(site, "forms/0/fields/0/kind", "\"choice\"");
	if (str_eq(str_of(pointer), STR("offers")))
		sitecase_edit(site, "campaigns/0/offer", "\"audit-energie0\"");
	sitecase_edit(site, pointer, value);
	p = sitecase_parse(sitecase_text(site));
	json_decref(site);
	return !p.err;
}

START_TEST(lists_have_a_limit)
{
	const char *enough = long_list(lists[_i].before, lists[_i].after,
	    lists[_i].max);
	const char *more = long_list(lists[_i].before, lists[_i].after,
	    lists[_i].max + 1);

	ck_assert(fits(lists[_i].pointer, enough));
	ck_assert(!fits(lists[_i].pointer, more));
} END_TEST

static const struct { const char *pointer; size_t max; } texts[] = {
	{ "pages/0/audience", SITE_KEY_BYTES_MAX },
	{ "pages/0/asset", 200 },
	{ "pages/0/variants/0/parts/headline/fr", SITE_TEXT_BYTES_MAX },
	{ "pages/0/variants/0/template", SITE_KEY_BYTES_MAX },
	{ "forms/0/fields/0/name", FIELD_NAME_BYTES_MAX },
	{ "forms/0/fields/0/pattern", FIELD_PATTERN_BYTES_MAX },
	{ "campaigns/0/name", 200 },
	{ "experiments/0/seed", 64 },
};

START_TEST(texts_have_a_limit)
{
	json_t *site = sitecase_example();

	for (size_t over = 0; over < 2; over++) {
		sitecase_edit(site, texts[_i].pointer,
		    long_text(texts[_i].max + over));
		ck_assert_int_eq(sitecase_parse(sitecase_text(site)).err,
		    over ? ERR_INPUT : OK);
	}
	json_decref(site);
} END_TEST

START_TEST(parts_have_a_limit)
{
	ck_assert(fits("pages/0/thanks", long_object(SITE_PARTS_MAX)));
	ck_assert(!fits("pages/0/thanks", long_object(SITE_PARTS_MAX + 1)));
} END_TEST

START_TEST(numbers_have_a_limit)
{
	char max[30];

	snprintf(max, sizeof max, "%d", FIELD_CHARS_MAX);
	ck_assert(fits("forms/0/fields/6/max", max));
	snprintf(max, sizeof max, "%d", FIELD_CHARS_MAX + 1);
	ck_assert(!fits("forms/0/fields/6/max", max));
} END_TEST

START_TEST(mistakes_beyond_the_limit_are_not_told)
{
	struct sitecase_parsed p = parse_edited("offers",
	    long_list("", "", 2 * SITE_ERRORS_MAX));

	ck_assert_int_eq(p.err, ERR_INPUT);
	ck_assert_uint_eq(p.errors, SITE_ERRORS_MAX);
} END_TEST

/* A blank more behind the document is a byte more. */
START_TEST(the_document_has_a_limit)
{
	struct arena *a = arena_new((size_t)2 * SITE_JSON_BYTES_MAX);
	char *blanks = arena_take(a, SITE_JSON_BYTES_MAX + 1);
	struct str json = { blanks, SITE_JSON_BYTES_MAX };

	memset(blanks, ' ', SITE_JSON_BYTES_MAX + 1);
	memcpy(blanks, "{}", 2);
	ck_assert_int_eq(sitecase_parse(json).err, OK);
	json.n++;
	ck_assert_int_eq(sitecase_parse(json).err, ERR_INPUT);
	arena_free(a);
} END_TEST

SUITE(site)
{
	SUITE_TEST(the_example_is_accepted);
	SUITE_TEST(the_experiment_is_read);
	SUITE_TEST(state_is_laid_over);
	SUITE_LOOP(a_stopped_experiment_does_not_run, 2);
	SUITE_LOOP(what_is_optional_may_be_there, COUNT(fine));
	SUITE_TEST(a_mistake_is_told_with_its_path);
	SUITE_LOOP(what_is_no_document_is_refused_whole, COUNT(no_json));
	SUITE_TEST(deep_nesting_is_refused);
	SUITE_TEST(every_mistake_is_told);
	SUITE_LOOP(lists_have_a_limit, COUNT(lists));
	SUITE_LOOP(texts_have_a_limit, COUNT(texts));
	SUITE_TEST(parts_have_a_limit);
	SUITE_TEST(numbers_have_a_limit);
	SUITE_TEST(mistakes_beyond_the_limit_are_not_told);
	SUITE_TEST(the_document_has_a_limit);
}
