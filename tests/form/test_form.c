/* Tests form/form. */
#include <jansson.h>

#include "base/buf.h"
#include "form/form.h"
#include "support/suite.h"

#define PAIRS_MAX 100

static const struct field fields[] = {
	{ .name = STR("email"), .kind = FIELD_EMAIL, .is_required = true },
	{ .name = STR("first_name"), .kind = FIELD_NAME },
	{ .name = STR("last_name"), .kind = FIELD_NAME },
	{ .name = STR("company"), .kind = FIELD_COMPANY },
	{ .name = STR("phone"), .kind = FIELD_PHONE },
	{ .name = STR("postcode"), .kind = FIELD_POSTCODE },
	{ .name = STR("country"), .kind = FIELD_COUNTRY },
	{ .name = STR("message"), .kind = FIELD_TEXT, .chars_max = 2000 },
	{ .name = STR("terms"), .kind = FIELD_CONSENT },
	{ .name = STR("ref"), .kind = FIELD_HIDDEN },
};
enum { EMAIL, FIRST_NAME, LAST_NAME, COMPANY, PHONE, POSTCODE, COUNTRY,
	MESSAGE, TERMS, REF };

static const struct form_consent consents[] = {
	{ .key = STR("contact-phone"), .purpose = STR("prospecting"),
	    .channel = STR("phone"), .recipient = STR("us"), .version = 1,
	    .is_required = true,
	    .text = { { STR("J'accepte \"l'appel\"."), STR("I agree.") } } },
	{ .key = STR("news-email"), .purpose = STR("newsletter"),
	    .channel = STR("email"), .recipient = STR("us"), .version = 3,
	    .text = { { STR("La\nlettre."), STR_EMPTY } } },
};

static const struct form form = {
	.key = STR("livre-blanc"), .country = STR("FR"),
	.field = fields, .fields = COUNT(fields),
	.consent = consents, .consents = COUNT(consents),
};

/* A post written as "name=value" texts, as many as there are. */
static void
check(const struct form *f, const char *const *posted, size_t count,
    struct form_result *out)
{
	struct str_pair pair[PAIRS_MAX];

	ck_assert_uint_le(count, PAIRS_MAX);
	for (size_t i = 0; i < count; i++)
		str_cut(str_of(posted[i]), '=', &pair[i].name,
		    &pair[i].value);
	form_check(suite_arena(), f, pair, count, out);
}
#define POST(out, ...) do { \
	static const char *const posted[] = { __VA_ARGS__ }; \
	check(&form, posted, COUNT(posted), (out)); \
} while (0)
#define AGREED "consent.contact-phone=1"

START_TEST(a_good_post_is_taken)
{
	struct form_result r;

	POST(&r, "piste_token=abc", "website=", "email=Ana.Lima@Exemple.FR",
	    "first_name= Ana ", "last_name=de  Lima", "company=",
	    "phone=06 12 34 56 78", "postcode=75 011", "country=",
	    "message=un\r\ndeux", "terms=1", "ref=x", AGREED,
	    "consent.news-email=0");
	ck_assert_uint_eq(r.errors, 0);
	ck_assert(!r.is_trapped);
	ck_assert_str_same(r.token, STR("abc"));
	ck_assert_str_same(r.email, STR("Ana.Lima@exemple.fr"));
	ck_assert_str_same(r.email_key, STR("ana.lima@exemple.fr"));
	ck_assert_str_same(r.phone, STR("+33612345678"));
	ck_assert_str_same(r.first_name, STR("Ana"));
	ck_assert_str_same(r.last_name, STR("de Lima"));
	ck_assert_str_same(r.company, STR_EMPTY);
	ck_assert_str_same(r.postcode, STR("75011"));
	ck_assert_str_same(r.country, STR_EMPTY);
	ck_assert(r.granted[0] && !r.granted[1]);
	ck_assert_str_same(r.value[PHONE].typed, STR("06 12 34 56 78"));
	ck_assert_str_same(r.value[MESSAGE].typed, STR("un\r\ndeux"));
	ck_assert_str_same(r.fields, STR("{\"email\":\"Ana.Lima@exemple.fr\","
	    "\"first_name\":\"Ana\",\"last_name\":\"de Lima\","
	    "\"phone\":\"+33612345678\",\"postcode\":\"75011\","
	    "\"message\":\"un\\ndeux\",\"terms\":true,\"ref\":\"x\","
	    "\"consent.contact-phone\":true,\"consent.news-email\":false}"));
} END_TEST

START_TEST(each_field_has_its_own_error)
{
	struct form_result r;

	POST(&r, "email=ana", "phone=0612", "postcode=1", "country=XX",
	    "first_name=a\nb", "message=fine", AGREED);
	ck_assert_uint_eq(r.errors, 5);
	ck_assert_int_eq(r.value[EMAIL].error, FIELD_NOT_EMAIL);
	ck_assert_int_eq(r.value[PHONE].error, FIELD_NOT_PHONE);
	ck_assert_int_eq(r.value[POSTCODE].error, FIELD_NOT_POSTCODE);
	ck_assert_int_eq(r.value[COUNTRY].error, FIELD_NOT_COUNTRY);
	ck_assert_int_eq(r.value[FIRST_NAME].error, FIELD_NOT_LINE);
	ck_assert_str_same(r.value[FIRST_NAME].typed, STR("a b"));
	ck_assert_int_eq(r.value[MESSAGE].error, FIELD_FINE);
	ck_assert_str_same(r.value[EMAIL].typed, STR("ana"));
	ck_assert_str_same(r.value[EMAIL].normal, STR_EMPTY);
	ck_assert_str_same(r.email, STR_EMPTY);
	ck_assert_str_same(r.email_key, STR_EMPTY);
	ck_assert_str_same(r.fields, STR_EMPTY);
} END_TEST

START_TEST(an_empty_post_misses_what_is_required)
{
	struct form_result r;

	form_check(suite_arena(), &form, NULL, 0, &r);
	ck_assert_uint_eq(r.errors, 2);
	ck_assert_int_eq(r.value[EMAIL].error, FIELD_MISSING);
	ck_assert_int_eq(r.consent_error[0], FIELD_MISSING);
	ck_assert_int_eq(r.consent_error[1], FIELD_FINE);
	ck_assert_str_same(r.token, STR_EMPTY);
} END_TEST

START_TEST(a_field_given_twice_is_repeated)
{
	struct form_result r;

	POST(&r, "email=ana@example.org", "email=bob@example.org",
	    "ref=", "ref=", AGREED);
	ck_assert_uint_eq(r.errors, 2);
	ck_assert_int_eq(r.value[EMAIL].error, FIELD_REPEATED);
	ck_assert_str_same(r.email, STR_EMPTY);
	ck_assert_int_eq(r.value[REF].error, FIELD_REPEATED);
} END_TEST

/* Of what was written nothing is lost; of what was chosen, the first counts. */
static const struct {
	const char *posted[3];
	size_t field;
	const char *typed;
} repeats[] = {
	{ { "email=a@b.example", "email=", "email=c@d.example" }, EMAIL,
	    "a@b.example, c@d.example" },
	{ { "email=", "email=", "email=c@d.example" }, EMAIL, "c@d.example" },
	{ { "email=a", "email=a", "email=a" }, EMAIL, "a" },
	{ { "message=un", "email=x", "message=deux\n" }, MESSAGE,
	    "un, deux\n" },
	{ { "country=FR", "country=BE", "x=" }, COUNTRY, "FR" },
	{ { "terms=0", "terms=1", "x=" }, TERMS, "0" },
	{ { "ref=a", "ref=b", "x=" }, REF, "a" },
};

START_TEST(answers_given_twice_are_not_lost)
{
	struct form_result r;

	check(&form, repeats[_i].posted, COUNT(repeats[_i].posted), &r);
	ck_assert_int_eq(r.value[repeats[_i].field].error, FIELD_REPEATED);
	ck_assert_str_same(r.value[repeats[_i].field].typed,
	    str_of(repeats[_i].typed));
} END_TEST

static const struct {
	const char *name;
	bool is_known;
	size_t errors;
} blames[] = {
	{ "email", true, 1 },
	{ "company", true, 1 },	/* optional, and fine but for that */
	{ "phone", true, 1 },	/* wrong anyway */
	{ "ref", true, 1 },
	{ "consent.news-email", true, 1 },
	{ "consent.contact-phone", true, 1 },
	{ "admin", false, 0 },
	{ FORM_TOKEN, false, 0 },
	{ "consent.", false, 0 },
};

START_TEST(what_came_damaged_is_blamed)
{
	bool is_phone = str_eq(str_of(blames[_i].name), STR("phone"));
	const char *const post[] = { "email=ana@example.org", "company=A",
	    "ref=x", AGREED, "consent.news-email=1",
	    is_phone ? "phone=1" : "phone=" };
	size_t damaged = 0;
	struct form_result r;

	check(&form, post, COUNT(post), &r);
	form_blame(suite_arena(), &form, str_of(blames[_i].name),
	    FIELD_DAMAGED, &r);
	ck_assert_uint_eq(r.errors, blames[_i].errors);
	ck_assert_uint_eq(r.fields.n == 0, blames[_i].is_known);
	for (size_t i = 0; i < form.fields; i++) {
		if (r.value[i].error != FIELD_DAMAGED)
			continue;
		ck_assert_str_same(fields[i].name, str_of(blames[_i].name));
		ck_assert_str_same(r.value[i].normal, STR_EMPTY);
		damaged++;
	}
	for (size_t i = 0; i < form.consents; i++) {
		if (r.consent_error[i] != FIELD_DAMAGED)
			continue;
		ck_assert(!r.granted[i]);
		damaged++;
	}
	ck_assert_uint_eq(damaged, blames[_i].is_known);
} END_TEST

START_TEST(unknown_fields_are_not_kept)
{
	struct form_result r;

	POST(&r, "email=ana@example.org", "admin=1", "EMAIL=x", "email =y",
	    "=z", "lead.score=100", "consent.other=1", AGREED);
	ck_assert_uint_eq(r.errors, 0);
	ck_assert_str_same(r.fields, STR("{\"email\":\"ana@example.org\","
	    "\"terms\":false,\"consent.contact-phone\":true,"
	    "\"consent.news-email\":false}"));
} END_TEST

static const struct {
	const char *posted;
	bool is_granted;
	enum field_error error;
} boxes[] = {
	{ "consent.contact-phone=1", true, FIELD_FINE },
	{ "consent.contact-phone=0", false, FIELD_MISSING },
	{ "consent.contact-phone=", false, FIELD_MISSING },
	{ "consent.contact-phone=on", false, FIELD_NOT_CHOICE },
	{ "consent.contact-phone=true", false, FIELD_NOT_CHOICE },
	{ "consent.contact-phone= 1", false, FIELD_NOT_CHOICE },
	{ "consent.contact-phone=11", false, FIELD_NOT_CHOICE },
	{ "consent.CONTACT-PHONE=1", false, FIELD_MISSING },
	{ "contact-phone=1", false, FIELD_MISSING },
};

START_TEST(a_consent_is_never_guessed)
{
	struct form_result r;

	check(&form, &boxes[_i].posted, 1, &r);
	ck_assert_int_eq(r.granted[0], boxes[_i].is_granted);
	ck_assert_int_eq(r.consent_error[0], boxes[_i].error);
} END_TEST

START_TEST(a_consent_given_twice_is_repeated)
{
	struct form_result r;

	POST(&r, "email=ana@example.org", AGREED, AGREED);
	ck_assert(!r.granted[0]);
	ck_assert_int_eq(r.consent_error[0], FIELD_REPEATED);
	ck_assert_uint_eq(r.errors, 1);
} END_TEST

START_TEST(the_trap_catches_who_fills_it_in)
{
	struct form_result r;

	POST(&r, "email=ana@example.org", AGREED, "website=https://x.example");
	ck_assert(r.is_trapped);
	ck_assert_uint_eq(r.errors, 0);
	POST(&r, "email=ana@example.org", AGREED, "website=", "website=x");
	ck_assert(r.is_trapped);
	POST(&r, "email=ana@example.org", AGREED);
	ck_assert(!r.is_trapped);
} END_TEST

START_TEST(two_tokens_are_none)
{
	struct form_result r;

	POST(&r, "piste_token=a", "piste_token=a");
	ck_assert_str_same(r.token, STR_EMPTY);
} END_TEST

START_TEST(the_chosen_country_reads_phone_and_postcode)
{
	struct form_result r;

	POST(&r, "email=ana@example.org", "phone=0470 12 34 56",
	    "postcode=1000", "country=be", AGREED);
	ck_assert_uint_eq(r.errors, 0);
	ck_assert_str_same(r.phone, STR("+32470123456"));
	ck_assert_str_same(r.postcode, STR("1000"));
	ck_assert_str_same(r.country, STR("BE"));
	/* One that is none leaves the form's. */
	POST(&r, "email=ana@example.org", "phone=0612345678",
	    "postcode=75011", "country=XX", AGREED);
	ck_assert_uint_eq(r.errors, 1);
	ck_assert_str_same(r.phone, STR("+33612345678"));
} END_TEST

static const struct {
	const char *name[2];	/* of two name fields */
	const char *first, *last;
} namings[] = {
	{ { "first_name", "last_name" }, "Ana", "Lima" },
	{ { "last_name", "first_name" }, "Lima", "Ana" },
	{ { "name", "maiden_name" }, "", "Ana" },
	{ { "name", "last_name" }, "", "Lima" },
	{ { "last_name", "name" }, "", "Ana" },
	{ { "first_name", "name" }, "Ana", "Lima" },
};

START_TEST(names_go_by_their_field)
{
	const struct field two[] = {
		{ .name = str_of(namings[_i].name[0]), .kind = FIELD_NAME },
		{ .name = str_of(namings[_i].name[1]), .kind = FIELD_NAME },
	};
	const struct form f = { .field = two, .fields = COUNT(two) };
	const struct str_pair post[] = {
		{ two[0].name, STR("Ana") }, { two[1].name, STR("Lima") },
	};
	struct form_result r;

	form_check(suite_arena(), &f, post, COUNT(post), &r);
	ck_assert_uint_eq(r.errors, 0);
	ck_assert_str_same(r.first_name, str_of(namings[_i].first));
	ck_assert_str_same(r.last_name, str_of(namings[_i].last));
} END_TEST

/* A text field called email is no e-mail. */
START_TEST(particulars_go_by_kind)
{
	const struct field odd[] = {
		{ .name = STR("email"), .kind = FIELD_TEXT },
		{ .name = STR("work"), .kind = FIELD_EMAIL },
		{ .name = STR("home"), .kind = FIELD_EMAIL },
	};
	const struct form f = { .field = odd, .fields = COUNT(odd) };
	static const char *const posted[] = { "email=x", "work=",
	    "home=Ana@example.org" };
	struct form_result r;

	check(&f, posted, COUNT(posted), &r);
	ck_assert_str_same(r.email, STR("Ana@example.org"));
	ck_assert_str_same(r.email_key, STR("ana@example.org"));
} END_TEST

static const struct str nasty[] = {
	STR("\"quoted\" \\ back"), STR("</script><b>"), STR("\u2028\u2029x"),
	STR("\u202eabc"), STR("👩\u200d👧"), STR("a\tb\nc"), STR("{\"a\":1}"),
	STR("\xef\xbf\xbf"),
};

START_TEST(what_is_stored_is_json_and_exact)
{
	const struct str_pair post[] = {
		{ STR("email"), STR("ana@example.org") },
		{ STR("message"), nasty[_i] },
		{ STR("consent.contact-phone"), STR("1") },
	};
	struct form_result r;
	const json_t *message;
	json_t *stored;

	form_check(suite_arena(), &form, post, COUNT(post), &r);
	ck_assert_uint_eq(r.errors, 0);
	stored = json_loadb(r.fields.p, r.fields.n, JSON_REJECT_DUPLICATES,
	    NULL);
	ck_assert_ptr_nonnull(stored);
	message = json_object_get(stored, "message");
	ck_assert_str_same(((struct str){ json_string_value(message),
	    json_string_length(message) }), r.value[MESSAGE].normal);
	json_decref(stored);
} END_TEST

/* Every field full of what grows most as JSON, in one request's arena. */
START_TEST(the_largest_form_fits)
{
	struct arena *a = arena_new(ARENA_REQUEST_BYTES_MAX);
	struct field many[FORM_FIELDS_MAX];
	struct str_pair post[FORM_FIELDS_MAX];
	const struct form f = { .field = many, .fields = COUNT(many) };
	struct form_result r;
	struct buf b;

	buf_init(&b, suite_arena(), FIELD_CHARS_MAX);
	while (b.n < FIELD_CHARS_MAX - 2)
		buf_byte(&b, '"');
	buf_add(&b, STR("é"));
	for (size_t i = 0; i < COUNT(many); i++) {
		many[i] = (struct field){ .kind = FIELD_TEXT,
		    .name = buf_fmt(suite_arena(), 10, "f%zu", i),
		    .chars_max = FIELD_CHARS_MAX };
		post[i] = (struct str_pair){ many[i].name, buf_str(&b) };
	}
	form_check(a, &f, post, COUNT(post), &r);
	ck_assert_uint_eq(r.errors, 0);
	ck_assert_uint_gt(r.fields.n, COUNT(many) * 2 * (b.n - 2));
	arena_free(a);
} END_TEST

START_TEST(a_blank_form_has_nothing)
{
	struct form_result r;

	form_blank(suite_arena(), &form, &r);
	ck_assert_uint_eq(r.errors, 0);
	for (size_t i = 0; i < form.fields; i++) {
		ck_assert_uint_eq(r.value[i].typed.n, 0);
		ck_assert_int_eq(r.value[i].error, FIELD_FINE);
	}
	for (size_t i = 0; i < form.consents; i++) {
		ck_assert(!r.granted[i]);
		ck_assert_int_eq(r.consent_error[i], FIELD_FINE);
	}
} END_TEST

START_TEST(the_consent_block_says_all)
{
	const struct form none = { .key = STR("none") };

	ck_assert_str_same(form_consent_block(suite_arena(), &form, LANG_FR),
	    STR("[\"contact-phone\",1,\"prospecting\",\"phone\",\"us\",true,"
	    "\"J'accepte \\\"l'appel\\\".\"]\n"
	    "[\"news-email\",3,\"newsletter\",\"email\",\"us\",false,"
	    "\"La\\nlettre.\"]\n"));
	/* What is shown where English is missing is French. */
	ck_assert_str_same(form_consent_block(suite_arena(), &form, LANG_EN),
	    STR("[\"contact-phone\",1,\"prospecting\",\"phone\",\"us\",true,"
	    "\"I agree.\"]\n"
	    "[\"news-email\",3,\"newsletter\",\"email\",\"us\",false,"
	    "\"La\\nlettre.\"]\n"));
	ck_assert_str_same(form_consent_block(suite_arena(), &none, LANG_FR),
	    STR_EMPTY);
} END_TEST

START_TEST(a_box_has_its_sentence)
{
	ck_assert_str_same(form_consent_message(suite_arena(), FIELD_MISSING,
	    LANG_FR), STR("Cochez cette case pour continuer."));
	ck_assert_uint_gt(form_consent_message(suite_arena(),
	    FIELD_REPEATED, LANG_EN).n, 0);
	ck_assert_uint_eq(form_consent_message(suite_arena(), FIELD_FINE,
	    LANG_EN).n, 0);
} END_TEST

static const struct { const char *name; bool is_reserved; } reserved[] = {
	{ FORM_TRAP, true }, { FORM_TOKEN, true }, { "consent.x", true },
	{ "consent", false }, { "email", false }, { "websites", false },
};

START_TEST(the_forms_own_names_are_reserved)
{
	ck_assert_int_eq(form_name_is_reserved(str_of(reserved[_i].name)),
	    reserved[_i].is_reserved);
} END_TEST

SUITE(form)
{
	SUITE_TEST(a_good_post_is_taken);
	SUITE_TEST(each_field_has_its_own_error);
	SUITE_TEST(an_empty_post_misses_what_is_required);
	SUITE_TEST(a_field_given_twice_is_repeated);
	SUITE_LOOP(answers_given_twice_are_not_lost, COUNT(repeats));
	SUITE_LOOP(what_came_damaged_is_blamed, COUNT(blames));
	SUITE_TEST(unknown_fields_are_not_kept);
	SUITE_LOOP(a_consent_is_never_guessed, COUNT(boxes));
	SUITE_TEST(a_consent_given_twice_is_repeated);
	SUITE_TEST(the_trap_catches_who_fills_it_in);
	SUITE_TEST(two_tokens_are_none);
	SUITE_TEST(the_chosen_country_reads_phone_and_postcode);
	SUITE_LOOP(names_go_by_their_field, COUNT(namings));
	SUITE_TEST(particulars_go_by_kind);
	SUITE_LOOP(what_is_stored_is_json_and_exact, COUNT(nasty));
	SUITE_TEST(the_largest_form_fits);
	SUITE_TEST(a_blank_form_has_nothing);
	SUITE_TEST(the_consent_block_says_all);
	SUITE_TEST(a_box_has_its_sentence);
	SUITE_LOOP(the_forms_own_names_are_reserved, COUNT(reserved));
}
