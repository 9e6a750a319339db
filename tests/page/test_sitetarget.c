#include "base/buf.h"
#include "page/sitetarget.h"
#include "support/sitecase.h"
#include "support/suite.h"

static const struct site_experiment *
with(struct sitecase_parsed *p, const char *member, const char *value)
{
	char pointer[64];

	snprintf(pointer, sizeof pointer, "experiments/0/%s", member);
	*p = sitecase_parse(sitecase_with(pointer, value));
	sitecase_list(p);
	return p->err ? NULL : &p->site->experiment[0];
}

START_TEST(nothing_said_is_anybody_at_any_time)
{
	struct sitecase_parsed p;
	const struct site_experiment *e = with(&p, "targeting", "{}");

	ck_assert_uint_eq(e->targeting.countries.count, 0);
	ck_assert_uint_eq(e->targeting.langs, 0);
	ck_assert_int_eq(e->targeting.returning, SITE_EVERYBODY);
	ck_assert_int_eq(e->starts_ms, 0);
	ck_assert_int_eq(e->ends_ms, INT64_MAX);
	ck_assert_uint_eq(e->filters, 0);
	ck_assert_uint_eq(e->layer.n, 0);
} END_TEST

START_TEST(targeting_is_read)
{
	struct sitecase_parsed p;
	const struct site_experiment *e = with(&p, "targeting",
	    "{\"countries\":[\"FR\",\"BE\"],\"devices\":[\"mobile\"],"
	    "\"sources\":[\"Google\"],\"languages\":[\"en\"],"
	    "\"returning\":false}");

	ck_assert_uint_eq(e->targeting.countries.count, 2);
	ck_assert_str_same(e->targeting.countries.word[1], STR("BE"));
	ck_assert_str_same(e->targeting.devices.word[0], STR("mobile"));
	ck_assert_str_same(e->targeting.sources.word[0], STR("Google"));
	ck_assert_uint_eq(e->targeting.langs, 1u << LANG_EN);
	ck_assert_int_eq(e->targeting.returning, SITE_FIRST_TIME);
	e = with(&p, "targeting", "{\"returning\":true}");
	ck_assert_int_eq(e->targeting.returning, SITE_RETURNING);
} END_TEST

START_TEST(layer_and_holdout_are_filters)
{
	json_t *site = sitecase_example();
	struct sitecase_parsed p;
	const struct site_experiment *e;

	sitecase_edit(site, "experiments/0/filters",
	    "[{\"seed\":\"s\",\"ranges\":[[0,1]]}]");
	sitecase_edit(site, "experiments/0/layer",
	    "{\"name\":\"hero\",\"ranges\":[[0,0.25],[0.5,0.75]]}");
	sitecase_edit(site, "experiments/0/holdout",
	    "{\"name\":\"q4\",\"share\":0.1}");
	p = sitecase_parse(sitecase_text(site));
	sitecase_list(&p);
	e = &p.site->experiment[0];
	ck_assert_uint_eq(e->filters, 3);
	ck_assert_str_same(e->layer, STR("layer:hero"));
	ck_assert_str_same(e->filter[1].seed, e->layer);
	ck_assert_uint_eq(e->filter[1].ranges, 2);
	ck_assert_double_eq(e->filter[1].range[1][0], .5);
	ck_assert_str_same(e->holdout, STR("holdout:q4"));
	ck_assert_str_same(e->filter[2].seed, e->holdout);
	ck_assert_double_eq(e->filter[2].range[0][0], .1);
	ck_assert_double_eq(e->filter[2].range[0][1], 1);
} END_TEST

/* Seconds since 1970 by date(1). */
static const struct { const char *text; int64_t s; } moments[] = {
	{ "\"1970-01-01T00:00:00Z\"", 0 },
	{ "\"2026-12-01T08:00:00Z\"", 1796112000 },
	{ "\"2028-02-29T23:59:59Z\"", 1835481599 },
	{ "\"1969-12-31T23:59:59Z\"", -1 },
};

START_TEST(moments_are_utc)
{
	struct sitecase_parsed p;
	const struct site_experiment *e = with(&p, "starts", moments[_i].text);

	ck_assert_int_eq(e->starts_ms, moments[_i].s * 1000);
} END_TEST

START_TEST(the_end_is_after_the_start)
{
	json_t *site = sitecase_example();
	struct sitecase_parsed p;

	sitecase_edit(site, "experiments/0/starts",
	    "\"2026-12-01T08:00:00Z\"");
	sitecase_edit(site, "experiments/0/ends", "\"2026-12-01T08:00:01Z\"");
	p = sitecase_parse(sitecase_text(site));
	ck_assert_int_eq(p.err, OK);
	ck_assert_int_eq(p.site->experiment[0].ends_ms, 1796112001000);
	sitecase_edit(site, "experiments/0/ends", "\"2026-12-01T08:00:00Z\"");
	p = sitecase_parse(sitecase_text(site));
	ck_assert_str_same(sitecase_path(&p), STR("$.experiments[0].ends"));
} END_TEST

static const struct { const char *before, *after; size_t max; } lists[] = {
	{ "{\"targeting\":{\"sources\":[", "]}}", SITE_SOURCES_MAX },
	{ "{\"layer\":{\"name\":\"l\",\"ranges\":[", "]}}",
	    SITETARGET_RANGES_MAX },
	{ "{\"filters\":[{\"seed\":\"l\",\"ranges\":[", "]}]}",
	    SITETARGET_RANGES_MAX },
};

/* The example's experiment with more members, of which one has n items. */
static enum err
parse_list(size_t row, size_t n)
{
	json_t *site = sitecase_example();
	struct buf b;
	char item[64];

	buf_init(&b, suite_arena(), 100000);
	buf_add(&b, str_of(lists[row].before));
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_byte(&b, ',');
		snprintf(item, sizeof item, row ?
		    "[0,0.%zu1]" : "\"s%zu\"", i);
		buf_add(&b, str_of(item));
	}
	buf_add(&b, str_of(lists[row].after));
	json_object_update(json_array_get(json_object_get(site,
	    "experiments"), 0), json_loadb(b.p, b.n, 0, NULL));
	return sitecase_parse(sitecase_text(site)).err;
}

START_TEST(lists_have_a_limit)
{
	ck_assert_int_eq(parse_list((size_t)_i, lists[_i].max), OK);
	ck_assert_int_eq(parse_list((size_t)_i, lists[_i].max + 1), ERR_INPUT);
} END_TEST

SUITE(sitetarget)
{
	SUITE_TEST(nothing_said_is_anybody_at_any_time);
	SUITE_TEST(targeting_is_read);
	SUITE_TEST(layer_and_holdout_are_filters);
	SUITE_LOOP(moments_are_utc, COUNT(moments));
	SUITE_TEST(the_end_is_after_the_start);
	SUITE_LOOP(lists_have_a_limit, COUNT(lists));
}
