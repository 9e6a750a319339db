/* Tests of page/site.c and define.c: campaigns that are parts of others. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "support/sample.h"
#include "support/sitecase.h"
#include "store/pg.h"

#define CAMPAIGN(key, more) "{\"key\":\"" key "\",\"name\":\"n\"," \
    "\"channel\":\"sea\",\"strategy\":\"inbound\",\"offer\":\"o1\"" more "}"
#define PART(key, of) CAMPAIGN(key, ",\"parent\":\"" of "\"")
#define SITE(list) "{\"offers\":[{\"key\":\"o1\",\"name\":{\"en\":\"O\"}}]," \
    "\"campaigns\":[" list "]}"
#define EIGHT PART("k1", "k0") "," PART("k2", "k1") "," PART("k3", "k2") "," \
    PART("k4", "k3") "," PART("k5", "k4") "," PART("k6", "k5") "," \
    PART("k7", "k6") "," PART("k8", "k7")

static const struct { const char *json, *path; } sites[] = {
	{ SITE(PART("a", "g") "," CAMPAIGN("g", "")), "" },
	{ SITE(PART("a", "g")), "$.campaigns[0].parent" },
	{ SITE(CAMPAIGN("g", "") "," PART("a", "a")),
	    "$.campaigns[1].parent" },
	{ SITE(PART("a", "b") "," PART("b", "a")), "$.campaigns[0].parent" },
	{ SITE(CAMPAIGN("a", ",\"parent\":5")), "$.campaigns[0].parent" },
	{ SITE(CAMPAIGN("a", ",\"archived\":5")), "$.campaigns[0].archived" },
	{ SITE(CAMPAIGN("a", ",\"parent\":null,\"archived\":true")), "" },
	{ SITE(EIGHT "," CAMPAIGN("k0", "")), "" },
	{ SITE(EIGHT "," CAMPAIGN("k0", "") "," PART("k9", "k8")),
	    "$.campaigns[9].parent" },
};

START_TEST(parts_are_judged)
{
	struct sitecase_parsed p = sitecase_parse(str_of(sites[_i].json));

	sitecase_list(&p);
	ck_assert_str_same(sitecase_path(&p), str_of(sites[_i].path));
} END_TEST

static void
apply(struct pg *db, const char *json)
{
	ck_assert_int_eq(sitecase_run(db, str_of(json), DEFINE_NEW_PHASE).err,
	    OK);
}

START_TEST(parts_and_archives_are_kept)
{
	struct sample c = sample_new();
	struct pg *db = pg_new(c.conninfo, "piste-test");
	static const char state[] = "SELECT string_agg(concat_ws(' ', key,"
	    " parent_key, archived_on), ', ' ORDER BY key) FROM piste.campaign"
	    " WHERE key IN ('a', 'g')";

	sample_run(c.conn, "DELETE FROM piste.page; DELETE FROM piste.campaign;"
	    "DELETE FROM piste.form; DELETE FROM piste.offer");
	apply(db, SITE(CAMPAIGN("a", ",\"parent\":\"g\",\"archived\":true") ","
	    CAMPAIGN("g", "")));
	sample_run(c.conn, "UPDATE piste.campaign SET archived_on ="
	    " '2026-01-02' WHERE archived_on = current_date");
	ck_assert_str_same(sample_text(c.conn, state),
	    STR("a g 2026-01-02, g"));
	/* Still archived, since then; no part any more. */
	apply(db, SITE(CAMPAIGN("a", ",\"archived\":true")));
	ck_assert_str_same(sample_text(c.conn, state),
	    STR("a 2026-01-02, g"));
	apply(db, SITE(CAMPAIGN("a", "")));
	ck_assert_str_same(sample_text(c.conn, state), STR("a, g"));
	pg_free(db);
} END_TEST

SUITE_APART(define_campaign)
{
	SUITE_LOOP(parts_are_judged, COUNT(sites));
	SUITE_TEST(parts_and_archives_are_kept);
}
