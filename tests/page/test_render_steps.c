/*
 * Tests src/page/render.c and formview.c: the demo's form in steps, each state
 * of it against a golden file.
 */
#include <stdio.h>

#include "base/token.h"
#include "form/form.h"
#include "page/merge.h"
#include "page/render.h"
#include "page/site.h"
#include "page/snapshot.h"
#include "page/template.h"
#include "support/golden.h"
#include "support/suite.h"

/* The demo's page, its site and its templates. */
static struct render
demo(enum lang l)
{
	static struct picture picture;
	static struct template_set *templates;
	const struct site_page *pg;

	ck_assert_int_eq(merge_check(suite_arena(), &(struct merge){
		.given = golden_read(STR("templates/demo/steps.json")),
		.current = golden_read(STR("templates/demo/site.json")),
	    }, &picture.site, stderr), OK);
	if (!templates)
		ck_assert_int_eq(template_load(STR("templates"), &templates,
		    stderr), OK);
	picture.templates = templates;
	pg = site_find(picture.site, STR("bilan"));
	ck_assert_ptr_nonnull(pg);
	return (struct render){ .picture = &picture, .page = pg,
	    .variant = &pg->variant[0], .lang = l, .static_url = STR("/static"),
	    .url = STR("https://www.example.org/p/bilan"),
	    .action = STR("/p/bilan/files"), .token = STR("TOKEN"),
	    .kept_months = 36 };
}

#define POST(name, value) { STR(name), STR(value) }
#define FIRST POST("first_name", "Ana <b>"), \
	POST("email", "ana@example.org"), POST("place", "plant")
#define SECOND FIRST, POST("surface", "120"), POST("themes", "heat"), \
	POST("piste_keep", "1")

static const struct {
	const char *name;	/* of the golden file */
	enum lang lang;
	uint32_t step;		/* that is posted */
	struct str_pair post[10];
} states[] = {
	{ "steps-1-fr", LANG_FR, 0, { { STR_EMPTY, STR_EMPTY } } },
	{ "steps-1-errors-en", LANG_EN, 0, { POST("email", "ana@") } },
	{ "steps-2-fr", LANG_FR, 0, { FIRST, POST("piste_keep", "1") } },
	{ "steps-2-back-en", LANG_EN, 2, { SECOND, POST("piste_back", "1") } },
	{ "steps-3-en", LANG_EN, 1, { SECOND } },
	{ "steps-3-errors-fr", LANG_FR, 2, { SECOND,
	    POST("consent.contact-phone", "2") } },
};

/* The form after a post, or before any. */
static void
answer(const struct form *f, size_t at, struct form_result *out)
{
	struct form_post post = { .pair = states[at].post,
		.stage = { .step = states[at].step,
		    .has_begun = states[at].step > 0 } };

	form_blank(suite_arena(), f, out);
	if (!states[at].post[0].name.n)
		return;
	while (post.pair[post.count].name.n)
		post.count++;
	form_check_post(suite_arena(), f, &post, out);
	ck_assert_int_ne(stage_move(f, &post, out), STAGE_SEND);
	stage_focus(f, out);
	/* The seal is as long as any, and another each time. */
	out->sealed = STR("STAGE");
}

START_TEST(each_step_is_golden)
{
	struct render r = demo(states[_i].lang);
	struct form_result result;

	answer(r.variant->form, (size_t)_i, &result);
	r.form = &result;
	golden_check(states[_i].name, render_page(suite_arena(), &r));
} END_TEST

SUITE(render_steps)
{
	SUITE_LOOP(each_step_is_golden, COUNT(states));
}
