/* Tests form/normal. */
#include "form/normal.h"
#include "support/suite.h"

static const struct {
	const char *in, *plain, *squeezed;
} texts[] = {
	{ "", "", "" },
	{ "Zoé", "Zoé", "Zoé" },
	{ " \t\r\n Ana \v\f ", "Ana", "Ana" },
	/* NBSP, thin, ideographic and line separators at the ends. */
	{ "\u00a0\u2009\u3000Ana\u2028\u2029\u202f\u1680", "Ana", "Ana" },
	{ "\xc2\x85" "Ana\xc2\x85", "Ana", "Ana" },
	{ "de  la   Tour", "de  la   Tour", "de la Tour" },
	{ "de\u00a0la", "de\u00a0la", "de la" },
	{ "de \u00a0 la", "de \u00a0 la", "de la" },
	{ "a\u2028\u2029" "b", "a\u2028\u2029" "b", "a b" },
	/* e, combining acute: one code point. */
	{ "Zoe\u0301", "Zoé", "Zoé" },
	/* Marks in canonical order, composed as far as they go. */
	{ "a\u0323\u0302", "\u1ead", "\u1ead" },
	{ "a\u0302\u0323", "\u1ead", "\u1ead" },
	{ "\u1100\u1161\u11a8", "각", "각" },
	/* A ligature and a full-width letter are data: NFC, not NFKC. */
	{ "\ufb01 \uff21", "\ufb01 \uff21", "\ufb01 \uff21" },
	/* The angstrom sign is canonically a letter. */
	{ "\u212b", "Å", "Å" },
	/* Zero width, direction marks and joined emoji are kept. */
	{ "\u202eevil", "\u202eevil", "\u202eevil" },
	{ "👩\u200d👧", "👩\u200d👧", "👩\u200d👧" },
	{ "\u200bx\ufeff", "\u200bx\ufeff", "\u200bx\ufeff" },
};

START_TEST(text_is_brought_into_nfc_and_trimmed)
{
	struct str in = str_of(texts[_i].in);

	ck_assert_str_same(normal_text(suite_arena(), in, false),
	    str_of(texts[_i].plain));
	ck_assert_str_same(normal_text(suite_arena(), in, true),
	    str_of(texts[_i].squeezed));
} END_TEST

START_TEST(text_in_normal_form_stays_as_it_is)
{
	struct str once = normal_text(suite_arena(), str_of(texts[_i].in),
	    true);

	ck_assert_str_same(normal_text(suite_arena(), once, true), once);
	ck_assert_str_same(normal_text(suite_arena(), once, false), once);
} END_TEST

static const struct str broken[] = {
	STR("\xff"), STR("a\xc3"), STR("\xc0\xaf"), STR("\xed\xa0\x80"),
	STR("\xf5\x80\x80\x80"), STR("\x80"), STR("ok\xe2\x82"),
};

START_TEST(what_is_no_utf8_becomes_empty)
{
	ck_assert_str_same(normal_text(suite_arena(), broken[_i], true),
	    STR_EMPTY);
	ck_assert_str_same(normal_fold(suite_arena(), broken[_i]), STR_EMPTY);
} END_TEST

START_TEST(a_nul_is_kept)
{
	ck_assert_str_same(normal_text(suite_arena(), STR("é\0b"), false),
	    STR("é\0b"));
} END_TEST

static const struct { const char *in, *folded; } folds[] = {
	{ "", "" },
	{ "ÉLODIE Straße", "élodie strasse" },
	{ "\ufb01n \uff21", "fin a" },
	{ "Zoe\u0301\u00ad\u200b", "zoé" },
	{ "ΣΟΦΟΣ", "σοφοσ" },
};

START_TEST(folded_texts_compare)
{
	ck_assert_str_same(normal_fold(suite_arena(), str_of(folds[_i].in)),
	    str_of(folds[_i].folded));
} END_TEST

static const struct { const char *in, *bare; } bares[] = {
	{ "", "" },
	{ "a", "a" },
	{ " \u200b\ufeff a\u200bb \u202c\u2060", "a\u200bb" },
	{ "\u202aana@example.org\u202c", "ana@example.org" },
	{ "\u00ad\u3164\u200d", "" },
	{ "👩\u200d👧", "👩\u200d👧" },
};

START_TEST(bare_is_from_first_to_last_visible)
{
	ck_assert_str_same(normal_bare(str_of(bares[_i].in)),
	    str_of(bares[_i].bare));
} END_TEST

static const struct { struct str in; bool single, lines; } controls[] = {
	{ STR("plain é 👩"), false, false },
	{ STR("a\tb"), true, false },
	{ STR("a\nb"), true, false },
	{ STR("a\rb"), true, true },
	{ STR("a\0b"), true, true },
	{ STR("a\x1f"), true, true },
	{ STR("\x7f"), true, true },
	{ STR("\xc2\x80"), true, true },
	{ STR("\xc2\x9f"), true, true },
	{ STR("\xc2\xa0"), false, false },
};

START_TEST(controls_are_seen)
{
	ck_assert_int_eq(normal_has_control(controls[_i].in, false),
	    controls[_i].single);
	ck_assert_int_eq(normal_has_control(controls[_i].in, true),
	    controls[_i].lines);
} END_TEST

static const struct { struct str in, single, lines; } shown[] = {
	{ STR(""), STR(""), STR("") },
	{ STR("é 👩"), STR("é 👩"), STR("é 👩") },
	{ STR("a\tb\r\nc"), STR("a b  c"), STR("a\tb\r\nc") },
	{ STR("a\0b\x7f"), STR("a\ufffdb\ufffd"), STR("a\ufffdb\ufffd") },
	{ STR("\xc2\x85\xc2\xa0"), STR("\ufffd\u00a0"),
	    STR("\ufffd\u00a0") },
	{ STR("\xff" "a\xc3"), STR("\ufffda\ufffd"), STR("\ufffda\ufffd") },
	{ STR("\x01\x02\n"), STR("\ufffd\ufffd "), STR("\ufffd\ufffd\n") },
	{ STR("\u2028\u202e"), STR("\u2028\u202e"), STR("\u2028\u202e") },
};

START_TEST(what_is_shown_can_be_seen)
{
	ck_assert_str_same(normal_shown(suite_arena(), shown[_i].in, false),
	    shown[_i].single);
	ck_assert_str_same(normal_shown(suite_arena(), shown[_i].in, true),
	    shown[_i].lines);
} END_TEST

static const struct { const char *in, *out; } letters[] = {
	{ "", "" },
	{ "E-mail", "email" },
	{ "  Société (raison) ", "societeraison" },
	{ "Prénom", "prenom" },
	{ "PRE\u0301NOM", "prenom" },
	{ "N° de téléphone", "ndetelephone" },
	{ "Straße 12", "strasse12" },
	{ "\uff21\ufb01", "afi" },
	{ "\u200bNom\ufeff", "nom" },
	{ "-- / ?", "" },
	{ "Имя", "имя" },
	{ "\xff", "" },
};

START_TEST(letters_alone_are_compared)
{
	ck_assert_str_same(normal_letters(suite_arena(),
	    str_of(letters[_i].in)), str_of(letters[_i].out));
} END_TEST

SUITE(normal)
{
	SUITE_LOOP(text_is_brought_into_nfc_and_trimmed, COUNT(texts));
	SUITE_LOOP(text_in_normal_form_stays_as_it_is, COUNT(texts));
	SUITE_LOOP(what_is_no_utf8_becomes_empty, COUNT(broken));
	SUITE_TEST(a_nul_is_kept);
	SUITE_LOOP(folded_texts_compare, COUNT(folds));
	SUITE_LOOP(bare_is_from_first_to_last_visible, COUNT(bares));
	SUITE_LOOP(controls_are_seen, COUNT(controls));
	SUITE_LOOP(what_is_shown_can_be_seen, COUNT(shown));
	SUITE_LOOP(letters_alone_are_compared, COUNT(letters));
}
