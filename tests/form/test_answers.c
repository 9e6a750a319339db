/* Tests form/answers: conditions, several values, files and the touch. */
#include "form/attachment.h"
#include "form/form.h"
#include "form/media.h"
#include "form/ticket.h"
#include "support/suite.h"

#define PDF STR("%PDF-1.7\n")

static const struct field_option sizes[] = {
	{ .value = STR("small") }, { .value = STR("large") },
};
static const struct field_option themes[] = {
	{ .value = STR("heat") }, { .value = STR("light") },
	{ .value = STR("other") },
};
static const struct str large[] = { STR("large") };
static const struct str other[] = { STR("other") };
static const struct str ticked[] = { STR("1") };
static const struct str belgium[] = { STR("BE"), STR("LU") };

enum { SIZE, STAFF, THEMES, WHICH, CALL, PHONE, COUNTRY, VAT, DEEP, CV, SOURCE,
	CLICK };
static const struct field fields[] = {
	[SIZE] = { .name = STR("size"), .kind = FIELD_CHOICE,
	    .option = sizes, .options = COUNT(sizes) },
	[STAFF] = { .name = STR("staff"), .kind = FIELD_NUMBER,
	    .is_required = true, .show_if = { SIZE, large, 1 } },
	[THEMES] = { .name = STR("themes"), .kind = FIELD_CHOICES,
	    .option = themes, .options = COUNT(themes),
	    .show_if = { SIZE, large, 1 } },
	[WHICH] = { .name = STR("which"), .kind = FIELD_TEXT,
	    .required_if = { THEMES, other, 1 } },
	[CALL] = { .name = STR("call"), .kind = FIELD_CONSENT },
	[PHONE] = { .name = STR("phone"), .kind = FIELD_PHONE,
	    .required_if = { CALL, ticked, 1 } },
	[COUNTRY] = { .name = STR("country"), .kind = FIELD_COUNTRY },
	[VAT] = { .name = STR("vat"), .kind = FIELD_VAT,
	    .show_if = { COUNTRY, belgium, 2 } },
	/* Shown only where another is that is itself shown by condition. */
	[DEEP] = { .name = STR("deep"), .kind = FIELD_TEXT,
	    .show_if = { THEMES, other, 1 } },
	[CV] = { .name = STR("cv"), .kind = FIELD_FILE, .bytes_max = 100,
	    .media = 1u << MEDIA_PDF, .show_if = { SIZE, large, 1 } },
	[SOURCE] = { .name = STR("source"), .kind = FIELD_HIDDEN,
	    .from = FIELD_FROM_SOURCE, .chars_max = 8 },
	[CLICK] = { .name = STR("click"), .kind = FIELD_HIDDEN,
	    .from = FIELD_FROM_CLICK_ID },
};
static const struct form form = {
	.key = STR("f"), .country = STR("FR"),
	.field = fields, .fields = COUNT(fields),
};

#define PAIRS_MAX 8

static const struct {
	const char *post[PAIRS_MAX];
	size_t at;
	enum field_error error;		/* of that one, and of no other */
	const char *fields;		/* what is stored when none is wrong */
} posts[] = {
	/* Not shown: dropped whatever it is, and not missed. */
	{ { "staff=12" }, SIZE, FIELD_FINE, "{\"call\":false}" },
	{ { "staff=nonsense", "deep=x" }, SIZE, FIELD_FINE,
	    "{\"call\":false}" },
	{ { "size=small", "staff=12" }, SIZE, FIELD_FINE,
	    "{\"size\":\"small\",\"call\":false}" },
	{ { "size=large" }, STAFF, FIELD_MISSING, NULL },
	{ { "size=large", "staff=x" }, STAFF, FIELD_NOT_NUMBER, NULL },
	{ { "size=large", "staff=1 250" }, SIZE, FIELD_FINE,
	    "{\"size\":\"large\",\"staff\":\"1250\",\"call\":false}" },
	/* A choice that is none shows nothing. */
	{ { "size=huge", "staff=x" }, SIZE, FIELD_NOT_CHOICE, NULL },
	/* Order of the post is nothing; several of a name are no repetition. */
	{ { "themes=light", "staff=1", "themes=heat", "size=large" }, SIZE,
	    FIELD_FINE, "{\"size\":\"large\",\"staff\":\"1\",\"themes\":"
	    "[\"heat\",\"light\"],\"call\":false}" },
	{ { "themes=other", "staff=1", "size=large" }, WHICH, FIELD_MISSING,
	    NULL },
	{ { "themes=other", "staff=1", "size=large", "which=wind",
	    "deep=sea" }, SIZE, FIELD_FINE, "{\"size\":\"large\","
	    "\"staff\":\"1\",\"themes\":[\"other\"],\"which\":\"wind\","
	    "\"call\":false,\"deep\":\"sea\"}" },
	/* What is not shown holds no condition. */
	{ { "themes=other", "deep=sea", "which=wind" }, SIZE, FIELD_FINE,
	    "{\"which\":\"wind\",\"call\":false}" },
	{ { "themes=wind", "size=large", "staff=1" }, THEMES,
	    FIELD_NOT_CHOICE, NULL },
	{ { "call=1" }, PHONE, FIELD_MISSING, NULL },
	{ { "call=1", "phone=0612345678" }, SIZE, FIELD_FINE,
	    "{\"call\":true,\"phone\":\"+33612345678\"}" },
	{ { "phone=12" }, PHONE, FIELD_NOT_PHONE, NULL },
	{ { "country=be", "vat=0428759497" }, SIZE, FIELD_FINE,
	    "{\"call\":false,\"country\":\"BE\",\"vat\":\"BE0428759497\"}" },
	{ { "country=FR", "vat=nonsense" }, SIZE, FIELD_FINE,
	    "{\"call\":false,\"country\":\"FR\"}" },
	/* The touch is never what is posted; a file is no text. */
	{ { "source=forged", "click=forged" }, SIZE, FIELD_FINE,
	    "{\"call\":false}" },
	{ { "size=large", "staff=1", "cv=cv.pdf" }, CV, FIELD_NOT_FILE,
	    NULL },
	{ { "cv=cv.pdf" }, SIZE, FIELD_FINE, "{\"call\":false}" },
};

static void
check(const char *const *posted, const struct form_post *rest,
    struct form_result *out)
{
	struct str_pair pair[PAIRS_MAX];
	struct form_post post = *rest;

	for (; post.count < PAIRS_MAX && posted[post.count]; post.count++)
		str_cut(str_of(posted[post.count]), '=',
		    &pair[post.count].name, &pair[post.count].value);
	post.pair = pair;
	form_check_post(suite_arena(), &form, &post, out);
}

START_TEST(conditions_decide_what_is_asked)
{
	struct form_result r;

	check(posts[_i].post, &(struct form_post){ .touch = NULL }, &r);
	for (size_t i = 0; i < form.fields; i++)
		ck_assert_msg(r.value[i].error == (i == posts[_i].at ?
		    posts[_i].error : FIELD_FINE), "field %zu: %s", i,
		    field_error_code(r.value[i].error));
	ck_assert_str_same(r.fields, str_of(posts[_i].fields));
} END_TEST

START_TEST(what_is_not_asked_comes_back_as_typed)
{
	static const char *const posted[] = { "staff=12", "phone=1",
	    "themes=heat", NULL };
	struct form_result r;

	check(posted, &(struct form_post){ .touch = NULL }, &r);
	ck_assert(!r.value[STAFF].is_shown && r.value[PHONE].is_shown);
	ck_assert_str_same(r.value[STAFF].typed, STR("12"));
	ck_assert_str_same(r.value[STAFF].normal, STR_EMPTY);
	ck_assert(r.value[THEMES].chosen[0] && !r.value[THEMES].chosen[1]);
	/* What arrived damaged is nothing where nothing is asked. */
	form_blame(suite_arena(), &form, STR("staff"), FIELD_DAMAGED, &r);
	ck_assert_int_eq(r.value[STAFF].error, FIELD_FINE);
	ck_assert_uint_eq(r.errors, 1);
} END_TEST

START_TEST(hidden_fields_are_filled_from_the_touch)
{
	static const char *const posted[] = { "source=forged", "source=again",
	    NULL };
	struct touch touch = { .source = STR(" google "),
	    .click_id = STR("x\x1b") };
	struct form_result r;

	check(posted, &(struct form_post){ .touch = &touch }, &r);
	/* What can't be stored is left out: nobody could correct it. */
	ck_assert_str_same(r.fields,
	    STR("{\"call\":false,\"source\":\"google\"}"));
	touch.source = STR("muchlonger");
	check(posted, &(struct form_post){ .touch = &touch }, &r);
	ck_assert_str_same(r.fields, STR("{\"call\":false}"));
	form_blame(suite_arena(), &form, STR("source"), FIELD_DAMAGED, &r);
	ck_assert_uint_eq(r.errors, 0);
} END_TEST

#define LARGE "size=large", "staff=1", NULL

static const struct {
	const char *post[PAIRS_MAX];
	size_t files;
	struct attachment_file file[2];
	enum field_error error;
	bool is_kept;
} uploads[] = {
	{ { LARGE }, 1, { { STR("cv.pdf"), PDF } }, FIELD_FINE, true },
	{ { LARGE }, 0, { { STR_EMPTY, STR_EMPTY } }, FIELD_FINE, false },
	{ { LARGE }, 1, { { STR_EMPTY, STR_EMPTY } }, FIELD_FINE, false },
	{ { LARGE }, 2, { { STR_EMPTY, STR_EMPTY }, { STR("a"), PDF } },
	    FIELD_FINE, true },
	{ { LARGE }, 2, { { STR("a"), PDF }, { STR("b"), PDF } },
	    FIELD_REPEATED, false },
	{ { LARGE }, 1, { { STR("cv.pdf"), STR("MZ") } }, FIELD_NOT_MEDIA,
	    false },
	{ { "size=small", NULL }, 1, { { STR("cv.pdf"), PDF } }, FIELD_FINE,
	    false },
	{ { "size=small", NULL }, 1, { { STR("cv.pdf"), STR("MZ") } },
	    FIELD_FINE, false },
};

START_TEST(files_answer_their_field)
{
	const struct str names[] = { STR("cv"), STR("cv") };
	struct form_result r;

	check(uploads[_i].post, &(struct form_post){ .file_name = names,
	    .file = uploads[_i].file, .files = uploads[_i].files }, &r);
	ck_assert_str_eq(field_error_code(r.value[CV].error),
	    field_error_code(uploads[_i].error));
	ck_assert_int_eq(r.value[CV].attachment != NULL, uploads[_i].is_kept);
	ck_assert_int_eq(str_has_fold(r.fields, STR("\"cv\":{\"name\":")),
	    uploads[_i].is_kept);
	if (!uploads[_i].is_kept)
		return;
	form_keep(suite_arena(), &form, CV, STR("0123"), &r);
	ck_assert(str_has_fold(r.fields, STR("\"cv\":{\"file\":\"0123\",")));
	/* When the form comes back the file is gone, and that is said. */
	form_lose_files(suite_arena(), &form, &r);
	ck_assert_int_eq(r.value[CV].error, FIELD_GONE);
	ck_assert_uint_eq(r.errors, 1);
	ck_assert_str_same(r.fields, STR_EMPTY);
} END_TEST

SUITE(answers)
{
	SUITE_LOOP(conditions_decide_what_is_asked, COUNT(posts));
	SUITE_TEST(what_is_not_asked_comes_back_as_typed);
	SUITE_TEST(hidden_fields_are_filled_from_the_touch);
	SUITE_LOOP(files_answer_their_field, COUNT(uploads));
}
