/* Tests src/form/stage.c: three steps, a stock, and what is sealed of them. */
#include "base/token.h"
#include "form/form.h"
#include "form/stage.h"
#include "support/suite.h"

#define BIT(n) (UINT64_C(1) << (n))
#define PAIRS_MAX 8

static const struct field_option options[] = {
	{ .value = STR("yes") }, { .value = STR("no") },
};
static const struct str yes[] = { STR("yes") };
/* The second step asks only who said yes. */
static const struct field fields[] = {
	{ .name = STR("name"), .kind = FIELD_NAME, .is_required = true },
	{ .name = STR("more"), .kind = FIELD_CHOICE, .option = options,
	    .options = COUNT(options), .is_required = true },
	{ .name = STR("size"), .kind = FIELD_TEXT, .step = 1,
	    .is_required = true, .show_if = { 1, yes, COUNT(yes) } },
	{ .name = STR("ref"), .kind = FIELD_HIDDEN, .chars_max = 3 },
	{ .name = STR("end"), .kind = FIELD_TEXT, .step = 2,
	    .is_required = true },
};
static const struct form_consent consents[] = {
	{ .key = STR("call"), .is_required = true },
};
static const struct form_step steps[3];
static const struct form form = { .key = STR("f"), .country = STR("FR"),
    .field = fields, .fields = COUNT(fields), .consent = consents,
    .consents = COUNT(consents), .step = steps, .steps = COUNT(steps) };

static const struct token_key key = { { 1 } };

#define P(n, v) { STR(n), STR(v) }
#define YES P("name", "Ana"), P("more", "yes")
#define NO P("name", "Ana"), P("more", "no")
#define END P("end", "e"), P("consent.call", "1")
#define BACK P(STAGE_BACK, "1")

static const struct {
	uint32_t step;
	struct str_pair post[PAIRS_MAX];
	enum stage_turn turn;
	uint32_t to;
	size_t errors;		/* shown there */
} moves[] = {
	/* Forward, past the step that has no question. */
	{ 0, { YES }, STAGE_SHOW, 1, 0 },
	{ 0, { NO }, STAGE_SHOW, 2, 0 },
	{ 1, { YES, P("size", "1") }, STAGE_SHOW, 2, 0 },
	/* A step's own mistakes alone. */
	{ 0, { P("more", "yes") }, STAGE_WRONG, 0, 1 },
	{ 0, { P("end", "e") }, STAGE_WRONG, 0, 2 },
	{ 1, { P("size", "1"), P("more", "yes") }, STAGE_SHOW, 2, 0 },
	{ 1, { YES }, STAGE_WRONG, 1, 1 },
	/* Back, whatever is wrong. */
	{ 1, { BACK }, STAGE_SHOW, 0, 0 },
	{ 2, { YES, BACK }, STAGE_SHOW, 1, 0 },
	{ 2, { NO, BACK }, STAGE_SHOW, 0, 0 },
	/* There is nothing before the first. */
	{ 0, { YES, BACK }, STAGE_SHOW, 1, 0 },
	/* The whole, and where its mistakes are. */
	{ 2, { YES, P("size", "1"), END }, STAGE_SEND, 2, 0 },
	{ 2, { NO, END }, STAGE_SEND, 2, 0 },
	{ 2, { END }, STAGE_WRONG, 0, 2 },
	{ 2, { YES, END }, STAGE_WRONG, 1, 1 },
	{ 2, { NO, P("end", "e") }, STAGE_WRONG, 2, 1 },
	{ 2, { NO }, STAGE_WRONG, 2, 2 },
	/* What nobody sees is told at the end. */
	{ 0, { YES, P("ref", "long") }, STAGE_SHOW, 1, 0 },
	{ 2, { NO, END, P("ref", "long") }, STAGE_WRONG, 2, 1 },
};

START_TEST(a_post_leads_on)
{
	struct form_post post = { .pair = moves[_i].post,
	    .stage = { .step = moves[_i].step } };
	struct form_result r;

	while (post.count < PAIRS_MAX && moves[_i].post[post.count].name.n)
		post.count++;
	form_check_post(suite_arena(), &form, &post, &r);
	ck_assert_int_eq(stage_move(&form, &post, &r), moves[_i].turn);
	ck_assert_uint_eq(r.stage.step, moves[_i].to);
	stage_focus(&form, &r);
	ck_assert_uint_eq(r.errors, moves[_i].errors);
} END_TEST

START_TEST(the_trap_is_remembered)
{
	static const struct str_pair pair[] = { YES, P(FORM_TRAP, "x") };
	struct form_post post = { .pair = pair, .count = COUNT(pair) };
	struct form_result r;

	form_check_post(suite_arena(), &form, &post, &r);
	(void)stage_move(&form, &post, &r);
	post = (struct form_post){ .pair = pair, .count = 2,
	    .stage = r.stage };
	form_check_post(suite_arena(), &form, &post, &r);
	ck_assert(r.is_trapped);
} END_TEST

static struct stage
reopened(const struct form *f, struct str text)
{
	const struct str_pair pair = { STR(STAGE_NAME), text };

	return stage_open(suite_arena(), &key, f, &(struct form_post){
	    .pair = &pair, .count = 1 });
}

static bool
is_same(const struct stage *a, const struct stage *b)
{
	return a->step == b->step && a->unasked == b->unasked &&
	    a->has_begun == b->has_begun && a->is_trapped == b->is_trapped;
}

static const struct { struct stage stage; bool is_ours; } stages[] = {
	{ { .step = 1, .has_begun = true }, true },
	{ { .step = 2, .unasked = BIT(0) | BIT(4) }, true },
	{ { .unasked = UINT64_MAX, .is_trapped = true }, true },
	{ { .step = 2, .has_begun = true, .is_trapped = true }, true },
	{ { .step = 3 }, false },	/* of no form of three */
};

START_TEST(a_stage_is_opened_as_it_was_sealed)
{
	const struct stage first = { 0 };
	struct stage s = reopened(&form, stage_seal(suite_arena(), &key,
	    &form, &stages[_i].stage));

	ck_assert(is_same(&s, stages[_i].is_ours ? &stages[_i].stage :
	    &first));
} END_TEST

START_TEST(another_stage_is_the_first)
{
	const struct stage s = { .step = 2 }, first = { 0 };
	const struct token_key other = { { 2 } };
	struct form changed = form;
	struct str text = stage_seal(suite_arena(), &key, &form, &s);
	struct stage got;

	ck_assert_str_same(stage_seal(suite_arena(), &key, &form, &first),
	    STR_EMPTY);
	got = reopened(&form, STR("AAAA"));
	ck_assert(is_same(&got, &first));
	got = reopened(&form, stage_seal(suite_arena(), &other, &form, &s));
	ck_assert(is_same(&got, &first));
	/* One field less, and its bits are another's. */
	changed.fields--;
	got = reopened(&changed, text);
	ck_assert(is_same(&got, &first));
} END_TEST

static const uint32_t stock[] = { 4, 0, 2 };

static const struct {
	uint32_t ask;
	struct str answered[3];
	uint64_t unasked;
} turns[] = {
	{ 1, { STR_EMPTY }, BIT(0) | BIT(2) },
	{ 2, { STR_EMPTY }, BIT(2) },
	{ 3, { STR_EMPTY }, 0 },
	{ 1, { STR("end") }, BIT(4) | BIT(2) },
	{ 2, { STR("end"), STR("more") }, BIT(4) },
	{ 2, { STR("size"), STR("name") }, BIT(0) | BIT(2) },
	{ 2, { STR("size"), STR("name"), STR("end") },
	    BIT(0) | BIT(2) | BIT(4) },
};

START_TEST(the_next_questions_are_asked)
{
	struct form asking = form;

	asking.stock = stock;
	asking.stocked = COUNT(stock);
	asking.ask = turns[_i].ask;
	ck_assert_uint_eq(stage_first(&asking, turns[_i].answered, 3).unasked,
	    turns[_i].unasked);
} END_TEST

/* Required or not: who was not asked has not failed to answer. */
START_TEST(what_is_not_asked_is_not_kept)
{
	static const struct str_pair pair[] = { YES, END,
	    P("size", "forged") };
	struct form_post post = { .pair = pair, .count = COUNT(pair),
	    .stage = { .step = 2, .unasked = BIT(0) | BIT(2) } };
	struct form_result r;

	form_check_post(suite_arena(), &form, &post, &r);
	ck_assert_int_eq(stage_move(&form, &post, &r), STAGE_SEND);
	ck_assert_str_same(r.fields, STR("{\"more\":\"yes\",\"end\":\"e\","
	    "\"consent.call\":true}"));
} END_TEST

SUITE(stage)
{
	token_init();
	SUITE_LOOP(a_post_leads_on, COUNT(moves));
	SUITE_TEST(the_trap_is_remembered);
	SUITE_LOOP(a_stage_is_opened_as_it_was_sealed, COUNT(stages));
	SUITE_TEST(another_stage_is_the_first);
	SUITE_LOOP(the_next_questions_are_asked, COUNT(turns));
	SUITE_TEST(what_is_not_asked_is_not_kept);
}
