/*
 * What is kept of what was shown: the blocks that src/sql keeps are byte for
 * byte those that a render hashes.
 */
#include <jansson.h>
#include <stdio.h>

#include "base/token.h"
#include "consent/said.h"
#include "form/form.h"
#include "page/define.h"
#include "page/site.h"
#include "store/pg.h"
#include "support/sitecase.h"

SQL(test_shown_block, 1,
    "SELECT block FROM piste.consent_block WHERE hash = $1");
SQL(test_shown_count, 0, "SELECT count(*) FROM piste.consent_block");

static enum err
apply(struct pg *db, struct str json)
{
	char said[4000] = "";
	FILE *out = fopen("/dev/null", "w");
	FILE *complaints = fmemopen(said, sizeof said, "w");
	enum err e = define_apply(db, suite_arena(), json, out, complaints);

	fclose(out);
	fclose(complaints);
	ck_assert_msg(e == OK, "%s", said);
	return e;
}

/* How many blocks are kept in all, once this one is known to be. */
static struct str
kept(struct pg *db, struct str block)
{
	const struct pg_rows *rows;
	char text[TOKEN_HASH_TEXT];
	struct str hash = token_hash(block, text);

	ck_assert_int_eq(pg_run(db, &test_shown_block, &hash, 3000, &rows), OK);
	ck_assert_uint_eq(pg_count(rows), 1);
	ck_assert_str_same(pg_value(rows, 0, 0), block);
	ck_assert_int_eq(pg_run(db, &test_shown_count, NULL, 3000, &rows), OK);
	return arena_copy(suite_arena(), pg_value(rows, 0, 0));
}

static const char *const texts[] = {
	"\"J'accepte.\"",
	"\"\\\"entre guillemets\\\" et \\\\ et \\/ et <b>&amp;</b>\"",
	"\"une ligne\\nune autre\\r\\n\\tune troisi\\u00e8me\"",
	"\"\\u20ac \\ud83d\\ude00 \\u2028 \\u007e \\ufeff\"",
	"\"</script><!-- [1,true,\\\"x\\\"]\\n[2]\"",
};

START_TEST(blocks_kept_are_those_hashed)
{
	struct pg *db = pg_new(suite_database(), "piste-test");
	struct str json = sitecase_with("consents/0/text/fr", texts[_i]);
	struct sitecase_parsed p = sitecase_parse(json);
	size_t langs = 0;

	ck_assert_uint_eq(p.errors, 0);
	apply(db, json);
	for (enum lang l = 0; l < LANG_COUNT; l++, langs++)
		ck_assert_str_same(kept(db, form_consent_block(suite_arena(),
		    p.site->page[0].variant[0].form, l)), STR("2"));
	ck_assert_uint_eq(langs, 2);
	/* The same again keeps nothing new. */
	apply(db, json);
	ck_assert_str_same(kept(db, form_consent_block(suite_arena(),
	    p.site->page[0].variant[0].form, LANG_FR)), STR("2"));
	pg_free(db);
} END_TEST

/* What changes a block, and that the one before stays. */
static const struct { const char *pointer, *value; } changes[] = {
	{ "consents/0/required", "true" },
	{ "forms/0/consents", "[\"news-email\", \"contact-phone\"]" },
	{ "forms/0/consents", "[\"news-email\"]" },
	{ "consents/1/version", "2" },
};

START_TEST(every_block_ever_shown_stays)
{
	struct pg *db = pg_new(suite_database(), "piste-test");
	struct sitecase_parsed before = sitecase_parse(
	    sitecase_text(sitecase_example())), after;
	struct str json = sitecase_with(changes[_i].pointer,
	    changes[_i].value);

	apply(db, sitecase_text(sitecase_example()));
	apply(db, json);
	after = sitecase_parse(json);
	ck_assert_str_same(kept(db, form_consent_block(suite_arena(),
	    before.site->page[0].variant[0].form, LANG_FR)), STR("4"));
	ck_assert_str_same(kept(db, form_consent_block(suite_arena(),
	    after.site->page[0].variant[0].form, LANG_EN)), STR("4"));
	pg_free(db);
} END_TEST

START_TEST(confirm_is_read_and_shown_to_nobody)
{
	struct sitecase_parsed plain = sitecase_parse(
	    sitecase_text(sitecase_example()));
	struct sitecase_parsed asked = sitecase_parse(
	    sitecase_with("consents/0/confirm", "true"));
	struct sitecase_parsed wrong = sitecase_parse(
	    sitecase_with("consents/0/confirm", "\"yes\""));
	const struct form *f = asked.site->page[0].variant[0].form;

	ck_assert(!plain.site->page[0].variant[0].form->consent[0]
	    .needs_confirm);
	ck_assert(f->consent[0].needs_confirm && !f->consent[1].needs_confirm);
	ck_assert_str_same(form_consent_block(suite_arena(), f, LANG_FR),
	    form_consent_block(suite_arena(),
	    plain.site->page[0].variant[0].form, LANG_FR));
	ck_assert_str_same(sitecase_path(&wrong), STR("$.consents[0].confirm"));
} END_TEST

SUITE_APART(shown)
{
	SUITE_LOOP(blocks_kept_are_those_hashed, COUNT(texts));
	SUITE_LOOP(every_block_ever_shown_stays, COUNT(changes));
	SUITE_TEST(confirm_is_read_and_shown_to_nobody);
}
