/* Tests of page/define.c: the channels consents may name. */
#include <stdio.h>
#include <string.h>

#include "page/define.h"
#include "page/site.h"
#include "store/pg.h"
#include "support/suite.h"

#define WAIT_MS 5000
#define TOLD_BYTES_MAX 1024
#define CONSENT(channel) "{\"key\":\"by-" channel "\",\"purpose\":\"p\"," \
    "\"channel\":\"" channel "\",\"recipient\":\"us\",\"version\":1," \
    "\"text\":{\"fr\":\"x\"}}"
#define CONSENTS(list) "{\"consents\":[" list "]}"

static struct pg *db;

/* The complaints. */
static struct str
apply(struct str json, enum err want)
{
	char *told = arena_take(suite_arena(), TOLD_BYTES_MAX);
	FILE *complaints = fmemopen(told, TOLD_BYTES_MAX, "w");
	FILE *quiet = fopen("/dev/null", "w");
	enum err e = define_apply(db, suite_arena(), json, quiet, complaints);

	fclose(quiet);
	fclose(complaints);
	ck_assert_msg(e == want, "%d: %s", (int)e, told);
	return str_of(told);
}

static struct str
exported(void)
{
	struct str json;

	ck_assert_int_eq(define_export(db, suite_arena(), &json), OK);
	return json;
}

START_TEST(known_channels_are_taken)
{
	db = pg_new(suite_database(), "piste-test");
	ck_assert_str_same(apply(STR(CONSENTS(CONSENT("email") ","
	    CONSENT("phone") "," CONSENT("sms") "," CONSENT("post"))), OK),
	    STR_EMPTY);
	pg_free(db);
} END_TEST

START_TEST(others_are_refused_by_path)
{
	struct str before;

	db = pg_new(suite_database(), "piste-test");
	before = exported();
	ck_assert_str_same(apply(STR(CONSENTS(CONSENT("mail") ","
	    CONSENT("email") "," CONSENT("e-mail"))), ERR_INPUT),
	    STR("$.consents[0].channel: \"mail\" is none of email, phone, sms,"
	    " post\n$.consents[2].channel: \"e-mail\" is none of email, phone,"
	    " sms, post\n"));
	ck_assert_str_same(exported(), before);
	pg_free(db);
} END_TEST

/* What an older program took: in force, printed, and taken back as printed. */
START_TEST(channel_of_old_stays)
{
	const struct site *site;
	struct site_error *error;
	struct str text;
	size_t errors;

	db = pg_new(suite_database(), "piste-test");
	ck_assert_int_eq(pg_script(db, "INSERT INTO piste.consent_channel"
	    " (key) VALUES ('mail')", WAIT_MS), OK);
	apply(STR(CONSENTS(CONSENT("mail"))), OK);
	ck_assert_int_eq(pg_script(db, "DELETE FROM piste.consent_channel"
	    " WHERE key = 'mail'", WAIT_MS), OK);
	ck_assert_int_eq(define_snapshot(db, suite_arena(), &text), OK);
	ck_assert_int_eq(site_parse(suite_arena(), text, &site, &error,
	    &errors), OK);
	text = exported();
	ck_assert_ptr_nonnull(strstr(text.p, "\"mail\""));
	apply(text, OK);
	pg_free(db);
} END_TEST

SUITE_APART(define_channel)
{
	SUITE_TEST(known_channels_are_taken);
	SUITE_TEST(others_are_refused_by_path);
	SUITE_TEST(channel_of_old_stays);
}
