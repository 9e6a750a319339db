/* Tests form/field. */
#include "base/buf.h"
#include "form/email.h"
#include "form/field.h"
#include "form/phone.h"
#include "support/suite.h"

static const struct field_option sizes[] = {
	{ STR("small"), { { STR("Petite"), STR("Small") } } },
	{ STR("e\u0301norme"), { { STR("Énorme"), STR("Huge") } } },
};
#define SIZES .option = sizes, .options = COUNT(sizes)

/* A kind, a value as typed, and what becomes of it. */
static const struct {
	enum field_kind kind;
	struct str typed;
	enum field_error error;
	const char *normal;
} values[] = {
	{ FIELD_EMAIL, STR(" Ana@Exemple.FR "), FIELD_FINE,
	    "Ana@exemple.fr" },
	{ FIELD_EMAIL, STR("ana"), FIELD_NOT_EMAIL, "" },
	{ FIELD_EMAIL, STR("ana@example.org\nBcc: x@y.z"), FIELD_NOT_LINE,
	    "" },
	{ FIELD_PHONE, STR("06 12 34 56 78"), FIELD_FINE, "+33612345678" },
	{ FIELD_PHONE, STR("0612"), FIELD_NOT_PHONE, "" },
	{ FIELD_PHONE, STR("06\0" "12"), FIELD_NOT_TEXT, "" },
	{ FIELD_NAME, STR("  Zoe\u0301  de  la Tour "), FIELD_FINE,
	    "Zoé de la Tour" },
	{ FIELD_NAME, STR("O'Neil-Müller"), FIELD_FINE, "O'Neil-Müller" },
	{ FIELD_NAME, STR("<script>alert(1)</script>"), FIELD_FINE,
	    "<script>alert(1)</script>" },
	{ FIELD_NAME, STR("Robert'); DROP TABLE lead;--"), FIELD_FINE,
	    "Robert'); DROP TABLE lead;--" },
	{ FIELD_NAME, STR("\u202eanA"), FIELD_FINE, "\u202eanA" },
	{ FIELD_NAME, STR("A\u200bna"), FIELD_FINE, "A\u200bna" },
	{ FIELD_NAME, STR("نور"), FIELD_FINE, "نور" },
	{ FIELD_NAME, STR("👩\u200d👧"), FIELD_FINE, "👩\u200d👧" },
	{ FIELD_NAME, STR("𝒜na"), FIELD_FINE, "𝒜na" },
	{ FIELD_NAME, STR("Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A"), FIELD_FINE, NULL },
	{ FIELD_NAME, STR("{{NAME}} %s %n \\u0000"), FIELD_FINE,
	    "{{NAME}} %s %n \\u0000" },
	{ FIELD_NAME, STR("Ana\r\nLima"), FIELD_NOT_LINE, "" },
	{ FIELD_NAME, STR("Ana\rLima\x1b"), FIELD_NOT_LINE, "" },
	{ FIELD_NAME, STR(" Ana\r\n"), FIELD_FINE, "Ana" },
	{ FIELD_NAME, STR("Ana\tLima"), FIELD_NOT_TEXT, "" },
	{ FIELD_NAME, STR("Ana\r\n"), FIELD_FINE, "Ana" },
	{ FIELD_NAME, STR("Ana\x1b[31m"), FIELD_NOT_TEXT, "" },
	{ FIELD_NAME, STR("Ana\x7f"), FIELD_NOT_TEXT, "" },
	{ FIELD_NAME, STR("Ana\xc2\x9b" "31m"), FIELD_NOT_TEXT, "" },
	{ FIELD_NAME, STR("Ana\0"), FIELD_NOT_TEXT, "" },
	{ FIELD_NAME, STR("\0"), FIELD_NOT_TEXT, "" },
	{ FIELD_NAME, STR("An\xc3"), FIELD_NOT_TEXT, "" },
	{ FIELD_NAME, STR("\xed\xa0\x80"), FIELD_NOT_TEXT, "" },
	{ FIELD_COMPANY, STR("Dupont  &\u00a0Fils"), FIELD_FINE,
	    "Dupont & Fils" },
	{ FIELD_JOB_TITLE, STR("Directrice d'usine"), FIELD_FINE,
	    "Directrice d'usine" },
	{ FIELD_TEXT, STR("un\r\ndeux\rtrois\nquatre\r\n"), FIELD_FINE,
	    "un\ndeux\ntrois\nquatre" },
	{ FIELD_TEXT, STR("\ta\tb  c"), FIELD_FINE, "a\tb  c" },
	{ FIELD_TEXT, STR("a\r\r\n\nb"), FIELD_FINE, "a\n\n\nb" },
	{ FIELD_TEXT, STR("a\x08"), FIELD_NOT_TEXT, "" },
	{ FIELD_TEXT, STR("a\0b"), FIELD_NOT_TEXT, "" },
	{ FIELD_CHOICE, STR("small"), FIELD_FINE, "small" },
	{ FIELD_CHOICE, STR("e\u0301norme"), FIELD_FINE, "e\u0301norme" },
	{ FIELD_CHOICE, STR("énorme"), FIELD_FINE, "e\u0301norme" },
	{ FIELD_CHOICE, STR("Small"), FIELD_NOT_CHOICE, "" },
	{ FIELD_CHOICE, STR("small,large"), FIELD_NOT_CHOICE, "" },
	{ FIELD_POSTCODE, STR("75 011"), FIELD_FINE, "75011" },
	{ FIELD_POSTCODE, STR("7501"), FIELD_NOT_POSTCODE, "" },
	{ FIELD_COUNTRY, STR("be"), FIELD_FINE, "BE" },
	{ FIELD_COUNTRY, STR("XX"), FIELD_NOT_COUNTRY, "" },
	{ FIELD_COUNTRY, STR("Belgique"), FIELD_NOT_COUNTRY, "" },
	{ FIELD_CONSENT, STR("1"), FIELD_FINE, "1" },
	{ FIELD_CONSENT, STR("on"), FIELD_NOT_CHOICE, "" },
	{ FIELD_HIDDEN, STR(" spring  sale "), FIELD_FINE, "spring  sale" },
	{ FIELD_HIDDEN, STR("a\nb"), FIELD_NOT_LINE, "" },
	{ FIELD_LONG_TEXT, STR("un\r\ndeux"), FIELD_FINE, "un\ndeux" },
	{ FIELD_NUMBER, STR(" 1 250 "), FIELD_FINE, "1250" },
	{ FIELD_NUMBER, STR("1\u202f250"), FIELD_FINE, "1250" },
	{ FIELD_NUMBER, STR("12,5"), FIELD_NOT_WHOLE, "" },
	{ FIELD_NUMBER, STR("douze"), FIELD_NOT_NUMBER, "" },
	{ FIELD_NUMBER, STR("1\n2"), FIELD_NOT_LINE, "" },
	{ FIELD_DATE, STR("29/2/2028"), FIELD_FINE, "2028-02-29" },
	{ FIELD_DATE, STR("2026-12-31"), FIELD_FINE, "2026-12-31" },
	{ FIELD_DATE, STR("29/02/2026"), FIELD_NOT_DATE, "" },
	{ FIELD_SIRET, STR("732 829 320 00074"), FIELD_FINE,
	    "73282932000074" },
	{ FIELD_SIRET, STR("732 829 320 00075"), FIELD_NOT_SIRET, "" },
	{ FIELD_VAT, STR("fr 40 303 265 045"), FIELD_FINE, "FR40303265045" },
	{ FIELD_VAT, STR("40 303 265 045"), FIELD_FINE, "FR40303265045" },
	{ FIELD_VAT, STR("FR 41 303 265 045"), FIELD_NOT_VAT, "" },
	/* A file's name is no file. */
	{ FIELD_FILE, STR("cv.pdf"), FIELD_NOT_FILE, "" },
};

START_TEST(a_value_is_judged_by_its_kind)
{
	struct field f = { .kind = values[_i].kind, SIZES };
	struct str normal = STR("before"), again;
	enum field_error e = field_check(suite_arena(), &f, STR("FR"),
	    values[_i].typed, &normal);

	ck_assert_str_eq(field_error_code(e),
	    field_error_code(values[_i].error));
	if (values[_i].normal)
		ck_assert_str_same(normal, str_of(values[_i].normal));
	/* What is stored is fine, and its own normal form. */
	ck_assert_int_eq(field_check(suite_arena(), &f, STR("FR"), normal,
	    &again), FIELD_FINE);
	ck_assert_str_same(again, normal);
} END_TEST

static const struct str empties[] = {
	STR(""), STR(" "), STR("\t\r\n"), STR("\u00a0\u3000"),
	STR("\u200b"), STR("\ufeff\u202e \u2060"),
};

START_TEST(nothing_visible_is_nothing)
{
	for (size_t k = 0; k < FIELD_KINDS; k++) {
		struct field f = { .kind = (enum field_kind)k, SIZES };
		struct str normal = STR("before");

		ck_assert_int_eq(field_check(suite_arena(), &f, STR("FR"),
		    empties[_i], &normal), FIELD_FINE);
		ck_assert_str_same(normal, STR_EMPTY);
		f.is_required = true;
		ck_assert_int_eq(field_check(suite_arena(), &f, STR("FR"),
		    empties[_i], &normal), FIELD_MISSING);
		ck_assert_str_same(normal, STR_EMPTY);
	}
} END_TEST

/* n times the character c. */
static struct str
run_of(const char *c, size_t n)
{
	struct buf b;

	buf_init(&b, suite_arena(), n * 8);
	while (n--)
		buf_add(&b, str_of(c));
	return buf_str(&b);
}

static enum field_error
check_run(const struct field *f, const char *c, size_t n)
{
	struct str normal;

	return field_check(suite_arena(), f, STR("FR"), run_of(c, n), &normal);
}

/* Characters are counted, not bytes, in their normal form. */
static const char *const characters[] = { "a", "é", "e\u0301", "例", "👩" };

START_TEST(lengths_are_counted_in_characters)
{
	const struct field f = { .kind = FIELD_TEXT, .chars_min = 3,
	    .chars_max = 5 };
	const char *c = characters[_i];

	ck_assert_int_eq(check_run(&f, c, 2), FIELD_TOO_SHORT);
	ck_assert_int_eq(check_run(&f, c, 3), FIELD_FINE);
	ck_assert_int_eq(check_run(&f, c, 5), FIELD_FINE);
	ck_assert_int_eq(check_run(&f, c, 6), FIELD_TOO_LONG);
	ck_assert_int_eq(check_run(&f, c, 5000), FIELD_TOO_LONG);
} END_TEST

START_TEST(an_optional_value_may_be_empty_but_not_short)
{
	const struct field f = { .kind = FIELD_TEXT, .chars_min = 3 };

	ck_assert_int_eq(check_run(&f, "a", 0), FIELD_FINE);
	ck_assert_int_eq(check_run(&f, "a", 1), FIELD_TOO_SHORT);
} END_TEST

START_TEST(blanks_around_do_not_count)
{
	const struct field f = { .kind = FIELD_NAME, .chars_max = 3 };
	struct str normal;

	ck_assert_int_eq(field_check(suite_arena(), &f, STR("FR"),
	    buf_fmt(suite_arena(), 5000, "%2000sana%2000s", "", ""), &normal),
	    FIELD_FINE);
	ck_assert_str_same(normal, STR("ana"));
} END_TEST

static const struct { enum field_kind kind; size_t chars_max; } defaults[] = {
	{ FIELD_NAME, 100 }, { FIELD_COMPANY, FIELD_CHARS_DEFAULT },
	{ FIELD_JOB_TITLE, FIELD_CHARS_DEFAULT },
	{ FIELD_TEXT, FIELD_CHARS_DEFAULT },
	{ FIELD_HIDDEN, FIELD_CHARS_DEFAULT },
};

START_TEST(a_kind_has_a_default_length)
{
	const struct field f = { .kind = defaults[_i].kind };

	ck_assert_int_eq(check_run(&f, "é", defaults[_i].chars_max),
	    FIELD_FINE);
	ck_assert_int_eq(check_run(&f, "é", defaults[_i].chars_max + 1),
	    FIELD_TOO_LONG);
} END_TEST

/* Kinds with a form of their own are bounded before it is looked at. */
START_TEST(long_addresses_and_numbers_are_too_long)
{
	const struct field email = { .kind = FIELD_EMAIL };
	const struct field phone = { .kind = FIELD_PHONE };
	const struct field postcode = { .kind = FIELD_POSTCODE };

	ck_assert_int_eq(check_run(&email, "a", EMAIL_BYTES_MAX),
	    FIELD_NOT_EMAIL);
	ck_assert_int_eq(check_run(&email, "a", EMAIL_BYTES_MAX + 1),
	    FIELD_TOO_LONG);
	ck_assert_int_eq(check_run(&phone, "1", PHONE_TYPED_BYTES_MAX),
	    FIELD_NOT_PHONE);
	ck_assert_int_eq(check_run(&phone, "1", PHONE_TYPED_BYTES_MAX + 1),
	    FIELD_TOO_LONG);
	ck_assert_int_eq(check_run(&postcode, "1", 20), FIELD_NOT_POSTCODE);
	ck_assert_int_eq(check_run(&postcode, "1", 21), FIELD_TOO_LONG);
} END_TEST

START_TEST(the_longest_text_passes)
{
	const struct field f = { .kind = FIELD_TEXT,
	    .chars_max = FIELD_CHARS_MAX };

	ck_assert_int_eq(check_run(&f, "👩", FIELD_CHARS_MAX), FIELD_FINE);
	ck_assert_int_eq(check_run(&f, "👩", FIELD_CHARS_MAX + 1),
	    FIELD_TOO_LONG);
} END_TEST

static const struct {
	enum field_kind kind;
	const char *pattern, *typed;
	enum field_error error;
} patterns[] = {
	{ FIELD_TEXT, "[0-9]{14}", " 12345678901234 ", FIELD_FINE },
	{ FIELD_TEXT, "[0-9]{14}", "1234", FIELD_NO_MATCH },
	{ FIELD_TEXT, "[0-9]{14}", "", FIELD_FINE },
	{ FIELD_EMAIL, ".*@example\\.org", "ana@EXAMPLE.org", FIELD_FINE },
	{ FIELD_EMAIL, ".*@example\\.org", "ana@example.com",
	    FIELD_NO_MATCH },
	{ FIELD_EMAIL, ".*@example\\.org", "ana", FIELD_NOT_EMAIL },
	{ FIELD_PHONE, "\\+33[67].*", "0612345678", FIELD_FINE },
	{ FIELD_PHONE, "\\+33[67].*", "0142685300", FIELD_NO_MATCH },
	/* A pattern that can't be used lets nothing pass. */
	{ FIELD_TEXT, "(a)\\1", "aa", FIELD_NO_MATCH },
};

START_TEST(a_pattern_judges_the_normal_form)
{
	struct field f = { .kind = patterns[_i].kind,
	    .pattern = str_of(patterns[_i].pattern) };
	struct str normal;

	ck_assert_int_eq(field_check(suite_arena(), &f, STR("FR"),
	    str_of(patterns[_i].typed), &normal), patterns[_i].error);
} END_TEST

START_TEST(every_kind_has_a_row)
{
	enum field_kind kind;
	const struct field_traits *t = field_traits((enum field_kind)_i);

	ck_assert_int_eq(field_kind_parse(str_of(t->name), &kind), OK);
	ck_assert_int_eq(kind, _i);
	ck_assert(t->input_type[0]);
	ck_assert_ptr_nonnull(t->autocomplete);
	ck_assert_ptr_nonnull(t->inputmode);
	ck_assert_uint_ge(t->chars_max, 1);
	ck_assert_uint_le(t->chars_max, FIELD_CHARS_MAX);
} END_TEST

START_TEST(an_unknown_kind_is_refused)
{
	enum field_kind kind = FIELD_HIDDEN;

	ck_assert_int_eq(field_kind_parse(STR("url"), &kind), ERR_INPUT);
	ck_assert_int_eq(field_kind_parse(STR(""), &kind), ERR_INPUT);
	ck_assert_int_eq(kind, FIELD_HIDDEN);
} END_TEST

static const struct {
	enum field_kind kind;
	const char *name, *autocomplete;
} completions[] = {
	{ FIELD_EMAIL, "email", "email" }, { FIELD_PHONE, "phone", "tel" },
	{ FIELD_NAME, "first_name", "given-name" },
	{ FIELD_NAME, "last_name", "family-name" },
	{ FIELD_NAME, "name", "name" },
	{ FIELD_TEXT, "first_name", "" },
	{ FIELD_COMPANY, "company", "organization" },
	{ FIELD_JOB_TITLE, "job", "organization-title" },
	{ FIELD_POSTCODE, "zip", "postal-code" },
	{ FIELD_COUNTRY, "country", "country" },
};

START_TEST(browsers_are_told_what_to_fill_in)
{
	const struct field f = { .kind = completions[_i].kind,
	    .name = str_of(completions[_i].name) };

	ck_assert_str_eq(field_autocomplete(&f),
	    completions[_i].autocomplete);
} END_TEST

/* By kind: no sentence is empty, unfinished or the same in both languages. */
START_TEST(every_error_has_a_sentence)
{
	for (int e = FIELD_FINE + 1; e < FIELD_ERRORS; e++) {
		const struct field f = { .kind = (enum field_kind)_i,
		    .chars_min = 7, .chars_max = 42, .media = 1,
		    .bytes_max = 1024, .bounds = { .min = 20260101,
		    .max = 20271231 } };
		struct str said[LANG_COUNT];

		for (int l = 0; l < LANG_COUNT; l++) {
			said[l] = field_message(suite_arena(), &f,
			    (enum field_error)e, (enum lang)l);
			ck_assert_uint_gt(said[l].n, 10);
			ck_assert(str_has_suffix(said[l], STR(".")));
			ck_assert_int_lt(str_find(said[l], '{'), 0);
		}
		ck_assert(!str_eq(said[LANG_FR], said[LANG_EN]));
	}
} END_TEST

START_TEST(limits_are_named)
{
	const struct field f = { .kind = FIELD_TEXT, .chars_min = 7,
	    .chars_max = 42 };
	const struct field plain = { .kind = FIELD_NAME };

	ck_assert_str_same(field_message(suite_arena(), &f, FIELD_TOO_SHORT,
	    LANG_FR), STR("Écrivez au moins 7 caractères."));
	ck_assert_str_same(field_message(suite_arena(), &f, FIELD_TOO_LONG,
	    LANG_EN), STR("Shorten this answer to at most 42 characters."));
	ck_assert_str_same(field_message(suite_arena(), &plain,
	    FIELD_TOO_LONG, LANG_FR),
	    STR("Raccourcissez cette réponse à 100 caractères au plus."));
} END_TEST

static const struct {
	struct field f;
	enum field_error error;
	const char *said[LANG_COUNT];
} bounded[] = {
	{ { .kind = FIELD_NUMBER, .bounds = { .has_min = true, .min = -25,
	    .decimals = 1 } }, FIELD_TOO_SMALL,
	    { "Indiquez un nombre qui ne soit pas inférieur à -2,5.",
	    "Enter a number that is not less than -2.5." } },
	{ { .kind = FIELD_NUMBER }, FIELD_TOO_LARGE,
	    { "Indiquez un nombre qui ne dépasse pas 999999999999.",
	    "Enter a number that is not more than 999999999999." } },
	{ { .kind = FIELD_NUMBER, .bounds = { .step = 25, .decimals = 2 } },
	    FIELD_OFF_STEP, { "Indiquez un nombre qui va par pas de 0,25.",
	    "Enter a number that goes by steps of 0.25." } },
	{ { .kind = FIELD_DATE, .bounds = { .has_min = true,
	    .min = 20260307 } }, FIELD_TOO_EARLY,
	    { "Indiquez une date à partir du 07/03/2026.",
	    "Enter a date from 7 March 2026 on." } },
	{ { .kind = FIELD_CHOICES, .bounds = { .has_max = true, .max = 2 } },
	    FIELD_TOO_MANY, { "Cases à cocher\u00a0: 2 au plus.",
	    "Boxes to tick: 2 at most." } },
	{ { .kind = FIELD_FILE, .media = 1u << 0 | 1u << 3 },
	    FIELD_NOT_MEDIA,
	    { "Choisissez un fichier d'un de ces types\u00a0: PDF, Word"
	    " (DOCX).", "Choose a file of one of these types: PDF, Word"
	    " (DOCX)." } },
	{ { .kind = FIELD_FILE, .bytes_max = 2 << 20 }, FIELD_TOO_BIG,
	    { "Choisissez un fichier de 2\u00a0Mo au plus.",
	    "Choose a file of at most 2\u00a0MB." } },
};

START_TEST(bounds_are_named)
{
	for (int l = 0; l < LANG_COUNT; l++)
		ck_assert_str_same(field_message(suite_arena(),
		    &bounded[_i].f, bounded[_i].error, (enum lang)l),
		    str_of(bounded[_i].said[l]));
} END_TEST

START_TEST(a_fields_own_message_comes_first)
{
	const struct field f = { .kind = FIELD_TEXT,
	    .message = { { STR("Votre SIRET, à 14 chiffres."), STR("") } } };

	ck_assert_str_same(field_message(suite_arena(), &f, FIELD_NO_MATCH,
	    LANG_FR), f.message.in[LANG_FR]);
	ck_assert_str_same(field_message(suite_arena(), &f, FIELD_MISSING,
	    LANG_EN), f.message.in[LANG_FR]);
	ck_assert_str_same(field_message(suite_arena(), &f, FIELD_FINE,
	    LANG_FR), STR_EMPTY);
} END_TEST

/* How to answer says nothing to who has answered well, but not as sent. */
static const enum field_error ours[] = {
	FIELD_NOT_TEXT, FIELD_NOT_LINE, FIELD_REPEATED, FIELD_DAMAGED,
	FIELD_IS_FILE, FIELD_NOT_FILE, FIELD_NOT_MEDIA, FIELD_TOO_BIG,
	FIELD_GONE,
};

START_TEST(how_an_answer_came_is_always_said)
{
	const struct field f = { .kind = FIELD_TEXT,
	    .message = { { STR("Votre SIRET."), STR("Your SIRET.") } } };
	const struct field bare = { .kind = FIELD_TEXT };

	ck_assert_str_same(field_message(suite_arena(), &f, ours[_i],
	    LANG_EN), field_message(suite_arena(), &bare, ours[_i], LANG_EN));
} END_TEST

static const struct {
	enum field_kind kind;
	struct str typed, shown;
} shown[] = {
	{ FIELD_TEXT, STR("a\r\n\tb"), STR("a\r\n\tb") },
	{ FIELD_NAME, STR("a\r\n\tb"), STR("a   b") },
	{ FIELD_HIDDEN, STR("a\nb"), STR("a b") },
	{ FIELD_TEXT, STR("a\x1b"), STR("a\ufffd") },
};

START_TEST(what_was_typed_is_shown)
{
	const struct field f = { .kind = shown[_i].kind };

	ck_assert_str_same(field_shown(suite_arena(), &f, shown[_i].typed),
	    shown[_i].shown);
} END_TEST

START_TEST(some_kinds_are_written)
{
	static const bool is_written[FIELD_KINDS] = {
		[FIELD_EMAIL] = true, [FIELD_PHONE] = true,
		[FIELD_NAME] = true, [FIELD_COMPANY] = true,
		[FIELD_JOB_TITLE] = true, [FIELD_TEXT] = true,
		[FIELD_POSTCODE] = true, [FIELD_LONG_TEXT] = true,
		[FIELD_NUMBER] = true, [FIELD_DATE] = true,
		[FIELD_SIRET] = true, [FIELD_VAT] = true,
	};
	const struct field f = { .kind = (enum field_kind)_i };

	ck_assert_int_eq(field_is_written(&f), is_written[_i]);
} END_TEST

/* Programs outside read these. */
static const char *const codes[FIELD_ERRORS] = {
	"fine", "missing", "too-short", "too-long", "no-match", "not-email",
	"not-phone", "not-postcode", "not-country", "not-choice",
	"not-number", "not-whole", "too-precise", "too-small", "too-large",
	"off-step", "not-date", "too-early", "too-late", "too-few",
	"too-many", "not-siret", "not-vat", "not-text", "not-line",
	"repeated", "damaged", "is-file", "not-file", "not-media", "too-big",
	"gone",
};

START_TEST(codes_are_stable)
{
	ck_assert_str_eq(field_error_code((enum field_error)_i), codes[_i]);
} END_TEST

SUITE(field)
{
	SUITE_LOOP(a_value_is_judged_by_its_kind, COUNT(values));
	SUITE_LOOP(nothing_visible_is_nothing, COUNT(empties));
	SUITE_LOOP(lengths_are_counted_in_characters, COUNT(characters));
	SUITE_TEST(an_optional_value_may_be_empty_but_not_short);
	SUITE_TEST(blanks_around_do_not_count);
	SUITE_LOOP(a_kind_has_a_default_length, COUNT(defaults));
	SUITE_TEST(long_addresses_and_numbers_are_too_long);
	SUITE_TEST(the_longest_text_passes);
	SUITE_LOOP(a_pattern_judges_the_normal_form, COUNT(patterns));
	SUITE_LOOP(every_kind_has_a_row, FIELD_KINDS);
	SUITE_TEST(an_unknown_kind_is_refused);
	SUITE_LOOP(browsers_are_told_what_to_fill_in, COUNT(completions));
	SUITE_LOOP(every_error_has_a_sentence, FIELD_KINDS);
	SUITE_TEST(limits_are_named);
	SUITE_LOOP(bounds_are_named, COUNT(bounded));
	SUITE_TEST(a_fields_own_message_comes_first);
	SUITE_LOOP(how_an_answer_came_is_always_said, COUNT(ours));
	SUITE_LOOP(what_was_typed_is_shown, COUNT(shown));
	SUITE_LOOP(some_kinds_are_written, FIELD_KINDS);
	SUITE_LOOP(codes_are_stable, FIELD_ERRORS);
}
