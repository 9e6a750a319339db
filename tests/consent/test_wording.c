/* Tests of consent/wording.c. */
#include "consent/wording.h"
#include "form/form.h"
#include "store/pg.h"
#include "support/sample.h"

static const char texts[] =
    "INSERT INTO piste.consent_wording (key, purpose, channel, recipient,"
    " version, position, definition) VALUES ('news', 'n', 'email', 'us', 2,"
    " 1, '{}'), ('sure', 'n', 'email', 'us', 1, 2, '{\"confirm\": true}');"
    "INSERT INTO piste.consent_text (key, version, lang, purpose, channel,"
    " recipient, text, hash) VALUES"
    " ('news', 1, 'fr', 'old', 'phone', 'them', 'avant', 'h'),"
    " ('news', 2, 'fr', 'n', 'email', 'us', 'maintenant', 'h'),"
    " ('news', 2, 'en', 'n', 'email', 'us', 'now', 'h'),"
    " ('sure', 1, 'fr', 'n', 'email', 'us', 'certes', 'h')";

static const struct {
	const char *key;
	uint32_t version;
	enum lang lang;
	enum err err;
	const char *text;
	const char *channel;
	bool needs_confirm;
} wordings[] = {
	{ "news", 0, LANG_FR, OK, "maintenant", "email", false },
	{ "news", 0, LANG_EN, OK, "now", "email", false },
	{ "news", 2, LANG_FR, OK, "maintenant", "email", false },
	{ "news", 1, LANG_FR, OK, "avant", "phone", false },
	{ "sure", 0, LANG_FR, OK, "certes", "email", true },
	{ "news", 1, LANG_EN, ERR_ABSENT, NULL, NULL, false },
	{ "news", 3, LANG_FR, ERR_ABSENT, NULL, NULL, false },
	{ "sure", 0, LANG_EN, ERR_ABSENT, NULL, NULL, false },
	{ "other", 0, LANG_FR, ERR_ABSENT, NULL, NULL, false },
};

START_TEST(texts_are_found)
{
	struct sample c = sample_new();
	struct pg *db = pg_new(c.conninfo, "piste-test");
	struct form_consent got;

	sample_run(c.conn, texts);
	ck_assert_int_eq((int)wording_find(db, suite_arena(),
	    str_of(wordings[_i].key), wordings[_i].version, wordings[_i].lang,
	    &got), (int)wordings[_i].err);
	if (!wordings[_i].err) {
		ck_assert_str_same(got.text.in[wordings[_i].lang],
		    str_of(wordings[_i].text));
		ck_assert_str_same(got.channel, str_of(wordings[_i].channel));
		ck_assert_int_eq(got.needs_confirm,
		    wordings[_i].needs_confirm);
	}
	pg_free(db);
} END_TEST

SUITE_APART(wording)
{
	SUITE_LOOP(texts_are_found, COUNT(wordings));
}
